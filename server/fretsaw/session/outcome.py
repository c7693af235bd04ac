"""The outcome of a run for a script: its document and its exit code."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from fretsaw import run_store
from fretsaw.core.patch import render
from fretsaw.core.run import GaveUp, Outcome, Proposal, Run
from fretsaw.errors import ExitCode, FretsawError
from fretsaw.repo import Delivery
from fretsaw.report.document import document as report_document
from fretsaw.session.history import load_run
from fretsaw.session.open import Session
from fretsaw.session.task import FinishedRun, StoredRun


def patch_of(outcome: Outcome | None) -> str:
    """The patch of a proposal as text, empty when there is none."""
    return render(outcome.patch) if isinstance(outcome, Proposal) else ""


def exit_code(finished: FinishedRun, delivery: Delivery | None, *, applied: bool = True) -> ExitCode:
    """0 delivered (or, for a replay, proposed), 1 no acceptable patch, 7 the check failed or could not run."""
    outcome = finished.outcome
    if isinstance(outcome, Proposal):
        return ExitCode.DELIVERED if delivery is not None or not applied else ExitCode.CHECK
    if isinstance(outcome, GaveUp) and outcome.kind == "check":
        return ExitCode.CHECK
    if isinstance(outcome, GaveUp) and outcome.kind == "budget":
        return ExitCode.BUDGET
    return ExitCode.NO_PATCH


def failure_document(session: Session | None, error: Exception) -> dict[str, Any]:
    """The document of a run that ended with an error, or of none at all: outcome "failed" and the reason."""
    run_id = getattr(error, "run_id", None)
    reason = str(error) or type(error).__name__
    told: dict[str, Any] = {}
    if session is not None and run_id:
        with suppress(FretsawError):
            told = run_document(load_run(session, run_id))
    if not told:
        told = report_document(Run("", str(session.root) if session else "", "", "failed"), None)
    return {**told, "outcome": "failed", "reason": reason}


def run_document(run: FinishedRun | StoredRun, delivery: Delivery | None = None) -> dict[str, Any]:
    """The run as the published JSON document."""
    recorded = run_store.to_plain(delivery) if delivery else getattr(run, "delivery", None)
    return report_document(run.run, run.outcome, recorded)
