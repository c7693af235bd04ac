"""Prove changes that are in the repository already, and find out which of them the failing check needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fretsaw.cancel import Cancel
from fretsaw.core.policy import Judgement, Refusal
from fretsaw.core.run import Event, Evidence
from fretsaw.errors import UsageError
from fretsaw.fix.prove_diff import TreesUnder, prove_diff
from fretsaw.fix.work import Work
from fretsaw.repo.git.state_diff import texts_before
from fretsaw.repo.git.states import WORKTREE
from fretsaw.session.open import Session
from fretsaw.session.services import make_proof_services
from fretsaw.session.vet_tree import BY_RULE, VettedTree


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
    return replace(vetted, verdicts=found.verdicts, patch=found.patch, evidence=evidence)
