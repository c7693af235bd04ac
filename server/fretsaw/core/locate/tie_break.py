"""The hunks of one file placed together: order, neighbours, line numbers and anchors break ties, or nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from fretsaw.core.locate.anchors import inside, under_heading
from fretsaw.core.locate.fit import Fit, Splice, consecutive
from fretsaw.core.locate.ladder import LADDER
from fretsaw.core.locate.misfit import MisfitKind
from fretsaw.core.locate.pattern import Pattern, from_texts, pattern_of, pieces
from fretsaw.core.locate.placeholders import is_placeholder, may_hold_placeholder, without_placeholders
from fretsaw.core.locate.respell import respelled
from fretsaw.core.locate.view import View, same, without_trailing
from fretsaw.core.locate.within_lines import fits_within_lines
from fretsaw.core.locate.wrappings import foreign_mark, unwrapped, without_leftovers
from fretsaw.core.reply.edit_block import EditBlock


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
        if self.block.line is None:
            return None
        return self.block.line if not self.pattern.old else self.block.line - 1

    @property
    def placed(self) -> Fit | None:
        """The place, where there is exactly one."""
        return self.fits[0] if len(self.fits) == 1 else None


def items_of(view: View, block: EditBlock) -> list[Item]:
    """The block as patterns with all the places its strictest rung finds; several where it leaves lines out."""
    block = without_leftovers(block, view.text)
    mark = foreign_mark(block, view.text)
    if mark:
        return [Item(block, pattern_of(block), foreign=("marks", mark))]
    return [_without_stand_ins(view, item) for item in _items_of(view, block)]


def _items_of(view: View, block: EditBlock) -> list[Item]:
    pattern = pattern_of(block)
    if block.after_line is not None:
        return [Item(block, pattern)]
    if block.others:
        return [_of_readings(view, block, pattern)]
    if not pattern.changes and block.no_newline[0] == block.no_newline[1]:
        return []
    if block.every is not None and (fits := fits_within_lines(view, block)):
        return [Item(block, pattern, "exact", fits, fits)]
    item = _climbed(view, block, pattern)
    if item.rung in _SURE:
        return [item]
    for other in _other_readings(view, block):
        return [other]
    parts = pieces(pattern)
    if len(parts) > 1:
        return _in_order([_climbed(view, block, part) for part in parts])
    return [item]


def _in_order(parts: list[Item]) -> list[Item]:
    """The parts around left-out lines that change something, each with the places that the other parts leave it.

    They stand one below the other with lines between, so a part without a change still says where the next one is not.
    Two sweeps, as in `_by_order`. Parts A at 3 or 40 and B at 20 or 1: down drops B at 1, up drops A at 40.
    """
    found = [item for item in parts if item.fits]
    _leave_below_previous(found)
    _leave_above_next(found)
    return [item for item in parts if item.pattern.changes]


def _leave_below_previous(found: list[Item]) -> None:
    """Leave each item the places that begin below the earliest end of the one above, with a line between."""
    lowest = 0
    for item in found:
        _leave(item, [fit for fit in item.fits if fit.start >= lowest])
        lowest = 1 + min(fit.end for fit in item.fits)


def _leave_above_next(found: list[Item]) -> None:
    """Leave each item the places that end above the latest begin of the one below, with a line between."""
    highest: int | None = None
    for item in reversed(found):
        if highest is not None:
            _leave(item, [fit for fit in item.fits if fit.end < highest])
        highest = max(fit.start for fit in item.fits)


def _leave(item: Item, fits: list[Fit]) -> None:
    """Leave an item these places, or all that it has where there are none."""
    item.fits = item.all_fits = fits or item.fits


def _other_readings(view: View, block: EditBlock) -> Iterator[Item]:
    """The block as a part of lines, and without what may be wrapped around it, where the file holds that for sure."""
    if block.grammar in _MAY_BE_PARTS and (fits := fits_within_lines(view, block)):
        yield Item(block, pattern_of(block), "within-lines", fits, fits)
    for bare in unwrapped(block):
        pattern = pattern_of(bare)
        item = _climbed(view, bare, pattern) if pattern.changes else Item(bare, pattern)
        if item.rung in _SURE:
            yield item
        elif bare.grammar in _MAY_BE_PARTS and (fits := fits_within_lines(view, bare)):
            yield Item(bare, pattern, "within-lines", fits, fits)


def _without_stand_ins(view: View, item: Item) -> Item:
    """The item without new lines that stand for others; where it is not clear for which, with that as its problem."""
    added = item.pattern.added
    if not may_hold_placeholder("\n".join(added)) or not any(map(is_placeholder, added)):
        return item
    pattern, unknown = without_placeholders(item.pattern, view.index())
    if unknown:
        return replace(item, foreign=("placeholder", unknown))
    if pattern == item.pattern or not pattern.changes:
        return item if pattern.changes else Item(item.block, pattern)
    return _climbed(view, item.block, pattern)


_MAY_BE_PARTS = ("arguments", "tags")
"""Formats whose old text may begin and end within a line."""
_SURE = ("exact", "trailing-blanks", "indentation", "first-line", "inner-blanks")


_LENIENT_IN_LINES = ("trailing-blanks", "inner-blanks", "blank-lines", "typographic")
"""Rungs that find removed lines which are written in another way than the file has them."""


def _climbed(view: View, block: EditBlock, pattern: Pattern) -> Item:
    item = Item(block, pattern)
    if not pattern.old:
        return item
    for name, rung in LADDER.items():
        fits = rung(view, pattern)
        if block.at_end and len(fits) > 1:
            fits = [fit for fit in fits if fit.end >= len(view.bodies) - 1] or fits
        if fits:
            if name in _LENIENT_IN_LINES:
                fits = [respelled(view, pattern, fit) for fit in fits]
            item.capped = len(fits) >= view.most or len(fits) * len(pattern.old) > 400_000
            if item.capped:
                fits = _with_numbered(view, item, fits)
            item.rung, item.fits, item.all_fits = name, fits, fits
            break
    return item


def _with_numbered(view: View, item: Item, fits: list[Fit]) -> list[Fit]:
    """The places with the one that the line number points at, where there are too many to look at all."""
    line, pattern = item.line, item.pattern
    if line is None or any(fit.start == line for fit in fits) or not view.matches_at(pattern.old, line, same):
        return fits
    fit = consecutive(view, pattern, line)
    return fits if fit is None else sorted([*fits, fit], key=lambda one: one.start)


def _of_readings(view: View, block: EditBlock, first: Pattern) -> Item:
    """The block split at the last of its dividers that leaves a search text of the file.

    A shorter search text is the beginning of the right one and so is in the file too; a longer one is not.
    """
    found = _climbed(view, block, first)
    for search, new in block.others:
        pattern = from_texts(search, new)
        if search and pattern.changes and view.find(search, without_trailing):
            found = _climbed(view, block, pattern)
    return found


def settle_ties(view: View, items: list[Item], trusted: bool, *, ordered: bool) -> None:
    """Leave each item only the places that its neighbours, its number or its anchors allow.

    `trusted`: line numbers elsewhere in the reply were found to be right, so that one may stand alone.
    `ordered`: the form gives its edits in the order of the file.
    """
    if ordered:
        _by_order(items)
    deltas = _deltas(items)
    for item in items:
        if len(item.fits) > 1:
            _break_tie(view, item, deltas)
    if ordered:
        _by_order(items)
    for item in items:
        if not item.pattern.old:
            _insert_by_number(view, item, deltas, trusted)


def core_of(fit: Fit) -> tuple[int, int]:
    """First line and line after the last that a fit changes."""
    splices: tuple[Splice, ...] = fit.splices
    return (splices[0][0], splices[-1][1]) if splices else (fit.start, fit.end)


def _by_order(items: list[Item]) -> None:
    """Drop places that no order of all items allows; change nothing where the items are out of order.

    Two sweeps. Down: a place must not begin before the earliest end of the item above. Up: it must not end after the
    latest begin of the item below. A at 3 or 40, B at 20 or 1: down drops B at 1, up drops A at 40.
    """
    ordered = [item for item in items if item.fits]
    has_tie = any(item.placed is None for item in ordered)
    if len(ordered) < 2 or not has_tie:
        return
    places = _above_next(_below_previous([item.fits for item in ordered]))
    if not places:
        return
    deltas = _deltas(items)
    for item, fits in zip(ordered, places, strict=True):
        if len(fits) > 1 or not _is_doubtful(item, fits[0], deltas):
            item.fits = fits


def _is_doubtful(item: Item, last: Fit, deltas: set[int]) -> bool:
    """Return True if the order alone must not decide for the last place left: others were not looked for, or the line
    number points at another one."""
    if item.placed is not None:
        return False
    return item.capped or _number_says_else(item, last, deltas)


def _below_previous(places: list[list[Fit]]) -> list[list[Fit]]:
    """The places without those that begin before the earliest end of the item above; none where an item has none."""
    kept: list[list[Fit]] = []
    earliest_end = 0
    for all_fits in places:
        fits = [fit for fit in all_fits if core_of(fit)[0] >= earliest_end]
        if not fits:
            return []
        kept.append(fits)
        earliest_end = min(core_of(fit)[1] for fit in fits)
    return kept


def _above_next(places: list[list[Fit]]) -> list[list[Fit]]:
    """The places without those that end after the latest begin of the item below; none where an item has none."""
    kept = places[-1:]
    for all_fits in reversed(places[:-1]):
        latest_start = max(core_of(fit)[0] for fit in kept[-1])
        fits = [fit for fit in all_fits if core_of(fit)[1] <= latest_start]
        if not fits:
            return []
        kept.append(fits)
    return kept[::-1]


def _number_says_else(item: Item, fit: Fit, deltas: set[int]) -> bool:
    """Return True if the line number points exactly at another of the places."""
    target = _target(item, deltas)
    return target is not None and fit.start != target and any(other.start == target for other in item.all_fits)


def _deltas(items: list[Item]) -> set[int]:
    """Collect the differences between line numbers and places, of the placed items that have a number."""
    return {
        fit.start - item.line
        for item in items
        if item.pattern.old and item.line is not None and (fit := item.placed) is not None
    }


def _target(item: Item, deltas: set[int]) -> int | None:
    """Correct the line number by the placed neighbours, which all have to agree how far it is off; else None."""
    if item.line is None or len(deltas) > 1:
        return None
    return item.line + next(iter(deltas), 0)


def _break_tie(view: View, item: Item, deltas: set[int]) -> None:
    """Leave the one place that the line number points at, or that the anchors enclose; all where the two disagree.

    Places 3 and 40, number 40: the place is 40, unless the anchors enclose 3. Where no number points at one, anchors
    decide alone only for an edit that has no number at all, and if every place was looked at.
    """
    starts, ends = [fit.start for fit in item.fits], [fit.end for fit in item.fits]
    enclosed = inside(view, item.block.anchors, starts, ends)
    target = _target(item, deltas)
    if target is not None and starts.count(target) == 1:
        chosen = target if enclosed in (None, target) else None
    else:
        may_decide = item.line is None and not item.capped
        chosen = enclosed if may_decide else None
    if chosen is not None:
        item.fits = [fit for fit in item.fits if fit.start == chosen]


def _insert_by_number(view: View, item: Item, deltas: set[int], trusted: bool) -> None:
    """New lines without any old line: only a number says where, so other numbers must have been found right."""
    count = len(view.bodies)
    if item.block.after_line is not None:
        if item.block.after_line > count:
            return
        place = item.block.after_line
    elif count == 0:
        place = 0
    elif item.block.at_end:
        place = count
    elif item.line is None or not 0 <= item.line <= count or not trusted or deltas - {0}:
        return
    else:
        place = item.line
        if not under_heading(view, item.block.anchors, place):
            return
    splice = (place, place, item.pattern.added)
    item.rung = "exact" if count == 0 or item.block.at_end else "line-number"
    item.fits = item.all_fits = [Fit((), place, place, (splice,))]
