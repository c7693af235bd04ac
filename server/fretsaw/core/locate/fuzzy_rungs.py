"""The last rungs: kept lines that are not quite, or not at all, the file's. Removed lines must always be the file's.

Knows nothing of other blocks. A place counts only with enough other lines to be sure of it.
"""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher

from fretsaw.core.locate.fit import Fit, aligned
from fretsaw.core.locate.indent import lead, unchanged
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.view import View, squeezed, without_trailing

_COMMON = 24
"""A line that stands more often than this in the file says nothing of a place."""
_NEARBY = 40
"""Lines that a model may skip between a line it names and the change."""
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
    """The outermost kept lines are not there (the model skipped lines); those next to the change are, on both sides."""
    keys = [squeezed(line) for line in pattern.old]
    busy = [i for i in range(len(keys)) if pattern.removed[i] or pattern.inserts[i] or pattern.inserts[i + 1]]
    if not busy or len(keys) > _LONGEST:
        return []
    top = _spare(keys, range(busy[0] + (not pattern.removed[busy[0]])))
    bottom = _spare(keys, range(len(keys) - 1, busy[-1] - (not pattern.removed[busy[-1]]), -1))
    for dropped in range(1, top + bottom + 1):
        found: dict[int, Fit] = {}
        for above in range(max(0, dropped - bottom), min(top, dropped) + 1):
            below = dropped - above
            stop = len(keys) - below
            gone = {*range(above), *range(stop, len(keys))}
            if dropped > stop - above or not _evident(pattern, keys, gone, view, least=3):
                continue
            for start in view.find(pattern.old[above:stop], without_trailing):
                if not _dropped_nearby(view, keys, gone, start - above):
                    continue
                at = tuple(None if i in gone else start + i - above for i in range(len(keys)))
                fit = aligned(pattern, at, start, unchanged, dropped)
                if fit is not None:
                    found[start - above] = fit
        if found:
            return list(found.values())
    return []


def _dropped_nearby(view: View, keys: list[str], gone: set[int], start: int) -> bool:
    """Whether lines that do not fit are nowhere in the file, or not far on their side: else another place is meant."""
    middle = start + len(keys) // 2
    for i in gone:
        places = view.index().get(keys[i], ()) if keys[i] else ()
        above = i < len(keys) // 2
        if places and not any(0 < (middle - at if above else at - middle) < _NEARBY for at in places):
            return False
    return True


def _spare(keys: list[str], outward_in: range) -> int:
    """How many kept lines at one end may be missing so that a solid one still stands next to the change."""
    solid = [n for n, i in enumerate(outward_in) if keys[i]]
    return min(solid[-1], 6) if solid else 0


def alike(ours: str, theirs: str) -> bool:
    """Whether two squeezed lines say nearly the same."""
    if not ours or not theirs or len(ours) + len(theirs) > 2000:
        return False
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return matcher.real_quick_ratio() >= 0.6 and matcher.quick_ratio() >= 0.6 and matcher.ratio() >= 0.6


def _offsets(view: View, keys: list[str]) -> list[int]:
    """Where the pattern may start, by the lines of it that are in the file; the best first, a bounded number."""
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
    """Which old lines are not the file's from `start` on; None where a removed one is not, or the file ends."""
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
    """Whether the lines that do match are enough to be sure of the place."""
    index = view.index()
    solid = [i for i, key in enumerate(keys) if key and i not in misses and sum(map(str.isalnum, key)) > 2]
    rare = any(len(index.get(keys[i], ())) == 1 for i in solid)
    if len(solid) >= least and (rare or len(solid) > least):
        return True
    sure = [i for i in solid if pattern.removed[i] and len(keys[i]) >= 12 and len(index.get(keys[i], ())) == 1]
    return bool(sure)


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
    """How many lines from the pattern's start (or its end) are the file's at an offset."""
    count = 0
    order = range(len(keys)) if forward else range(len(keys) - 1, -1, -1)
    for i in order:
        place = offset + i
        if not 0 <= place < len(view.bodies) or view.squeezed_at(place) != keys[i]:
            break
        count += 1
    return count


def _gap_fit(view: View, pattern: Pattern, offset: int, splits: range, step: int) -> Fit | None:
    """The fit for a gap, where every way to see the gap changes the file in the same way."""
    found: Fit | None = None
    keys = [squeezed(line) for line in pattern.old]
    count = len(keys)
    for split in splits:
        if step > 0:
            if not 0 < split < count:
                continue
            if view.squeezed_at(offset + split) in ("", *keys):
                return None
            at: tuple[int | None, ...] = tuple(offset + i + (i >= split) for i in range(count))
            misses: set[int] = set()
        else:
            if split >= count or pattern.removed[split]:
                continue
            if not keys[split] or keys[split] in view.index():
                return None
            at = tuple(None if i == split else offset + i - (i > split) for i in range(count))
            misses = {split}
        if not _evident(pattern, keys, misses, view, least=3):
            return None
        fit = _aligned(view, pattern, at, offset, misses)
        if fit is None or (found is not None and found.splices != fit.splices):
            return None
        found = fit
    return found
