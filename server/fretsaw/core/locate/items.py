"""An edit block as items: its pattern, or its parts around left-out lines, each with the places that it may have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, pairwise
from operator import attrgetter

from fretsaw.core.locate.fit import Fit, consecutive
from fretsaw.core.locate.ladder import LADDER
from fretsaw.core.locate.misfit import MisfitKind
from fretsaw.core.locate.only import only
from fretsaw.core.locate.pattern import Pattern, from_texts, pattern_of, pieces
from fretsaw.core.locate.placeholders import is_placeholder, may_hold_placeholder, without_placeholders
from fretsaw.core.locate.respell import respelled
from fretsaw.core.locate.view import View, same, without_trailing
from fretsaw.core.locate.within_lines import fits_within_lines
from fretsaw.core.locate.wrappings import foreign_mark, unwrapped, without_leftovers
from fretsaw.core.reply.edit_block import EditBlock

_MAY_BE_PARTS = ("arguments", "tags")
"""Formats whose old text may begin and end within a line."""
_SURE = ("exact", "trailing-blanks", "indentation", "first-line", "inner-blanks", "within-lines")
_LENIENT_IN_LINES = ("trailing-blanks", "inner-blanks", "blank-lines", "typographic")
"""Rungs that find removed lines which are written in another way than the file has them."""
_MOST_LINES = 400_000
"""Lines that the places of one block have together at most, if all of them are to be looked at."""


@dataclass(slots=True)
class Item:
    """A pattern on its way to a place."""

    block: EditBlock
    pattern: Pattern
    rung: str = ""
    fits: list[Fit] = field(default_factory=list)
    all_fits: list[Fit] = field(default_factory=list)
    """Before neighbours were looked at."""
    foreign: tuple[MisfitKind, str] | None = None
    """A new line that no file is to get, and what it is: a mark of the reply's form, a stand-in for left-out lines."""
    capped: bool = False
    """There may be further places that were not looked for."""

    @property
    def line(self) -> int | None:
        """Index from 0 that the model's line number says."""
        if self.block.line is None or not self.pattern.old:
            return self.block.line
        return self.block.line - 1

    @property
    def placed(self) -> Fit | None:
        """The place, where there is exactly one."""
        return only(self.fits)

    @property
    def offset(self) -> int | None:
        """Lines that the place is below the one that the line number says; None where one of them is not known."""
        fit, line = self.placed, self.line
        if fit is None or line is None:
            return None
        return fit.start - line

    @property
    def is_absent(self) -> bool:
        """Return True if there are old lines to look for, and no place has them."""
        return bool(self.pattern.old) and not self.fits

    def leave(self, fits: list[Fit]) -> None:
        """Leave these of the places, or all where these are none."""
        self.fits = self.all_fits = fits or self.fits


def items_of(view: View, block: EditBlock) -> list[Item]:
    """The block as patterns with all the places its strictest rung finds; several where it leaves lines out."""
    block = without_leftovers(block, view.text)
    mark = foreign_mark(block, view.text)
    if mark:
        return [Item(block, pattern_of(block), foreign=("marks", mark))]
    return [_without_stand_ins(view, item) for item in _items_of(view, block)]


def _items_of(view: View, block: EditBlock) -> list[Item]:
    """The block as items, which may still hold stand-ins for lines that were left out."""
    pattern = pattern_of(block)
    if block.after_line is not None:
        return [Item(block, pattern)]
    if block.others:
        return [_of_readings(view, block, pattern)]
    if not pattern.changes and block.no_newline[0] == block.no_newline[1]:
        return []
    return _as_read(view, block, pattern)


def _as_read(view: View, block: EditBlock, pattern: Pattern) -> list[Item]:
    """The block as it stands, or as the first other reading that the file holds for sure, or as parts."""
    if block.every is not None:
        every = _within_lines(view, block, rung="exact")
        if every.fits:
            return [every]
    plain = _climbed(view, block, pattern)
    readings = chain([plain], _other_readings(view, block))
    sure = next(filter(_is_sure, readings), None)
    if sure is not None:
        return [sure]
    parts = pieces(pattern)
    if len(parts) < 2:
        return [plain]
    return _in_order([_climbed(view, block, part) for part in parts])


