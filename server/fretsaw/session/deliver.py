"""Deliver what a run proposes, or the part of it that a person chose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from fretsaw import repo, run_store
from fretsaw.cancel import Cancel
from fretsaw.core.patch import derive_set, find_moves, render, select, split, texts
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.policy import judge_patch
from fretsaw.core.run import Event, GaveUp, Proposal, Run
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import CheckError, FretsawError, NoPatchError, RepoError, UsageError, from_os_error, note_change
from fretsaw.repo import Delivery
from fretsaw.session.history import keep_delivery, load_run
from fretsaw.session.open import Session
from fretsaw.session.secret_mask import reveal_patch
from fretsaw.session.task import FinishedRun, StoredRun


def deliver_proposal(
    session: Session, finished: FinishedRun, report: Callable[[Event], None], cancel: Cancel | None = None
) -> Delivery | None:
    """Deliver a proposal as the settings say; None when it must not be: no patch, or a check that did not prove it.

    Edits that the user made elsewhere in its files meanwhile are merged, and the check is run again on both together.
    CheckError when it is not green then: nothing is changed, and the proposal is kept.
    """
    if not isinstance(finished.outcome, Proposal) or not may_apply(session, finished.outcome):
        return None
    outcome = finished.outcome
    report(Event("deliver", "applying", finished.run.usage, 97))

    def prove(merged: PatchSet, followed: tuple[str, ...]) -> None:
        if outcome.evidence.after is not None and session.settings.check:
            report(Event("check-after", "running the check on the patch and your edits", finished.run.usage, 98))
            _check_merged(session, finished.run.id, merged, followed, cancel or Cancel())

    return deliver_patch(session, outcome.patch, finished.run, session.store.at(finished.folder), outcome, prove=prove)


def _check_merged(session: Session, run_id: str, merged: PatchSet, followed: tuple[str, ...], cancel: Cancel) -> None:
    """Run the check on a patch that was merged with the user's edits. CheckError when it is not green."""
    from fretsaw.session.services import make_command  # all of check and model, which `agent vet` and undo do without

    command = make_command(session, repo.snapshot(session.repo), cancel, session.settings.check)
    assert command is not None, "the check is set"
    result = command(texts(merged))
    if not result.ok:
        why = f"the check is {result.state} with both" if result.state in {"red", "timeout"} else result.reason
        raise CheckError(
            f"not applied: {', '.join(followed)} was edited during the run, and {why}",
            hint=f"`agent apply {run_id}` applies it anyway, `agent show {run_id}` shows it",
        )


def may_apply(session: Session, proposal: Proposal) -> bool:
    """Return True if what was asked to prove the patch did so. Without a check there is nothing that it must pass."""
    if session.settings.apply == "none":
        return True
    after, proof = proposal.evidence.after, proposal.evidence.proof
    if after is not None and after.ok and after.evidence == "exit code" and not session.settings.accept_exit_code:
        return False
    return proof.ok if proof is not None else after is None or after.ok


_LEFT_OUT = "left out by you"
"""The reason on record for what a person left out when he applied a part of a proposal."""


def apply_run(session: Session, run_id: str | None, changes: frozenset[int] | None = None) -> tuple[Delivery, str]:
    """Deliver the proposal of a run, or some of its changes, as a person decided; the check is not asked again.

    The delivery and the patch as text. What is left out then counts as dropped, so that it can be restored.
    """
    kept = load_run(session, run_id)
    proposal = proposal_of(kept)
    if kept.run.state == "delivered":
        raise UsageError(f"run {kept.run.id} is applied already", hint=f"to undo it: `agent undo {kept.run.id}`")
    if changes is None and any(item.reason == _LEFT_OUT for item in proposal.verdicts):
        # A part was applied and taken back: "apply" means the whole proposal again.
        changes = frozenset(
            item.change.id for item in proposal.verdicts if item.decision != "drop" or item.reason == _LEFT_OUT
        )
    chosen = proposal if changes is None else _only(session, kept.run.id, proposal, changes)
    folder = session.store.at(kept.folder)
    delivery = deliver_patch(session, chosen.patch, kept.run, folder, chosen)
    if chosen is not proposal and delivery.kind != "none":
        folder.write_outcome(chosen)
        if delivery.kind != "branch":
            accepted = (item.change.id for item in chosen.verdicts if item.decision != "drop")
            folder.write_states({**kept.states, **dict.fromkeys(accepted, "accepted")})
    return delivery, render(reveal_patch(session, chosen.patch))


