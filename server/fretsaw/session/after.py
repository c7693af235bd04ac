"""What can be done with a run once it has ended: deliver, undo, restore a change, decide on changes, replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from fretsaw import repo, runs
from fretsaw.core.patch import derive_set, select
from fretsaw.core.patch.values import PatchSet
from fretsaw.core.run import Event, Proposal, Run
from fretsaw.errors import UsageError
from fretsaw.repo import Delivery, UndoResult
from fretsaw.session.opening import Opened
from fretsaw.session.values import Finished, Stored


def runs_of(opened: Opened) -> tuple[Stored, ...]:
    """Every run of the repository, newest first; what cannot be read is left out."""
    return tuple(stored(folder) for folder in opened.store.all())


def load(opened: Opened, run_id: str | None = None) -> Stored:
    """One run by its id or the beginning of it; None: the newest. Raises UsageError."""
    return stored(opened.store.get(run_id))


def stored(folder: runs.Folder) -> Stored:
    """A run as it is kept."""
    return Stored(folder.run(), folder.outcome(), folder.issue(), folder.states(), folder.note("delivery"), folder.path)


# -- delivery --------------------------------------------------------------------------------------


def deliver(opened: Opened, finished: Finished, report: Callable[[Event], None]) -> Delivery | None:
    """Deliver a proposal as the settings say; None when it must not be: no patch, or a check that did not prove it."""
    if not isinstance(finished.outcome, Proposal) or not may_apply(opened, finished.outcome):
        return None
    report(Event("deliver", "applying", percentage=97))
    return _deliver(opened, finished.outcome.patch, finished.run, runs.Folder(finished.folder), finished.outcome)


def may_apply(opened: Opened, proposal: Proposal) -> bool:
    """Whether what was asked to prove the patch did so. Without a check there is nothing that it must pass."""
    if opened.settings.apply == "none":
        return True
    after = proposal.evidence.after
    return after is None or after.ok


def apply(opened: Opened, run_id: str | None, changes: frozenset[int] | None = None) -> Delivery:
    """Deliver the proposal of a run, or some of its changes, as a person decided; the check is not asked again."""
    kept = load(opened, run_id)
    proposal = _proposal(kept)
    if kept.run.state == "delivered":
        raise UsageError(f"run {kept.run.id} is applied already", hint="`agent undo` takes it back")
    patch = proposal.patch if changes is None else select(proposal.proposed, changes)
    return _deliver(opened, patch, kept.run, runs.Folder(kept.folder), proposal)


def apply_texts(
    opened: Opened, run_id: str, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> Delivery:
    """Deliver a part of a run's proposal that an editor places in files as they are now, on top of what was delivered.

    `before`: what the editor saw on disk; other text there is a conflict. None stands for no such file.
    """
    kept = load(opened, run_id)
    tags = (kept.delivery or {}).get("tags")
    patch = derive_set(before.__getitem__, after)
    tag = f"+editor{len(tags)}" if isinstance(tags, list) and tags else ""
    return _deliver(opened, patch, kept.run, runs.Folder(kept.folder), _proposal(kept), tag)


def _deliver(
    opened: Opened, patch: PatchSet, run: Run, folder: runs.Folder, proposal: Proposal, tag: str = ""
) -> Delivery:
    """Apply and record. `tag` tells later deliveries of one run apart, for undo."""
    settings = opened.settings
    now = repo.reopened(opened.repo)
    delivery = repo.deliver(
        now,
        repo.snapshot(now),
        patch,
        settings.apply,
        _message(run.title, proposal),
        state_dir=opened.store.folder,
        branch=_branch(settings.branch, folder.id) if settings.apply == "branch" else None,
        run_id=folder.id + tag,
    )
    if delivery.kind == "none":
        return delivery
    before = folder.note("delivery") or {}
    folder.write_note("delivery", {**runs.to_plain(delivery), "tags": [*before.get("tags", []), folder.id + tag]})
    folder.write_run(as_delivered(run, delivery))
    return delivery


def as_delivered(run: Run, delivery: Delivery | None) -> Run:
    """The run once its patch is delivered; as it was when nothing is."""
    if delivery is None or delivery.kind == "none":
        return run
    where = {"branch": f"branch {delivery.branch}", "commit": f"commit {delivery.commit}"}
    return replace(run, state="delivered", delivered_to=where.get(delivery.kind, delivery.kind))


def _branch(name: str | None, run_id: str) -> str:
    return name or f"fretsaw/{run_id}"


def _message(title: str, proposal: Proposal) -> str:
    """A commit message: the issue's title, then what the model says of its change."""
    subject = " ".join(title.split())[:72] or "Fix"
    summary = " ".join(proposal.summary.split())
    return f"{subject}\n\n{summary}\n" if summary else f"{subject}\n"


