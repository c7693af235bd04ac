"""Check a patch against the issue's rules and the policy on paths and lines."""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw.core.issue import Issue
from fretsaw.core.ledger import enforce
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.policy.requested import Requests
from fretsaw.fix.work import Work


@dataclass(frozen=True, slots=True)
class Restrictions:
    """The rules' answer on a patch."""

    reason: str = ""
    """The reason why it may not be, for a person; empty where it may."""
    for_model: tuple[str, ...] = ()
    """The same, a sentence a rule."""
    notices: tuple[str, ...] = ()
    """Notices for a person about a patch that is allowed."""
    too_large: bool = False
    """True if the patch has more files or lines than any may have."""


def check_restrictions(patch: PatchSet, work: Work) -> Restrictions:
    """Check a patch against the issue's rules and the policy on paths and lines."""
    violations = enforce(work.issue.constraints, patch, work.snapshot)
    judgement = work.services.policy(patch, asked_paths(work.issue), requested_paths(patch, work.issue))
    refusals = tuple(str(refusal) for refusal in judgement.refusals)
    hints = dict.fromkeys(refusal.hint for refusal in judgement.refusals if refusal.hint)
    reason = "; ".join((*(violation.for_person for violation in violations), *refusals, *hints))
    told = (*(violation.for_model for violation in violations), *refusals)
    too_large = any(refusal.kind == "size" for refusal in judgement.refusals)
    return Restrictions(reason, told, judgement.notices, too_large)


def requested_paths(patch: PatchSet, issue: Issue) -> frozenset[str]:
    """The paths of a patch of whose change a sentence of the issue asks."""
    requests = Requests(issue)
    return frozenset(file.path for file in patch.files if requests.sentence_for(file) or requests.addition_for(file))


def asked_paths(issue: Issue) -> tuple[str, ...]:
    """The paths that the issue names."""
    return tuple(mention.text for mention in issue.mentions if mention.kind in {"path", "frame"})
