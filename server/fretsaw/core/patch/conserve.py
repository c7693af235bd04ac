"""The law of what is delivered: no line is lost that the whole patch keeps somewhere, and none is doubled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence

from fretsaw.core.patch.lines import Side, sides_of
from fretsaw.core.patch.patch_set import Change, PatchSet


def find_missing(
    patch: PatchSet, changes: Sequence[Change], kept: Collection[int], same: Collection[int] = ()
) -> frozenset[int]:
    """Ids of the changes that have to be kept too, for without them a line of the patch is lost or doubled.

    `same`: ids of changes whose two sides say the same; they count for nothing. Lines are compared up to indentation
    and quotes, over all files together. Lines that say nothing by themselves (`}`, `return None`) are not counted. A
    name that a line defines or imports counts like a line: a function that was rewritten on its way has no other.
    """
    # A line that goes twice and comes three times may be there up to once more than before, and never less:
    #   -f(x)   -f(x)   +f(x)   +f(x)   +f(x)   without the last two: one less, so both have to stay.
    gone, come = sides_of(patch, changes)
    whole: Counter[str] = Counter()
    part: Counter[str] = Counter()
    owners: dict[str, set[int]] = defaultdict(set)
    for side, step in ((gone, -1), (come, 1)):
        for key, at in _said(side):
            if at in same:
                continue
            whole[key] += step
            if at in kept:
                part[key] += step
            else:
                owners[key].add(at)
    broken = (key for key in owners if not min(0, whole[key]) <= part[key] <= max(0, whole[key]))
    return frozenset[int]().union(*(owners[key] for key in broken))


def _said(side: Side) -> Iterator[tuple[str, int]]:
    """Yield each counted thing and its change: lines that say something, and names that lines define."""
    for row in side.full:
        if side.distinctive[row]:
            yield side.keys[row], side.ids[row]
    for kind, found in (("defines", side.names), ("imports", side.imports)):
        for name, rows in found.items():
            yield from ((f"{kind} {name}", side.ids[row]) for row in rows)