def _is_sure(item: Item) -> bool:
    """Return True if a strict rung found places, so that no other reading has to be tried."""
    return bool(item.fits) and item.rung in _SURE


def _within_lines(view: View, block: EditBlock, rung: str = "within-lines") -> Item:
    """The block as a part of lines."""
    fits = fits_within_lines(view, block)
    return Item(block=block, pattern=pattern_of(block), rung=rung, fits=fits, all_fits=fits)


def _other_readings(view: View, block: EditBlock) -> Iterator[Item]:
    """The block as a part of lines, and without what may be wrapped around it."""
    may_be_part = block.grammar in _MAY_BE_PARTS
    if may_be_part:
        yield _within_lines(view, block)
    for bare in unwrapped(block):
        pattern = pattern_of(bare)
        if pattern.changes:
            yield _climbed(view, bare, pattern)
            if may_be_part:
                yield _within_lines(view, bare)


def _in_order(parts: list[Item]) -> list[Item]:
    """The parts around left-out lines that change something, each with the places that the other parts leave it.

    They stand one below the other with lines between, so a part without a change still says where the next one is not.
    Two sweeps, as in `tie_break`. Parts A at 3 or 40 and B at 20 or 1: down drops B at 1, up drops A at 40.
    """
    found = [item for item in parts if item.fits]
    for above, below in pairwise(found):
        earliest_end = min(fit.end for fit in above.fits)
        below.leave([fit for fit in below.fits if fit.start > earliest_end])
    for below, above in pairwise(reversed(found)):
        latest_start = max(fit.start for fit in below.fits)
        above.leave([fit for fit in above.fits if fit.end < latest_start])
    return [item for item in parts if item.pattern.changes]


def _without_stand_ins(view: View, item: Item) -> Item:
    """The item without new lines that stand for others; where it is not clear for which, with that as its problem."""
    added = item.pattern.added
    if not may_hold_placeholder("\n".join(added)) or not any(map(is_placeholder, added)):
        return item
    pattern, unknown = without_placeholders(item.pattern, view.index())
    if unknown:
        return replace(item, foreign=("placeholder", unknown))
    if not pattern.changes:
        return Item(item.block, pattern)
    return item if pattern == item.pattern else _climbed(view, item.block, pattern)


def _climbed(view: View, block: EditBlock, pattern: Pattern) -> Item:
    """The pattern with the places that the strictest rung finds."""
    if not pattern.old:
        return Item(block, pattern)
    for name, rung in LADDER.items():
        fits = rung(view, pattern)
        if fits:
            return _found(view, Item(block, pattern, rung=name), fits)
    return Item(block, pattern)


def _found(view: View, item: Item, fits: list[Fit]) -> Item:
    """The item with the places that its rung found, as far as the block allows them."""
    pattern = item.pattern
    if item.block.at_end:
        last = len(view.bodies) - 1
        fits = [fit for fit in fits if fit.end >= last] or fits
    if item.rung in _LENIENT_IN_LINES:
        fits = [respelled(view, pattern, fit) for fit in fits]
    lines_to_look_at = len(fits) * len(pattern.old)
    item.capped = len(fits) >= view.most or lines_to_look_at > _MOST_LINES
    item.leave(_with_numbered(view, item, fits) if item.capped else fits)
    return item


def _with_numbered(view: View, item: Item, fits: list[Fit]) -> list[Fit]:
    """The places with the one that the line number points at, where there are too many to look at all."""
    line, old = item.line, item.pattern.old
    if line is None or line in [fit.start for fit in fits]:
        return fits
    is_there = view.between(first=line, stop=line + len(old), key=same) == list(old)
    fit = consecutive(view, item.pattern, line) if is_there else None
    return fits if fit is None else sorted([*fits, fit], key=attrgetter("start"))


def _of_readings(view: View, block: EditBlock, first: Pattern) -> Item:
    """The block split at the last of its dividers that leaves a search text of the file.

    A shorter search text is the beginning of the right one and so is in the file too; a longer one is not.
    """
    pattern = first
    for search, new in block.others:
        other = from_texts(search, new)
        is_in_file = bool(search) and bool(view.find(search, without_trailing))
        if other.changes and is_in_file:
            pattern = other
    return _climbed(view, block, pattern)
