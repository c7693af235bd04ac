"""What can be done with a run once it has ended: deliver, undo, restore a change, decide on changes, replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from fretsaw import repo, run_store
from fretsaw.core.patch import derive_set, find_moves, render, select, split
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.policy import judge_patch
from fretsaw.core.run import Event, GaveUp, Proposal, Run
from fretsaw.errors import FretsawError, NoPatchError, RepoError, UsageError, from_os_error
from fretsaw.repo import Delivery, UndoResult
from fretsaw.session.history import keep_delivery, load_run, newest_delivered
from fretsaw.session.open import Session
from fretsaw.session.task import FinishedRun, StoredRun

# -- delivery --------------------------------------------------------------------------------------


def deliver_proposal(opened: Session, finished: FinishedRun, report: Callable[[Event], None]) -> Delivery | None:
    """Deliver a proposal as the settings say; None when it must not be: no patch, or a check that did not prove it."""
    if not isinstance(finished.outcome, Proposal) or not may_apply(opened, finished.outcome):
        return None
    report(Event("deliver", "applying", finished.run.usage, 97))
    return _deliver(
        opened, finished.outcome.patch, finished.run, run_store.RunFolder(finished.folder), finished.outcome
    )


def may_apply(opened: Session, proposal: Proposal) -> bool:
    """Whether what was asked to prove the patch did so. Without a check there is nothing that it must pass."""
    if opened.settings.apply == "none":
        return True
    after = proposal.evidence.after
    return after is None or after.ok


def apply_run(opened: Session, run_id: str | None, changes: frozenset[int] | None = None) -> tuple[Delivery, str]:
    """Deliver the proposal of a run, or some of its changes, as a person decided; the check is not asked again.

    The delivery and the patch as text. What is left out then counts as dropped, so that it can be restored.
    """
    kept = load_run(opened, run_id)
    proposal = _proposal(kept)
    if kept.run.state == "delivered":
        raise UsageError(f"run {kept.run.id} is applied already", hint=f"`agent undo {kept.run.id}` takes it back")
    chosen = proposal if changes is None else _only(opened, kept.run.id, proposal, changes)
    folder = run_store.RunFolder(kept.folder)
    delivery = _deliver(opened, chosen.patch, kept.run, folder, chosen)
    if chosen is not proposal and delivery.kind != "none":
        folder.write_outcome(chosen)
    return delivery, render(chosen.patch)


def _only(opened: Session, run_id: str, proposal: Proposal, changes: frozenset[int]) -> Proposal:
    _refuse_incomplete(run_id, proposal)
    known = frozenset(item.change.id for item in proposal.verdicts)
    unknown = sorted(changes - known)
    if unknown:
        raise UsageError(
            f"run {run_id} has no change {', '.join(map(str, unknown))}", hint=f"`agent show {run_id}` lists them"
        )
    changes = _with_halves(proposal, changes)
    verdicts = tuple(
        replace(item, decision="keep", reason=f"chosen by you; was dropped: {item.reason}")
        if item.change.id in changes and item.decision == "drop"
        else replace(item, decision="drop", rule="not-chosen", reason="left out by you")
        if item.change.id not in changes and item.decision != "drop"
        else item
        for item in proposal.verdicts
    )
    return _allowed(opened, replace(proposal, patch=select(proposal.proposed, changes), verdicts=verdicts))


def _refuse_incomplete(run_id: str, proposal: Proposal) -> None:
    """RepoError where what was dropped is not on record, as `agent vet --apply` once left it: numbers mislead there."""
    if tuple(item.change for item in proposal.verdicts) != tuple(split(proposal.proposed)):
        raise RepoError(
            f"run {run_id} was kept by an older version, without the changes that were dropped",
            hint=f"`agent undo {run_id}`, then vet the reply again with --apply",
        )


def _with_halves(proposal: Proposal, changes: frozenset[int]) -> frozenset[int]:
    """The changes that a person chose, with the other halves of what moves."""
    return find_moves(proposal.proposed, [item.change for item in proposal.verdicts]).keep_with(changes)


def _allowed(opened: Session, proposal: Proposal) -> Proposal:
    """The proposal, when a patch that a person put together may be written at all. NoPatchError when not.

    What is on the ask-first list was asked for, by that person; what is never written stays so.
    """
    now = repo.snapshot(opened.repo)
    secrets = (opened.settings.api_key,) if opened.settings.api_key else ()
    asked = proposal.patch.paths
    judgement = judge_patch(proposal.patch, now, asked, asked, secrets)
    if not judgement.ok:
        raise NoPatchError("; ".join(map(str, judgement.refusals)))
    return proposal


def apply_texts(
    opened: Session,
    run_id: str,
    before: Mapping[str, str | None],
    after: Mapping[str, str | None],
    modes: Mapping[str, tuple[str, str]],
) -> Delivery:
    """Deliver a part of a run's proposal that an editor places in files as they are now, on top of what was delivered.

    `before`: what the editor saw on disk; other text there is a conflict. None stands for no such file.
    `modes`: path -> (old, new) git mode, where it changes.
    """
    kept = load_run(opened, run_id)
    tags = (kept.delivery or {}).get("tags")
    patch = derive_set(before.__getitem__, after, modes)
    tag = f"+editor{len(tags)}" if isinstance(tags, list) and tags else ""
    return _deliver(opened, patch, kept.run, run_store.RunFolder(kept.folder), _proposal(kept), tag)


def _deliver(
    opened: Session, patch: PatchSet, run: Run, folder: run_store.RunFolder, proposal: Proposal, tag: str = ""
) -> Delivery:
    """Apply and record. `tag` tells later deliveries of one run apart, for undo.

    UsageError when there is nothing to write: no shell then says that something was applied.
    """
    settings = opened.settings
    if not patch and settings.apply != "none":
        raise UsageError(
            f"run {run.id} has nothing left to apply here: the files are already as this would leave them",
            hint=f"`agent show {run.id}` tells more",
        )
    now = repo.reopened(opened.repo)
    name = folder.id + tag
    folder.write_note("delivering", {"tag": name})
    try:
        delivery = repo.deliver(
            now,
            repo.snapshot(now),
            patch,
            settings.apply,
            _message(run.title, proposal),
            state_dir=opened.store.folder,
            branch=_branch(settings.branch, folder.id) if settings.apply == "branch" else None,
            run_id=name,
        )
    except FretsawError:
        folder.forget_note("delivering")
        raise
    if delivery.kind == "none":
        folder.forget_note("delivering")
        return delivery
    try:
        keep_delivery(folder, run, delivery, name)
    except OSError as error:
        known = from_os_error(error)
        done = f"Applied to {', '.join(delivery.paths)}; only the record of it could not be written."
        raise RepoError(known.message, hint=known.hint, changed=done) from error
    return delivery


def _branch(name: str | None, run_id: str) -> str:
    return name or f"fretsaw/{run_id}"


def _message(title: str, proposal: Proposal) -> str:
    """A commit message: the issue's title, then what the model says of its change."""
    subject = " ".join(title.split())[:72] or "Fix"
    summary = " ".join(proposal.summary.split())
    return f"{subject}\n\n{summary}\n" if summary else f"{subject}\n"


