"""Whether a patch may be: the issue's rules and the policy on paths and lines. Knows no reply and no check."""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw.core.issue import Issue
from fretsaw.core.ledger import enforce
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.snapshot import Snapshot
from fretsaw.fix.services import Services


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What the rules say of a patch."""

    reason: str = ""
    """Why it may not be, for a person; empty where it may."""
    for_model: tuple[str, ...] = ()
    """The same, a sentence a rule."""
    notices: tuple[str, ...] = ()
    """Where it may: what a person should know."""


def check_restrictions(patch: PatchSet, issue: Issue, snapshot: Snapshot, world: Services) -> Restrictions:
    """Hold a patch against the issue's ledger and the policy."""
    violations = enforce(issue.constraints, patch, snapshot)
    judgement = world.policy(patch, asked_paths(issue))
    refusals = tuple(str(refusal) for refusal in judgement.refusals)
    hints = dict.fromkeys(refusal.hint for refusal in judgement.refusals if refusal.hint)
    reason = "; ".join((*(violation.for_person for violation in violations), *refusals, *hints))
    return Restrictions(reason, (*(violation.for_model for violation in violations), *refusals), judgement.notices)


def asked_paths(issue: Issue) -> tuple[str, ...]:
    """The paths that the issue names."""
    return tuple(mention.text for mention in issue.mentions if mention.kind in {"path", "frame"})
