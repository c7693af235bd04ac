"""The configured linter on a patch: only what it says more than before counts. Knows no linter and no process."""

from __future__ import annotations

from fretsaw.core import prompt
from fretsaw.core.issue import Issue
from fretsaw.core.patch import texts
from fretsaw.core.proof.lint_diff import new_findings
from fretsaw.core.run import Event
from fretsaw.fix.propose import Candidate, Rejected
from fretsaw.fix.services import Services

_MOST = 10


def lint_patch(landed: Candidate, issue: Issue, world: Services) -> Rejected | None:
    """What to say to the model when the linter finds what it did not find before; None when it does not."""
    if world.lint is None:
        return None
    world.report(Event("check-after", "asking the linter what is new", percentage=78))
    before, after = world.lint({}), world.lint(texts(landed.patch))
    if not {before.state, after.state} <= {"green", "red"}:
        return None
    found = new_findings(before.output, after.output)
    if not found:
        return None
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    reason = f"the linter finds what it did not find before: {'; '.join(found[:_MOST])}{more}"
    return Rejected(
        "check", prompt.after_refusal((reason,), issue), reason, landed.turn, landed.proposed, landed.verdicts
    )
