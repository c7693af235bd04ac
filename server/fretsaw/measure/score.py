"""The extraneous rate and what pruning makes of it, against a known right answer. docs/extraneous-rate.md defines it.

`bench/extraneous.py` and `agent bench extraneous` read rows and hand them in.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fretsaw.core.issue import Issue
from fretsaw.core.patch import assemble, derive, derive_set, split, texts
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune.run_rules import prune
from fretsaw.core.prune.verdict import Mode, Verdict


@dataclass(frozen=True, slots=True)
class RightAnswer:
    """A proposed patch as texts, and the right one."""

    before: Mapping[str, str | None]
    proposed: Mapping[str, str | None]
    """Path → text after; a path that is missing keeps its text."""
    gold: Mapping[str, str | None]
    issue: Issue
    modes: Mapping[str, tuple[str, str]] | None = None
    """Changes of mode that were proposed; the right patch has none."""


@dataclass(frozen=True, slots=True)
class Score:
    """The result of pruning one answer, counted in atomic changes."""

    changes: int
    """Of the proposed patch."""
    extraneous: int
    """Of these, those that the right patch does not have."""
    dropped: int
    """Extraneous ones that were dropped."""
    flagged: int
    """Extraneous ones that were flagged."""
    gold: int
    """Of the right patch."""
    gold_dropped: int
    """Of these, those that what is delivered lacks: the worst that pruning can do."""
    gold_flagged: int
    """Changes of the right patch that were flagged."""
    exact: bool
    """True if what is delivered is the right answer, byte for byte."""
    exact_unflagged: bool
    """It would be, were the flagged changes dropped too."""


def score(answer: RightAnswer, mode: Mode = "safe") -> tuple[Score, tuple[Verdict, ...]]:
    """Prune one answer and count."""
    proposed = derive_set(answer.before.get, answer.proposed, answer.modes)
    gold = derive_set(answer.before.get, answer.gold)
    pruned = prune(proposed, answer.issue, mode, answer.before.get)
    proposed = pruned.proposed
    foreign = extraneous(proposed, gold)
    decided = {verdict.change.id: verdict.decision for verdict in pruned.verdicts}
    kept = [verdict.change for verdict in pruned.verdicts if verdict.decision == "keep"]
    lost = _lost(gold, pruned.patch, proposed)
    result = Score(
        changes=len(decided),
        extraneous=len(foreign),
        dropped=sum(decided[at] == "drop" for at in foreign),
        flagged=sum(decided[at] == "flag" for at in foreign),
        gold=len(split(gold)),
        gold_dropped=lost,
        gold_flagged=sum(how == "flag" and at not in foreign for at, how in decided.items()),
        exact=_same(answer, pruned.patch, gold),
        exact_unflagged=_same(answer, assemble(proposed, kept), gold),
    )
    return result, pruned.verdicts


def extraneous(proposed: PatchSet, gold: PatchSet) -> frozenset[int]:
    """Ids of the atomic changes of `proposed` without which it would be no further from the right patch.

    A change is extraneous when the proposed text without it is nearer to the right text, counted in lines that
    are added or removed to get from one to the other.
    """
    right = texts(gold)
    out = set()
    for file in proposed.files:
        changes = list(split(PatchSet((file,))))
        offset = _offset(proposed, file.path)
        target = right.get(file.path, file.before)
        for change in changes:
            if _is_foreign(change, changes, PatchSet((file,)), target):
                out.add(change.id + offset)
    return frozenset(out)


def _offset(proposed: PatchSet, path: str) -> int:
    return next((change.id for change in split(proposed) if change.path == path), 1) - 1


def _is_foreign(change: Change, changes: list[Change], patch: PatchSet, target: str | None) -> bool:
    file = patch.files[0]
    if change.kind in {"create", "delete"}:
        return target == file.before
    if change.kind == "mode":
        return True
    rest = assemble(patch, [other for other in changes if other.id != change.id])
    less = rest.files[0].after if rest else file.before
    return _distance(less, target) < _distance(file.after, target)


def _distance(one: str | None, other: str | None) -> int:
    patch = derive("f", one, other)
    return sum(len(hunk.removed) + len(hunk.added) for hunk in patch.hunks) if patch else 0


def _lost(gold: PatchSet, delivered: PatchSet, proposed: PatchSet) -> int:
    """Count how many changes of the right patch were proposed and are not delivered."""
    there, offered = _lines(delivered), _lines(proposed)
    count = 0
    for change in split(gold):
        wanted = _of(change)
        if wanted - offered.get(change.path, Counter()):
            continue
        count += bool(wanted - there.get(change.path, Counter()))
    return count


def _lines(patch: PatchSet) -> dict[str, Counter[str]]:
    out: dict[str, Counter[str]] = {}
    for change in split(patch):
        out.setdefault(change.path, Counter()).update(_of(change))
    return out


def _of(change: Change) -> Counter[str]:
    if change.hunk is None:
        return Counter({change.kind: 1})
    return Counter(["-" + line for line in change.hunk.removed] + ["+" + line for line in change.hunk.added])


def _same(answer: RightAnswer, patch: PatchSet, gold: PatchSet) -> bool:
    modes = any(file.mode and file.op == "edit" for file in patch.files)
    return not modes and {**answer.before, **texts(patch)} == {**answer.before, **texts(gold)}


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its 95 % confidence interval."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """0 to 1; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0


def rate(part: int, whole: int) -> Rate:
    """A share and its Wilson 95 % interval, which holds for small counts and for 0 too."""
    if not whole:
        return Rate(0, 0, 0.0, 1.0)
    z = 1.959964
    p, z2 = part / whole, z * z
    centre = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    half = z * math.sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return Rate(part, whole, max(0.0, centre - half), min(1.0, centre + half))


def extraneous_rate(scores: Iterable[Score], *, delivered: bool = True) -> Rate:
    """Extraneous changes of all changes: of those delivered (not dropped), or of those proposed."""
    rows = list(scores)
    if not delivered:
        return rate(sum(row.extraneous for row in rows), sum(row.changes for row in rows))
    left = sum(row.extraneous - row.dropped for row in rows)
    return rate(left, left + sum(row.gold - row.gold_dropped for row in rows))
