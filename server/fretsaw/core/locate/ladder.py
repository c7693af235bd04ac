"""The ladder of leniency: named ways to find a pattern in a file, the strictest first.

A rung only finds places; which lines change there is the pattern's, and every other byte is the file's.
Where a rung finds several places, `tie_break` looks at the neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import chain, count, pairwise, takewhile
from types import MappingProxyType
from typing import TypeAlias

from fretsaw.core.locate.blank_lines import has_solid, is_indented_alike, is_solid_at_ends, lead, solid_indices
from fretsaw.core.locate.fit import Fit, aligned, consecutive, in_a_row
from fretsaw.core.locate.fuzzy_rungs import gap_context, near_context, outer_context, stale_context
from fretsaw.core.locate.habits import tabs_meant
from fretsaw.core.locate.indent import shift_between, unchanged
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.view import (
    Key,
    View,
    bare,
    plain_quotes,
    same,
    solid_starts,
    squeezed,
    typewriter_table,
    without_trailing,
)

Rung: TypeAlias = Callable[[View, Pattern], "list[Fit]"]


def exact(view: View, pattern: Pattern) -> list[Fit]:
    """The old lines are the file's, byte for byte; blank lines alone may be looked for here."""
    if not pattern.old:
        return []
    starts = view.find(pattern.old, same)
    return _possible(in_a_row(pattern, start=start, shift=unchanged) for start in starts)


def by_key(key: Key, view: View, pattern: Pattern) -> list[Fit]:
    """Compare lines by a key. Lines of which only blanks are left fit anywhere, so nowhere."""
    if not has_solid(pattern.old):
        return []
    starts = view.find(pattern.old, key)
    return _possible(consecutive(view, pattern, start) for start in starts)


def _possible(fits: Iterable[Fit | None]) -> list[Fit]:
    """Leave out the places at which it is unclear how the new lines go in."""
    return list(filter(None, fits))


def first_line(view: View, pattern: Pattern) -> list[Fit]:
    """Only the first line lost its indentation, as where a block begins behind its tag; so did the first new one."""
    head, *rest = pattern.old
    if not rest or lead(head) or not head.strip():
        return []
    fits: list[Fit | None] = []
    for start in view.find(pattern.old, bare):
        indentation = lead(view.bodies[start])
        if indentation and is_indented_alike(rest, view.bodies[start + 1 : start + len(pattern.old)]):
            fits.append(in_a_row(_indented(pattern, indentation), start=start, shift=unchanged))
    return _possible(fits)


def _indented(pattern: Pattern, indentation: str) -> Pattern:
    """The pattern with its first new line moved right, where that one is not indented either.

    `-a +x` at four blanks: x gets them. `a +x`, with a kept: x has its own indentation.
    """
    if not pattern.added or lead(pattern.added[0]):
        return pattern
    at = next(index for index, lines in enumerate(pattern.inserts) if lines)
    if not all(pattern.removed[:at]):
        return pattern
    first, *others = pattern.inserts[at]
    inserts = list(pattern.inserts)
    inserts[at] = (indentation + first, *others)
    return replace(pattern, inserts=tuple(inserts))


def blank_lines(view: View, pattern: Pattern) -> list[Fit]:
    """Blank lines are missing from the pattern, or stand in it where the file has none."""
    longest = max(map(len, map(str.strip, pattern.old)), default=0)
    if longest <= _SAYS_NOTHING:
        return []
    solid = solid_indices(pattern.old)
    places = view.solid()[0]
    starts = solid_starts(view, [bare(pattern.old[index]) for index in solid])
    return _possible(_fit_of_solid(view, pattern, solid, places[first : first + len(solid)]) for first in starts)


_SAYS_NOTHING = 2
"""Signs of the longest line in old lines that say nothing of a place: brackets."""
Paired: TypeAlias = dict[int, int]
"""Index of an old line -> index of the file's line that it is."""
Gap: TypeAlias = tuple[int, int]
"""Indices of two old lines that only blank ones part; -1 and the number of lines stand for the pattern's ends."""


def _fit_of_solid(view: View, pattern: Pattern, solid: list[int], places: list[int]) -> Fit | None:
    """The fit whose lines that are not blank, `solid`, are the file's at `places`; None where the rest is unclear.

    Old lines `a`, blank, `b` where the file has a at 10 and b at 13: solid [0, 2], places [10, 13], and with the blank
    line the pairs are 0: 10, 1: 11, 2: 13.
    """
    paired = dict(zip(solid, places, strict=True))
    lines = [(pattern.old[index], view.bodies[place], pattern.removed[index]) for index, place in paired.items()]
    gaps = list(pairwise((-1, *solid, len(pattern.old))))
    _pair_blanks(view, paired, gaps)
    if not pattern.removed_indices <= paired.keys():
        return None
    shift = shift_between(lines, pattern.added)
    if shift is None or any(_spacing_unclear(pattern, paired, gap) for gap in gaps):
        return None
    at = tuple(map(paired.get, range(len(pattern.old))))
    return aligned(pattern, at=at, start=min(paired.values()), shift=shift)


