"""The facts of one file of a patch while its changes are judged. Computes each fact once, when first asked."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TypeVar

from fretsaw.core.issue import Issue
from fretsaw.core.languages import syntax_of
from fretsaw.core.patch import assemble
from fretsaw.core.patch.logical import kinds
from fretsaw.core.patch.patch_set import Change, FilePatch, Hunk, PatchSet
from fretsaw.core.prune.block_depth import depths
from fretsaw.core.prune.data import asks_for_layout, in_file_layout, is_data
from fretsaw.core.prune.definitions_around import definitions_around, outer_rows
from fretsaw.core.prune.issue_topics import IssueTopics, issue_topics
from fretsaw.core.prune.syntax import Outline, outline
from fretsaw.core.prune.used_names import used
from fretsaw.core.text.lines import split_lines

ChangeT = TypeVar("ChangeT")


@dataclass(frozen=True)
class Scene:
    """One file, all its atomic changes, and the patch and the issue around it."""

    file: FilePatch
    changes: tuple[Change, ...]
    patch: PatchSet
    issue: Issue
    read: Callable[[str], str | None] | None = None
    """Text of any path of the snapshot, where there is one to ask."""
    find: Callable[[str], Iterable[str]] | None = None
    """Paths of the snapshot that hold a word, where there is one to ask."""
    meaning: str | None = None
    """Of a file that was formatted anew: a text that means what the text after does, which may not parse for its
    layout."""
    judged: dict[int, tuple[str, bool]] = field(default_factory=dict)
    """id → (rule, whether it proves), of the changes of this file that an earlier rule spoke of."""

    @property
    def path(self) -> str:
        """The file's path."""
        return self.file.path

    @cached_property
    def language(self) -> str:
        """By the file's name; "" where none is known."""
        return syntax_of(self.file.path)

    @cached_property
    def asked(self) -> IssueTopics:
        """Return the topics that the issue asks for."""
        return issue_topics(self.issue)

    @cached_property
    def text_before(self) -> str:
        """The whole text before; "" of a file that is created."""
        return self.file.before or ""

    @cached_property
    def text_after(self) -> str:
        """The whole text after, all changes taken; "" of a file that is deleted."""
        return self.file.after or ""

    @cached_property
    def before(self) -> list[str]:
        """Lines before."""
        return split_lines(self.text_before)

    @cached_property
    def after(self) -> list[str]:
        """Lines after, all changes taken."""
        return split_lines(self.text_after)

    def definitions_around(self, row: int) -> Iterator[str]:
        """The names of the definitions that a line of the text before stands in, the nearest first."""
        return definitions_around(self.before, self._outer_rows, row)

    @cached_property
    def _outer_rows(self) -> Sequence[int]:
        return outer_rows(self.before)

    @cached_property
    def words_before(self) -> frozenset[str]:
        """All words of the text before that could be names."""
        return used(self.text_before)

    @cached_property
    def data_in_old_layout(self) -> str | None:
        """Data: the text before with what really changes; None where that is not known, or another layout is asked
        for."""
        is_edit = self.file.op == "edit" and self.meaning is None
        if not is_edit or self.asks_for_data_layout:
            return None
        return in_file_layout(self.path, self.text_before, self.text_after)

    @cached_property
    def asks_for_data_layout(self) -> bool:
        """True if the file holds data, and the issue speaks of the layout of such."""
        return is_data(self.path) and asks_for_layout(self.issue.text)

    @cached_property
    def outline_before(self) -> Outline | None:
        """Other languages: imports, declarations and the like before; None where nothing can be said."""
        return outline(self.text_before, self.language)

    @cached_property
    def outline_after(self) -> Outline | None:
        """The same of the text after."""
        return outline(self.text_after, self.language)

    @cached_property
    def depths(self) -> tuple[Sequence[int] | None, Sequence[int] | None]:
        """Return each line's depth in blocks, before and after; None for a side of which nothing can be told."""
        return depths(self.text_before, self.language), depths(self.text_after, self.language)

    @cached_property
    def line_kinds(self) -> tuple[list[str], list[str]]:
        """Return the kind of each line before and after, as `core.patch.logical` has it; "inside" continues a
        statement."""
        return list(kinds(self.before)), list(kinds(self.after))

    def without(self, ids: set[int]) -> str:
        """The text after, without these changes of the file."""
        return self.text_with(changes_but(self.changes, ids))

    def text_with(self, changes: Iterable[Change]) -> str:
        """The text before with these changes of the file alone."""
        patch = assemble(PatchSet((self.file,)), changes)
        whole = patch.files[0].after if patch else self.file.before
        return whole or ""

    def beside(self, change: Change) -> list[Change]:
        """The changes right before and right after, where no unchanged line parts them from it."""
        touches_it = partial(touches, change)
        return list(filter(touches_it, self.neighbours(change)))

    def neighbours(self, change: Change) -> list[Change]:
        """The changes of the file right before and right after it, wherever they are."""
        at = self._places[change.id]
        before, after = self.changes[max(at - 1, 0) : at], self.changes[at + 1 : at + 2]
        return [*before, *after]

    def provable(self, change: Change) -> bool:
        """Return True if a rule that proves what it finds spoke of the change."""
        return self.judged.get(change.id, ("", False))[1]

    @cached_property
    def _places(self) -> dict[int, int]:
        return {change.id: at for at, change in enumerate(self.changes)}

    @cached_property
    def after_starts(self) -> dict[int, int]:
        """id → index from 0 of the first added line in the text after, of the changes that have lines."""
        starts: dict[int, int] = {}
        shift = 0
        for change in self.changes:
            if change.hunk is not None:
                starts[change.id] = change.hunk.start + shift
                shift += len(change.hunk.added) - len(change.hunk.removed)
        return starts


