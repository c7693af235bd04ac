"""Finds the rules files of a repository, through a snapshot or straight from the disk. Changes nothing."""

from __future__ import annotations

import os
import posixpath
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

from fretsaw.core.rules_files import RulesFiles, rules_files
from fretsaw.core.rules_files.kinds import kind_of
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.encodings import shown
from fretsaw.repo.file_text import file_text
from fretsaw.repo.git.snapshot import LARGEST

_NAMES = ("CONVENTIONS.md", "CLAUDE.md", ".claude/CLAUDE.md", "AGENTS.md", "AGENTS.override.md")
_FOLDERS = (".github/instructions", ".cursor/rules")
_MOST_BELOW = 200


def rules_in(root: Path, snapshot: Snapshot) -> RulesFiles:
    """The rules files that git tracks, with their texts as a person reads them.

    A link to a file of the repository is that file; any other link, and what is too large, is refused.
    """
    paths = snapshot.paths
    readable = snapshot.readable()
    links, refused = _left_out(root, snapshot)

    def has(path: str) -> bool:
        at = bisect_left(paths, path)
        return at < len(paths) and paths[at] == path

    def exists(path: str) -> bool:
        at = bisect_left(paths, f"{path}/")
        return has(path) or (at < len(paths) and paths[at].startswith(f"{path}/"))

    def read(path: str) -> str | None:
        target = links.get(path, path)
        return readable.read(target) if has(target) else None

    return rules_files((*paths, *links), read, exists, refused)


def _left_out(root: Path, snapshot: Snapshot) -> tuple[dict[str, str], dict[str, str]]:
    """(link → the file of the repository that it names, path → why it is not read)."""
    links: dict[str, str] = {}
    refused: dict[str, str] = {}
    for path, why in snapshot.left_out.items():
        if kind_of(path) is None:
            continue
        if "symbolic link" not in why:
            refused[path] = why
            continue
        target = _link_target(root, path)
        if target in snapshot.paths:
            links[path] = target
        else:
            refused[path] = "a symbolic link to what git does not track here"
    return links, refused


def _link_target(root: Path, path: str) -> str:
    try:
        target = str((root / path).readlink())
    except OSError:
        return ""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def rules_on_disk(root: Path, paths: Iterable[str]) -> RulesFiles:
    """The rules files that may hold for some paths, without asking git: a hook has no time for a snapshot."""
    folders = {""}
    for path in paths:
        parts = path.split("/")[:-1]
        folders |= {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    found = [path for folder in sorted(folders) for path in _beside(root, folder)]

    real_root = Path(os.path.realpath(root))

    def read(path: str) -> str | None:
        real = Path(os.path.realpath(root / path))  # a link to a file of the repository is that file
        if not real.is_relative_to(real_root) or real.is_relative_to(real_root / ".git"):
            return None
        if not real.is_file() or real.stat().st_size > LARGEST:
            return None
        text = file_text(real_root, real.relative_to(real_root).as_posix())
        return None if text is None else shown(text)

    return rules_files(found, read, lambda path: os.path.lexists(root / path))


def _beside(root: Path, folder: str) -> Iterator[str]:
    """The rules files that speak of a folder."""
    prefix = f"{folder}/" if folder else ""
    names = (*_NAMES, ".github/copilot-instructions.md") if not folder else _NAMES
    yield from (prefix + name for name in names if (root / prefix / name).is_file())
    for name in _FOLDERS if not folder else _FOLDERS[1:]:
        yield from _below(root, prefix + name)


def _below(root: Path, folder: str) -> Iterator[str]:
    """The files below a folder, at most 200; links are not followed."""
    count = 0
    for above, _, names in os.walk(root / folder):
        for name in sorted(names):
            count += 1
            if count > _MOST_BELOW:
                return
            yield Path(above, name).relative_to(root).as_posix()
