"""Prove changes that are in the repository already, and find out which of them the failing check needs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from fretsaw.cancel import Cancel
from fretsaw.core.policy import Judgement, Refusal
from fretsaw.core.proof.check_result import Check, Variation
from fretsaw.core.run import Event, Evidence
from fretsaw.errors import UsageError
from fretsaw.fix.prove_diff import TreesUnder, prove_diff
from fretsaw.fix.services import Services
from fretsaw.fix.work import Work
from fretsaw.repo.git.state_diff import texts_before
from fretsaw.repo.git.states import WORKTREE
from fretsaw.session.open import Session
from fretsaw.session.services import make_proof_services
from fretsaw.session.vet_tree import BY_RULE, CheckRuns, VettedTree

Ran = TypeVar("Ran")


@dataclass(slots=True)
class _Counter:
    """The runs of the check so far."""

    runs: int = 0
    selected: int = 0
    seconds: float = 0.0

    def count(self, services: Services) -> Services:
        """The same services, of which each run is counted."""
        check, vary, covered = services.check, services.vary, services.covered

        def run(asked: Callable[[Mapping[str, str | None]], Ran], laid: Mapping[str, str | None], only: bool) -> Ran:
            started = time.monotonic()
            try:
                return asked(laid)
            finally:
                self.runs += 1
                self.selected += only
                self.seconds += time.monotonic() - started

        def varied(variation: Variation) -> Check:
            assert vary is not None
            asked = vary(variation)
            return lambda laid: run(asked, laid, variation.only is not None)

        return replace(
            services,
            check=None if check is None else lambda laid: run(check, laid, False),
            vary=None if vary is None else varied,
            covered=None if covered is None else lambda laid: run(covered, laid, False),
        )


def prove_tree(session: Session, vetted: VettedTree, report: Callable[[Event], None], cancel: Cancel) -> VettedTree:
    """The same with what the check says of the changes; nothing in the worktree is touched.

    UsageError where no check is set, CheckError where it cannot be started.
    """
    diff = vetted.diff
    if not diff.patch:
        raise UsageError("there is no change that a check could prove", hint="see `git status`")
    plain, renamed, left = texts_before(diff.repo or session.repo, diff)
    services = make_proof_services(session, diff.snapshot, TreesUnder(plain, renamed), report, cancel)
    by_rule = tuple(item for item in vetted.verdicts if item.decision == "drop" and item.rule in BY_RULE)
    if by_rule:  # what a person forbade does not come back because the check would like it
        forbidden = Judgement(tuple(Refusal(item.change.path, "ask", item.reason) for item in by_rule))
        services = replace(services, policy=lambda patch, named, asked: forbidden)
    counter = _Counter()
    services = counter.count(services)
    found = prove_diff(vetted.proposed, vetted.verdicts, Work(vetted.issue, diff.snapshot, session.settings, services))
    notices = found.notices
    if left and diff.states.after != WORKTREE:
        shown = ", ".join(left[:3]) + (", …" if len(left) > 3 else "")
        notices = (*notices, f"the check ran with your tree's own version of {shown}")
    evidence = Evidence(
        base=session.repo.head,
        before=found.before,
        after=found.after,
        proof=found.comparison,
        notices=notices,
    )
    runs = CheckRuns(counter.runs, counter.selected, round(counter.seconds, 1))
    return replace(vetted, verdicts=found.verdicts, patch=found.patch, evidence=evidence, check_runs=runs)
