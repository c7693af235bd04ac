"""The changes that are in the working tree already, under review: where each is, and which are decided."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune.verdict import Verdict
from fretsaw.core.text.lines import split_lines


@dataclass(frozen=True, slots=True)
class TreeChange:
    """One change of the working tree with its verdict and its place."""

    key: str
    """The same as long as its lines are, wherever they move."""
    verdict: Verdict
    line: int
    """Its first line in the file as it is, from 0."""

    @property
    def path(self) -> str:
        """The file's path."""
        return self.verdict.change.path

    @property
    def added(self) -> tuple[str, ...]:
        """The lines that it brought; of a new file none, since the whole file is its place."""
        hunk = self.verdict.change.hunk
        return hunk.added if hunk is not None and self.verdict.change.kind == "lines" else ()


@dataclass(slots=True)
class TreeReview:
    """All changes between a commit and the working tree, as they were when it was looked at."""

    root: str
    title: str
    last_commit: bool
    """True if the last commit is looked at too."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Path -> text of the files as they are."""
    changes: tuple[TreeChange, ...] = ()
    decided: frozenset[str] = frozenset()
    """Keys of changes that a person accepted, or wants reverted."""

    def undecided(self) -> Iterator[TreeChange]:
        """The changes that wait for a person."""
        return (change for change in self.changes if change.key not in self.decided)

    def find(self, keys: Iterable[str]) -> tuple[TreeChange, ...]:
        """The changes with these keys."""
        wanted = frozenset(keys)
        return tuple(change for change in self.changes if change.key in wanted)


def tree_changes(proposed: PatchSet, verdicts: Sequence[Verdict]) -> tuple[TreeChange, ...]:
    """The changes with their places in the text after all of them."""
    shift: dict[str, int] = dict.fromkeys(proposed.paths, 0)
    seen: dict[str, int] = {}
    placed = []
    for item in verdicts:
        change, hunk = item.change, item.change.hunk
        text = _content(change)
        seen[text] = seen.get(text, 0) + 1  # the same lines may change twice in a file
        key = hashlib.sha256(f"{text}\0{seen[text]}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
        line = 0
        if hunk is not None and change.kind == "lines":
            line = hunk.start + shift[change.path]
            shift[change.path] += len(hunk.added) - len(hunk.removed)
        placed.append(TreeChange(key, item, line))
    return tuple(placed)


def _content(change: Change) -> str:
    hunk = change.hunk
    lines = ("".join(hunk.removed), "".join(hunk.added)) if hunk else ("", "")
    return "\0".join((change.path, change.kind, *lines))


def lines_of(change: TreeChange, text: str, reviewed_text: str) -> tuple[int, int] | None:
    """The lines (from 0, the last not included) at which a change is in a text that may have been edited since.

    None where it cannot be told.
    """
    if text == reviewed_text:
        return change.line, change.line + len(change.added)
    if not change.added:
        return None
    lines, added = split_lines(text), list(change.added)
    places = [at for at in range(len(lines) - len(added) + 1) if lines[at : at + len(added)] == added]
    if not places:
        return None
    at = min(places, key=lambda place: abs(place - change.line))
    return at, at + len(added)
