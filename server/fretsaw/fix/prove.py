"""The proof of a patch: the check before and after, what it lets us drop, what it makes us keep. Knows no process."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fretsaw.core import prompt
from fretsaw.core.check import Check, CheckResult
from fretsaw.core.issue import Issue
from fretsaw.core.judge import compare
from fretsaw.core.minimize import minimize
from fretsaw.core.patch import render, select
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


def prove(
    landed: Landed, before: CheckResult | None, issue: Issue, world: World, settings: Settings
) -> Proved | Back:
    """Run the check on the patch; give back what the model has to hear when it is not green."""
    check = world.check
    if check is None or before is None or before.state == "unavailable":
        return Proved(landed, before)
    world.report(Event("check-after", "running the check on the patch", percentage=80))
    after = check(texts(landed.patch))
    verdict = compare(before, after, _with_base_tests(landed.patch, after, check))
    if not verdict.ok:
        restored = _with_what_was_dropped(landed, before, check, world, settings)
        if restored is not None:
            return restored
        turn = replace(landed.turn, check=after)
        back = prompt.after_red_check(after, render(landed.patch), issue)
        return Back("check", back, verdict.reason, turn, landed.proposed, landed.verdicts)
    landed = replace(landed, turn=replace(landed.turn, check=after))
    if before.state == "red" and settings.minimize != "off":
        landed, after = _minimized(landed, before, after, check, world, settings)
    landed = replace(landed, verdicts=_unverified(landed, world))
    return Proved(landed, after, (verdict.reason,) if before.ok else ())


def texts(patch: PatchSet) -> dict[str, str | None]:
    """The files of a patch as they are after it."""
    return {file.path: file.after for file in patch.files}


def _with_base_tests(patch: PatchSet, after: CheckResult, check: Check) -> CheckResult | None:
    """The check on the patch without its edits of tests; None when it edits none, or the check is not green anyway."""
    code = {path: text for path, text in texts(patch).items() if not is_test(path)}
    if not after.ok or not code or len(code) == len(patch.files):
        return None
    edits_old_tests = any(file.before is not None for file in patch.files if is_test(file.path))
    return check(code) if edits_old_tests else None


def _with_what_was_dropped(
    landed: Landed, before: CheckResult, check: Check, world: World, settings: Settings
) -> Proved | None:
    """When the check needs something that was dropped, keep just that: nothing needed is lost."""
    dropped = frozenset(verdict.change.id for verdict in landed.verdicts if verdict.decision == "drop")
    if not dropped or world.refuse(landed.proposed, ()):
        return None
    if not compare(before, check(texts(landed.proposed)), None).ok:
        return None
    kept = _smallest(landed.proposed, dropped, before, check, world, settings)
    verdicts = tuple(
        replace(item, decision="keep", rule="needed-by-check", reason="the check is red without it", needed_by="the check")
        if item.change.id in kept and item.decision == "drop"
        else item
        for item in landed.verdicts
    )
    patch = select(landed.proposed, kept)
    world.trial(patch)
    after = check(texts(patch))
    done = replace(landed, patch=patch, verdicts=verdicts, turn=replace(landed.turn, check=after))
    return Proved(done, after)


def _minimized(
    landed: Landed, before: CheckResult, after: CheckResult, check: Check, world: World, settings: Settings
) -> tuple[Landed, CheckResult]:
    """Let the check decide about flagged changes (or about all of them)."""
    kept = [item for item in landed.verdicts if item.decision != "drop"]
    wanted = kept if settings.minimize == "all" else [item for item in kept if item.decision == "flag"]
    if not wanted or len(kept) < 2:
        return landed, after
    world.report(Event("minimize", f"asking the check about {len(wanted)} of {len(kept)} changes", percentage=90))
    survivors = _smallest(
        select(landed.proposed, frozenset(item.change.id for item in kept)) if False else landed.proposed,
        frozenset(item.change.id for item in wanted),
        before,
        check,
        world,
        settings,
        frozenset(item.change.id for item in kept),
    )
    gone = frozenset(item.change.id for item in kept) - survivors
    if not gone:
        return landed, after
    verdicts = tuple(
        replace(item, decision="drop", rule=item.rule or "not-needed", reason=f"{item.reason}; the check is green without it".lstrip("; "))
        if item.change.id in gone
        else item
        for item in landed.verdicts
    )
    patch = select(landed.proposed, survivors)
    world.trial(patch)
    after = check(texts(patch))
    return replace(landed, patch=patch, verdicts=verdicts, turn=replace(landed.turn, check=after)), after
