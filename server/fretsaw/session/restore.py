"""Bring back a change that was dropped."""

from __future__ import annotations

from dataclasses import replace

from fretsaw import run_store
from fretsaw.core.patch import derive_set, select
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.errors import UsageError
from fretsaw.repo import Delivery
from fretsaw.session.deliver import check_policy, deliver_patch, proposal_of, refuse_incomplete, with_halves
from fretsaw.session.history import load_run
from fretsaw.session.open import Session


def restore_changes(session: Session, run_id: str | None, changes: frozenset[int]) -> Delivery | None:
    """Bring dropped changes back into a run's patch. An applied run gets them applied on top; the delivery, or None."""
    kept = load_run(session, run_id)
    proposal = proposal_of(kept)
    how = str((kept.delivery or {}).get("kind", "worktree"))
    if kept.run.state == "delivered" and how == "branch":
        raise UsageError(
            f"run {kept.run.id} is on {kept.run.delivered_to}, and a change is restored in your files",
            hint=f"`agent undo {kept.run.id}`, restore it, then `agent apply {kept.run.id} --apply branch`",
        )
    refuse_incomplete(kept.run.id, proposal)
    dropped = frozenset(item.change.id for item in proposal.verdicts if item.decision == "drop")
    unknown = sorted(changes - dropped)
    if unknown:
        raise UsageError(
            f"run {kept.run.id} has no dropped change {', '.join(map(str, unknown))}",
            hint=f"dropped are {', '.join(map(str, sorted(dropped))) or 'none'}; see `agent show {kept.run.id}`",
        )
    changes = with_halves(proposal, changes) & dropped
    verdicts = tuple(
        replace(item, decision="keep", reason=f"restored by you; was dropped: {item.reason}")
        if item.change.id in changes
        else item
        for item in proposal.verdicts
    )
    patch = select(proposal.proposed, frozenset(item.change.id for item in verdicts if item.decision != "drop"))
    whole = check_policy(session, replace(proposal, patch=patch, verdicts=verdicts))
    folder = run_store.RunFolder(kept.folder)
    delivery = None
    if kept.run.state == "delivered":
        # On top of what is applied, so that a file that was edited since is a conflict and nothing is overwritten.
        now = {file.path: file.after for file in proposal.patch.files}
        applied = lambda path: now[path] if path in now else _before(proposal.proposed, path)  # noqa: E731
        modes = {file.path: file.mode for file in proposal.patch.files}
        more = derive_set(
            applied,
            {file.path: file.after for file in patch.files},
            {file.path: file.mode for file in patch.files if file.mode and file.mode != modes.get(file.path)},
        )
        tag = f"+{'+'.join(map(str, sorted(changes)))}"
        delivery = deliver_patch(session.with_settings(apply=how), more, kept.run, folder, whole, tag)
    folder.write_outcome(whole)
    folder.write_states({**kept.states, **dict.fromkeys(changes, "restored")})
    return delivery


def _before(patch: PatchSet, path: str) -> str | None:
    return next((file.before for file in patch.files if file.path == path), None)
