"""The last rungs: kept lines that are not quite, or not at all, the file's. Removed lines must always be the file's.

A place counts only with enough other lines to be sure of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from fretsaw.core.locate.fit import Fit, aligned
from fretsaw.core.locate.indent import lead, unchanged
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.view import View, squeezed, without_trailing

_COMMON = 24
"""A line that stands more often than this in the file says nothing of a place."""
_NEARBY = 40
"""Lines that a model may skip between a line it names and the change."""
_SAYS_NOTHING = re.compile(
    r"\W*(?:(?:else|try|finally|pass|end|break|continue|return|do|then|fi|done|esac|begin|default|except|catch)\W*)?"
)
_LONGEST = 400
"""Patterns with more old lines than this are not tried leniently."""


def near_context(view: View, pattern: Pattern) -> list[Fit]:
    """Some kept lines resemble the file's: a forgotten character, a paraphrase."""
    keys = [squeezed(line) for line in pattern.old]
    found: list[Fit] = []
    for start in _offsets(view, keys):
        misses = _misses(view, pattern, keys, start)
        if misses is None or not misses or not _evident(pattern, keys, set(misses), view):
            continue
        if len(misses) > max(1, (len(keys) - len(misses)) // 2) or not _dropped_nearby(view, keys, set(misses), start):
            continue
        if all(alike(keys[i], view.squeezed_at(start + i)) for i in misses):
            fit = _fit(view, pattern, start, misses)
            if fit is not None:
                found.append(fit)
    return _best(found)


def stale_context(view: View, pattern: Pattern) -> list[Fit]:
    """One kept line is another one in the file, whatever it says."""
    keys = [squeezed(line) for line in pattern.old]
    found: list[Fit] = []
    for start in _offsets(view, keys):
        misses = _misses(view, pattern, keys, start)
        if misses is None or len(misses) != 1 or not _evident(pattern, keys, set(misses), view, least=3):
            continue
        fit = _fit(view, pattern, start, misses) if _dropped_nearby(view, keys, set(misses), start) else None
        if fit is not None:
            found.append(fit)
    return found


def gap_context(view: View, pattern: Pattern) -> list[Fit]:
    """One line of the file is missing among the kept lines, or one kept line is not in the file."""
    keys = [squeezed(line) for line in pattern.old]
    count = len(keys)
    found: dict[tuple[object, ...], Fit] = {}
    offsets = _offsets(view, keys)
    for offset in sorted({o + d for o in offsets for d in (-1, 0, 1)}):
        head = _run(view, keys, offset, forward=True)
        for step in (1, -1):
            tail = _run(view, keys, offset + step, forward=False)
            if head + tail < count - (step < 0) or not head + tail:
                continue
            fit = _gap_fit(view, pattern, offset, range(max(0, count - tail - (step < 0)), head + 1), step)
            if fit is not None:
                found[fit.splices] = fit
    return list(found.values())


def outer_context(view: View, pattern: Pattern) -> list[Fit]:
    """The outermost kept lines are not there (the model skipped lines); those next to the change are, on both sides.

    As few lines as possible are left out: of the kept lines `a b` above a change and `c` below it, first c or a, then
    a and c, or a and b. Where one of these finds places, no further one is tried.
    """
    keys = [squeezed(line) for line in pattern.old]
    if len(keys) > _LONGEST:
        return []
    top, bottom = _droppable_ends(pattern, keys)
    for dropped in range(1, top + bottom + 1):
        found: dict[int, Fit] = {}
        for above in range(max(0, dropped - bottom), min(top, dropped) + 1):
            found.update(_fits_without_ends(view, pattern, keys, above, dropped - above))
        if found:
            return list(found.values())
    return []


def _droppable_ends(pattern: Pattern, keys: list[str]) -> tuple[int, int]:
    """Count the kept lines that may be missing at the top and at the bottom so that changes keep their neighbours."""
    busy = [i for i in range(len(keys)) if pattern.removed[i] or pattern.inserts[i] or pattern.inserts[i + 1]]
    if not busy:
        return 0, 0
    first, last = busy[0], busy[-1]
    # A kept line is busy where new lines stand beside it: it is the neighbour itself, and counts among the kept ones.
    top = _spare(keys, range(first + (not pattern.removed[first])))
    bottom = _spare(keys, range(len(keys) - 1, last - (not pattern.removed[last]), -1))
    return top, bottom


def _fits_without_ends(
    view: View, pattern: Pattern, keys: list[str], above: int, below: int
) -> Iterator[tuple[int, Fit]]:
    """Pairs (where the whole pattern would start, fit) for the places without so many lines at its two ends."""
    stop = len(keys) - below
    gone = {*range(above), *range(stop, len(keys))}
    if above + below > stop - above or not _evident(pattern, keys, gone, view, least=3):
        return
    for start in view.find(pattern.old[above:stop], without_trailing):
        if not _dropped_nearby(view, keys, gone, start - above):
            continue
        at = tuple(None if i in gone else start + i - above for i in range(len(keys)))
        fit = aligned(pattern, at, start, unchanged, above + below)
        if fit is not None:
            yield start - above, fit


def _dropped_nearby(view: View, keys: list[str], gone: set[int], start: int) -> bool:
    """Return True if lines that do not fit are nowhere in the file, or not far on their side: else another place is
    meant.

    A line such as `else:` or `)` says nothing alone: elsewhere it counts only where the lines around it fit as well.
    """
    middle = start + len(keys) // 2
    for i in gone:
        places = view.index().get(keys[i], ()) if keys[i] else ()
        above = i < len(keys) // 2
        if any(0 < (middle - at if above else at - middle) < _NEARBY for at in places):
            continue
        if any(not _SAYS_NOTHING.fullmatch(keys[i]) or _fits_around(view, keys, at - i) for at in places):
            return False
    return True


def _fits_around(view: View, keys: list[str], start: int) -> bool:
    """Return True if as many as half of the pattern's lines are the file's from `start` on, more than the one looked
    for."""
    there = [view.squeezed_at(start + i) == key for i, key in enumerate(keys) if 0 <= start + i < len(view.bodies)]
    return sum(there) > 1 and sum(there) * 2 >= len(keys)


def _spare(keys: list[str], outward_in: range) -> int:
    """Count how many kept lines at one end may be missing so that a solid one still stands next to the change."""
    solid = [n for n, i in enumerate(outward_in) if keys[i]]
    return min(solid[-1], 6) if solid else 0


def alike(ours: str, theirs: str) -> bool:
    """Return True if two squeezed lines say nearly the same."""
    if not ours or not theirs or len(ours) + len(theirs) > 2000:
        return False
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return matcher.real_quick_ratio() >= 0.6 and matcher.quick_ratio() >= 0.6 and matcher.ratio() >= 0.6


def _offsets(view: View, keys: list[str]) -> list[int]:
    """List starts of the pattern by its lines that are in the file; the best first, a bounded number."""
    if len(keys) > _LONGEST or len(keys) < 2:
        return []
    index = view.index()
    votes: Counter[int] = Counter()
    for i, key in enumerate(keys):
        places = index.get(key, ())
        if key and len(places) <= _COMMON:
            votes.update(place - i for place in places)
    return [start for start, _ in votes.most_common(48)]


def _misses(view: View, pattern: Pattern, keys: list[str], start: int) -> list[int] | None:
    """List the old lines that are not the file's from `start` on; None where a removed one is not, or the file ends."""
    if start < 0 or start + len(keys) > len(view.bodies):
        return None
    misses: list[int] = []
    for i, key in enumerate(keys):
        if key != view.squeezed_at(start + i):
            if pattern.removed[i]:
                return None
            misses.append(i)
    return misses


def _evident(pattern: Pattern, keys: list[str], misses: set[int], view: View, least: int = 2) -> bool:
    """Return True if the lines that do match are enough to be sure of the place.

    Enough are: more than `least` lines that say something; just `least`, one of which the file has only once; or one
    removed line of 12 signs or more that the file has only once.
    """
    index = view.index()
    solid = [i for i, key in enumerate(keys) if i not in misses and sum(map(str.isalnum, key)) > 2]
    if len(solid) > least:
        return True
    unique = [i for i in solid if len(index.get(keys[i], ())) == 1]
    if unique and len(solid) == least:
        return True
    return any(pattern.removed[i] and len(keys[i]) >= 12 for i in unique)


def _fit(view: View, pattern: Pattern, start: int, misses: list[int]) -> Fit | None:
    at = tuple(range(start, start + len(pattern.old)))
    return _aligned(view, pattern, at, start, set(misses))


def _aligned(view: View, pattern: Pattern, at: tuple[int | None, ...], start: int, misses: set[int]) -> Fit | None:
    pairs = [
        (pattern.old[i], view.bodies[place], pattern.removed[i])
        for i, place in enumerate(at)
        if place is not None and i not in misses
    ]
    if any(lead(ours) != lead(theirs) for ours, theirs, _ in pairs if ours.strip()):
        return None
    return aligned(pattern, at, start, unchanged, len(misses))


def _best(fits: list[Fit]) -> list[Fit]:
    """The fits with the fewest misses, where others have clearly more."""
    if len(fits) < 2:
        return fits
    least = min(fit.misses for fit in fits)
    return [fit for fit in fits if fit.misses <= least + 1]


def _run(view: View, keys: list[str], offset: int, *, forward: bool) -> int:
    """Count how many lines from the pattern's start (or its end) are the file's at an offset."""
    count = 0
    order = range(len(keys)) if forward else range(len(keys) - 1, -1, -1)
    for i in order:
        place = offset + i
        if not 0 <= place < len(view.bodies) or view.squeezed_at(place) != keys[i]:
            break
        count += 1
    return count


def _gap_fit(view: View, pattern: Pattern, offset: int, splits: range, step: int) -> Fit | None:
    """The fit for a gap, where every way to see the gap changes the file in the same way.

    `step`: 1 where a line of the file is missing in the pattern, -1 where a line of the pattern is not in the file.
    `splits`: the old lines before which (or which) that may be: of `a b b c` for the file's `a b c` either b may go.
    """
    found: Fit | None = None
    keys = [squeezed(line) for line in pattern.old]
    for split in splits:
        if not _may_split(pattern, split, step):
            continue
        gap = _line_left_out(view, keys, offset, split) if step > 0 else _line_too_many(view, keys, offset, split)
        if gap is None:
            return None
        at, misses = gap
        if not _evident(pattern, keys, misses, view, least=3):
            return None
        fit = _aligned(view, pattern, at, offset, misses)
        if fit is None or (found is not None and found.splices != fit.splices):
            return None
        found = fit
    return found


def _may_split(pattern: Pattern, split: int, step: int) -> bool:
    """Tell whether a line may be missing between two old lines, or a kept line may be one too many."""
    count = len(pattern.old)
    return 0 < split < count if step > 0 else split < count and not pattern.removed[split]


def _line_left_out(
    view: View, keys: list[str], offset: int, split: int
) -> tuple[tuple[int | None, ...], set[int]] | None:
    """Places and misses where the pattern leaves out the file's line before `split`; None for one that it has.

    `a c` at line 10, where the file has `a b c`: places (10, 12) for split 1.
    """
    if view.squeezed_at(offset + split) in ("", *keys):
        return None
    return tuple(offset + i + (i >= split) for i in range(len(keys))), set()


def _line_too_many(
    view: View, keys: list[str], offset: int, split: int
) -> tuple[tuple[int | None, ...], set[int]] | None:
    """Places and misses where the pattern's line at `split` is not the file's; None for one that it has elsewhere.

    `a b c` at line 10, where the file has `a c`: places (10, None, 11) for split 1.
    """
    if not keys[split] or keys[split] in view.index():
        return None
    return tuple(None if i == split else offset + i - (i > split) for i in range(len(keys))), {split}
