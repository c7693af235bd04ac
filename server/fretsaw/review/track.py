"""Follow the places of a proposal while a person types elsewhere, and notice which of them were touched.

An edit is three values, a text is a string.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal, TypeAlias

from fretsaw.core.patch.derive import hunks_of
from fretsaw.core.patch.patch_set import Hunk
from fretsaw.core.text.lines import split_lines
from fretsaw.core.text.short import common_head

Place: TypeAlias = Literal["before", "after", "touched"]
"""before: the old lines stand there; after: the new ones; touched: neither."""


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
        head = common_head(before, after)
        tail = min(common_head(before[::-1], after[::-1]), most - head)
        return cls(head, len(before) - tail, after[head : len(after) - tail])

    @property
    def shift(self) -> int:
        """By how much what comes after it moves."""
        return len(self.text) - (self.end - self.start)

    def on(self, text: str) -> str:
        """The text after it."""
        return text[: self.start] + self.text + text[self.end :]


@dataclass(frozen=True, slots=True)
class Span:
    """The place of one change in the present text."""

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
        """Tell which text stands there now: the old one, the new one or another."""
        now = text[self.start : self.end]
        if now not in (self.old, self.new) or not _on_lines(text, self.start, self.end):
            return "touched"
        return "before" if now == self.old else "after"


def _on_lines(text: str, start: int, end: int) -> bool:
    """Return True if both ends of a span are ends of lines."""
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
        size = len(edit.text)
        near = span.start == span.end and edit.start <= span.start <= edit.start + size
        # What stood between the edit and the place has to stand there still.
        same = near and text[edit.start : span.start] == text[edit.start + size : span.start + size]
        if same and text[span.start : span.start + size] in (span.new, span.old):
            return span.id, span.start, span.start + size
    return None


def _moved(span: Span, edit: Edit, text: str, grown: tuple[int, int, int] | None) -> Span:
    """The span after an edit that did not put its own text in; `text` is the text after the edit.

    A span at 10 to 20: an edit at 5 moves it, one at 25 leaves it, one at 15 touches it. One that only touches 10 or
    20 is beside it, but counts as in it where the span was touched before.
    """
    if grown and span.start == span.end == grown[1]:
        # Two insertions at one place stay in the order of their ids.
        return span if span.id < grown[0] else replace(span, start=grown[2], end=grown[2])
    restored = _restored(span, edit, text)
    if restored is not None:
        return restored
    if edit.end < span.start or (edit.end == span.start and not span.touched):
        return replace(span, start=span.start + edit.shift, end=span.end + edit.shift)
    if edit.start > span.end or (edit.start == span.end and not span.touched):
        return span
    return _touched(span, edit, text)


def _restored(span: Span, edit: Edit, text: str) -> Span | None:
    """The span where its removed lines came back, together with what is around them; None where they did not."""
    if not span.old or not edit.start == edit.end == span.start == span.end:
        return None
    back = _found_again(replace(span, end=span.end + edit.shift), text)
    return back if back.start != back.end and back.place(text) == "before" else None


def _touched(span: Span, edit: Edit, text: str) -> Span:
    """The span widened by an edit at or in it, or narrowed to where its lines still stand within that."""
    wide = replace(span, start=min(span.start, edit.start), end=max(span.end, edit.end) + edit.shift)
    exactly = (edit.start, edit.end) == (span.start, span.end)
    whole = (exactly or wide.start != wide.end) and wide.place(text) != "touched"
    return wide if whole else _found_again(wide, text)


def _found_again(span: Span, text: str) -> Span:
    """The span narrowed to where its old or new lines still stand, once, within what was touched.

    Where they stand more than once, the lines around them decide.
    """
    low = text.rfind("\n", 0, span.start) + 1
    high = span.end
    if text[high - 1 : high] != "\n":
        high = text.find("\n", span.end) + 1 or len(text)
    before, after = span.around
    wide_low, wide_high = max(0, low - len(before)), high + len(after)
    for own in (span.old, span.new):
        found = _once(text, own, low, high) if own else None
        if found is None and before + after:
            found = _between(text, before, own, after, (wide_low, wide_high))
        if found is not None and _on_lines(text, found, found + len(own)):
            return replace(span, start=found, end=found + len(own))
    return span


def _between(text: str, before: str, own: str, after: str, window: tuple[int, int]) -> int | None:
    """Find a text that stands once between two lines; a missing line is the text's own beginning or end."""
    wide = _once(text, before + own + after, *window)
    if wide is None or (not before and wide > 0) or (not after and wide + len(before + own) < len(text)):
        return None
    return wide + len(before)


def _once(text: str, wanted: str, low: int, high: int) -> int | None:
    at = text.find(wanted, low, high)
    return at if at >= 0 and text.find(wanted, at + 1, high) < 0 else None


class Memory:
    """The places in texts that were there before, or that are known to come: nothing has to be guessed in them again.

    So an undo brings every change back, whatever was typed into it.
    """

    MOST = 200
    """Texts that are remembered; the one that was met longest ago is forgotten first."""

    def __init__(self) -> None:
        self._places: dict[tuple[int, int], tuple[Span, ...]] = {}

    def keep(self, text: str, places: tuple[Span, ...]) -> None:
        """Remember the places in a text."""
        key = (len(text), hash(text))
        self._places.pop(key, None)
        self._places[key] = places
        if len(self._places) > self.MOST:
            del self._places[next(iter(self._places))]

    def recall(self, text: str) -> tuple[Span, ...] | None:
        """The places in a text that was met before."""
        return self._places.get((len(text), hash(text)))


def follow(
    all_spans: Sequence[Span], before: str, edits: Iterable[Edit], memory: Memory | None = None
) -> tuple[Span, ...]:
    """The spans after several edits of the text they are places of."""
    memory = memory or Memory()
    now = tuple(all_spans)
    text = before
    memory.keep(text, now)
    for edit in edits:
        text = edit.on(text)
        then = memory.recall(text)
        now = then if then is not None else after_edit(now, edit, text)
        memory.keep(text, now)
    return now


def differences(before: str, now: str) -> tuple[Edit, ...]:
    """Edits, in an order in which they can be made one after the other, that lead from one text to the other.

    Derived as proposals are, so that a change that was made meanwhile is recognised whole.
    """
    at = [0, *accumulate(len(line) for line in split_lines(before))]
    return tuple(Edit(at[hunk.start], at[hunk.end], "".join(hunk.added)) for hunk in reversed(hunks_of(before, now)))
