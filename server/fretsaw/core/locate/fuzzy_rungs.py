"""The last rungs: kept lines that are not quite, or not at all, the file's. Removed lines must always be the file's.

A place counts only with enough other lines to be sure of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from operator import eq, ne

from fretsaw.core.locate.blank_lines import lead, solid_indices
from fretsaw.core.locate.fit import Fit, Places, Splice, aligned
from fretsaw.core.locate.indent import unchanged
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.similarity import alike
from fretsaw.core.locate.view import View, squeezed, without_trailing
from fretsaw.core.text.short import common_head

_COMMON = 24
"""A line that stands more often than this in the file says nothing of a place."""
_NEARBY = 40
"""Lines that a model may skip between a line it names and the change."""
_SAYS_NOTHING = re.compile(
    r"\W*(?:(?:else|try|finally|pass|end|break|continue|return|do|then|fi|done|esac|begin|default|except|catch)\W*)?"
)
_MOST_OFFSETS = 48
"""The number of places at which a pattern is looked at."""
_LONGEST = 400
"""Patterns with more old lines than this are not tried leniently."""


def near_context(view: View, pattern: Pattern) -> list[Fit]:
    """Some kept lines resemble the file's: a forgotten character, a paraphrase. At most every third line."""
    lookup = _lookup(view, pattern)
    matches = lookup.matches(least=2, most_misses=max(1, len(lookup.keys) // 3))
    return _best(lookup.fits(filter(lookup.is_alike, matches)))


def stale_context(view: View, pattern: Pattern) -> list[Fit]:
    """One kept line is another one in the file, whatever it says."""
    lookup = _lookup(view, pattern)
    return lookup.fits(lookup.matches(least=3, most_misses=1))


def gap_context(view: View, pattern: Pattern) -> list[Fit]:
    """One line of the file is missing among the kept lines, or one kept line is not in the file."""
    lookup = _lookup(view, pattern)
    offsets = lookup.offsets()
    near_offsets = {offset + step for offset in offsets for step in (-1, 0, 1)}
    found: dict[tuple[Splice, ...], Fit] = {}
    for offset in sorted(near_offsets):
        for find_gap in (_line_left_out, _line_too_many):
            fit = find_gap(lookup, offset)
            if fit is not None:
                found[fit.splices] = fit
    return list(found.values())


def outer_context(view: View, pattern: Pattern) -> list[Fit]:
    """The outermost kept lines are not there (the model skipped lines); those next to the change are, on both sides.

    As few lines as possible are left out: of the kept lines `a b` above a change and `c` below it, first c or a, then
    a and c, or a and b. Where one of these finds places, no further one is tried.
    """
    lookup = _lookup(view, pattern)
    if len(lookup.keys) > _LONGEST:
        return []
    top, bottom = _droppable_ends(lookup)
    for dropped in range(1, top + bottom + 1):
        most_above, least_above = min(top, dropped), max(0, dropped - bottom)
        found: dict[int, Fit] = {}
        for above in range(least_above, most_above + 1):
            found.update(_fits_without_ends(lookup, above=above, below=dropped - above))
        if found:
            return list(found.values())
    return []


@dataclass(frozen=True, slots=True)
class _Match:
    """A place at which most of a pattern's old lines are the file's."""

    start: int
    misses: set[int]
    """Indices of the kept lines that are not."""


@dataclass(frozen=True, slots=True)
class _Lookup:
    """A pattern that is looked up leniently in a text."""

    view: View
    pattern: Pattern
    keys: list[str]
    """The old lines, squeezed."""
    removed: frozenset[int]
    """Indices of the old lines that are removed."""
    telling: frozenset[int]
    """Indices of the old lines that say something."""

    def offsets(self) -> list[int]:
        """List starts of the pattern by its lines that are in the file; the best first, a bounded number."""
        if not 2 <= len(self.keys) <= _LONGEST:
            return []
        index = self.view.index()
        votes: Counter[int] = Counter()
        for i in solid_indices(self.keys):
            places = index.get(self.keys[i], ())
            if len(places) <= _COMMON:
                votes.update(place - i for place in places)
        return [start for start, _ in votes.most_common(_MOST_OFFSETS)]

    def matches(self, *, least: int, most_misses: int) -> Iterator[_Match]:
        """Find places at which some kept lines, and not too many, are not the file's."""
        for start in self.offsets():
            match = _Match(start, self._misses(start))
            if 0 < len(match.misses) <= most_misses and self.is_sure(match, least):
                yield match

    def is_sure(self, match: _Match, least: int = 3) -> bool:
        """Return True if the other lines prove the place, and no other one is meant."""
        return self.is_evident(match.misses, least) and self.is_nowhere_else(match)

    def has_line(self, index: int) -> bool:
        """Return True if the file has an old line anywhere, or if it is a blank one."""
        key = self.keys[index]
        return not key or key in self.view.index()

    def _misses(self, start: int) -> set[int]:
        """Collect the old lines that are not the file's from `start` on; none where a removed one is not, or the file
        ends."""
        count = len(self.keys)
        theirs = self.view.between(first=start, stop=start + count, key=squeezed)
        if len(theirs) != count:
            return set()
        misses = set(compress(range(count), map(ne, self.keys, theirs)))
        return misses if misses.isdisjoint(self.removed) else set()

    def is_evident(self, misses: set[int], least: int = 3) -> bool:
        """Return True if the lines that do match are enough to be sure of the place.

        Enough are: more than `least` lines that say something; just `least`, one of which the file has only once; or
        one removed line of 12 signs or more that the file has only once.
        """
        if any(self._is_shifted_sign(missed) for missed in misses):
            return False
        matched = self.telling - misses
        if len(matched) > least:
            return True
        index = self.view.index()
        unique = [i for i in matched if len(index.get(self.keys[i], ())) == 1]
        if unique and len(matched) == least:
            return True
        return any(len(self.keys[i]) >= 12 for i in self.removed.intersection(unique))

    def _is_shifted_sign(self, missed: int) -> bool:
        """Return True if a kept line that the file lacks is an added or removed one behind a blank: ` +    new()`."""
        key = self.keys[missed]
        return key.startswith("+") or (key.startswith("-") and squeezed(key[1:]) in self.view.index())

    def is_nowhere_else(self, match: _Match) -> bool:
        """Return True if lines that do not fit are nowhere in the file, or not far on their side: else another place is
        meant."""
        return not any(self._is_elsewhere(missed, match.start) for missed in match.misses)

    def _is_elsewhere(self, missed: int, start: int) -> bool:
        """Return True if the file has an old line where it speaks for another place of the pattern.

        A line such as `else:` or `)` says nothing alone: elsewhere it counts only where the lines around it fit as
        well.
        """
        key = self.keys[missed]
        places = self.view.index().get(key)
        if not key or not places:
            return False
        half = len(self.keys) // 2
        middle = start + half
        nearby = range(middle - _NEARBY + 1, middle) if missed < half else range(middle + 1, middle + _NEARBY)
        if any(place in nearby for place in places):
            return False
        if _SAYS_NOTHING.fullmatch(key) is None:
            return True
        return any(self._fits_around(place - missed) for place in places)

    def _fits_around(self, start: int) -> bool:
        """Return True if as many as half of the pattern's lines are the file's from `start` on, more than the one
        looked for."""
        keys = self.keys[-start:] if start < 0 else self.keys
        theirs = self.view.between(first=start, stop=start + len(self.keys), key=squeezed)
        equal: int = sum(map(eq, keys, theirs))
        is_half = equal * 2 >= len(self.keys)
        return is_half and equal > 1

    def is_alike(self, match: _Match) -> bool:
        """Return True if the lines that do not fit resemble the file's."""
        return all(alike(self.keys[i], self.view.squeezed_at(match.start + i)) for i in match.misses)

    def fits(self, matches: Iterable[_Match]) -> list[Fit]:
        """The fits of those places whose other lines are indented as in the file."""
        count = len(self.keys)
        fits = [self.fit(tuple(range(match.start, match.start + count)), match) for match in matches]
        return list(filter(None, fits))

    def fit(self, at: Places, match: _Match) -> Fit | None:
        """The fit for a known alignment; None where lines that match are indented in another way."""
        for index in set(solid_indices(self.pattern.old)) - match.misses:
            place = at[index]
            if place is not None and lead(self.pattern.old[index]) != lead(self.view.bodies[place]):
                return None
        return aligned(self.pattern, at=at, start=match.start, shift=unchanged, misses=len(match.misses))

    def equal_head(self, offset: int) -> int:
        """Count the first old lines that are the file's from an offset on."""
        if offset < 0:
            return 0
        theirs = self.view.between(first=offset, stop=offset + len(self.keys), key=squeezed)
        return common_head(self.keys, theirs)

    def equal_tail(self, offset: int) -> int:
        """Count the last old lines that are the file's where the pattern begins at an offset."""
        stop = offset + len(self.keys)
        if stop > len(self.view.bodies):
            return 0
        theirs = self.view.between(first=offset, stop=stop, key=squeezed)
        return common_head(self.keys[::-1], theirs[::-1])


def _lookup(view: View, pattern: Pattern) -> _Lookup:
    """The pattern with all that is asked of it at each place."""
    keys = list(map(squeezed, pattern.old))
    return _Lookup(
        view=view,
        pattern=pattern,
        keys=keys,
        removed=pattern.removed_indices,
        telling=frozenset(index for index, key in enumerate(keys) if sum(map(str.isalnum, key)) > 2),
    )


def _best(fits: list[Fit]) -> list[Fit]:
    """The fits with the fewest misses, where others have clearly more."""
    least = min((fit.misses for fit in fits), default=0)
    return [fit for fit in fits if fit.misses <= least + 1]


def _droppable_ends(lookup: _Lookup) -> tuple[int, int]:
    """Count the kept lines that may be missing at the top and at the bottom so that changes keep their neighbours."""
    busy, removed = lookup.pattern.busy, lookup.pattern.removed
    if not busy:
        return 0, 0
    first, last = busy[0], busy[-1]
    # A kept line is busy where new lines stand beside it: it is the neighbour itself, and counts among the kept ones.
    kept_above = lookup.keys[: first + (not removed[first])]
    kept_below = lookup.keys[last + removed[last] :]
    return _spare(kept_above), _spare(kept_below[::-1])


def _spare(kept: list[str]) -> int:
    """Count how many kept lines from one end on may be missing so that a solid one still stands next to the change."""
    return min(max(solid_indices(kept), default=0), 6)


def _fits_without_ends(lookup: _Lookup, *, above: int, below: int) -> Iterator[tuple[int, Fit]]:
    """Pairs (where the whole pattern would start, fit) for the places without so many lines at its two ends."""
    count = len(lookup.keys)
    stop = count - below
    dropped = {*range(above), *range(stop, count)}
    if len(dropped) * 2 > count or not lookup.is_evident(dropped):
        return
    for place in lookup.view.find(lookup.pattern.old[above:stop], without_trailing):
        match = _Match(place - above, dropped)
        if not lookup.is_nowhere_else(match):
            continue
        at = (None,) * above + tuple(range(place, match.start + stop)) + (None,) * below
        fit = aligned(lookup.pattern, at=at, start=place, shift=unchanged, misses=len(dropped))
        if fit is not None:
            yield match.start, fit


def _line_left_out(lookup: _Lookup, offset: int) -> Fit | None:
    """The fit where the pattern leaves out one line of the file; None where it has that line, or more than one way.

    `a c` at line 10, where the file has `a b c`: places (10, 12).
    """
    count = len(lookup.keys)
    head, tail = lookup.equal_head(offset), lookup.equal_tail(offset + 1)
    match = _Match(offset, set())
    if head + tail < count or not lookup.is_evident(match.misses):
        return None
    fits: list[Fit | None] = []
    for split in range(max(1, count - tail), min(head, count - 1) + 1):
        gap = offset + split
        if lookup.view.squeezed_at(gap) in ("", *lookup.keys):
            return None
        at = (*range(offset, gap), *range(gap + 1, offset + count + 1))
        fits.append(lookup.fit(at, match))
    return _one_way(fits)


def _line_too_many(lookup: _Lookup, offset: int) -> Fit | None:
    """The fit where the file lacks one kept line; None where it has that line elsewhere, or for more than one way.

    `a b c` at line 10, where the file has `a c`: places (10, None, 11).
    """
    last = len(lookup.keys) - 1
    head, tail = lookup.equal_head(offset), lookup.equal_tail(offset - 1)
    if head + tail < last:
        return None
    fits: list[Fit | None] = []
    for split in range(max(0, last - tail), min(head, last) + 1):
        if split in lookup.removed:
            continue
        match = _Match(offset, {split})
        if lookup.has_line(split) or not lookup.is_evident(match.misses):
            return None
        gap = offset + split
        at = (*range(offset, gap), None, *range(gap, offset + last))
        fits.append(lookup.fit(at, match))
    return _one_way(fits)


def _one_way(fits: Sequence[Fit | None]) -> Fit | None:
    """The fit for a gap, where every way to see the gap changes the file in the same way.

    Of `a b b c` for the file's `a b c` either b may be too many.
    """
    possible = list(filter(None, fits))
    has_one_way = len({fit.splices for fit in possible}) == 1
    return possible[-1] if has_one_way and len(possible) == len(fits) else None