def _spacing_unclear(pattern: Pattern, paired: Paired, gap: Gap) -> bool:
    """Tell whether new lines stand in a gap whose blank lines are not the file's: they might count among them.

    `a +x b`, where the file has a blank line between a and b: before it or after it? With a blank line in the pattern,
    too, x is clear as long as it stands right beside a or b, however many the file has.
    """
    low, high = gap
    spots = [spot for spot in range(low + 1, high + 1) if pattern.inserts[spot]]
    blanks = high - low - 1
    if not spots or blanks == _blanks_between(paired, gap):
        return False
    is_beside_solid = spots in ([low + 1], [high])
    is_clear = is_beside_solid and is_solid_at_ends(pattern.inserts[spots[0]])
    return blanks == 0 or not is_clear


def _blanks_between(paired: Paired, gap: Gap) -> int:
    """Count the blank lines the file has between two old lines; at an end of the pattern only those that it has too."""
    low, high = gap
    if low in paired and high in paired:
        return paired[high] - paired[low] - 1
    return len(paired.keys() & range(low + 1, high))


def _pair_blanks(view: View, paired: Paired, gaps: Iterable[Gap]) -> None:
    """Give the pattern's blank lines the file's blank lines of the same gap, as far as there are any."""
    for low, high in gaps:
        if low in paired:
            pairs = zip(range(low + 1, high), count(paired[low] + 1))
        else:
            pairs = zip(range(high - 1, low, -1), count(paired[high] - 1, -1))
        paired.update(takewhile(lambda pair: _is_blank(view, place=pair[1]), pairs))


def _is_blank(view: View, place: int) -> bool:
    """Return True if the file has a line at a place, and a blank one."""
    there = view.between(first=place, stop=place + 1, key=same)
    return there != [] and not there[0].strip()


def typographic(view: View, pattern: Pattern) -> list[Fit]:
    """Quotes, dashes, dots and blanks are typeset; new lines get the typewriter's where the file has only those.

    The old lines say `“a”`, the file says `"a"`: a new line `“b”` becomes `"b"`. A dash that the old lines do not have
    stays as it is, since nothing tells how the file would write it.
    """
    old = "".join(pattern.old)
    if view.text.isascii() and old.isascii():
        return []
    table = typewriter_table(old, view.text)
    return by_key(plain_quotes, view, pattern.with_added(lambda line: line.translate(table)))


def literal_escapes(view: View, pattern: Pattern) -> list[Fit]:
    r"""`\t` and `\n` stand written out: tabs at the start of lines, or line ends within one."""
    tabbed = replace(pattern.with_added(tabs_meant), old=tuple(map(tabs_meant, pattern.old)))
    for meant in (tabbed, _split_ends(pattern)):
        fits = by_key(bare, view, meant) if meant.old != pattern.old else []
        if fits:
            return fits
    return []


def _split_ends(pattern: Pattern) -> Pattern:
    r"""The pattern with its lines cut at each written `\n`; as it is where new lines hold it too and may mean it."""
    if "\\n" not in "".join(pattern.old):
        return pattern
    is_one_line = len(pattern.old) == len(pattern.added) == 1
    if not is_one_line and any("\\n" in line for line in pattern.added):
        return pattern
    old: list[str] = []
    removed: list[bool] = []
    inserts = [pattern.inserts[0]]
    for line, is_removed, below in zip(pattern.old, pattern.removed, pattern.inserts[1:], strict=True):
        parts = _cut_ends(line)
        old += parts
        removed += [is_removed] * len(parts)
        inserts += [()] * (len(parts) - 1) + [below]
    if is_one_line:
        inserts = [tuple(chain.from_iterable(map(_cut_ends, lines))) for lines in inserts]
    return Pattern(old=tuple(old), removed=tuple(removed), inserts=tuple(inserts))


def _cut_ends(line: str) -> list[str]:
    r"""The lines that a line with written `\t` and `\n` means."""
    return line.replace("\\t", "\t").removesuffix("\\n").split("\\n")


LADDER: MappingProxyType[str, Rung] = MappingProxyType(
    {
        "exact": exact,
        "trailing-blanks": partial(by_key, without_trailing),
        "indentation": partial(by_key, bare),
        "first-line": first_line,
        "inner-blanks": partial(by_key, squeezed),
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
