"""Runs and proposals as a client sees them: JSON objects, hint diagnostics, the status. Decides nothing."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timezone
from functools import partial
from typing import Any

from lsprotocol import types

from fretsaw.core.check import CheckResult
from fretsaw.core.run import Run
from fretsaw.core.safe_text import safe_text
from fretsaw.core.text import body
from fretsaw.errors import FretsawError
from fretsaw.lsp import backend, convert
from fretsaw.lsp.jobs import Job, in_thread, outcome_line
from fretsaw.lsp.review import FileReview, Review
from fretsaw.lsp.server import Server

log = logging.getLogger("fretsaw.lsp")
_PAUSE = 0.1
_MOST_SHOWN = 400


# Runs


def run_of_job(job: Job) -> dict[str, Any]:
    """A run that this server started, as `agent/run` shows it."""
    return {
        "id": job.id,
        "root": convert.from_path(job.root),
        "title": safe_text(job.title),
        "source": job.source,
        "state": job.state,
        "phase": job.phase,
        "text": job.line() if job.active else outcome_line(job),
        "percentage": job.percentage,
        "seconds": round(job.seconds, 1),
        "usage": _usage(job.usage),
        "dollars": job.usage.dollars,
        "error": safe_text(job.error if not job.hint else f"{job.error} ({job.hint})"),
        "model": job.model,
        "started": datetime.fromtimestamp(job.started, timezone.utc).isoformat(timespec="seconds"),
        "deliveredTo": "",
        "notices": [],
    }


def run_of_record(run: Run) -> dict[str, Any]:
    """A stored run in the same shape."""
    return {
        "id": run.id,
        "root": convert.from_path(run.root),
        "title": safe_text(run.title),
        "source": "cli",
        "state": run.state,
        "phase": run.phase,
        "text": safe_text(run.error) or run.state,
        "percentage": run.percentage,
        "seconds": 0.0,
        "usage": _usage(run.usage),
        "dollars": run.usage.dollars,
        "error": safe_text(run.error),
        "model": run.model,
        "started": run.started,
        "deliveredTo": run.delivered_to,
        "notices": [],
    }


def _usage(usage: Any) -> dict[str, int]:
    return {
        "calls": usage.calls,
        "inputTokens": usage.input_tokens,
        "cachedTokens": usage.cached_tokens,
        "outputTokens": usage.output_tokens,
    }


# Proposals


def proposal(server: Server, review: Review) -> dict[str, Any]:
    """A proposal, whole, as `agent/proposal` shows it."""
    base = f"agent:/runs/{review.run_id}"
    evidence = review.proposal.evidence
    shown = [number for number in review.verdicts if review.state(number) != "dropped"]
    return {
        "runId": review.run_id,
        "root": convert.from_path(str(review.root)),
        "title": safe_text(review.title),
        "summary": safe_text(review.proposal.summary),
        "files": [
            {
                "uri": file_uri(review, path),
                "path": path,
                "op": file.patch.op,
                "changes": [change(server, review, number) for number in shown if review.change(number).path == path],
                "before": f"{base}/before/{path}",
                "after": f"{base}/after/{path}",
            }
            for path, file in review.files.items()
            if any(review.change(number).path == path for number in shown)
        ],
        "dropped": [change(server, review, number) for number in review.numbers("dropped")],
        "checks": [
            _check(name, told) for name, told in (("before", evidence.before), ("after", evidence.after)) if told
        ],
        "notices": [safe_text(notice) for notice in evidence.notices],
        "diff": f"{base}/proposal.diff",
        "report": f"{base}/report.md",
    }


def change(server: Server, review: Review, number: int) -> dict[str, Any]:
    """One change of a proposal."""
    verdict = review.verdicts[number]
    hunk = verdict.change.hunk
    return {
        "id": number,
        "path": verdict.change.path,
        "uri": file_uri(review, verdict.change.path),
        "kind": verdict.change.kind,
        "state": review.state(number),
        "range": _plain(range_of(server, review, number)),
        "label": label(review, number),
        "removed": [safe_text(body(line)) for line in hunk.removed] if hunk else [],
        "added": [safe_text(body(line)) for line in hunk.added] if hunk else [],
        "rule": verdict.rule,
        "reason": safe_text(verdict.reason),
        "flag": "flagged" if verdict.decision == "flag" else "unverified" if verdict.unverified else "",
        "neededBy": verdict.needed_by,
    }


def label(review: Review, number: int) -> str:
    """A change in a few words: `replace 2 lines with 3 (line 14)`."""
    verdict = review.verdicts[number]
    hunk, kind = verdict.change.hunk, verdict.change.kind
    if kind != "lines" or hunk is None:
        verb = {"create": "create", "delete": "delete", "mode": "change the mode of"}.get(kind, "change")
        return f"{verb} {safe_text(verdict.change.path)}"
    removed, added = len(hunk.removed), len(hunk.added)
    span, text = review.span(number), review.files[verdict.change.path].text
    line = text.count("\n", 0, span.start) + 1 if span is not None and text is not None else hunk.start + 1
    if not removed:
        what = f"add {_lines(added)}"
    elif not added:
        what = f"remove {_lines(removed)}"
    else:
        what = f"replace {_lines(removed)} with {added}" if removed != added else f"change {_lines(removed)}"
    return f"{what} (line {line})"


def _lines(count: int) -> str:
    return f"{count} line{'s' if count != 1 else ''}"


def file_uri(review: Review, path: str) -> str:
    """The file's URI, as the client spells it where it has the file open."""
    return review.files[path].uri or convert.from_path(str(review.root / path))


