"""The law of what is delivered: no line is lost that the whole patch keeps somewhere, and none is doubled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from fretsaw.core.patch.lines import sides_of
from fretsaw.core.patch.patch_set import Change, PatchSet


def find_missing(
    patch: PatchSet, changes: Sequence[Change], kept: Collection[int], same: Collection[int] = ()
) -> frozenset[int]:
    """Ids of the changes that have to be kept too, for without them a line of the patch is lost or doubled.

    `same`: ids of changes whose two sides say the same; they count for nothing. Lines are compared up to indentation
    and quotes, over all files together. Lines that say nothing by themselves (`}`, `return None`) are not counted.
    """
    # A line that goes twice and comes three times may be there up to once more than before, and never less:
    #   -f(x)   -f(x)   +f(x)   +f(x)   +f(x)   without the last two: one less, so both have to stay.
    gone, come = sides_of(patch, changes)
    whole: Counter[str] = Counter()
    part: Counter[str] = Counter()
    owners: dict[str, set[int]] = defaultdict(set)
    for side, step in ((gone, -1), (come, 1)):
        for row in side.full:
            key, at = side.keys[row], side.ids[row]
            if not side.distinctive[row] or at in same:
                continue
            whole[key] += step
            if at in kept:
                part[key] += step
            else:
                owners[key].add(at)
    broken = (key for key in owners if not min(0, whole[key]) <= part[key] <= max(0, whole[key]))
    return frozenset[int]().union(*(owners[key] for key in broken))
