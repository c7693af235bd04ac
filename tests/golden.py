"""Expected files of case folders: compared byte for byte, rewritten with `pytest --update`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Golden:
    update: bool

    def __call__(self, path: Path, text: str) -> None:
        if self.update:
            path.write_bytes(text.encode("utf-8"))
        assert path.read_bytes().decode("utf-8") == text, f"{path} says something else; look, then run with --update"


def folders(stage: str) -> list[Path]:
    """The case folders of a stage, by name; there is at least one."""
    found = sorted(path for path in (CASES / stage).iterdir() if path.is_dir())
    assert found
    return found