def _only(session: Session, run_id: str, proposal: Proposal, changes: frozenset[int]) -> Proposal:
    refuse_incomplete(run_id, proposal)
    known = frozenset(item.change.id for item in proposal.verdicts)
    unknown = sorted(changes - known)
    if unknown:
        raise UsageError(
            f"run {run_id} has no change {', '.join(map(str, unknown))}", hint=f"see `agent show {run_id}`"
        )
    changes = with_halves(proposal, changes)
    verdicts = tuple(
        replace(item, decision="keep", rule="", reason="")
        if item.change.id in changes and item.reason == _LEFT_OUT
        else replace(item, decision="keep", reason=f"chosen by you; was dropped: {item.reason}")
        if item.change.id in changes and item.decision == "drop"
        else replace(item, decision="drop", rule="not-chosen", reason=_LEFT_OUT)
        if item.change.id not in changes and item.decision != "drop"
        else item
        for item in proposal.verdicts
    )
    return check_policy(session, replace(proposal, patch=select(proposal.proposed, changes), verdicts=verdicts))


def refuse_incomplete(run_id: str, proposal: Proposal) -> None:
    """RepoError where what was dropped is not on record, as `agent vet --apply` once left it: numbers mislead there."""
    if tuple(item.change for item in proposal.verdicts) != tuple(split(proposal.proposed)):
        raise RepoError(
            f"run {run_id} was stored by an older version, which did not store dropped changes",
            hint=f"`agent undo {run_id}`, then vet the reply again with --apply",
        )


def with_halves(proposal: Proposal, changes: frozenset[int]) -> frozenset[int]:
    """The changes that a person chose, with the other halves of what moves."""
    return find_moves(proposal.proposed, [item.change for item in proposal.verdicts]).keep_with(changes)


def check_policy(session: Session, proposal: Proposal) -> Proposal:
    """The proposal, when a patch that a person put together may be written at all. NoPatchError when not.

    What is on the ask-first list was asked for, by that person; what is never written stays so.
    """
    now = repo.snapshot(session.repo)
    secrets = (session.settings.api_key,) if session.settings.api_key else ()
    asked = proposal.patch.paths
    judgement = judge_patch(reveal_patch(session, proposal.patch), now, asked, asked, secrets)
    if not judgement.ok:
        raise NoPatchError("; ".join(map(str, judgement.refusals)))
    return proposal


def apply_texts(
    session: Session,
    run_id: str,
    before: Mapping[str, str | None],
    after: Mapping[str, str | None],
    modes: Mapping[str, tuple[str, str]],
) -> Delivery:
    """Deliver a part of a run's proposal that an editor places in files as they are now, on top of what was delivered.

    `before`: what the editor saw on disk; other text there is a conflict. None stands for no such file.
    `modes`: path -> (old, new) git mode, where it changes.
    """
    kept = load_run(session, run_id)
    tags = (kept.delivery or {}).get("tags")
    patch = derive_set(before.__getitem__, after, modes)
    tag = f"+editor{len(tags)}" if isinstance(tags, list) and tags else ""
    return deliver_patch(session, patch, kept.run, session.store.at(kept.folder), proposal_of(kept), tag, follow=False)


Prove = Callable[[PatchSet, "tuple[str, ...]"], None]
"""Is told of a patch that was merged with edits of the user, and of their paths; raises when it must not be applied."""


