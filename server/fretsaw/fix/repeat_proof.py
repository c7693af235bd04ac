"""Run what proves a patch once more: on the base, and on the patch in another order and without `CI`.

Where the runner can select, only the tests that changed from red to green are run again; elsewhere the whole check,
where that is quick.
"""

from __future__ import annotations

from dataclasses import replace

from fretsaw.core.patch import texts
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.proof.check_result import CheckResult, Variation, VaryCheck
from fretsaw.core.proof.compare import Comparison
from fretsaw.core.run import Event
from fretsaw.fix.work import Work

QUICK = 10.0
"""Seconds that a run may take so that the whole check is repeated."""
_SELECTING = frozenset({"pytest", "unittest", "go test", "rspec", "minitest", "vitest", "cargo test", "ctest"})
_MOST_REPEATED = 200
"""Tests beyond which a selection is not repeated test by test: the first ones stand for all."""

Outcome = tuple[Comparison, tuple[str, ...]]


def selects(result: CheckResult) -> bool:
    """Return True if the runners of a result take a selection of tests."""
    return bool(result.runners) and frozenset(result.runners) <= _SELECTING


def repeat_proof(judged: Comparison, before: CheckResult, after: CheckResult, patch: PatchSet, work: Work) -> Outcome:
    """The verdict after the repetitions that there is time for, and what was not tried, for a person."""
    vary, times = work.services.vary, work.settings.repeat
    if vary is None or times < 2 or before.state != "red":
        return judged, ()
    if selects(after) and judged.fixed:
        return _selected(judged, before, patch, work, vary)
    if after.seconds >= QUICK:
        return judged, ("not tried: a second run, and one without CI (the check takes longer than 10 s)",)
    return _whole(judged, before, after, patch, work, vary)


def _selected(judged: Comparison, before: CheckResult, patch: PatchSet, work: Work, vary: VaryCheck) -> Outcome:
    """The proving tests alone: red again on the base, green again on the patch."""
    fixed = judged.fixed[:_MOST_REPEATED]
    work.services.report(Event("check-after", "running the tests that prove the fix in another order", percentage=87))
    for _ in range(work.settings.repeat - 1):
        base = vary(Variation(fixed))({})
        lucky = tuple(name for name in fixed if (base.tests or {}).get(name) == "passed")
        if lucky:
            return _flaky(judged, lucky), ()
        other = vary(Variation(fixed, reverse=True, ci=False))(texts(patch))
        failed = tuple(name for name in fixed if (other.tests or {}).get(name) == "failed")
        if failed:
            return _explained(judged, failed, patch, vary), ()
        known = (*before.doubts, *base.doubts)
        doubts = [one for one in other.doubts if other.ok and one not in known and not one.endswith(" by now")]
        if doubts:
            return replace(judged, kind="doubtful", reason=f"the check ended green, but {doubts[0]}"), ()
    return judged, ()


def explain_red(judged: Comparison, after: CheckResult, patch: PatchSet, work: Work) -> Comparison:
    """The verdict on a red check, or that it is flaky: what failed is run once more on the same patch."""
    vary = work.services.vary
    if vary is None or work.settings.repeat < 2 or not (judged.broken or after.seconds < QUICK):
        return judged
    if selects(after) and not judged.broken:
        return judged
    only = judged.broken if selects(after) else None
    for _ in range(work.settings.repeat - 1):
        again = vary(Variation(only))(texts(patch))
        changed = _differ(again, after)
        if changed or (only is None and again.state != after.state):
            return _flaky(judged, changed)
    return judged


def _explained(judged: Comparison, failed: tuple[str, ...], patch: PatchSet, vary: VaryCheck) -> Comparison:
    """Say why tests fail in another run: by chance, by the order, or where `CI` is not set."""
    again = vary(Variation(judged.fixed))(texts(patch))
    if any((again.tests or {}).get(name) == "failed" for name in failed):
        return _flaky(judged, failed)
    without = vary(Variation(judged.fixed, ci=False))(texts(patch))
    here = any((without.tests or {}).get(name) == "failed" for name in failed)
    why = "where the variable CI is not set, as on a user's machine" if here else "when they run in the opposite order"
    return replace(
        judged,
        kind="doubtful",
        reason=f"the check ended green, but the tests that prove the fix fail {why}: {failed[0]}",
    )


def _whole(
    judged: Comparison, before: CheckResult, after: CheckResult, patch: PatchSet, work: Work, vary: VaryCheck
) -> Outcome:
    """The whole check once more on either state, the second time without `CI`."""
    work.services.report(Event("check-after", "running the check once more, without CI", percentage=87))
    for turn in range(work.settings.repeat - 1):
        base = vary(Variation())({})
        unsteady = _differ(base, before)
        if base.ok or (unsteady and not judged.fixed) or frozenset(unsteady) & frozenset(judged.fixed):
            return _flaky(judged, unsteady), ()
        other = vary(Variation(ci=turn > 0))(texts(patch))
        if other.state == after.state and not _differ(other, after):
            continue
        if turn == 0 and other.state == "timeout":
            return judged, ("not tried: a run without CI (it did not end; it may wait for somebody)",)
        again = vary(Variation())(texts(patch)) if turn == 0 else other
        if again.state != after.state or _differ(again, after):
            return _flaky(judged, _differ(again, after)), ()
        if _fails_without_ci(base, vary):
            return judged, ("the check depends on the variable CI, with and without the patch",)
        reason = "the check is green only where the variable CI is set; on a user's machine it is red with the patch"
        return replace(judged, kind="doubtful", reason=reason), ()
    return judged, ()


def _fails_without_ci(base: CheckResult, vary: VaryCheck) -> bool:
    """Return True if already on the base tests that pass fail without `CI`."""
    plain = vary(Variation(ci=False))({})
    return any((plain.tests or {}).get(name) == "failed" for name in base.named("passed"))


def _differ(one: CheckResult, other: CheckResult) -> tuple[str, ...]:
    """Tests that both runs tell of and that ended differently."""
    states = other.tests or {}
    return tuple(sorted(name for name, state in (one.tests or {}).items() if states.get(name, state) != state))


def _flaky(judged: Comparison, names: tuple[str, ...]) -> Comparison:
    which = f": {', '.join(names[:3])}" if names else ""
    return replace(judged, kind="flaky", reason=f"the check is flaky: repeated runs on one tree did not agree{which}")
