"""The proof of a patch: the check before and after, what it lets us drop, what it makes us keep."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from fretsaw.core import prompt
from fretsaw.core.context.search import paths_with
from fretsaw.core.minimize import Minimized, minimize, unverified
from fretsaw.core.patch import render, select, texts
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.proof.check_result import CheckResult, Variation
from fretsaw.core.proof.compare import Comparison, Excuse, compare
from fretsaw.core.proof.red_alike import is_progress, is_red_alike
from fretsaw.core.prune import moves_asked_for
from fretsaw.core.prune.verdict import Verdict
from fretsaw.core.run import Event
from fretsaw.fix.code_doubts import doubt_code
from fretsaw.fix.judges import Judges, judges_of, subjects_of
from fretsaw.fix.propose import Candidate, Rejected
from fretsaw.fix.repeat_proof import QUICK, explain_red, repeat_proof, selects
from fretsaw.fix.work import Work

_ENDED = "minimizing ended after {:g} seconds, before every change was tried: more may be needless (--minimize-seconds)"
_DARK = "the check runs no line of it"
_SEEN = ("test ", "the check")
"""Beginnings of a `needed_by` that a run of the check showed."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A patch with what the check says of it."""

    candidate: Candidate
    after: CheckResult | None
    notices: tuple[str, ...] = ()
    comparison: Comparison | None = None
    """The comparison of the results before and after; None where no check was run."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """The check as a question about a patch, with what is needed to ask it. No patch is asked about twice."""

    before: CheckResult
    work: Work
    excuse: Excuse
    subjects: tuple[str, ...]
    fixed: tuple[str, ...] = ()
    """Tests that the whole patch makes green, where the runner takes a selection."""
    is_long: bool = False
    """True if the whole check takes so long that the search asks the proving tests alone."""
    known: dict[PatchSet, bool] = field(default_factory=dict)
    results: dict[PatchSet, CheckResult] = field(default_factory=dict)

    def check(self, patch: PatchSet) -> CheckResult:
        """The result of the whole check, run once a patch."""
        if patch not in self.results:
            assert self.work.services.check is not None
            self.results[patch] = self.work.services.check(texts(patch))
        return self.results[patch]

    def check_texts(self, laid: Mapping[str, str | None]) -> CheckResult:
        """One run on other texts than those of a patch."""
        assert self.work.services.check is not None
        return self.work.services.check(laid)

    def holds(self, patch: PatchSet) -> bool:
        """Return True if the check is as good with this patch as it has to be."""
        if patch not in self.known:
            self.known[patch] = self.compare(self.check(patch)).ok
        return self.known[patch]

    def _still_fixes(self, patch: PatchSet) -> bool:
        """Return True if the proving tests alone, which cost less than the whole check, do not speak against it."""
        vary = self.work.services.vary
        if self.known.get(patch) is not None or vary is None:
            return self.known.get(patch, True)
        states = vary(Variation(self.fixed))(texts(patch)).tests or {}
        if any(states.get(name) == "failed" for name in self.fixed):
            self.known[patch] = False
        return self.known.get(patch, True)

    def compare(
        self, after: CheckResult, judged: CheckResult | None = None, deleted: tuple[str, ...] = ()
    ) -> Comparison:
        """A result against the one before the patch."""
        return compare(self.before, after, judged, deleted, self.excuse, self.subjects)

    def search(self, patch: PatchSet, kept: Collection[int], candidates: Collection[int]) -> Minimized:
        """Search for the candidates that the check does not need.

        A long check is asked once, about what the proving tests alone leave; the search begins again where it is red.
        """
        if self.is_long and self.fixed and self.work.services.vary is not None:
            found = self._search(patch, kept, candidates, self._still_fixes)
            if self.holds(select(patch, found.kept)):
                return found
        return self._search(patch, kept, candidates, self.holds)

    def _search(
        self,
        patch: PatchSet,
        kept: Collection[int],
        candidates: Collection[int],
        test: Callable[[PatchSet], bool],
    ) -> Minimized:
        end = self.work.services.clock() + self.work.settings.minimize_seconds
        snapshot = self.work.snapshot
        find = partial(paths_with, snapshot)
        clock = self.work.services.clock
        return minimize(patch, kept, candidates, test, lambda: clock() > end, snapshot.read, find)


def prove(candidate: Candidate, before: CheckResult | None, work: Work) -> Proved | Rejected:
    """Run the check on the patch; give back what the model has to hear when it is not green."""
    if work.services.check is None or before is None or before.state == "unavailable":
        return Proved(candidate, before)
    judges = judges_of(candidate.patch, work)
    trial = _Trial(before, work, judges.excuse, subjects_of(candidate.patch, work))
    work.services.report(Event("check-after", "running the check on the patch", percentage=80))
    after = _without_own(work.services.check(texts(candidate.patch)), candidate.patch)
    judged, asked = _judge(judges, trial, after)
    judged, remarks = doubt_code(judged, judges, after, work, partial(_is_right_untested, judges, trial))
    judged = _reversed(judged, judges, trial, after)
    repeated: tuple[str, ...] = ()
    if judged.ok:
        judged, repeated = repeat_proof(judged, before, after, candidate.patch, work)
    if not judged.ok:
        restored = _restored(candidate, trial) if judged.kind in {"red", "broke"} else None
        if restored is None and judged.kind in {"red", "broke"}:
            judged = explain_red(judged, after, candidate.patch, work)
        return restored or _rejected(candidate, judged, before, after, work)
    trial.known[candidate.patch] = True
    trial.results[candidate.patch] = after
    trial.known[PatchSet()] = before.ok  # nobody has to ask about a patch without a change
    trial = replace(trial, fixed=judged.fixed if selects(after) else (), is_long=after.seconds >= QUICK)
    proved = Proved(candidate, after)
    if before.state == "red":
        proved = _minimized(candidate, after, trial, judged.fixed)
    verdicts = _covered(proved, work)
    turn = replace(proved.candidate.turn, check=proved.after)
    notices = (judged.reason,) if before.ok or asked or judged.left else ()
    candidate = replace(proved.candidate, verdicts=verdicts, turn=turn)
    return replace(
        proved, candidate=candidate, notices=(*proved.notices, *notices, *remarks, *repeated), comparison=judged
    )


def _without_own(result: CheckResult, patch: PatchSet) -> CheckResult:
    """The result without what a file of the patch does to its own functions, as a decorator does."""
    own = tuple(f"{path}: " for path in patch.paths)
    doubts = tuple(doubt for doubt in result.doubts if not (doubt.endswith(" by now") and doubt.startswith(own)))
    return replace(result, doubts=doubts)


def _judge(judges: Judges, trial: _Trial, after: CheckResult) -> tuple[Comparison, str]:
    """Compare; where the patch touches judge files, also with these as they were, and as the issue asks for them.

    The verdict, and the sentence of the issue where it is green only with what that asks for.
    """
    plain = trial.compare(after, None, judges.deleted)
    if not plain.ok and plain.kind != "fewer":
        return plain, ""
    if not judges.files:
        return plain, ""
    assert trial.work.services.check is not None
    check = trial.work.services.check
    trial.work.services.report(Event("check-after", "running the check with the tests as they were", percentage=85))
    was = trial.before if judges.is_whole_patch else _without_own(check(judges.as_they_were()), judges.patch)
    judged = trial.compare(after, was, judges.deleted)
    if judged.ok or not judges.asked or judged.kind == "doubtful":
        return judged, ""
    laid = judges.as_asked()
    as_asked = after if laid == texts(judges.patch) else _without_own(check(laid), judges.patch)
    wanted = trial.compare(as_asked, None, judges.deleted)
    if wanted.ok and plain.ok:
        sentence = judges.sentence()
        kind = "proved" if not trial.before.ok else wanted.kind
        said = f"{wanted.reason}; only with the changes of tests that the issue asks for: {sentence}"
        return replace(wanted, kind=kind, reason=said), sentence
    return judged, ""


def _is_right_untested(judges: Judges, trial: _Trial, laid: Mapping[str, str]) -> bool:
    """Return True if the check proves the patch also with these texts, which take the test run for a run of a user."""
    trial.work.services.report(Event("check-after", "running the check as if the code were not tested", percentage=86))
    result = _without_own(trial.check_texts({**texts(judges.patch), **laid}), judges.patch)
    return trial.compare(result, None, judges.deleted).ok


def _reversed(judged: Comparison, judges: Judges, trial: _Trial, after: CheckResult) -> Comparison:
    """The verdict on a check that was green before, with what the patch's own tests say without its code.

    Elsewhere the run on the base is the reversal: what is red there is green with the code alone.
    """
    own = frozenset(after.named("passed")) - frozenset((trial.before.tests or {}).keys())
    if not judged.ok or not trial.before.ok or not own or judges.is_whole_patch:
        return judged
    trial.work.services.report(Event("check-after", "running the new tests without the change", percentage=86))
    states = trial.check_texts(judges.alone()).tests or {}
    red = tuple(sorted(name for name in own if states.get(name) != "passed"))
    if not red:
        return replace(judged, reason=f"{judged.reason}; its own new tests pass without its code, so they show nothing")
    named = ", ".join(red[:3])
    return replace(judged, fixed=red, reason=f"{judged.reason}; its own new tests fail without its code: {named}")


def _rejected(
    candidate: Candidate, judged: Comparison, before: CheckResult, after: CheckResult, work: Work
) -> Rejected:
    """Tell the model what went wrong, or end the run where asking again is of no use."""
    turn = replace(candidate.turn, check=after)
    if after.ok:  # a green output would not tell the model what is wrong
        back = prompt.after_refusal((judged.reason,), work.issue)
    else:
        back = prompt.after_red_check(after, render(candidate.patch), work.issue)
    reason, final = judged.reason, judged.kind in {"flaky", "unverified"}
    if judged.kind == "red" and is_red_alike(before, after):
        final = True
        reason = (
            f"{judged.reason}; it fails in the same way without the patch, so it says nothing about the patch"
            if not is_progress(before, after)
            else f"{judged.reason}; of the failures that it printed before, some are gone and none is new"
        )
    told = replace(judged, reason=reason)
    return Rejected("check", back, reason, turn, candidate.proposed, candidate.verdicts, comparison=told, final=final)


def _restored(candidate: Candidate, trial: _Trial) -> Proved | None:
    """Keep just the dropped changes that the check needs: nothing needed is lost. What a person rejected stays out."""
    gone = [item for item in candidate.verdicts if item.decision == "drop"]
    rejected = frozenset(item.change.id for item in gone if item.rule == "rejected")
    dropped = frozenset(item.change.id for item in gone) - rejected
    every = frozenset(item.change.id for item in candidate.verdicts) - rejected
    whole = select(candidate.proposed, every) if rejected else candidate.proposed
    policy = trial.work.services.policy
    if not dropped or not policy(whole, (), ()).ok or not trial.holds(whole):
        return None
    kept = trial.search(candidate.proposed, every, dropped).kept
    needed = "the check is red without it"
    verdicts = tuple(
        replace(item, decision="keep", rule="needed-by-check", reason=needed, needed_by="the check")
        if item.change.id in kept & dropped
        else item
        for item in candidate.verdicts
    )
    return _tried(replace(candidate, verdicts=verdicts), kept, trial)


def _minimized(candidate: Candidate, after: CheckResult, trial: _Trial, fixed: tuple[str, ...]) -> Proved:
    """Let the check say what keeps each change, and drop what it may drop by the settings and does not need.

    One search asks about all changes where there is time for that; it says of most that may go that they can.
    """
    kept = frozenset(item.change.id for item in candidate.verdicts if item.decision != "drop")
    settings = trial.work.settings
    if settings.minimize == "off":
        return Proved(candidate, after)
    candidates = _may_go(candidate, kept, trial)
    found = None
    if after.seconds * len(kept) <= settings.minimize_seconds:
        found = _analysis(candidate, kept, trial)
        candidates -= found.kept
    smaller = _smaller(candidate, kept, candidates, trial)
    survivors = smaller.kept if smaller else kept
    last = smaller or found
    told = () if last is None or last.complete else (_ENDED.format(settings.minimize_seconds),)
    verdicts = _explained(candidate.verdicts, kept - survivors, survivors, found, _named(fixed))
    candidate = replace(candidate, verdicts=verdicts)
    if survivors == kept:
        return Proved(candidate, after, told)
    return replace(_tried(candidate, survivors, trial), notices=told)


def _may_go(candidate: Candidate, kept: frozenset[int], trial: _Trial) -> frozenset[int]:
    """The changes that the settings let the check decide about."""
    if trial.work.settings.minimize == "flagged":
        return frozenset(item.change.id for item in candidate.verdicts if item.decision == "flag")
    return kept - moves_asked_for(candidate.proposed, [item.change for item in candidate.verdicts], trial.work.issue)


def _smaller(candidate: Candidate, kept: frozenset[int], candidates: frozenset[int], trial: _Trial) -> Minimized | None:
    """The search among the changes that may go; None where there is none."""
    if not candidates or len(kept) < 2:
        return None
    trial.work.services.report(Event("minimize", f"asking the check about {_changes(len(candidates))}", percentage=92))
    return trial.search(candidate.proposed, kept, candidates)


def _explained(
    verdicts: tuple[Verdict, ...], gone: frozenset[int], stay: frozenset[int], found: Minimized | None, needed_by: str
) -> tuple[Verdict, ...]:
    """The verdicts on what goes, and on what stays with what keeps it."""
    verdicts = tuple(_dropped(item) if item.change.id in gone else item for item in verdicts)
    if found is None:
        return verdicts
    return tuple(_why(item, found, needed_by) if item.change.id in stay else item for item in verdicts)


def _analysis(candidate: Candidate, kept: frozenset[int], trial: _Trial) -> Minimized:
    """The search among all kept changes, which says what keeps each."""
    if len(kept) < 2:
        return Minimized(kept, kept, {}, 0, True)
    trial.work.services.report(Event("minimize", f"asking the check about {_changes(len(kept))}", percentage=90))
    return trial.search(candidate.proposed, kept, kept)


def _changes(number: int) -> str:
    return "1 change" if number == 1 else f"{number} changes"


def _dropped(verdict: Verdict) -> Verdict:
    told = f"{verdict.reason}; " if verdict.reason else ""
    return replace(
        verdict, decision="drop", rule=verdict.rule or "not-needed", reason=f"{told}the check is green without it"
    )


def _tried(candidate: Candidate, kept: Collection[int], trial: _Trial) -> Proved:
    """The patch of just these changes, accepted by git, with the check's result on it."""
    patch = select(candidate.proposed, kept)
    trial.work.services.trial(patch)
    after = trial.check(patch)
    return Proved(replace(candidate, patch=patch, turn=replace(candidate.turn, check=after)), after)