def touches(one: Change, other: Change) -> bool:
    """Return True if no unchanged line lies between two changes of a file."""
    hunk, other_hunk = one.hunk, other.hunk
    if hunk is None or other_hunk is None:
        return False
    is_right_above = hunk.end == other_hunk.start
    is_right_below = other_hunk.end == hunk.start
    return is_right_above or is_right_below


def text(lines: tuple[str, ...]) -> str:
    """The lines as one text."""
    return "".join(lines)


def is_code(lines: Iterable[str]) -> bool:
    """Return True if a line holds anything but blanks."""
    return any(map(str.strip, lines))


def is_blank(hunk: Hunk) -> bool:
    """Return True if the hunk holds blank lines only."""
    return not is_code(hunk.removed + hunk.added)


def ids_of(changes: Iterable[Change]) -> set[int]:
    """The ids of the changes."""
    return {change.id for change in changes}


def changes_but(changes: Iterable[Change], ids: Container[int]) -> list[Change]:
    """The changes without those that have one of these ids."""
    return [change for change in changes if change.id not in ids]


def line_changes(changes: Iterable[Change]) -> list[Change]:
    """The changes of lines, without those that are about a file as a whole."""
    return [change for change in changes if change.kind == "lines"]


def added_lines(change: Change) -> tuple[str, ...]:
    """The lines that the change adds; none where it is about the file as a whole."""
    return change.hunk.added if change.hunk else ()


def removed_lines(change: Change) -> tuple[str, ...]:
    """The lines that the change removes; none where it is about the file as a whole."""
    return change.hunk.removed if change.hunk else ()


def hunks_of(changes: Iterable[Change]) -> list[Hunk]:
    """The hunks of the changes that have one, in order."""
    hunks = (change.hunk for change in changes)
    return list(filter(None, hunks))


def line_runs(changes: Iterable[Change]) -> list[list[Change]]:
    """The changes of lines (of one file, in order) in groups that no unchanged line parts."""
    return runs(line_changes(changes))


def runs(changes: Iterable[Change]) -> list[list[Change]]:
    """The changes (of one file, in order) in groups that no unchanged line parts."""
    return grouped(changes, touches)


def grouped(changes: Iterable[ChangeT], joins: Callable[[ChangeT, ChangeT], bool]) -> list[list[ChangeT]]:
    """The changes in groups; one that `joins` the change before it is in the group of that one."""
    groups: list[list[ChangeT]] = []
    for change in changes:
        if groups and joins(groups[-1][-1], change):
            groups[-1].append(change)
        else:
            groups.append([change])
    return groups
