"""Sentences on what a delivery changed."""

from __future__ import annotations

from typing import Any

from fretsaw.cli import output, terminal
from fretsaw.core.run import GaveUp, Outcome, Proposal
from fretsaw.core.text.safe_text import safe_text

_NAMED = 5
_EXIT_CODE_ONLY = "the check reports only an exit code, no tests"


def delivery_text(
    run_id: str, delivery: Any, patch: str, outcome: Outcome | None = None, undo: str = "agent undo"
) -> None:
    """Say what was changed, or that nothing was and why; the patch goes to standard output where it is not applied.

    `undo`: the command that takes it back; `agent undo` alone takes the newest run.
    """
    if delivery is None:
        _why_not(run_id, outcome)
        return
    for notice in delivery.notices:
        terminal.paragraph("! ", notice, fg="yellow")
    commit = (delivery.commit or "")[:12]
    if delivery.kind == "none":
        output.emit(patch)
        output.say(f"Nothing was changed. `agent apply {run_id}` applies it.")
    elif delivery.kind == "branch":
        _done(f"Committed {commit} on branch {delivery.branch}; your files are as they were. `{undo}` deletes it.")
    elif delivery.kind == "commit":
        _done(f"Committed {commit}: {named(delivery.paths)}. `{undo}` undoes it.")
    else:
        _done(f"Applied to {named(delivery.paths)}. `{undo}` undoes it.")


def named(paths: tuple[str, ...]) -> str:
    """The paths in words, the first few of many."""
    shown = ", ".join(map(safe_text, paths[:_NAMED]))
    more = len(paths) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def unproved(outcome: Outcome | None) -> str:
    """Say why the check does not vouch for a proposal, in a sentence; empty when it does, or when none was set."""
    after, proof = (outcome.evidence.after, outcome.evidence.proof) if outcome else (None, None)
    if after is not None and after.state in {"unavailable", "error"}:
        return f"the check could not run: {after.reason}"
    if after is not None and after.ok and after.evidence == "exit code":
        return _EXIT_CODE_ONLY
    if proof is not None:
        return "" if proof.ok else proof.reason
    return "" if after is None or after.ok else f"the check was {after.state} with it"


def _done(text: str) -> None:
    output.say(text, bold=True)


def _why_not(run_id: str, outcome: Outcome | None) -> None:
    output.say("Nothing was changed.")
    why = unproved(outcome) if isinstance(outcome, Proposal) else ""
    if why == _EXIT_CODE_ONLY:
        accept = "`agent check --run` asks whether to accept that; --accept-exit-code accepts it for one run."
        terminal.paragraph("", f"The patch is not proved: {why}. {accept} `agent apply {run_id}` applies it now.")
    elif why:  # why is among the notices
        terminal.paragraph(
            "", f"The patch is UNVERIFIED: its check was not run. `agent apply {run_id}` applies it anyway."
        )
    elif isinstance(outcome, GaveUp) and outcome.refused:
        terminal.paragraph("", f"`agent show {run_id}` shows the patch; `agent apply {run_id}` applies it, unproved.")
