"""The values of a patch: hunks, files, atomic changes. Counts and target starts are derived, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from fretsaw.core.text.lines import split_lines


@dataclass(frozen=True, slots=True)
class Hunk:
    """One run of lines replaced by another, without context."""

    start: int
    """Index from 0, in the text before, of the first removed line (or of the line before which is inserted)."""
    removed: tuple[str, ...]
    """Lines with their endings, exactly as in the text before."""
    added: tuple[str, ...]
    """Lines with their endings."""

    @property
    def end(self) -> int:
        """Index after the last removed line."""
        return self.start + len(self.removed)


@dataclass(frozen=True, slots=True)
class FilePatch:
    """The change of one file. A move is a delete and a create."""

    path: str
    before: str | None
    """The whole text before; None: the file is created."""
    hunks: tuple[Hunk, ...]
    """In order, not overlapping."""
    deleted: bool = False
    """The file goes away (its text is removed by the hunks too; an empty file has none)."""
    mode: tuple[str, str] | None = None
    """(old, new) git mode, e.g. ("100644", "100755"), where a change of it was asked for."""
    moved_from: str = ""
    """Of a created file: the path that it had, where the reply said so in words (`rename from`, `Move to`)."""

    @property
    def op(self) -> Literal["create", "delete", "edit"]:
        """Return the operation on the file as a whole."""
        if self.deleted:
            return "delete"
        return "create" if self.before is None else "edit"

    @property
    def after(self) -> str | None:
        """The whole text after; None: deleted."""
        if self.deleted:
            return None
        lines = split_lines(self.before or "")
        out: list[str] = []
        at = 0
        for hunk in self.hunks:
            out += lines[at : hunk.start]
            out += hunk.added
            at = hunk.end
        return "".join(out + lines[at:])


@dataclass(frozen=True, slots=True)
class PatchSet:
    """Patches of several files, one a path, sorted by path."""

    files: tuple[FilePatch, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files)

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths, sorted."""
        return tuple(file.path for file in self.files)


ChangeKind: TypeAlias = Literal["lines", "create", "delete", "mode", "endings", "eof"]
"""The kind of a change. "endings": the whole file's line endings are converted; "eof": its final newline goes away; the
`lines` of such a file are given as they are without that conversion, so that it can be left out."""


@dataclass(frozen=True, slots=True)
class Change:
    """An atomic change: a smallest independently droppable part of a patch set."""

    id: int
    """From 1, in the order of the patch set it was split from; what a person types to name it."""
    path: str
    kind: ChangeKind
    hunk: Hunk | None
    """The lines, in the coordinates of the text before; None for mode, endings, eof and for an empty file."""
