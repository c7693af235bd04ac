"""Decides which changes can go together: the one notion of a droppable unit, for rules, judge, scope and minimizing.

Drops are closed by taking some of them back, never by dropping more:

    1 -import os          dropping 2 alone (say a judge) would leave `os.getcwd()` without its import, which 1 takes
    2 -  os.getcwd()      away: 2 stays. Dropping 1 and 2 is a unit, and so is dropping 1 alone: the import is only
    2 +  here()           unused then. Dropping 3 alone would leave `here()` undefined: 3 stays.
    3 +def here(): …
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from fretsaw.core.issue import Issue
from fretsaw.core.patch import Moves, find_moves
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune.closure import needed, used_by_kept
from fretsaw.core.prune.containment import orphaned
from fretsaw.core.prune.moved import take_back
from fretsaw.core.prune.repository_uses import used_by_rest, users_of_gone
from fretsaw.core.prune.rules import RULES
from fretsaw.core.prune.scene import Scene
from fretsaw.core.prune.tear import torn
from fretsaw.core.prune.verdict import Verdict

Reader = Callable[[str], "str | None"]
"""Gives the text of a path of the snapshot; None where there is no such file."""
Finder = Callable[[str], Iterable[str]]
"""Gives the paths of the snapshot that hold a word."""
MOST_JOINED = 12
"""Changes of a file up to which neighbours are joined to a unit."""
_NO_ISSUE = Issue("", "")


@dataclass(frozen=True, slots=True)
class Droppable:
    """Facts of a patch that tell which of its changes can go together."""

    patch: PatchSet
    changes: Sequence[Change]
    """All of `split(patch)`."""
    scenes: Mapping[str, Scene]
    moves: Moves

    def close(self, verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
        """The verdicts with those drops taken back that would tear something, each with why.

        Kept is what the parse, a statement, a definition, a name in use, the other half of a move or the law of lines
        needs, and what that needs in turn.
        """
        closed = dict(verdicts)
        while back := self._to_take_back(closed):
            closed |= back
        return closed

    def staying(self, drops: Collection[int]) -> frozenset[int]:
        """Those of some drops that have to stay after all; none where they are a droppable unit."""
        closed = self.close({change.id: _dropped(change) for change in self.changes if change.id in drops})
        return frozenset(at for at, verdict in closed.items() if verdict.decision != "drop")

    def units(self, candidates: Collection[int]) -> list[frozenset[int]]:
        """The candidates in the smallest groups that can go: alone, with the neighbours that need one another, or with
        the other half of a move. Those of which something has to stay are left out."""
        by_path: dict[str, list[Change]] = defaultdict(list)
        for change in self.changes:
            if change.id in candidates:
                by_path[change.path].append(change)
        whole = chain.from_iterable(map(self._joined_neighbours, by_path.values()))
        return _without_overlap(map(self.moves.drop_with, whole), frozenset(candidates))

    def _to_take_back(self, verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
        """Some drops that have to stay, the structure of files first; none: all is well."""
        back: dict[int, Verdict] = {}
        if not any(verdict.decision == "drop" for verdict in verdicts.values()):
            return back
        for scene in self.scenes.values():
            back |= _torn_out(scene, {**verdicts, **back})
        back |= used_by_kept(self.scenes, self.changes, {**verdicts, **back})
        if not back:
            back = used_by_rest(self.scenes, verdicts, RULES) or users_of_gone(self.scenes, verdicts)
        return back or take_back(self.patch, self.changes, verdicts, moves=self.moves, rules=RULES)

    def _joined_neighbours(self, changes: Iterable[Change]) -> Iterable[frozenset[int]]:
        """Changes of one file: each alone where the file stays whole without it, else joined with the next ones."""
        group: dict[int, Verdict] = {}
        for change in changes:
            group[change.id] = _dropped(change)
            if len(group) > MOST_JOINED or not _torn_out(self.scenes[change.path], group):
                yield frozenset(group)
                group = {}
        if group:
            yield frozenset(group)


def close_drops(
    patch: PatchSet, verdicts: Sequence[Verdict], read: Reader | None = None, find: Finder | None = None
) -> tuple[Verdict, ...]:
    """The verdicts on all of `split(patch)` with the drops taken back that would tear something, whoever dropped."""
    changes = [verdict.change for verdict in verdicts]
    droppable = droppable_of(patch, changes, find_moves(patch, changes), read, find)
    return tuple(droppable.close({verdict.change.id: verdict for verdict in verdicts}).values())


def droppable_of(
    patch: PatchSet, changes: Sequence[Change], moves: Moves, read: Reader | None = None, find: Finder | None = None
) -> Droppable:
    """Collect what tells the droppable units of a patch, where no rule looked at it before."""
    return Droppable(patch, changes, scenes_of(patch, changes, _NO_ISSUE, read, find), moves)


def scenes_of(
    patch: PatchSet,
    changes: Iterable[Change],
    issue: Issue,
    read: Reader | None,
    find: Finder | None,
    meanings: Mapping[str, str] | None = None,
) -> dict[str, Scene]:
    """Path → the facts of a file, of all files of a patch; `meanings`: of those that are put back in their style."""
    by_path: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_path[change.path].append(change)
    known = meanings or {}
    return {
        file.path: Scene(file, tuple(by_path[file.path]), patch, issue, read, find, known.get(file.path))
        for file in patch.files
    }


def _torn_out(scene: Scene, verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The drops of one file that would leave it torn: it does not parse, or half a statement or definition stays."""
    return needed(scene, verdicts) or {**torn(scene, verdicts), **orphaned(scene, verdicts)}


def _dropped(change: Change) -> Verdict:
    """The verdict that tries a change as dropped."""
    return Verdict(change, "drop", rule="", reason="")


def _without_overlap(units: Iterable[frozenset[int]], ids: frozenset[int]) -> list[frozenset[int]]:
    """The units in their order, those joined that have a change in common; only such as are in `ids` wholly."""
    joined: list[frozenset[int]] = []
    for unit in units:
        common = [other for other in joined if other & unit]
        apart = [other for other in joined if not other & unit]
        joined = [*apart, unit.union(*common)]
    return sorted((unit for unit in joined if unit <= ids), key=min)
