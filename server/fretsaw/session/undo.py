"""Take back what a run applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fretsaw import repo
from fretsaw.errors import RepoError, UsageError, note_change
from fretsaw.repo import UndoResult
from fretsaw.session.history import load_run, newest_delivered
from fretsaw.session.open import Session
from fretsaw.session.task import StoredRun
from fretsaw.session.thread import thread_runs


def undo_run(session: Session, run_id: str | None = None, *, last: bool = False) -> tuple[str, UndoResult]:
    """Take back what a thread of runs applied (None: the newest that is applied), down to the state before its first.

    `last`: only its newest run that is applied. The run's id, and what became of each file.
    """
    stored = load_run(session, run_id) if run_id else newest_delivered(session)
    if stored is None:
        raise UsageError("there is nothing to undo: no run of this repository is applied")
    applied = [run for run in reversed(thread_runs(session, stored.run)) if run.state == "delivered"]
    if not applied:
        raise UsageError(f"run {stored.run.id} is not applied ({stored.run.state})", hint="see `agent runs`")
    results: list[UndoResult] = []
    for run in applied[:1] if last else applied:
        results += _undo_one(session, load_run(session, run.id))
        if results[-1].left:
            break
    return applied[0].id if last else stored.run.thread or stored.run.id, _joined(results)


def _undo_one(session: Session, stored: StoredRun) -> list[UndoResult]:
    """Take back the deliveries of one run, the newest first, up to one that leaves something."""
    again = f"`agent apply {stored.run.id}` applies it again."
    results: list[UndoResult] = []
    for tag in reversed(_deliveries_of(session, stored)):
        results.append(repo.undo(repo.reopened(session.repo), session.store.folder, tag))
        if results[-1].undone:
            note_change(f"Run {stored.run.id} was undone: {', '.join(results[-1].undone[:5])}. {again}")
        if results[-1].left:
            return results
    folder = session.store.at(stored.folder)
    folder.write_note("delivery", {})
    folder.write_run(replace(stored.run, state="undone", delivered_to=""))
    return results


def _deliveries_of(session: Session, stored: StoredRun) -> list[str]:
    """List the journal's names for the deliveries of a run, oldest first. RepoError where one of them is forgotten."""
    tags = (stored.delivery or {}).get("tags") or [stored.run.id]
    assert isinstance(tags, list)
    known = repo.deliveries(session.repo, session.store.folder)
    if all(tag in known for tag in tags):
        return [str(tag) for tag in tags]
    part = ", in part" if set(tags) & set(known) else ""
    raise RepoError(
        f"run {stored.run.id} can no longer be undone{part}: undo data lasts 30 days",
        hint=f"to undo its patch: `agent show {stored.run.id} --patch | git apply -R`",
    )


def _joined(results: Sequence[UndoResult]) -> UndoResult:
    """Several deliveries that were taken back, the newest first, as one result."""
    undone = dict.fromkeys(path for result in results for path in result.undone)
    notices = tuple(notice for result in results for notice in result.notices)
    return replace(results[-1], undone=tuple(undone), message=_all_undone(results), notices=notices)


def _all_undone(results: Sequence[UndoResult]) -> str:
    """Say in a sentence what became of several deliveries of one run, the newest first."""
    messages = dict.fromkeys(result.message for result in results if result.undone)
    last = results[-1]
    if not messages:
        return last.message
    if last.left and not last.undone:
        messages[f"left: {', '.join(path for path, _ in last.left)}"] = None
    return "; ".join(messages)
