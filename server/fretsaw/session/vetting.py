"""`vet` in a repository: the engine over its snapshot, with policy and trial, and delivery when asked for."""

from __future__ import annotations

from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from fretsaw import repo, runs
from fretsaw.core.context import paths_with
from fretsaw.core.issue import Issue
from fretsaw.core.patch import render
from fretsaw.core.policy import judge_patch
from fretsaw.core.run import Evidence, Proposal, Run, Turn
from fretsaw.errors import NoPatchError
from fretsaw.fix.allowed import asked_paths
from fretsaw.fix.vet import NO_ISSUE, Vetted
from fretsaw.fix.vet import vet as vet_text
from fretsaw.repo import Delivery
from fretsaw.report.document import misfit_row, verdict_row
from fretsaw.session.after import deliver
from fretsaw.session.issues import read_issue
from fretsaw.session.opening import Opened
from fretsaw.session.values import Finished


def vet(
    opened: Opened, reply: str, issue_argument: str | None, do_apply: bool, where: Path = Path()
) -> tuple[Vetted, Delivery | None]:
    """Vet a reply against the repository as it is now; apply it, as a run that can be undone, when asked to.

    A path of an issue is relative to `where`. Raises NoPatchError when policy refuses the patch.
    """
    issue = read_issue(issue_argument, where)[0] if issue_argument else NO_ISSUE
    snapshot = repo.snapshot(opened.repo)
    vetted = vet_text(reply, snapshot.read, snapshot.paths, issue, opened.settings.prune, partial(paths_with, snapshot))
    if vetted.status != "ok":
        return vetted, None
    judgement = judge_patch(vetted.patch, snapshot, opened.settings.allow, asked_paths(issue))
    if not judgement.ok:
        hints = dict.fromkeys(refusal.hint for refusal in judgement.refusals if refusal.hint)
        raise NoPatchError("; ".join(map(str, judgement.refusals)), hint="; ".join(hints))
    repo.trial(opened.repo, snapshot, vetted.patch)
    if not do_apply:
        return vetted, None
    return vetted, _apply(opened.with_settings(apply="worktree"), reply, issue, vetted)


def _apply(opened: Opened, reply: str, issue: Issue, vetted: Vetted) -> Delivery | None:
    folder = opened.store.new()
    turn = Turn(reply, vetted.grammars, vetted.misfits, vetted.located)
    evidence = Evidence(base=opened.repo.head, turns=(turn,))
    outcome = Proposal(vetted.patch, vetted.patch, vetted.verdicts, evidence, vetted.ignored.strip())
    started = datetime.now(timezone.utc).isoformat(timespec="seconds")
    run = Run(folder.id, str(opened.root), issue.title or "vetted patch", "proposed", started=started)
    folder.write_issue(issue)
    folder.write_outcome(outcome)
    folder.write_run(run)
    return deliver(opened, Finished(run, outcome, folder.path), lambda event: None)


def patch_text(vetted: Vetted) -> str:
    """The clean patch."""
    return render(vetted.patch)


def vet_document(vetted: Vetted, delivery: Delivery | None) -> dict[str, Any]:
    """What `agent vet --json` prints."""
    return {
        "status": vetted.status,
        "patch": render(vetted.patch),
        "grammars": list(vetted.grammars),
        "kept": [verdict_row(item) for item in vetted.verdicts if item.decision != "drop"],
        "dropped": [verdict_row(item) for item in vetted.verdicts if item.decision == "drop"],
        "misfits": [misfit_row(item) for item in vetted.misfits],
        "ignored": vetted.ignored,
        "delivery": runs.to_plain(delivery) if delivery else None,
    }
