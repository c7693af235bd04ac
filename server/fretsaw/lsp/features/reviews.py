"""Proposals as they come and change: from runs, from the store after a restart, with what is typed.

What a client sees is in `notifications`.
"""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fretsaw.core.run import Draft, Evidence, GaveUp, Proposal
from fretsaw.lsp.features import notifications, to_json
from fretsaw.lsp.state import positions
from fretsaw.lsp.state.documents import Document
from fretsaw.lsp.state.editor_settings import EditorSettings
from fretsaw.lsp.state.jobs import Job
from fretsaw.lsp.state.server import Server
from fretsaw.review.review import WAITING, Review
from fretsaw.review.track import Edit
from fretsaw.threads import in_thread

if TYPE_CHECKING:
    from fretsaw.session.task import FinishedRun, StoredRun

log = logging.getLogger("fretsaw.lsp")
_MOST_KEPT = 20
_MOST_RUNS = 50


async def show_draft(server: Server, job: Job) -> None:
    """Show what a run has valid so far, to be looked at and rejected; nothing any more where the draft is empty."""
    draft = job.draft
    if draft is None or not draft.verdicts:
        _withdraw(server, job)
        return
    review = Review(job.id, Path(job.root), job.title, _unproved(draft), draft=True)
    await _place(server, review, job)
    if job.active and job.draft is draft:
        _show(server, review)


async def show_proposal(server: Server, job: Job, finished: FinishedRun | None) -> None:
    """Take what a run proposes into review in the place of its drafts, or take these back.

    A proposal that the check did not prove is shown as such: a person may take it.
    """
    real = finished.real if finished is not None else None
    if isinstance(real, GaveUp) and real.kind == "check" and real.refused:
        from fretsaw.session.deliver import unproved_proposal  # loads what is needed for a run only

        review = Review(job.id, Path(job.root), job.title, unproved_proposal(real), unproved=real.reason)
    elif isinstance(real, Proposal):
        review = Review(job.id, Path(job.root), job.title, real)
    else:
        _withdraw(server, job)
        return
    await _place(server, review, job)
    _show(server, review)


def _unproved(draft: Draft) -> Proposal:
    return Proposal(draft.proposed, draft.patch, draft.verdicts, Evidence())


def _show(server: Server, review: Review) -> None:
    """Put a proposal in the place of its last draft, of which it takes over what a person decided."""
    last = server.reviews.get(review.run_id)
    if last is not None and last.draft:
        review.take_over(last)
    server.reviews[review.run_id] = review
    _forget_old(server)
    notifications.publish_changes(server)


def _withdraw(server: Server, job: Job) -> None:
    """Take a draft back: the client hears of a proposal without files."""
    last = server.reviews.get(job.id)
    if last is not None and last.draft:
        server.reviews[job.id] = Review(job.id, last.root, last.title, _unproved(Draft()), draft=True)
        notifications.publish_changes(server)
        del server.reviews[job.id]
        server.last_sent.pop(job.id, None)


async def _place(server: Server, review: Review, job: Job) -> None:
    """Find the changes' places in the texts as they are now."""
    for path, (text, mark) in job.marks.items():
        document = server.documents.at(str(review.root / path))
        edits = document.since(mark) if document is not None else None
        if path in review.files and document is not None and edits is not None:
            file = review.files[path]
            file.text, file.known, file.uri, file.version = document.text, True, document.uri, document.version
            if not review.catch_up(path, text, edits):
                file.known = False
    await _place_others(server, review)


def _forget_old(server: Server) -> None:
    """Keep memory bounded: decided proposals go first."""
    surplus = len(server.reviews) - _MOST_KEPT
    if surplus > 0:
        old = sorted(server.reviews, key=lambda run_id: (server.reviews[run_id].open, run_id))
        for run_id in old[:surplus]:
            del server.reviews[run_id]
            server.last_sent.pop(run_id, None)
            server.last_sent.pop(f"tree {run_id}", None)
            server.locks.pop(f"states of {run_id}", None)
    done = [job_id for job_id, job in server.jobs.items() if not job.active]
    for job_id in done[: max(0, len(done) - 2 * _MOST_KEPT)]:
        del server.jobs[job_id]


