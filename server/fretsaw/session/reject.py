"""Accept and reject changes of a run from the shell, applied or not."""

from __future__ import annotations

from dataclasses import replace

from fretsaw.core.patch import derive_set, select
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.run import Proposal
from fretsaw.errors import UsageError
from fretsaw.repo import Delivery
from fretsaw.session.deliver import apply_run, deliver_patch, proposal_of, refuse_incomplete, with_halves
from fretsaw.session.history import load_run
from fretsaw.session.open import Session
from fretsaw.session.task import StoredRun

REJECTED = "rejected by you"
"""The reason on record for what a person rejected in the shell."""


def accept_changes(session: Session, run_id: str | None, changes: frozenset[int]) -> tuple[Delivery | None, str]:
    """Accept changes of a run (none named: all that it keeps): no later request touches them.

    They are applied where the run is not yet; the delivery then and the patch as text.
    """
    stored = load_run(session, run_id)
    proposal = proposal_of(stored)
    chosen = with_halves(proposal, changes) if changes else _kept(proposal)
    _refuse_unknown(stored, chosen, frozenset(item.change.id for item in proposal.verdicts))
    if stored.run.state != "delivered":
        delivery, patch = apply_run(session, stored.run.id, chosen)
        return delivery, patch
    left = chosen - _kept(proposal)
    if left:
        raise UsageError(
            f"change {', '.join(map(str, sorted(left)))} of run {stored.run.id} is not applied",
            hint=f"`agent restore {stored.run.id} {min(left)}` brings it back",
        )
    session.store.at(stored.folder).write_states({**stored.states, **dict.fromkeys(chosen, "accepted")})
    return None, ""


def reject_changes(session: Session, run_id: str | None, changes: frozenset[int]) -> Delivery | None:
    """Reject changes of a run (none named: all of one that is not applied), with the other halves of what moves.

    From an applied run they are taken out of the files, which `agent undo` and `agent restore` know of. The delivery
    then, else None. No later request of the conversation brings them back.
    """
    stored = load_run(session, run_id)
    run, proposal = stored.run, proposal_of(stored)
    if not changes and run.state == "delivered":
        raise UsageError(
            f"run {run.id} is applied", hint=f"`agent undo {run.id}` undoes all of it; or name the changes"
        )
    how = str((stored.delivery or {}).get("kind", "worktree"))
    if run.state == "delivered" and how == "branch":
        raise UsageError(
            f"run {run.id} is on {run.delivered_to}, but `agent reject` changes only your files",
            hint=f"`agent undo {run.id}`, then `agent reject`, then `agent apply {run.id} --apply branch`",
        )
    refuse_incomplete(run.id, proposal)
    gone = (with_halves(proposal, changes) if changes else _kept(proposal)) & _kept(proposal)
    _refuse_unknown(stored, changes, _kept(proposal))
    verdicts = tuple(
        replace(item, decision="drop", rule="rejected", reason=REJECTED) if item.change.id in gone else item
        for item in proposal.verdicts
    )
    rest = replace(proposal, patch=select(proposal.proposed, _kept(proposal) - gone), verdicts=verdicts)
    folder = session.store.at(stored.folder)
    delivery = None
    if run.state == "delivered":
        tag = f"+reject{'+'.join(map(str, sorted(gone)))}"
        less = _without(proposal.patch, rest.patch)
        delivery = deliver_patch(session.with_settings(apply=how), less, run, folder, rest, tag)
    folder.write_outcome(rest)
    folder.write_states({**stored.states, **dict.fromkeys(gone, "rejected")})
    return delivery


def _kept(proposal: Proposal) -> frozenset[int]:
    return frozenset(item.change.id for item in proposal.verdicts if item.decision != "drop")


def _refuse_unknown(stored: StoredRun, changes: frozenset[int], known: frozenset[int]) -> None:
    unknown = sorted(changes - known)
    if unknown:
        raise UsageError(
            f"run {stored.run.id} has no change {', '.join(map(str, unknown))} to decide on",
            hint=f"see `agent show {stored.run.id}`",
        )


def _without(applied: PatchSet, rest: PatchSet) -> PatchSet:
    """The patch from what was applied to what is left of it."""
    after = {file.path: file.after for file in rest.files}
    target = {file.path: after.get(file.path, file.before) for file in applied.files}
    return derive_set({file.path: file.after for file in applied.files}.get, target)
