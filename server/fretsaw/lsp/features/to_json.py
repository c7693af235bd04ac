"""Runs and proposals as the JSON objects and ranges that a client gets. Decides nothing, sends nothing."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from lsprotocol import types

from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.run import Run
from fretsaw.core.text.lines import body
from fretsaw.core.text.safe_text import safe_text
from fretsaw.lsp.state import positions
from fretsaw.lsp.state.jobs import Job, outcome_line
from fretsaw.lsp.state.server import Server
from fretsaw.review.review import Review

UNPROVED = "nothing is proved yet: accept when the run has ended"
"""The reason why nothing of a draft can be accepted."""

# Runs


def job_to_json(job: Job) -> dict[str, Any]:
    """A run that this server started, as `agent/run` shows it."""
    return {
        "id": job.id,
        "root": positions.from_path(job.root),
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


def run_to_json(run: Run) -> dict[str, Any]:
    """A stored run in the same shape."""
    return {
        "id": run.id,
        "root": positions.from_path(run.root),
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


def proposal_to_json(server: Server, review: Review) -> dict[str, Any]:
    """A proposal, whole, as `agent/proposal` shows it."""
    base = f"agent:/runs/{review.run_id}"
    evidence = review.proposal.evidence
    shown = [number for number in review.verdicts if review.state(number) != "dropped"]
    return {
        "runId": review.run_id,
        "root": positions.from_path(str(review.root)),
        "title": safe_text(review.title),
        "stage": "draft" if review.draft else "ready",
        "summary": safe_text(review.proposal.summary),
        "files": [
            {
                "uri": file_uri(review, path),
                "path": path,
                "op": file.patch.op,
                "changes": [
                    change_to_json(server, review, number) for number in shown if review.change(number).path == path
                ],
                **side_uris(review, path),
            }
            for path, file in review.files.items()
            if any(review.change(number).path == path for number in shown)
        ],
        "dropped": [change_to_json(server, review, number) for number in review.numbers("dropped")],
        "checks": [
            _check(name, told) for name, told in (("before", evidence.before), ("after", evidence.after)) if told
        ],
        "unproved": safe_text(review.unproved),
        "notices": [safe_text(notice) for notice in (*_not_proved(review), *evidence.notices)],
        "diff": f"{base}/proposal.diff",
        "report": f"{base}/report.md",
    }


def _not_proved(review: Review) -> tuple[str, ...]:
    return (f"NOT PROVED: {review.unproved}",) if review.unproved else ()


def side_uris(review: Review, path: str) -> dict[str, str]:
    """The virtual documents of a file's texts, for a diff editor."""
    return {side: f"agent:/runs/{review.run_id}/{side}/{path}" for side in ("before", "after")}


def change_to_json(server: Server, review: Review, number: int) -> dict[str, Any]:
    """One change of a proposal."""
    verdict = review.verdicts[number]
    hunk = verdict.change.hunk
    return {
        "id": number,
        "path": verdict.change.path,
        "uri": file_uri(review, verdict.change.path),
        "kind": verdict.change.kind,
        "state": review.state(number),
        "range": range_to_json(range_of(server, review, number)),
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
        what = f"replace {_lines(removed)} with {added}" if removed != added else f"rewrite {_lines(removed)}"
    return f"{what} (line {line})"


def _lines(count: int) -> str:
    return f"{count} line{'s' if count != 1 else ''}"


def file_uri(review: Review, path: str) -> str:
    """The file's URI, as the client spells it where it has the file open."""
    return review.files[path].uri or positions.from_path(str(review.root / path))


def range_of(server: Server, review: Review, number: int) -> types.Range | None:
    """Find a change in the present text: its lines, without the last one's ending."""
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
    starts = positions.line_starts(text, server.documents.lone_cr)
    encoding = server.documents.encoding
    return types.Range(
        positions.to_position(text, starts, start, encoding), positions.to_position(text, starts, end, encoding)
    )


def range_to_json(where: types.Range | None) -> dict[str, Any] | None:
    """A range as it stands on the wire."""
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
