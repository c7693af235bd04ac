"""`vet` in a repository: the engine over its snapshot, with policy and trial, and delivery when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from fretsaw import repo, run_store
from fretsaw.core.issue import Issue
from fretsaw.core.ledger import enforce
from fretsaw.core.patch import render
from fretsaw.core.policy import judge_patch
from fretsaw.core.run import Evidence, Proposal, Run, Turn
from fretsaw.errors import NoPatchError
from fretsaw.fix.restrictions import asked_paths, requested_paths
from fretsaw.fix.vet import NO_ISSUE, Vetted
from fretsaw.fix.vet import vet as vet_text
from fretsaw.repo import Delivery
from fretsaw.report.document import misfit_row, verdict_row
from fretsaw.session.attachments import rules_for
from fretsaw.session.deliver import deliver_proposal
from fretsaw.session.issue_source import read_issue
from fretsaw.session.open import Session
from fretsaw.session.task import FinishedRun


@dataclass(frozen=True, slots=True)
class Applied:
    """A vetted patch that was delivered."""

    run_id: str
    """The run that keeps it, for `agent undo` and `agent restore`."""
    delivery: Delivery


def vet_reply(
    session: Session, reply: str, issue_argument: str | Issue | None, do_apply: bool, where: Path = Path()
) -> tuple[Vetted, Applied | None]:
    """Vet a reply against the repository as it is now; apply it, as a run that can be undone, when asked to.

    A path of an issue is relative to `where`. Raises NoPatchError when policy refuses the patch.
    """
    if isinstance(issue_argument, Issue):
        issue = issue_argument
    else:
        issue = read_issue(issue_argument, where)[0] if issue_argument else NO_ISSUE
    snapshot = repo.snapshot(session.repo)
    rules = rules_for(session, snapshot)
    vetted = vet_text(reply, snapshot, issue=issue, mode=session.settings.prune, rules=rules)
    if vetted.status != "ok":
        return vetted, None
    violations = enforce(rules.join(issue, vetted.patch.paths).constraints, vetted.patch, snapshot)
    if violations:
        raise NoPatchError("; ".join(violation.for_person for violation in violations))
    asked, requested = asked_paths(issue), requested_paths(vetted.patch, issue)
    judgement = judge_patch(vetted.patch, snapshot, session.settings.allow, asked, requested=requested)
    if not judgement.ok:
        hints = dict.fromkeys(refusal.hint for refusal in judgement.refusals if refusal.hint)
        raise NoPatchError("; ".join(map(str, judgement.refusals)), hint="; ".join(hints))
    repo.trial(session.repo, snapshot, vetted.patch)
    if not do_apply:
        return vetted, None
    return vetted, _apply(session.with_settings(apply="worktree"), reply, issue, vetted)


def _apply(session: Session, reply: str, issue: Issue, vetted: Vetted) -> Applied:
    folder = session.store.new()
    turn = Turn(reply, vetted.grammars, vetted.misfits, vetted.located)
    evidence = Evidence(base=session.repo.head, turns=(turn,), notices=vetted.notices)
    outcome = Proposal(vetted.proposed, vetted.patch, vetted.verdicts, evidence, vetted.ignored.strip())
    started = datetime.now(timezone.utc).isoformat(timespec="seconds")
    run = Run(folder.id, str(session.root), issue.title or "vetted patch", "proposed", started=started)
    folder.write_issue(issue)
    folder.write_outcome(outcome)
    folder.write_run(run)
    delivery = deliver_proposal(session, FinishedRun(run, outcome, folder.path), lambda event: None)
    assert delivery is not None, "without a check there is nothing that it must pass"
    return Applied(folder.id, delivery)


def patch_text(vetted: Vetted) -> str:
    """The clean patch."""
    return render(vetted.patch)


def vet_document(vetted: Vetted, applied: Applied | None) -> dict[str, Any]:
    """Build the document of `agent vet --json`."""
    return {
        "status": vetted.status,
        "patch": render(vetted.patch),
        "grammars": list(vetted.grammars),
        "kept": [verdict_row(item) for item in vetted.verdicts if item.decision != "drop"],
        "dropped": [verdict_row(item) for item in vetted.verdicts if item.decision == "drop"],
        "misfits": [misfit_row(item) for item in vetted.misfits],
        "ignored": vetted.ignored,
        "notices": list(vetted.notices),
        "run": applied.run_id if applied else None,
        "delivery": run_store.to_plain(applied.delivery) if applied else None,
    }
