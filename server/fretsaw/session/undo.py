"""Take back what a run applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fretsaw import repo, run_store
from fretsaw.errors import RepoError, UsageError
from fretsaw.repo import UndoResult
from fretsaw.session.history import load_run, newest_delivered
from fretsaw.session.open import Session


def undo_run(session: Session, run_id: str | None = None) -> tuple[str, UndoResult]:
    """Take back what a run applied (None: the newest that is applied). The run's id, and what became of each file."""
    kept = load_run(session, run_id) if run_id else newest_delivered(session)
    if kept is None:
        raise UsageError("there is nothing to undo: no run of this repository is applied")
    if kept.run.state != "delivered":
        raise UsageError(f"run {kept.run.id} is not applied ({kept.run.state})", hint="`agent runs` lists the runs")
    tags = (kept.delivery or {}).get("tags") or [kept.run.id]
    assert isinstance(tags, list)
    known = repo.deliveries(session.repo, session.store.folder)
    if not all(tag in known for tag in tags):
        raise RepoError(
            f"the way back of run {kept.run.id} is gone{', in part' if set(tags) & set(known) else ''}: "
            "it is kept for 30 days",
            hint=f"`agent show {kept.run.id} --patch | git apply -R` takes its patch out",
        )
    results: list[UndoResult] = []
    for tag in reversed(tags):
        results.append(repo.undo(repo.reopened(session.repo), session.store.folder, str(tag)))
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
