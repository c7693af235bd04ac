"""The ladder of leniency: named ways to find a pattern in a file, the strictest first.

A rung only finds places; which lines change there is the pattern's, and every other byte is the file's.
Where a rung finds several places, `tie_break` looks at the neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import TypeAlias

from fretsaw.core.locate.fit import Fit, aligned, consecutive
from fretsaw.core.locate.fuzzy_rungs import gap_context, near_context, outer_context, stale_context
from fretsaw.core.locate.habits import tabs_meant
from fretsaw.core.locate.indent import lead, shift_between, unchanged
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.view import (
    Key,
    View,
    bare,
    plain_quotes,
    same,
    solid_starts,
    squeezed,
    typewriter,
    without_trailing,
)

Rung: TypeAlias = Callable[[View, Pattern], "list[Fit]"]


def exact(view: View, pattern: Pattern) -> list[Fit]:
    """The old lines are the file's, byte for byte; blank lines alone may be looked for here."""
    count = len(pattern.old)
    if count == 0:
        return []
    starts = view.find(pattern.old, same)
    fits = [aligned(pattern, tuple(range(start, start + count)), start, unchanged) for start in starts]
    return _possible(fits)


def _by(key: Key) -> Rung:
    """Make the rung that compares lines by a key. Lines of which only blanks are left fit anywhere, so nowhere."""

    def rung(view: View, pattern: Pattern) -> list[Fit]:
        if not any(map(str.strip, pattern.old)):
            return []
        starts = view.find(pattern.old, key)
        return _possible([consecutive(view, pattern, start) for start in starts])

    return rung


def _possible(fits: list[Fit | None]) -> list[Fit]:
    """Leave out the places at which it is unclear how the new lines go in."""
    return [fit for fit in fits if fit is not None]


def first_line(view: View, pattern: Pattern) -> list[Fit]:
    """Only the first line lost its indentation, as where a block begins behind its tag; so did the first new one."""
    if len(pattern.old) < 2 or lead(pattern.old[0]) or not pattern.old[0].strip():
        return []
    found: list[Fit] = []
    for start in view.find(pattern.old, bare):
        depth = lead(view.bodies[start])
        rest = zip(pattern.old[1:], view.bodies[start + 1 : start + len(pattern.old)], strict=True)
        if not depth or any(lead(ours) != lead(theirs) for ours, theirs in rest if ours.strip()):
            continue
        fit = aligned(_indented(pattern, depth), tuple(range(start, start + len(pattern.old))), start, unchanged)
        if fit is not None:
            found.append(fit)
    return found


def _indented(pattern: Pattern, depth: str) -> Pattern:
    """The pattern with its first new line moved right, where that one is not indented either."""
    for at, lines in enumerate(pattern.inserts):
        if lines:
            if lead(lines[0]) or (at and not pattern.removed[0]) or not all(pattern.removed[:at]):
                break
            first = (depth + lines[0], *lines[1:])
            return replace(pattern, inserts=(*pattern.inserts[:at], first, *pattern.inserts[at + 1 :]))
    return pattern


def blank_lines(view: View, pattern: Pattern) -> list[Fit]:
    """Blank lines are missing from the pattern, or stand in it where the file has none."""
    solid = [i for i, line in enumerate(pattern.old) if line.strip()]
    if not solid or not any(len(pattern.old[i].strip()) > 2 for i in solid):
        return []
    places = view.solid()[0]
    starts = solid_starts(view, [bare(pattern.old[i]) for i in solid])
    fits = (_fit_of_solid(view, pattern, solid, places[first : first + len(solid)]) for first in starts)
    return [fit for fit in fits if fit is not None]


def _fit_of_solid(view: View, pattern: Pattern, solid: list[int], places: list[int]) -> Fit | None:
    """The fit whose lines that are not blank, `solid`, are the file's at `places`; None where the rest is unclear.

    Old lines `a`, blank, `b` where the file has a at 10 and b at 13: solid [0, 2], places [10, 13], at [10, 11, 13].
    """
    at: list[int | None] = [None] * len(pattern.old)
    for index, place in zip(solid, places, strict=True):
        at[index] = place
    _pair_blanks(view, at, solid)
    if any(gone and place is None for gone, place in zip(pattern.removed, at, strict=True)):
        return None
    pairs = ((pattern.old[i], view.bodies[place], pattern.removed[i]) for i, place in zip(solid, places, strict=True))
    shift = shift_between(pairs, pattern.added)
    if shift is None:
        return None
    start = min(place for place in at if place is not None)
    fit = aligned(pattern, tuple(at), start, shift)
    return None if fit is None or _spacing_unclear(pattern, at) else fit


