"""The proof of a patch: the check before and after, what it lets us drop, what it makes us keep. Knows no process."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from fretsaw.core import prompt
from fretsaw.core.check import Check, CheckResult
from fretsaw.core.issue import Issue
from fretsaw.core.judge import compare
from fretsaw.core.minimize import minimize
from fretsaw.core.patch import render, select, texts
from fretsaw.core.patch.values import PatchSet
from fretsaw.core.policy import is_test
from fretsaw.core.prune.values import Verdict
from fretsaw.core.run import Event
from fretsaw.fix.propose import Back, Landed
from fretsaw.fix.world import World
from fretsaw.settings import Settings


@dataclass(frozen=True, slots=True)
class Proved:
    """A patch with what the check says of it."""

    landed: Landed
    after: CheckResult | None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Trial:
    """The check as a question about a patch, with what is needed to ask it."""

    before: CheckResult
    check: Check
    world: World
    settings: Settings

    def holds(self, patch: PatchSet) -> bool:
        """Whether the check is as good with this patch as it has to be."""
        return compare(self.before, self.check(texts(patch))).ok

    def smallest(self, patch: PatchSet, kept: Collection[int], candidates: Collection[int]) -> frozenset[int]:
        """The changes of `kept` without those candidates that the check does not need."""
        end = self.world.clock() + self.settings.minimize_seconds
        result = minimize(patch, kept, candidates, self.holds, lambda: self.world.clock() > end)
        return result.kept


def prove(landed: Landed, before: CheckResult | None, issue: Issue, world: World, settings: Settings) -> Proved | Back:
    """Run the check on the patch; give back what the model has to hear when it is not green."""
    check = world.check
    if check is None or before is None or before.state == "unavailable":
        return Proved(landed, before)
    trial = _Trial(before, check, world, settings)
    world.report(Event("check-after", "running the check on the patch", percentage=80))
    after = check(texts(landed.patch))
    judged = compare(before, after, _with_base_tests(landed.patch, after, check))
    if not judged.ok:
        restored = _restored(landed, trial)
        if restored is not None:
            return restored
        turn = replace(landed.turn, check=after)
        back = prompt.after_red_check(after, render(landed.patch), issue)
        return Back("check", back, judged.reason, turn, landed.proposed, landed.verdicts)
    proved = _minimized(landed, after, trial) if before.state == "red" else Proved(landed, after)
    notices = (judged.reason,) if before.ok else ()
    verdicts = _explained(proved.landed, before.state == "red", world)
    turn = replace(proved.landed.turn, check=proved.after)
    return replace(proved, landed=replace(proved.landed, verdicts=verdicts, turn=turn), notices=notices)


def _with_base_tests(patch: PatchSet, after: CheckResult, check: Check) -> CheckResult | None:
    """The check on the patch without its edits of existing tests; None when it edits none, or is not green anyway."""
    edited = {file.path for file in patch.files if is_test(file.path) and file.before is not None}
    if not after.ok or not edited:
        return None
    return check({path: text for path, text in texts(patch).items() if path not in edited})


def _restored(landed: Landed, trial: _Trial) -> Proved | None:
    """When the check needs something that was dropped, keep just that: nothing needed is lost."""
    dropped = frozenset(item.change.id for item in landed.verdicts if item.decision == "drop")
    if not dropped or not trial.world.policy(landed.proposed, ()).ok or not trial.holds(landed.proposed):
        return None
    every = frozenset(item.change.id for item in landed.verdicts)
    kept = trial.smallest(landed.proposed, every, dropped)
    needed = "the check is red without it"
    verdicts = tuple(
        replace(item, decision="keep", rule="needed-by-check", reason=needed, needed_by="the check")
        if item.change.id in kept & dropped
        else item
        for item in landed.verdicts
    )
    return _tried(replace(landed, verdicts=verdicts), kept, trial)


def _minimized(landed: Landed, after: CheckResult, trial: _Trial) -> Proved:
    """Let the check decide about flagged changes (or about all of them), as the settings say."""
    kept = frozenset(item.change.id for item in landed.verdicts if item.decision != "drop")
    mode = trial.settings.minimize
    flagged = frozenset(item.change.id for item in landed.verdicts if item.decision == "flag")
    candidates = {"all": kept, "flagged": flagged, "off": frozenset[int]()}[mode]
    if not candidates or len(kept) < 2:
        return Proved(landed, after)
    trial.world.report(Event("minimize", f"asking the check about {len(candidates)} changes", percentage=90))
    survivors = trial.smallest(landed.proposed, kept, candidates)
    if survivors == kept:
        return Proved(landed, after)
    verdicts = tuple(_dropped(item) if item.change.id in kept - survivors else item for item in landed.verdicts)
    return _tried(replace(landed, verdicts=verdicts), survivors, trial)


def _dropped(verdict: Verdict) -> Verdict:
    told = f"{verdict.reason}; " if verdict.reason else ""
    return replace(
        verdict, decision="drop", rule=verdict.rule or "not-needed", reason=f"{told}the check is green without it"
    )


def _tried(landed: Landed, kept: Collection[int], trial: _Trial) -> Proved:
    """The patch of just these changes, accepted by git, with the check's result on it."""
    patch = select(landed.proposed, kept)
    trial.world.trial(patch)
    after = trial.check(texts(patch))
    return Proved(replace(landed, patch=patch, turn=replace(landed.turn, check=after)), after)


def _explained(landed: Landed, proved: bool, world: World) -> tuple[Verdict, ...]:
    """The verdicts, with what keeps each kept change, and a mark on those that nothing covers."""
    covered = world.covered(landed.patch) if world.covered else None
    alone = sum(item.decision != "drop" for item in landed.verdicts) == 1
    out = []
    for item in landed.verdicts:
        if item.decision == "drop":
            out.append(item)
            continue
        needed_by = "the check: red before, green after" if proved and alone else item.needed_by
        out.append(replace(item, needed_by=needed_by, unverified=_is_unverified(item, covered)))
    return tuple(out)


def _is_unverified(verdict: Verdict, covered: dict[str, frozenset[int]] | None) -> bool:
    """Whether it is known that nothing the check runs covers the change. Not known counts as covered."""
    change = verdict.change
    if covered is None or change.path not in covered or change.hunk is None or not change.hunk.added:
        return False
    lines = range(change.hunk.start + 1, change.hunk.start + 1 + len(change.hunk.added))
    return covered[change.path].isdisjoint(lines)
