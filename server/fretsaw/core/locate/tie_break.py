"""The hunks of one file placed together: order, neighbours, line numbers and anchors break ties, or nothing does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from operator import attrgetter

from fretsaw.core.locate.anchors import inside, under_heading
from fretsaw.core.locate.fit import Fit
from fretsaw.core.locate.items import Item
from fretsaw.core.locate.only import only
from fretsaw.core.locate.view import View

_NOWHERE = sys.maxsize
"""A line that no place begins behind."""


def settle_ties(view: View, items: list[Item], *, trusted: bool, ordered: bool) -> None:
    """Leave each item only the places that its neighbours, its number or its anchors allow.

    `trusted`: line numbers elsewhere in the reply were found to be right, so that one may stand alone.
    `ordered`: the form gives its edits in the order of the file.
    """
    if ordered:
        _by_order(items)
    offset = _offset(items)
    for item in items:
        if len(item.fits) > 1:
            _break_tie(view, item, offset)
    if ordered:
        _by_order(items)
    for item in items:
        if not item.pattern.old:
            _insert(view, item, offset if trusted else None)


def _by_order(items: list[Item]) -> None:
    """Drop places that no order of all items allows; change nothing where the items are out of order.

    Two sweeps. Down: a place must not begin before the earliest end of the item above. Up: it must not end after the
    latest begin of the item below. A at 3 or 40, B at 20 or 1: down drops B at 1, up drops A at 40.
    """
    ordered = [item for item in items if item.fits]
    from_top = _in_order([item.fits for item in ordered], attrgetter("core"))
    from_bottom = _in_order(from_top[::-1], _core_from_bottom)
    places = from_bottom[::-1]
    if not all(places):
        return
    offset = _offset(items)
    for item, fits in zip(ordered, places, strict=True):
        if len(fits) > 1 or not _is_doubtful(item, fits[0], offset):
            item.fits = fits


def _is_doubtful(item: Item, last: Fit, offset: int | None) -> bool:
    """Return True if the order alone must not decide for the last place left: others were not looked for, or the line
    number points exactly at another one."""
    target = _target(item, offset)
    has_number_elsewhere = target != last.start and target in [other.start for other in item.all_fits]
    return item.capped or has_number_elsewhere


def _core_from_bottom(fit: Fit) -> tuple[int, int]:
    """The lines that a fit changes, counted upwards: lines 3 to 5 are -5 to -3."""
    start, end = fit.core
    return -end, -start


def _in_order(places: list[list[Fit]], core: Callable[[Fit], tuple[int, int]]) -> list[list[Fit]]:
    """The places without those that begin before the earliest end of the item before.

    From an item on that has no place left, there are none.
    """
    left: list[list[Fit]] = []
    earliest_end = -_NOWHERE
    for fits in places:
        behind = [fit for fit in fits if core(fit)[0] >= earliest_end]
        earliest_end = min((core(fit)[1] for fit in behind), default=_NOWHERE)
        left.append(behind)
    return left


def _offset(items: list[Item]) -> int | None:
    """Find how far the line numbers are off, by the placed items; 0 without any, None where they do not agree.

    Numbers 10 and 20 for what stands at 13 and 23 only: 3, so that number 30 means 33.
    """
    offsets = {item.offset for item in items}
    return only(offsets - {None} or {0})


def _target(item: Item, offset: int | None) -> int | None:
    """Correct the line number by the placed neighbours; None without a number, or where these do not agree."""
    if item.line is None or offset is None:
        return None
    return item.line + offset


def _break_tie(view: View, item: Item, offset: int | None) -> None:
    """Leave the one place that the line number points at, or that the anchors enclose; all where the two disagree."""
    chosen = _chosen_start(view, item, offset)
    if chosen is not None:
        item.fits = [fit for fit in item.fits if fit.start == chosen]


def _chosen_start(view: View, item: Item, offset: int | None) -> int | None:
    """Choose a place by the line number and the anchors; None where these disagree or say nothing.

    Places 3 and 40, number 40: the place is 40, unless the anchors enclose 3. Where no number points at one, anchors
    decide alone only for an edit that has no number at all, and if every place was looked at.
    """
    enclosed = inside(view, item.block.anchors, item.fits)
    target = _target(item, offset)
    starts: list[int | None] = [fit.start for fit in item.fits]
    if starts.count(target) == 1:
        agree = enclosed in (None, target)
        return target if agree else None
    anchors_decide = item.line is None and not item.capped
    return enclosed if anchors_decide else None


def _insert(view: View, item: Item, offset: int | None) -> None:
    """Place new lines that come without any old line."""
    place = _place_of_insertion(view, item, offset)
    if place is None:
        return
    is_certain = item.block.at_end or not view.bodies
    item.rung = "exact" if is_certain else "line-number"
    item.leave([Fit(at=(), start=place, end=place, splices=((place, place, item.pattern.added),))])


def _place_of_insertion(view: View, item: Item, offset: int | None) -> int | None:
    """Find the place that a number says, where the other numbers were found right: `offset` is 0."""
    count = len(view.bodies)
    after_line = item.block.after_line
    if after_line is not None:
        return after_line if after_line <= count else None
    if item.block.at_end or count == 0:
        return count
    line = item.line
    if line is None or not 0 <= line <= count or offset != 0:
        return None
    return line if under_heading(view, item.block.anchors, line) else None