def _why(verdict: Verdict, found: Minimized, needed_by: str) -> Verdict:
    number = verdict.change.id
    if number in found.needed:
        return replace(verdict, needed_by=needed_by)
    if number in found.kept:
        user = found.needed_by.get(number)
        return verdict if user is None or verdict.needed_by else replace(verdict, needed_by=f"change {user}")
    return _doubted(verdict, "the check also passes without this change")


def _doubted(verdict: Verdict, told: str) -> Verdict:
    return replace(verdict, unverified=True, reason="; ".join(filter(None, (verdict.reason, told))))


def _named(tests: tuple[str, ...]) -> str:
    if not tests:
        return "the check"
    more = f" and {len(tests) - 1} more" if len(tests) > 1 else ""
    return f"test {tests[0]}{more}"


def _covered(proved: Proved, work: Work) -> tuple[Verdict, ...]:
    """The verdicts, with a mark on each kept change of which the check is known to run no line.

    What the check was seen to be red without is needed, whatever a tool that measures lines can see.
    """
    verdicts = proved.candidate.verdicts
    seconds = proved.after.seconds if proved.after else 0.0
    if work.services.covered is None or work.settings.minimize == "off" or 4 * seconds > work.settings.minimize_seconds:
        return verdicts
    kept = [item.change for item in verdicts if item.decision != "drop"]
    if all(item.needed_by.startswith(_SEEN) or item.unverified for item in verdicts if item.decision != "drop"):
        return verdicts  # runs of the check told of each whether it is needed: a run for the lines would tell no more
    dark = unverified(kept, work.services.covered(texts(proved.candidate.patch)))
    return tuple(
        _doubted(item, _DARK) if item.change.id in dark and not item.needed_by.startswith(_SEEN) else item
        for item in verdicts
    )
