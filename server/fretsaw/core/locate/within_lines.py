"""Places of a text that is a part of lines: the contract of `str_replace` tools, which count occurrences, not lines."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, groupby

from fretsaw.core.locate.fit import Fit
from fretsaw.core.locate.view import MOST, View
from fretsaw.core.reply.edit_block import EditBlock

_MOST_EVERY = 10_000


def fits_within_lines(view: View, block: EditBlock) -> list[Fit]:
    """One fit for each occurrence of the old text, with the whole lines around it; one in all for every place.

    Old `x`, new `y`: line `f(x, x)` is two occurrences, and with `every` one fit that makes it `f(y, y)`.
    """
    old, new = "\n".join(block.search), "\n".join(block.replace)
    if not old.strip() or old == new:
        return []
    text = "\n".join(view.bodies)
    starts = _starts(text, old, MOST if block.every is None else _MOST_EVERY)
    offsets = [0, *accumulate(len(line) + 1 for line in view.bodies)]
    places = [
        (bisect_right(offsets, at) - 1, bisect_right(offsets, max(at, at + len(old) - 1)) - 1, at) for at in starts
    ]
    if not places or block.every not in (0, len(places)):
        return [_fit(text, offsets, [place], old, new) for place in places]
    return [_every(text, offsets, places, block)]


def _every(text: str, offsets: list[int], places: list[tuple[int, int, int]], block: EditBlock) -> Fit:
    """All occurrences as one fit; those that share a line are written at once."""
    old, new = "\n".join(block.search), "\n".join(block.replace)
    groups = [list(group) for _, group in groupby(_runs(places), key=lambda pair: pair[0])]
    splices = [_fit(text, offsets, [place for _, place in group], old, new) for group in groups]
    spots = tuple(splice for fit in splices for splice in fit.splices)
    return Fit((None,) * len(block.search), spots[0][0], spots[-1][1], spots)


def _starts(text: str, old: str, most: int) -> list[int]:
    found: list[int] = []
    at = text.find(old)
    while at >= 0 and len(found) < most:
        found.append(at)
        at = text.find(old, at + len(old))
    return found


def _runs(places: list[tuple[int, int, int]]) -> list[tuple[int, tuple[int, int, int]]]:
    """Each place with the number of the run of touching lines that it is in."""
    out: list[tuple[int, tuple[int, int, int]]] = []
    last, run = -1, 0
    for place in places:
        run += place[0] > last
        last = max(last, place[1])
        out.append((run, place))
    return out


def _fit(text: str, offsets: list[int], places: list[tuple[int, int, int]], old: str, new: str) -> Fit:
    first, last = places[0][0], places[-1][1]
    begin, end = offsets[first], offsets[last + 1] - 1
    parts: list[str] = []
    here = begin
    for _, _, at in places:
        parts += [text[here:at], new]
        here = at + len(old)
    parts.append(text[here:end])
    lines = "".join(parts).split("\n")
    return Fit(tuple(range(first, last + 1)), first, last + 1, ((first, last + 1, tuple(lines)),))