def _proposal(kept: Stored) -> Proposal:
    if not isinstance(kept.outcome, Proposal):
        raise UsageError(f"run {kept.run.id} has no proposal: {kept.run.error or kept.run.state}")
    return kept.outcome


# -- undo, restore, decide -------------------------------------------------------------------------


def undo(opened: Opened, run_id: str | None = None) -> tuple[str, UndoResult]:
    """Take back what a run applied (None: the newest that is applied). The run's id, and what became of each file."""
    kept = load(opened, run_id) if run_id else _newest_delivered(opened)
    if kept.run.state != "delivered":
        raise UsageError(f"run {kept.run.id} is not applied ({kept.run.state})", hint="`agent runs` lists the runs")
    tags = (kept.delivery or {}).get("tags") or [kept.run.id]
    assert isinstance(tags, list)
    results = []
    for tag in reversed(tags):
        results.append(repo.undo(repo.reopened(opened.repo), opened.store.folder, str(tag)))
        if results[-1].left:
            break
    else:
        folder = runs.Folder(kept.folder)
        folder.write_note("delivery", {})
        folder.write_run(replace(kept.run, state="undone", delivered_to=""))
    undone = dict.fromkeys(path for result in results for path in result.undone)
    notices = tuple(notice for result in results for notice in result.notices)
    return kept.run.id, replace(results[-1], undone=tuple(undone), notices=notices)


def _newest_delivered(opened: Opened) -> Stored:
    for folder in opened.store.all():
        if folder.run().state == "delivered":
            return stored(folder)
    raise UsageError("there is nothing to undo: no run of this repository is applied")


def restore(opened: Opened, run_id: str | None, changes: frozenset[int]) -> Delivery | None:
    """Bring dropped changes back into a run's patch. An applied run gets them applied on top; the delivery, or None."""
    kept = load(opened, run_id)
    proposal = _proposal(kept)
    dropped = {item.change.id for item in proposal.verdicts if item.decision == "drop"}
    unknown = sorted(changes - dropped)
    if unknown:
        raise UsageError(
            f"run {kept.run.id} has no dropped change {', '.join(map(str, unknown))}",
            hint=f"dropped are {', '.join(map(str, sorted(dropped))) or 'none'}; see `agent show {kept.run.id}`",
        )
    verdicts = tuple(
        replace(item, decision="keep", reason=f"restored by you; was dropped: {item.reason}")
        if item.change.id in changes
        else item
        for item in proposal.verdicts
    )
    patch = select(proposal.proposed, frozenset(item.change.id for item in verdicts if item.decision != "drop"))
    whole = replace(proposal, patch=patch, verdicts=verdicts)
    folder = runs.Folder(kept.folder)
    delivery = None
    if kept.run.state == "delivered":
        # On top of what is applied, so that a file that was edited since is a conflict and nothing is overwritten.
        now = {file.path: file.after for file in proposal.patch.files}
        applied = lambda path: now[path] if path in now else _before(proposal.proposed, path)  # noqa: E731
        more = derive_set(applied, {file.path: file.after for file in patch.files})
        delivery = _deliver(opened, more, kept.run, folder, whole, f"+{'+'.join(map(str, sorted(changes)))}")
    folder.write_outcome(whole)
    folder.write_states({**kept.states, **dict.fromkeys(changes, "restored")})
    return delivery


def _before(patch: PatchSet, path: str) -> str | None:
    return next((file.before for file in patch.files if file.path == path), None)


def set_states(opened: Opened, run_id: str, states: Mapping[int, str]) -> None:
    """Keep what a person decided on changes."""
    folder = opened.store.get(run_id)
    folder.write_states({**folder.states(), **states})