def deliver_patch(  # noqa: PLR0913 - the keyword arguments are what differs between the shells
    session: Session,
    patch: PatchSet,
    run: Run,
    folder: run_store.RunFolder,
    proposal: Proposal,
    tag: str = "",
    *,
    prove: Prove = lambda merged, followed: None,
    follow: bool = True,
) -> Delivery:
    """Apply and record. `tag` tells later deliveries of one run apart, for undo.

    `follow`: merge the patch into files that were edited since, where their own lines were not.
    UsageError when there is nothing to write: no shell then says that something was applied.
    """
    settings = session.settings
    patch = reveal_patch(session, patch)
    now = repo.reopened(session.repo)
    snapshot = repo.snapshot(now)
    followed: tuple[str, ...] = ()
    committed_since = now.head != proposal.evidence.base
    if follow and (settings.apply == "worktree" or committed_since):
        patch, followed = _follow(now, patch, snapshot, run, prove)
    _refuse_empty(patch, run, settings.apply)
    name = folder.id + tag
    folder.write_note("delivering", {"tag": name})
    try:
        delivery = repo.deliver(
            now,
            snapshot,
            patch,
            settings.apply,
            commit_message(run.title, proposal),
            state_dir=session.store.folder,
            branch=_branch(settings.branch, folder.id) if settings.apply == "branch" else None,
            run_id=name,
            sign=settings.sign,
        )
    except FretsawError:
        folder.forget_note("delivering")
        raise
    if delivery.kind == "none":
        folder.forget_note("delivering")
        return delivery
    note_change(_changed(delivery, run.id))
    if followed:
        told = f"merged with what was edited since: {', '.join(followed)}"
        delivery = replace(delivery, notices=(*delivery.notices, told))
    _keep(folder, run, delivery, name)
    return delivery


def _keep(folder: run_store.RunFolder, run: Run, delivery: Delivery, name: str) -> None:
    """Record a delivery. RepoError, which says that it was made, when the record cannot be written."""
    try:
        keep_delivery(folder, run, delivery, name)
    except OSError as error:
        known = from_os_error(error)
        done = f"Applied to {', '.join(delivery.paths)}; only the record of it could not be written."
        raise RepoError(known.message, hint=known.hint, changed=done) from error


def _follow(
    now: repo.Repo, patch: PatchSet, snapshot: Snapshot, run: Run, prove: Prove
) -> tuple[PatchSet, tuple[str, ...]]:
    """The patch merged with what was edited since, and proved again where that is asked for."""
    patch, followed = repo.follow_files(now.git.exe, patch, snapshot)
    if followed and not patch:
        raise RepoError(
            f"the files already contain this change: {', '.join(followed)} was edited meanwhile",
            hint=f"see `agent show {run.id}`",
        )
    if followed:
        prove(patch, followed)
    return patch, followed


def _changed(delivery: Delivery, run_id: str) -> str:
    where = {"branch": f"Committed on branch {delivery.branch}", "commit": f"Committed {(delivery.commit or '')[:12]}"}
    done = where.get(delivery.kind, f"Applied to {', '.join(delivery.paths[:5])}")
    return f"{done}. `agent undo {run_id}` undoes it."


def _refuse_empty(patch: PatchSet, run: Run, how: str) -> None:
    """UsageError when there is nothing to write: no shell then says that something was applied."""
    if not patch and how != "none":
        raise UsageError(
            f"run {run.id} has nothing left to apply: the files already contain its changes",
            hint=f"see `agent show {run.id}`",
        )


def _branch(name: str | None, run_id: str) -> str:
    return name or f"fretsaw/{run_id}"


def commit_message(title: str, proposal: Proposal) -> str:
    """A commit message: the issue's title, then what the model says of its change."""
    subject = " ".join(title.split())[:72] or "Fix"
    summary = " ".join(proposal.summary.split())
    return f"{subject}\n\n{summary}\n" if summary else f"{subject}\n"


def unproved_proposal(outcome: GaveUp) -> Proposal:
    """The last patch of a run, which fits and is allowed, but which the check did not prove."""
    return Proposal(outcome.proposed, outcome.refused, outcome.verdicts, outcome.evidence)


def proposal_of(kept: StoredRun) -> Proposal:
    """The proposal of a run, also one that its check did not prove. Raises UsageError where it has none."""
    if isinstance(kept.outcome, Proposal):
        return kept.outcome
    if isinstance(kept.outcome, GaveUp) and kept.outcome.refused:
        return unproved_proposal(kept.outcome)
    why = kept.run.error or kept.run.state
    raise UsageError(f"run {kept.run.id} has nothing to apply: {why}", hint=f"see `agent show {kept.run.id}`")
