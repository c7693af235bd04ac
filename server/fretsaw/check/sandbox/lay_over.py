"""Lays texts over a copied tree by path, where folders have no descriptors (Windows); elsewhere `launch.py` does it."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path


def lay_over(tree: Path, texts: Mapping[str, str | None]) -> None:
    """Write the texts (None: no such file) below `tree`; a link on the way is removed, never followed.

    Raises ValueError for a path that leaves the tree. The copy is ours, nothing else writes there meanwhile.
    """
    for path, text in texts.items():
        parts = path.split("/")
        if not all(parts) or {".", ".."} & set(parts) or any(sign in path for sign in "\\:"):
            raise ValueError(f"not a path inside the repository: {path!r}")
        folder = tree
        for part in parts[:-1]:
            folder /= part
            if not _is_plain_folder(folder):
                folder.unlink(missing_ok=True)
                if text is None:
                    break
                folder.mkdir()
        else:
            _put(folder / parts[-1], text)


def _put(file: Path, text: str | None) -> None:
    mode = 0o644
    if file.is_file() and not file.is_symlink():
        mode = stat.S_IMODE(file.stat().st_mode)
        file.chmod(mode | stat.S_IWUSR)  # Windows removes no file that is read-only
    file.unlink(missing_ok=True)
    if text is not None:
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        file.chmod(mode)


def _is_plain_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
