"""Messages that the server sends by itself: hint diagnostics, runs and proposals, the status."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path
from typing import Any

from lsprotocol import types

from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import FretsawError
from fretsaw.lsp.features import change_at_cursor, to_json, tree_hints
from fretsaw.lsp.state import positions, status
from fretsaw.lsp.state.editor_settings import EditorSettings
from fretsaw.lsp.state.jobs import Job, outcome_line
from fretsaw.lsp.state.server import Server
from fretsaw.review import tree_rows
from fretsaw.review.review import UNDECIDED, WAITING, FileReview, Review
from fretsaw.threads import in_thread

log = logging.getLogger("fretsaw.lsp")
_PAUSE = 0.1
_MOST_SHOWN = 400
_MOST_ROWS = 20

_STANDS = {"untrusted": "Nothing is run or sent until you trust this workspace.", "no-key": "There is no API key."}

# What is sent


def notify_run(server: Server, job: Job) -> None:
    """A run changed."""
    server.notify_client("agent/run", {**to_json.job_to_json(job), "message": _ended(server, job)})
    _row(server, job.id)
    notify_status(server)


def _ended(server: Server, job: Job) -> str:
    """Return the sentence for a person when a run is over; empty while it is not."""
    if job.active:
        return ""
    title = safe_text(job.title)
    if job.state == "proposed":
        review = server.reviews.get(job.id)
        count = len(review.numbers(*WAITING)) if review else 0
        return f"{title} – {count} change{'s' if count != 1 else ''} to review."
    review = server.reviews.get(job.id)
    if job.state == "gave-up" and review is not None and review.unproved:
        return f"{safe_text(job.error)} ({title}) – not proved; you can look at it, and accept it unproved"
    if job.state in ("no-change", "gave-up"):
        return f"{safe_text(job.error) or 'nothing was found to change'} ({title})"
    return outcome_line(job)


def notify_runs(server: Server) -> None:
    """Send the tree of the newest runs: to a client that starts, there is nothing yet."""
    known = sorted({*server.jobs, *server.stored_runs}, reverse=True)[:_MOST_ROWS]
    for run_id in reversed(known):
        _row(server, run_id)


def _row(server: Server, run_id: str) -> None:
    if "tree" not in server.client.notify:
        return
    job = server.jobs.get(run_id)
    run = to_json.job_to_json(job) if job is not None else server.stored_runs.get(run_id)
    if run is None:
        return
    said = tree_rows.run_row(run, server.last_sent.get(run_id), known=job is not None)
    if said != server.last_sent.get(f"tree {run_id}"):
        server.last_sent[f"tree {run_id}"] = said
        server.notify_client("agent/tree", said)


def schedule_publish(server: Server) -> None:
    """Something about proposals changed: show it soon, once."""
    if not server.dirty:
        server.dirty = True
        server.spawn(_soon(server))


async def _soon(server: Server) -> None:
    await asyncio.sleep(_PAUSE)
    server.dirty = False
    publish_changes(server)


def _wanted_hints(server: Server) -> dict[str, list[types.Diagnostic]]:
    """The hints by file: of proposals, and of working trees under review."""
    wanted: dict[str, list[types.Diagnostic]] = {}
    if server.option("hints", "on") == "on":
        for review in server.reviews.values():
            for path, file in review.files.items():
                found = _hints(server, review, path, file)
                if found:
                    wanted.setdefault(to_json.file_uri(review, path), []).extend(found)
    for uri, hint in tree_hints.hints(server):
        wanted.setdefault(uri, []).append(hint)
    return wanted


def publish_changes(server: Server) -> None:
    """Send what differs from what was sent: hints and proposals."""
    wanted = _wanted_hints(server)
    for uri in [*wanted, *(uri for uri in server.published if uri not in wanted)]:
        document = server.documents.get(uri)
        told = document.version if document else None, wanted.get(uri, [])
        # Told again for another version although they are the same: an editor moves and drops what it shows as text
        # changes, and an accept that was undone at once leaves it with less than it was told.
        if told != server.published.pop(uri, None):
            server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, told[1], told[0]))
        if told[1]:
            server.published[uri] = told
    fresh = False
    for review in server.reviews.values():
        said = to_json.proposal_to_json(server, review)
        if said != server.last_sent.get(review.run_id):
            fresh = True
            server.last_sent[review.run_id] = said
            server.notify_client("agent/proposal", said)
            _row(server, review.run_id)
            server.store_decisions(review)
    notify_status(server)
    if fresh and server.client.lens_refresh:
        # VS Code asks for lenses again only when a text changed, or when told to.
        server.spawn(server.request_client("workspace/codeLens/refresh", None))


def _hints(server: Server, review: Review, path: str, file: FileReview) -> list[types.Diagnostic]:
    if file.text is None:
        return []
    hints = []
    for number in review.numbers(*UNDECIDED, path=path):
        where = to_json.range_of(server, review, number)
        if where is not None:
            state = "stale" if review.state(number) == "stale" else "draft" if review.draft else "pending"
            data: Any = {"runId": review.run_id, "change": number}
            hints.append(
                types.Diagnostic(
                    where, _hint(review, number, state), types.DiagnosticSeverity.Hint, state, source="agent", data=data
                )
            )
    return hints


def _hint(review: Review, number: int, state: str) -> str:
    verdict = review.verdicts[number]
    added = "".join(verdict.change.hunk.added) if verdict.change.hunk else ""
    text = safe_text(added if len(added) <= _MOST_SHOWN else added[:_MOST_SHOWN] + "…").rstrip("\n")
    does = "is still checking" if state == "draft" else "proposes"
    head = f"Agent {does} change {number}: {to_json.label(review, number)}"
    if state == "stale":
        return f"{head}. These lines were edited since; undo that or ask again."
    flagged = f"\nflagged: {safe_text(verdict.reason)}" if verdict.decision == "flag" else ""
    return f"{head}{flagged}\n{text}".rstrip()


async def show_document(server: Server, review: Review, uri: str, text: str) -> None:
    """Have the client show a virtual document; one that cannot ask for its text gets a file with it."""
    if not server.client.text_content:
        name, settings = uri.partition(f"{review.run_id}/")[2].replace("/", "-"), server.editor_settings(review.root)
        path = await in_thread(partial(_write_view, settings, review, name, text))
        uri = positions.from_path(str(path))
    await server.request_client("window/showDocument", types.ShowDocumentParams(uri, take_focus=True))


def _write_view(settings: EditorSettings, review: Review, name: str, text: str) -> Path:
    from fretsaw.session.history import write_view

    return write_view(settings.open(review.root, lenient=True), review.run_id, name, text)


async def refresh_status(server: Server) -> None:
    """Find out what a status line shows, and tell."""
    if "status" not in server.client.notify:
        return
    roots = server.roots.repositories()
    settings = server.editor_settings(roots[0]) if roots else server.editor_settings("")
    try:
        server.status_facts = await in_thread(partial(status.read_status, roots[0] if roots else None, settings))
    except FretsawError as error:
        log.warning("settings: %s", error)
    notify_status(server)


def notify_status(server: Server) -> None:
    """Tell a client that asked for it how the server stands."""
    if "status" not in server.client.notify:
        return
    active, known = server.active(), server.status_facts
    state = "untrusted" if not server.trusted else "running" if active else "idle"
    if state == "idle" and known is not None and not known.has_key:
        state = "no-key"
    model, spent = (known.model, known.dollars_today) if known else ("", 0.0)
    waiting = len(change_at_cursor.pending_changes(server))
    parts = [model or "Agent", f"{waiting} to review" if waiting else "", tree_rows.format_dollars(spent)]
    working = f"{safe_text(active[0].title)}: {active[0].line()}" if active else ""
    said = {
        "state": state,
        "model": model,
        "dollarsToday": spent,
        "runs": len(active),
        "pending": waiting,
        "accepted": sum(len(review.numbers("accepted")) for review in server.reviews.values()),
        "text": " · ".join(filter(None, parts)),
        "detail": _STANDS.get(state) or working or f"Agent: idle, {tree_rows.format_dollars(spent)} spent today.",
    }
    if said != server.last_sent.get(""):
        server.last_sent[""] = said
        server.notify_client("agent/status", said)