def _proposal(kept: StoredRun) -> Proposal:
    if isinstance(kept.outcome, Proposal):
        return kept.outcome
    why = kept.run.error or kept.run.state
    if isinstance(kept.outcome, GaveUp) and kept.outcome.kind == "check":
        why = f"the check was not green with its last patch: {why}"
    raise UsageError(f"run {kept.run.id} has nothing to apply: {why}", hint=f"`agent show {kept.run.id}` tells more")


# -- undo, restore, decide -------------------------------------------------------------------------


def undo_run(opened: Session, run_id: str | None = None) -> tuple[str, UndoResult]:
    """Take back what a run applied (None: the newest that is applied). The run's id, and what became of each file."""
    kept = load_run(opened, run_id) if run_id else newest_delivered(opened)
    if kept is None:
        raise UsageError("there is nothing to undo: no run of this repository is applied")
    if kept.run.state != "delivered":
        raise UsageError(f"run {kept.run.id} is not applied ({kept.run.state})", hint="`agent runs` lists the runs")
    tags = (kept.delivery or {}).get("tags") or [kept.run.id]
    assert isinstance(tags, list)
    known = repo.deliveries(opened.repo, opened.store.folder)
    if not all(tag in known for tag in tags):
        raise RepoError(
            f"the way back of run {kept.run.id} is gone{', in part' if set(tags) & set(known) else ''}: "
            "it is kept for 30 days",
            hint=f"`agent show {kept.run.id} --patch | git apply -R` takes its patch out",
        )
    results: list[UndoResult] = []
    for tag in reversed(tags):
        results.append(repo.undo(repo.reopened(opened.repo), opened.store.folder, str(tag)))
        if results[-1].left:
            break
    else:
        folder = run_store.RunFolder(kept.folder)
        folder.write_note("delivery", {})
        folder.write_run(replace(kept.run, state="undone", delivered_to=""))
    undone = dict.fromkeys(path for result in results for path in result.undone)
    notices = tuple(notice for result in results for notice in result.notices)
    whole = replace(results[-1], undone=tuple(undone), message=_all_undone(results), notices=notices)
    return kept.run.id, whole


