"""Bring back a change that was dropped."""

from __future__ import annotations

from dataclasses import replace

from fretsaw.core.patch import derive_set, select
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.prune.scene import touches
from fretsaw.core.prune.verdict import Verdict
from fretsaw.core.run import Proposal, Run
from fretsaw.errors import UsageError, note_change
from fretsaw.repo import Delivery
from fretsaw.session.deliver import check_policy, deliver_patch, proposal_of, refuse_incomplete, with_halves
from fretsaw.session.history import load_run
from fretsaw.session.open import Session


def restore_changes(session: Session, run_id: str | None, changes: frozenset[int]) -> Delivery | None:
    """Bring dropped changes back into a run's patch. An applied run gets them applied on top; the delivery, or None."""
    stored = load_run(session, run_id)
    run, proposal = stored.run, proposal_of(stored)
    how = str((stored.delivery or {}).get("kind", "worktree"))
    if run.state == "delivered" and how == "branch":
        raise UsageError(
            f"run {run.id} is on {run.delivered_to}, but `agent restore` changes only your files",
            hint=f"`agent undo {run.id}`, then `agent restore`, then `agent apply {run.id} --apply branch`",
        )
    refuse_incomplete(run.id, proposal)
    restored = _restorable(run, proposal, changes)
    verdicts = tuple(
        replace(item, decision="keep", reason=f"restored by you; was dropped: {item.reason}")
        if item.change.id in restored
        else item
        for item in proposal.verdicts
    )
    patch = select(proposal.proposed, frozenset(item.change.id for item in verdicts if item.decision != "drop"))
    whole = replace(proposal, patch=patch, verdicts=verdicts)
    # What is applied already was judged when it was; of files as they are now only the rest can be.
    more = _on_top_of(proposal, patch) if run.state == "delivered" else patch
    check_policy(session, replace(whole, patch=more))
    folder = session.store.at(stored.folder)
    delivery = None
    if run.state == "delivered":
        tag = f"+{'+'.join(map(str, sorted(restored)))}"
        delivery = deliver_patch(session.with_settings(apply=how), more, run, folder, whole, tag)
    folder.write_outcome(whole)
    folder.write_states({**stored.states, **dict.fromkeys(restored, "restored")})
    if delivery is None:
        note_change(f"Restored in the proposal; nothing else was changed. `agent apply {run.id}` applies it.")
    return delivery


def _restorable(run: Run, proposal: Proposal, changes: frozenset[int]) -> frozenset[int]:
    """The changes to bring back, with the other halves of what moves. UsageError for one that is not dropped."""
    dropped = frozenset(item.change.id for item in proposal.verdicts if item.decision == "drop")
    unknown = sorted(changes - dropped)
    if unknown:
        raise UsageError(
            f"run {run.id} has no dropped change {', '.join(map(str, unknown))}",
            hint=f"its dropped changes are {', '.join(map(str, sorted(dropped))) or 'none'}; see `agent show {run.id}`",
        )
    return with_halves(proposal, _with_parts(proposal, changes)) & dropped


def _with_parts(proposal: Proposal, changes: frozenset[int]) -> frozenset[int]:
    """The changes with what fell beside them for the same reason: a definition comes back whole, not a line of it."""
    fell = [item for item in proposal.verdicts if item.decision == "drop"]
    groups: list[list[Verdict]] = []
    for item in fell:
        last = groups[-1][-1] if groups else None
        if last is not None and _why(last) == _why(item) and touches(last.change, item.change):
            groups[-1].append(item)
        else:
            groups.append([item])
    ids = (frozenset(item.change.id for item in group) for group in groups)
    return changes.union(*(group for group in ids if group & changes))


def _why(item: Verdict) -> tuple[str, str, str]:
    return item.change.path, item.rule, item.reason


def _on_top_of(proposal: Proposal, patch: PatchSet) -> PatchSet:
    """Compose `patch` with what the proposal has applied, so that a file that was edited since is a conflict."""
    applied = {file.path: file.before for file in proposal.proposed.files}
    applied |= {file.path: file.after for file in proposal.patch.files}
    modes = {file.path: file.mode for file in proposal.patch.files}
    return derive_set(
        applied.get,
        {file.path: file.after for file in patch.files},
        {file.path: file.mode for file in patch.files if file.mode and file.mode != modes.get(file.path)},
    )
