"""The changes of lines as rules look at them: both sides at hand, and the questions that many rules ask of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from fretsaw.core.patch.patch_set import Change, ChangeKind, Hunk
from fretsaw.core.prune.scene import Scene, is_blank, line_runs, text


@dataclass(frozen=True, slots=True)
class LineChange:
    """A change that has lines; one of a file's mode or of its last newline has none."""

    change: Change
    hunk: Hunk

    @property
    def id(self) -> int:
        """The id of the change."""
        return self.change.id

    @property
    def removed(self) -> str:
        """The removed lines as one text."""
        return text(self.hunk.removed)

    @property
    def added(self) -> str:
        """The added lines as one text."""
        return text(self.hunk.added)

    @property
    def lines(self) -> tuple[str, ...]:
        """The removed lines, then the added ones."""
        return self.hunk.removed + self.hunk.added

    def is_blank(self) -> bool:
        """Return True if it holds blank lines only."""
        return is_blank(self.hunk)

    def is_insertion(self) -> bool:
        """Return True if it adds lines and removes none."""
        return not self.hunk.removed

    def is_replacement(self) -> bool:
        """Return True if it writes some lines in the place of others."""
        return bool(self.hunk.removed) and bool(self.hunk.added)

    def is_one_line(self) -> bool:
        """Return True if it writes one line in the place of one."""
        return len(self.hunk.removed) == len(self.hunk.added) == 1


def line_changes(changes: Iterable[Change]) -> Iterator[LineChange]:
    """Yield the changes that have lines."""
    for change in changes:
        if change.hunk is not None:
            yield LineChange(change, change.hunk)


def of_kind(kind: ChangeKind, changes: Iterable[Change]) -> list[Change]:
    """The changes of this kind."""
    return [change for change in changes if change.kind == kind]


def edits(changes: Iterable[Change]) -> Iterator[LineChange]:
    """Yield the changes of lines in a file that is there before and after."""
    return line_changes(of_kind("lines", changes))


def insertions(changes: Iterable[Change]) -> list[LineChange]:
    """The changes that add lines and remove none."""
    return list(filter(LineChange.is_insertion, line_changes(changes)))


def replacements(changes: Iterable[Change]) -> list[LineChange]:
    """The changes that write some lines in the place of others."""
    return list(filter(LineChange.is_replacement, line_changes(changes)))


def rewritten_lines(changes: Iterable[Change]) -> list[LineChange]:
    """The changes that write one line in the place of one."""
    return list(filter(LineChange.is_one_line, line_changes(changes)))


def line_runs_of(changes: Iterable[Change]) -> list[list[LineChange]]:
    """The changes of lines (of one file, in order) in groups that no unchanged line parts."""
    return [list(line_changes(run)) for run in line_runs(changes)]


def rows_after(scene: Scene, change: LineChange) -> range:
    """The rows of the added lines in the text after, counted from 0."""
    start = scene.after_starts[change.id]
    return range(start, start + len(change.hunk.added))


class Numbered(Protocol):
    """A change, or something found in one, that has the change's id."""

    @property
    def id(self) -> int:
        """The id of the change."""


NumberedT = TypeVar("NumberedT", bound=Numbered)


def ids_of(changes: Iterable[Numbered]) -> set[int]:
    """The ids of the changes."""
    return {change.id for change in changes}


def among(changes: Iterable[NumberedT], ids: Container[int]) -> list[NumberedT]:
    """Those of the changes that have one of the ids."""
    return [change for change in changes if change.id in ids]


def without(changes: Iterable[NumberedT], ids: Container[int]) -> list[NumberedT]:
    """Those of the changes that have none of the ids."""
    return [change for change in changes if change.id not in ids]


def with_reason(changes: Iterable[Numbered], reason: str) -> dict[int, str]:
    """Give each of the changes the same reason, for a person."""
    return dict.fromkeys((change.id for change in changes), reason)


def sides_of(changes: Iterable[LineChange]) -> tuple[str, str]:
    """The text that the changes remove together, and the one that they add."""
    listed = list(changes)
    return "".join(change.removed for change in listed), "".join(change.added for change in listed)


def without_blanks(lines: Iterable[str]) -> list[str]:
    """The lines that are not blank."""
    return list(filter(str.strip, lines))


def indent(line: str) -> int:
    """Count the blanks at the beginning of a line."""
    return len(line) - len(line.lstrip())