def range_of(server: Server, review: Review, number: int) -> types.Range | None:
    """Where a change is in the present text: its lines, without the last one's ending."""
    path = review.change(number).path
    span, text = review.span(number), review.files[path].text
    if span is None or text is None:
        return (
            None if review.change(number).kind != "delete" else types.Range(types.Position(0, 0), types.Position(0, 0))
        )
    end = span.end - 1 if span.end > span.start and text[span.end - 1] == "\n" else span.end
    end = end - 1 if end > span.start and text[end - 1] == "\r" else end
    return range_between(server, text, span.start, end)


def range_between(server: Server, text: str, start: int, end: int) -> types.Range:
    """The range between two offsets of a text."""
    starts = convert.line_starts(text, server.documents.lone_cr)
    encoding = server.documents.encoding
    return types.Range(
        convert.to_position(text, starts, start, encoding), convert.to_position(text, starts, end, encoding)
    )


def _plain(where: types.Range | None) -> dict[str, Any] | None:
    if where is None:
        return None
    return {
        "start": {"line": where.start.line, "character": where.start.character},
        "end": {"line": where.end.line, "character": where.end.character},
    }


def _check(name: str, result: CheckResult) -> dict[str, Any]:
    return {
        "name": name,
        "state": result.state,
        "command": safe_text(" ".join(result.argv)),
        "seconds": round(result.seconds, 2),
        "isolation": result.isolation,
        "reason": safe_text(result.reason),
    }


# What is sent


def told(server: Server, job: Job) -> None:
    """A run changed."""
    server.tell("agent/run", run_of_job(job))
    status(server)


def changed(server: Server) -> None:
    """Something about proposals changed: show it soon, once."""
    if not server.dirty:
        server.dirty = True
        server.spawn(_soon(server))


async def _soon(server: Server) -> None:
    await asyncio.sleep(_PAUSE)
    server.dirty = False
    now(server)


def now(server: Server) -> None:
    """Send what differs from what was sent: hints and proposals."""
    wanted: dict[str, list[types.Diagnostic]] = {}
    if server.option("hints", "on") == "on":
        for review in server.reviews.values():
            for path, file in review.files.items():
                found = _hints(server, review, path, file)
                if found:
                    wanted.setdefault(file_uri(review, path), []).extend(found)
    for uri in [*wanted, *(uri for uri in server.published if uri not in wanted)]:
        diagnostics = wanted.get(uri, [])
        if diagnostics != server.published.get(uri, []):
            document = server.documents.get(uri)
            server.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri, diagnostics, document.version if document else None)
            )
    server.published = wanted
    fresh = False
    for review in server.reviews.values():
        said = proposal(server, review)
        if said != server.said.get(review.run_id):
            fresh = True
            server.said[review.run_id] = said
            server.tell("agent/proposal", said)
            server.keep(review)
    if fresh and server.client.lens_refresh:
        # VS Code asks for lenses again only when a text changed, or when told to.
        server.spawn(server.ask("workspace/codeLens/refresh", None))


def _hints(server: Server, review: Review, path: str, file: FileReview) -> list[types.Diagnostic]:
    if file.text is None:
        return []
    hints = []
    for number in review.numbers("pending", "stale", "handed-off", path=path):
        where = range_of(server, review, number)
        if where is not None:
            state = "stale" if review.state(number) == "stale" else "pending"
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
    head = f"Agent proposes change {number}: {label(review, number)}"
    if state == "stale":
        return f"{head}. These lines were edited since; undo that or ask again."
    flagged = f"\nflagged: {safe_text(verdict.reason)}" if verdict.decision == "flag" else ""
    return f"{head}{flagged}\n{text}".rstrip()


async def look(server: Server) -> None:
    """Find out what a status line shows, and tell."""
    if "status" not in server.client.notify:
        return
    roots = server.roots.repositories()
    wishes = server.wishes(roots[0]) if roots else server.wishes("")
    try:
        server.standing = await in_thread(partial(backend.standing, roots[0] if roots else None, wishes))
    except FretsawError as error:
        log.warning("settings: %s", error)
    status(server)


def status(server: Server) -> None:
    """Tell a client that asked for it how the server stands."""
    if "status" not in server.client.notify:
        return
    active, known = server.active(), server.standing
    state = "untrusted" if not server.trusted else "running" if active else "idle"
    if state == "idle" and known is not None and not known.has_key:
        state = "no-key"
    said = {
        "state": state,
        "model": known.model if known else "",
        "dollarsToday": known.dollars_today if known else 0.0,
        "runs": len(active),
    }
    if said != server.said.get(""):
        server.said[""] = said
        server.tell("agent/status", said)
