"""Delta debugging over atomic changes: halves first, then smaller parts, until no single one can go."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from fretsaw.core.patch import assemble, find_moves, split
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune import Droppable, Finder, Reader, droppable_of

_NEAR = 20
"""The number of changes around one that are asked whether they need it."""


@dataclass(frozen=True, slots=True)
class Minimized:
    """The smallest passing part of a patch that was found, and whether the search was complete."""

    kept: frozenset[int]
    """Ids of the changes that stay (of those that were kept before)."""
    needed: frozenset[int]
    """Of the candidates: those that were seen to be needed, each left out once with a failing test."""
    needed_by: Mapping[int, int]
    """Of the others that stay: which other change cannot do without it, as the parse or a name tells."""
    tests: int
    """The number of runs of the test."""
    complete: bool
    """True if the search came to its end: no single candidate (with what depends on it) can go any more."""


@dataclass(slots=True)
class _Search:
    """The state of one search: what was tried, how often."""

    patch: PatchSet
    changes: dict[int, Change]
    test: Callable[[PatchSet], bool]
    over: Callable[[], bool]
    whole: frozenset[int]
    droppable: Droppable
    tried: dict[frozenset[int], bool] = field(default_factory=dict)
    tests: int = 0
    late: bool = False

    def passes(self, ids: frozenset[int]) -> bool:
        """Return True if the test passes with just these changes. What makes no sense or was tried is not run."""
        if ids in self.tried:
            return self.tried[ids]
        if not self.is_sensible(ids):
            return False
        if self.late or self.over():
            self.late = True
            return False
        self.tests += 1
        self.tried[ids] = self.test(assemble(self.patch, [self.changes[at] for at in sorted(ids)]))
        return self.tried[ids]

    def is_sensible(self, ids: frozenset[int]) -> bool:
        """Return True if a test of just these changes can pass: what is left out of the whole is a droppable unit."""
        return self.droppable.staying(self.changes.keys() - ids).isdisjoint(self.whole)


def minimize(
    patch: PatchSet,
    kept: Collection[int],
    candidates: Collection[int],
    test: Callable[[PatchSet], bool],
    deadline: Callable[[], bool],
    read: Reader | None = None,
    find: Finder | None = None,
) -> Minimized:
    """Leave out as many candidates as the test allows.

    `kept`: ids (of `split(patch)`) that the test is known to pass with; `candidates`: those of them that may go;
    `deadline`: True once time is up, which ends the search with what was reached; `read`, `find`: what there is of
    the snapshot. A test is run at most once a set.
    """
    changes = {change.id: change for change in split(patch)}
    whole = frozenset(kept)
    listed = list(changes.values())
    droppable = droppable_of(patch, listed, find_moves(patch, listed).within(whole), read, find)
    search = _Search(patch, changes, test, deadline, whole, droppable, {whole: True})
    units = droppable.units(whole & frozenset(candidates))
    left = _reduced(search, whole, units)
    # Within a group that has to stay, one change may still go: a comment in a block that the test needs.
    alone = (droppable.moves.drop_with((at,)) & left for at in sorted(left & frozenset(candidates)))
    units = [unit for unit in dict.fromkeys(alone) if unit <= frozenset(candidates)]
    left = _reduced(search, left, units)
    needed = frozenset().union(*(unit for unit in units if unit <= left and search.tried.get(left - unit) is False))
    # What makes no sense alone (an `if` without its body) was left out as a whole.
    groups = [group for group in droppable.units(left & frozenset(candidates)) if group <= left - needed]
    needed |= frozenset().union(*(group for group in groups if search.tried.get(left - group) is False))
    rest = [unit for unit in units if unit <= left and not unit <= needed]
    return Minimized(left, needed, _supports(search, left, rest), search.tests, not search.late)


def _supports(search: _Search, left: frozenset[int], units: list[frozenset[int]]) -> dict[int, int]:
    """For each unit that makes no sense to leave out: the nearest change with which it could go."""
    found: dict[int, int] = {}
    for unit in units:
        if search.is_sensible(left - unit):
            continue  # the test was not asked, or time was up
        near = sorted(left - unit, key=lambda at: abs(at - min(unit)))
        user = next((at for at in near[:_NEAR] if search.is_sensible(left - unit - {at})), None)
        found |= {at: user for at in unit if user is not None}
    return found


def _reduced(search: _Search, whole: frozenset[int], units: list[frozenset[int]]) -> frozenset[int]:
    """ddmin on what is left out: large parts first, each success starts over with what remains."""
    left, size = whole, len(units)
    while units and not search.late:
        for part in _parts(units, size):
            rest = left - frozenset().union(*part)
            if search.passes(rest):
                left = rest
                units = [unit for unit in units if unit not in part]
                break
        else:
            if size <= 1:
                return left
            size = (size + 1) // 2
            continue
        size = max(1, min(size, len(units)))
    return left


def _parts(units: list[frozenset[int]], size: int) -> Iterator[list[frozenset[int]]]:
    """The units in runs of `size`, last ones first: what was added last is needed least."""
    for end in range(len(units), 0, -size):
        yield units[max(0, end - size) : end]