def _spacing_unclear(pattern: Pattern, at: list[int | None]) -> bool:
    """Tell whether new lines stand in a gap whose blank lines are not the file's: they might count among them.

    `a +x b`, where the file has a blank line between a and b: before it or after it? With a blank line in the pattern,
    too, x is clear as long as it stands right beside a or b, however many the file has.
    """
    solid = [i for i, line in enumerate(pattern.old) if line.strip()]
    for low, high in pairwise((-1, *solid, len(at))):
        spots = [i for i in range(low + 1, high + 1) if pattern.inserts[i]]
        if not spots:
            continue
        ours, theirs = high - low - 1, _blanks_between(at, low, high)
        if ours == theirs:
            continue
        is_beside_solid = spots in ([low + 1], [high]) and _is_solid_at_ends(pattern.inserts[spots[0]])
        if ours == 0 or not is_beside_solid:
            return True
    return False


def _is_solid_at_ends(lines: Sequence[str]) -> bool:
    return bool(lines[0].strip() and lines[-1].strip())


def _blanks_between(at: list[int | None], low: int, high: int) -> int:
    """Count the blank lines the file has between two old lines; at an end of the pattern only those that it has too."""
    first = at[low] if low >= 0 else None
    last = at[high] if high < len(at) else None
    if first is None or last is None:
        return sum(place is not None for place in at[low + 1 : high])
    return last - first - 1


def _pair_blanks(view: View, at: list[int | None], solid: list[int]) -> None:
    """Give the pattern's blank lines the file's blank lines of the same gap, as far as there are any."""
    for before, after in zip((-1, *solid), (*solid, len(at)), strict=True):
        low, high = at[before] if before >= 0 else None, at[after] if after < len(at) else None
        if low is None:
            steps = [(after - n, (high or 0) - n) for n in range(1, after - before)]
        else:
            steps = [(before + n, low + n) for n in range(1, after - before)]
        for index, place in steps:
            if not _blank(view, place):
                break
            at[index] = place


def _blank(view: View, at: int) -> bool:
    return 0 <= at < len(view.bodies) and not view.bodies[at].strip()


def typographic(view: View, pattern: Pattern) -> list[Fit]:
    """Quotes, dashes, dots and blanks are typeset; new lines get the typewriter's where the file has only those."""
    if view.text.isascii() and all(map(str.isascii, pattern.old)):
        return []
    return _by(plain_quotes)(view, _typewritten(pattern, view.text))


def _typewritten(pattern: Pattern, text: str) -> Pattern:
    """The pattern whose new lines have the typewriter's sign for each typeset one that the file has nowhere.

    The old lines say `“a”`, the file says `"a"`: a new line `“b”` becomes `"b"`. A dash that the old lines do not have
    stays as it is, since nothing tells how the file would write it.
    """
    old, new = "".join(pattern.old), "".join(pattern.added)
    foreign = {sign for sign in set(old) if typewriter(sign) != sign and sign not in text}
    if foreign.isdisjoint(new):
        return pattern
    table = str.maketrans({sign: typewriter(sign) for sign in foreign})
    return replace(pattern, inserts=tuple(tuple(line.translate(table) for line in lines) for lines in pattern.inserts))


def literal_escapes(view: View, pattern: Pattern) -> list[Fit]:
    r"""`\t` and `\n` stand written out: tabs at the start of lines, or line ends within one."""
    if not any("\\" in line for line in pattern.old):
        return []
    tabbed = Pattern(
        tuple(map(tabs_meant, pattern.old)),
        pattern.removed,
        tuple(tuple(map(tabs_meant, lines)) for lines in pattern.inserts),
    )
    if tabbed.old != pattern.old:
        fits = _by(bare)(view, tabbed)
        if fits:
            return fits
    return _by(bare)(view, split) if (split := _split_ends(pattern)) is not None else []


def _split_ends(pattern: Pattern) -> Pattern | None:
    r"""The pattern with its lines cut at each written `\n`; None where new lines hold it too and may mean it."""
    if not any("\\n" in line for line in pattern.old):
        return None
    alone = len(pattern.old) == 1 and len(pattern.added) == 1
    if not alone and any("\\n" in line for line in pattern.added):
        return None
    old: list[str] = []
    removed: list[bool] = []
    inserts: list[tuple[str, ...]] = [pattern.inserts[0]]
    for line, gone, after in zip(pattern.old, pattern.removed, pattern.inserts[1:], strict=True):
        parts = _cut_ends(line)
        old += parts
        removed += [gone] * len(parts)
        inserts += [()] * (len(parts) - 1) + [after]
    if alone:
        inserts = [tuple(part for line in lines for part in _cut_ends(line)) for lines in inserts]
    return Pattern(tuple(old), tuple(removed), tuple(inserts))


def _cut_ends(line: str) -> list[str]:
    parts = line.replace("\\t", "\t").split("\\n")
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


LADDER: MappingProxyType[str, Rung] = MappingProxyType(
    {
        "exact": exact,
        "trailing-blanks": _by(without_trailing),
        "indentation": _by(bare),
        "first-line": first_line,
        "inner-blanks": _by(squeezed),
        "blank-lines": blank_lines,
        "typographic": typographic,
        "literal-escapes": literal_escapes,
        "near-context": near_context,
        "stale-context": stale_context,
        "gap-in-context": gap_context,
        "outer-context": outer_context,
    }
)
"""Rungs in the order they are tried; each only where all stricter ones find nothing."""