def _all_undone(results: Sequence[UndoResult]) -> str:
    """What became of several deliveries of one run, the newest first, in a sentence."""
    messages = dict.fromkeys(result.message for result in results if result.undone)
    last = results[-1]
    if not messages:
        return last.message
    if last.left and not last.undone:
        messages[f"left: {', '.join(path for path, _ in last.left)}"] = None
    return "; ".join(messages)


def restore_changes(opened: Session, run_id: str | None, changes: frozenset[int]) -> Delivery | None:
    """Bring dropped changes back into a run's patch. An applied run gets them applied on top; the delivery, or None."""
    kept = load_run(opened, run_id)
    proposal = _proposal(kept)
    how = str((kept.delivery or {}).get("kind", "worktree"))
    if kept.run.state == "delivered" and how == "branch":
        raise UsageError(
            f"run {kept.run.id} is on {kept.run.delivered_to}, and a change is restored in your files",
            hint=f"`agent undo {kept.run.id}`, restore it, then `agent apply {kept.run.id} --apply branch`",
        )
    _refuse_incomplete(kept.run.id, proposal)
    dropped = frozenset(item.change.id for item in proposal.verdicts if item.decision == "drop")
    unknown = sorted(changes - dropped)
    if unknown:
        raise UsageError(
            f"run {kept.run.id} has no dropped change {', '.join(map(str, unknown))}",
            hint=f"dropped are {', '.join(map(str, sorted(dropped))) or 'none'}; see `agent show {kept.run.id}`",
        )
    changes = _with_halves(proposal, changes) & dropped
    verdicts = tuple(
        replace(item, decision="keep", reason=f"restored by you; was dropped: {item.reason}")
        if item.change.id in changes
        else item
        for item in proposal.verdicts
    )
    patch = select(proposal.proposed, frozenset(item.change.id for item in verdicts if item.decision != "drop"))
    whole = _allowed(opened, replace(proposal, patch=patch, verdicts=verdicts))
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
        delivery = _deliver(opened.with_settings(apply=how), more, kept.run, folder, whole, tag)
    folder.write_outcome(whole)
    folder.write_states({**kept.states, **dict.fromkeys(changes, "restored")})
    return delivery


def _before(patch: PatchSet, path: str) -> str | None:
    return next((file.before for file in patch.files if file.path == path), None)


def set_states(opened: Session, run_id: str, states: Mapping[int, str]) -> None:
    """Keep what a person decided on changes."""
    folder = opened.store.get(run_id)
    folder.write_states({**folder.states(), **states})
