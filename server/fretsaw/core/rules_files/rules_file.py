"""A rules file as it was read, and those that hold for some files."""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw.core.issue.issue import Area
from fretsaw.core.rules_files.kinds import KindName


@dataclass(frozen=True, slots=True)
class RulesFile:
    """The text of one rules file with the files that it speaks of."""

    path: str
    kind: KindName
    area: Area
    lines: tuple[str, ...]
    """All its lines without their ends, invisible characters in place; comments and front matter are blank."""
    via: str = ""
    """The file that imports it."""
    comments: int = 0
    """The number of HTML comments that were left out."""
    invisible: int = 0
    """The number of invisible characters in it."""

    @property
    def text(self) -> str:
        """The lines that a reader sees, without blank ones at both ends."""
        return "\n".join(self.lines).strip("\n")


@dataclass(frozen=True, slots=True)
class Chain:
    """The rules files that hold for some files, weakest first."""

    files: tuple[RulesFile, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    """(path, why) of those that are not used."""