async def _place_others(server: Server, review: Review) -> None:
    """Hand in the texts of the files that are not placed yet."""
    for path, file in review.files.items():
        if file.known:
            continue
        full = str(review.root / path)
        document = server.documents.at(full)
        if document is not None:
            review.set_text(path, document.text, document.uri, document.version)
        else:
            from fretsaw.repo import file_text  # loads what is needed for a review only

            text = await in_thread(partial(file_text, review.root, path))
            if server.documents.at(full) is None:  # it may have been opened meanwhile
                review.set_text(path, text, positions.from_path(full), None)


def _newest_runs(settings: EditorSettings, root: Path) -> tuple[StoredRun, ...]:
    from fretsaw.session.history import runs_of

    return tuple(runs_of(settings.open(root, lenient=True))[:_MOST_RUNS])


async def bring_back(server: Server) -> None:
    """Take stored proposals that still wait for a decision into review, after a restart."""
    for root in server.roots.repositories():
        try:
            kept = await in_thread(partial(_newest_runs, server.editor_settings(root), root))
        except Exception as error:  # a broken store must not keep the server from starting
            log.warning("stored runs of %s: %s", root, error)
            continue
        for stored in kept:
            await _take_stored(server, root, stored)
    notifications.publish_changes(server)
    notifications.notify_runs(server)


async def _take_stored(server: Server, root: Path, stored: StoredRun) -> None:
    server.stored_runs[stored.run.id] = to_json.run_to_json(stored.run)
    # What the command line delivered has no decisions of a person; what an editor delivered in part has some.
    waiting = stored.run.state == "proposed" or (stored.run.state == "delivered" and stored.states)
    if not waiting or stored.run.id in server.reviews or not isinstance(stored.real, Proposal):
        return
    review = Review(stored.run.id, root, stored.run.title, stored.real, dict(stored.states))
    await _place_others(server, review)
    if review.numbers(*WAITING):
        server.reviews[review.run_id] = review


async def refresh_closed(server: Server) -> None:
    """Read files again that no editor has open."""
    for review in list(server.reviews.values()):
        for file in review.files.values():
            if file.version is None:
                file.known = False
        await _place_others(server, review)
    notifications.schedule_publish(server)


def refresh_lenses(server: Server) -> None:
    """Have the client ask for code lenses again."""
    if server.client.lens_refresh:
        server.spawn(server.request_client("workspace/codeLens/refresh", None))


# Documents


def document_opened(server: Server, document: Document) -> None:
    """A buffer was opened: it is the text of its file from now on."""
    for review, path in _of(server, document):
        review.set_text(path, document.text, document.uri, document.version)
        notifications.schedule_publish(server)


def document_changed(server: Server, document: Document, edits: list[Edit]) -> None:
    """Something was typed."""
    for review, path in _of(server, document):
        review.follow(path, edits, document.version)
        notifications.schedule_publish(server)


async def document_closed(server: Server, document: Document) -> None:
    """A buffer was closed: the disk has its file's text, unless it was opened again meanwhile."""
    for review, path in _of(server, document):
        if server.documents.at(str(review.root / path)) is None:
            review.files[path].known = False
            review.files[path].version = None
            await _place_others(server, review)
            notifications.schedule_publish(server)


def _of(server: Server, document: Document) -> list[tuple[Review, str]]:
    found = []
    for review in server.reviews.values():
        if document.path is None or not document.path.startswith(str(review.root)):
            continue
        path = document.path[len(str(review.root)) :].lstrip("/\\").replace("\\", "/")
        if path in review.files:
            found.append((review, path))
    return found


def changes_in_range(server: Server, document: Document, start: int, end: int) -> list[tuple[Review, int]]:
    """Changes whose lines meet a range of offsets, in whatever state but rejected."""
    low = document.text.rfind("\n", 0, start) + 1
    high = document.text.find("\n", end)
    high = len(document.text) if high < 0 else high + 1
    found = []
    for review, path in _of(server, document):
        for span in review.files[path].spans:
            # A place between two lines belongs to the line after it, and at the end of the text to the one before.
            here = span.start < high and span.end > low if span.end > span.start else low <= span.start < high
            if here or (span.start == span.end == len(document.text) == high):
                found.append((review, span.id))
    return found
