"""Runs as they are kept: read back, and set right where a process died before it could write how it ended."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from fretsaw import repo, run_store
from fretsaw.core.run import Proposal, Run
from fretsaw.errors import RepoError
from fretsaw.repo import Delivery
from fretsaw.session.open import Session
from fretsaw.session.secret_mask import reveal_proposal
from fretsaw.session.task import StoredRun

INTERRUPTED = "interrupted: the process exited before the run finished"


def runs_of(session: Session, most: int | None = None) -> tuple[StoredRun, ...]:
    """Every run of the repository, or so many, newest first; what cannot be read is left out."""
    found: list[StoredRun] = []
    for folder in session.store.all():
        if most is not None and len(found) >= most:
            break
        try:
            found.append(read_run(session, folder))
        except RepoError:
            continue
    return tuple(found)


def run_summaries(session: Session) -> Iterator[Run | RepoError]:
    """Iterate over the runs, newest first, without reading what they propose; the error for one that cannot be read."""
    for folder in session.store.all():
        try:
            yield _as_it_stands(session, folder)
        except RepoError as error:
            yield error


def load_run(session: Session, run_id: str | None = None) -> StoredRun:
    """One run by its id or the beginning of it; None: the newest. Raises UsageError, RepoError."""
    return read_run(session, session.store.get(run_id))


def write_view(session: Session, run_id: str, name: str, text: str) -> Path:
    """A read-only file with a text about a run, in its folder: for an editor that shows files and nothing else.

    Another text is another file, since an editor does not read again what it has open.
    """
    data = text.encode("utf-8", "surrogateescape")
    stem, dot, kind = name.rpartition(".")
    folder = session.store.get(run_id).path / "views"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{stem}-{hashlib.sha256(data).hexdigest()[:8]}{dot}{kind}"
    if not path.exists():
        path.write_bytes(data)
        path.chmod(0o400)
    return path


def newest_delivered(session: Session) -> StoredRun | None:
    """The newest run that is applied."""
    for folder in session.store.all():
        try:
            if _as_it_stands(session, folder).state == "delivered":
                return read_run(session, folder)
        except RepoError:
            continue
    return None


def read_run(session: Session, folder: run_store.RunFolder) -> StoredRun:
    """A run as it is kept. RepoError when it cannot be read."""
    run = _as_it_stands(session, folder)
    outcome = folder.outcome()
    real = reveal_proposal(session, outcome) if isinstance(outcome, Proposal) else outcome
    delivery = folder.note("delivery")
    return StoredRun(run, outcome, folder.issue(), folder.states(), delivery, folder.path, real)


def mark_delivered(run: Run, delivery: Delivery | None) -> Run:
    """The run once its patch is delivered; as it was when nothing is."""
    if delivery is None or delivery.kind == "none":
        return run
    where = {"branch": f"branch {delivery.branch}", "commit": f"commit {delivery.commit}"}
    return replace(run, state="delivered", delivered_to=where.get(delivery.kind, delivery.kind))


def keep_delivery(folder: run_store.RunFolder, run: Run, delivery: Delivery, tag: str) -> None:
    """Write down that a run's patch is applied; `tag` is what the journal calls this delivery."""
    before = (folder.note("delivery") or {}).get("tags", [])
    folder.write_note("delivery", {**run_store.to_plain(delivery), "tags": [*before, tag]})
    folder.write_run(mark_delivered(run, delivery))
    folder.forget_note("delivering")


def _as_it_stands(session: Session, folder: run_store.RunFolder) -> Run:
    """Read the state of a run, corrected where its process died before it could write it."""
    run = folder.run()
    if run.state == "running" and not folder.is_held():
        return replace(run, state="failed", error=INTERRUPTED)
    begun = folder.note("delivering")
    if begun and not folder.is_held():
        tag = str(begun.get("tag"))
        found = repo.deliveries(session.repo, session.store.folder).get(tag)
        if found is not None and not found.undone:
            keep_delivery(folder, run, found.delivery, tag)
            return folder.run()
    return run


def set_states(session: Session, run_id: str, states: Mapping[int, str]) -> None:
    """Keep what a person decided on changes."""
    folder = session.store.get(run_id)
    folder.write_states({**folder.states(), **states})
