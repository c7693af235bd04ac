"""Where the places of a proposal are after a person typed elsewhere, and which of them were touched.

Knows nothing of editors or of protocols: an edit is three values, a text is a string.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Literal, TypeAlias

from fretsaw.core.patch.values import Hunk
from fretsaw.core.text import split_lines

Place: TypeAlias = Literal["before", "after", "touched"]
"""before: the old lines stand there; after: the new ones; touched: neither."""
_MOST_PAIRS = 4_000_000
"""More pairs of lines than this are not compared one by one."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The characters from `start` to `end` become `text`."""

    start: int
    end: int
    text: str

    @classmethod
    def between(cls, before: str, after: str) -> Edit:
        """The one edit that makes one text of the other, its equal head and tail left out."""
        most = min(len(before), len(after))
        head = _common(before, after, most)
        tail = _common(before[::-1], after[::-1], most - head)
        return cls(head, len(before) - tail, after[head : len(after) - tail])

    @property
    def shift(self) -> int:
        """By how much what comes after it moves."""
        return len(self.text) - (self.end - self.start)

    def on(self, text: str) -> str:
        """The text after it."""
        return text[: self.start] + self.text + text[self.end :]


def _common(one: str, other: str, most: int) -> int:
    """Length of the common head, at most so long; by halving, so that slices are compared in C."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


@dataclass(frozen=True, slots=True)
class Span:
    """Where one change of a proposal is in the present text."""

    id: int
    start: int
    end: int
    """Offsets; the same for a place between two lines."""
    old: str
    """The text that it removes."""
    new: str
    """The text that it adds."""
    around: tuple[str, str] = ("", "")
    """The line before and the line after, for finding a place between two lines again."""
    touched: bool = False
    """Somebody typed into it: what is typed at its ends then belongs to it too, until it is whole again."""

    def place(self, text: str) -> Place:
        """What stands there now."""
        now = text[self.start : self.end]
        if now not in (self.old, self.new) or not _on_lines(text, self.start, self.end):
            return "touched"
        return "before" if now == self.old else "after"


def _on_lines(text: str, start: int, end: int) -> bool:
    """Whether both ends of a span are ends of lines."""
    return (start == 0 or text[start - 1] == "\n") and (end in (len(text), start) or text[end - 1] == "\n")


def spans(before: str, hunks: Iterable[tuple[int, Hunk]]) -> tuple[Span, ...]:
    """The places of hunks (with their ids) in the text they were derived from."""
    lines = split_lines(before)
    offsets = [0, *accumulate(len(line) for line in lines)]
    return tuple(
        Span(
            number,
            offsets[hunk.start],
            offsets[hunk.end],
            "".join(hunk.removed),
            "".join(hunk.added),
            (lines[hunk.start - 1] if hunk.start else "", lines[hunk.end] if hunk.end < len(lines) else ""),
        )
        for number, hunk in hunks
    )


def after_edit(all_spans: Sequence[Span], edit: Edit, text: str) -> tuple[Span, ...]:
    """The spans after an edit; `text` is the text after it."""
    grown = _insertion(all_spans, edit, text)
    moved = (
        replace(span, start=grown[1], end=grown[2])
        if grown and span.id == grown[0]
        else _moved(span, edit, text, grown)
        for span in all_spans
    )
    return tuple(replace(span, touched=span.place(text) == "touched") for span in moved)


def _insertion(all_spans: Sequence[Span], edit: Edit, text: str) -> tuple[int, int, int] | None:
    """(id, start, end) of the empty span whose own text this edit put in: an accept, or an undo of a removal.

    Editors may write the same insertion shifted, e.g. `"\\nx"` at the end of a line for `"x\\n"` before the next.
    """
    if edit.start != edit.end or not edit.text:
        return None
    for span in all_spans:
        near = span.start == span.end and edit.start <= span.start <= edit.start + len(edit.text)
        for own in (span.new, span.old) if near else ():
            end = span.start + len(own)
            if len(own) == len(edit.text) and text[span.start : end] == own:
                return span.id, span.start, end
    return None


def _moved(span: Span, edit: Edit, text: str, grown: tuple[int, int, int] | None) -> Span:
    if grown and span.start == span.end == grown[1]:
        # Two insertions at one place stay in the order of their ids.
        return span if span.id < grown[0] else replace(span, start=grown[2], end=grown[2])
    if edit.end < span.start or (edit.end == span.start and not span.touched):
        return replace(span, start=span.start + edit.shift, end=span.end + edit.shift)
    if edit.start > span.end or (edit.start == span.end and not span.touched):
        return span
    touched = replace(span, start=min(span.start, edit.start), end=max(span.end, edit.end) + edit.shift)
    whole = touched.start != touched.end and touched.place(text) != "touched"
    return touched if whole else _found_again(touched, text)


def _found_again(span: Span, text: str) -> Span:
    """The span narrowed to where its old or new lines still stand, once, within what was touched."""
    low = text.rfind("\n", 0, span.start) + 1
    high = text.find("\n", span.end)
    high = len(text) if high < 0 else high + 1
    if not span.old:
        before, after = span.around
        high += len(after)
        found = _once(text, before + after, max(0, low - len(before)), high) if before + after else None
        return span if found is None else replace(span, start=found + len(before), end=found + len(before))
    for own in (span.old, span.new):
        found = _once(text, own, low, high) if own else None
        if found is not None and _on_lines(text, found, found + len(own)):
            return replace(span, start=found, end=found + len(own))
    return span


def _once(text: str, wanted: str, low: int, high: int) -> int | None:
    at = text.find(wanted, low, high)
    return at if at >= 0 and text.find(wanted, at + 1, high) < 0 else None


def follow(all_spans: Sequence[Span], before: str, edits: Iterable[Edit]) -> tuple[Span, ...]:
    """The spans after several edits of the text they are places of."""
    now = tuple(all_spans)
    text = before
    for edit in edits:
        text = edit.on(text)
        now = after_edit(now, edit, text)
    return now


def differences(before: str, now: str) -> tuple[Edit, ...]:
    """Edits, in an order in which they can be made one after the other, that lead from one text to the other."""
    if before == now:
        return ()
    old, new = split_lines(before), split_lines(now)
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    old_middle, new_middle = old[head : len(old) - tail], new[head : len(new) - tail]
    if len(old_middle) * len(new_middle) > _MOST_PAIRS:
        return (Edit.between(before, now),)
    at = [0, *accumulate(len(line) for line in old)][head:]
    codes = SequenceMatcher(None, old_middle, new_middle, autojunk=False).get_opcodes()
    return tuple(
        Edit(at[i1], at[i2], "".join(new_middle[j1:j2])) for tag, i1, i2, j1, j2 in reversed(codes) if tag != "equal"
    )
