"""From a command to a run: reads what the person points at, queues the run, hands it to the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from lsprotocol import types

from fretsaw.core.issue import from_editor
from fretsaw.errors import UsageError
from fretsaw.lsp.features import check_offer, notifications
from fretsaw.lsp.features.arguments import Diagnostic, read_fix, read_issue_argument, read_rewrite
from fretsaw.lsp.state import jobs, positions
from fretsaw.lsp.state.documents import Document
from fretsaw.lsp.state.editor_settings import EditorSettings
from fretsaw.lsp.state.jobs import Job
from fretsaw.lsp.state.server import UNTRUSTED, Server
from fretsaw.lsp.transport.jsonrpc import INVALID_PARAMS, REQUEST_FAILED, RefusedError

if TYPE_CHECKING:
    from fretsaw.core.issue import Issue

_MOST_WAITING = 8
_SEVERITIES = {1: "error", 2: "warning", 3: "information", 4: "hint"}
Request: TypeAlias = "tuple[Path, str, from_editor.EditorRequest]"
"""Repository, source, what is asked."""


def start(server: Server, command: str, argument: dict[str, Any], token: int | str | None) -> dict[str, Any]:
    """Queue a run and answer at once. Raises RefusedError with what is wrong with the argument or the workspace."""
    may_run(server)
    root, source, asked = _READERS[command](server, argument)
    from fretsaw import run_store

    run_id = run_store.new_id()
    own = f"agent/{run_id}"
    job = Job(
        run_id,
        str(root),
        asked.issue.title,
        source,
        own if token is None else token,
        dict(argument),
        command,
        token is not None,
    )
    before = sum(other.root == job.root for other in server.active())
    if before > _MOST_WAITING:
        raise RefusedError(REQUEST_FAILED, f"{_MOST_WAITING} runs are waiting already; cancel one, or wait")
    job.state = "queued" if before else "running"
    server.jobs[run_id] = job
    job.task = server.spawn(_run(server, job, asked))
    return {"runId": run_id, "progressToken": job.token}


def may_run(server: Server) -> None:
    """Raise RefusedError where nothing may be run or sent."""
    if not server.trusted:
        raise RefusedError(REQUEST_FAILED, UNTRUSTED)


async def _run(server: Server, job: Job, asked: from_editor.EditorRequest) -> None:
    def begin() -> jobs.Work:
        settings = server.editor_settings(job.root).for_source(job.source)
        overlay = _overlay(server, job)
        return lambda report: _work(job, asked, overlay, settings, report)

    await jobs.run_job(job, server.locks.setdefault(job.root, asyncio.Lock()), begin, server)
    if job.state in ("failed", "gave-up", "no-change") and "run" not in server.client.notify:
        # A client that asked to be told of runs says it in its own way, with what can be done next.
        kind = types.MessageType.Info if job.state == "no-change" else types.MessageType.Error
        server.show_message(f"Agent: {jobs.outcome_line(job)}", kind)
    await notifications.refresh_status(server)
    await check_offer.find_check_offer(server, job)


def _work(
    job: Job,
    asked: from_editor.EditorRequest,
    overlay: dict[str, str],
    settings: EditorSettings,
    report: Callable[[Any], None],
) -> Any:
    from fretsaw.session.fix import run_fix
    from fretsaw.session.task import Task

    uri = job.request.get("uri")
    issue_file = positions.to_path(uri) if job.source == "issue" and isinstance(uri, str) else None
    folder = Path(issue_file).parent if issue_file else None
    task = Task(asked.issue, overlay, asked.focus, _task_source(job.source), folder, drafts=True)
    return run_fix(settings.open(Path(job.root)), task, report, job.cancel, job.id)


def _task_source(source: str) -> Any:
    return "diagnostics" if source == "file" else source


def _overlay(server: Server, job: Job) -> dict[str, str]:
    """The open buffers of the job's repository, with a mark of when they were looked at."""
    texts = {}
    for document in server.documents.all():
        if document.path is None:
            continue
        try:
            where = server.roots.locate_path(document.path)
        except UsageError:
            continue
        if str(where.root) == job.root:
            texts[where.path] = document.text
            job.marks[where.path] = (document.text, document.mark())
    return texts


# What is asked


def _document(server: Server, uri: str) -> tuple[Document, Path, str]:
    """The open buffer that a command names, and where it lies."""
    where = server.roots.locate(uri)
    document = server.documents.get(uri) or server.documents.at(str(where.root / where.path))
    if document is None:
        raise RefusedError(REQUEST_FAILED, f"{where.path} is not open in the editor; open it first")
    return document, where.root, where.path


def _fix(server: Server, wire: Mapping[str, Any]) -> Request:
    argument = read_fix(wire)
    document, root, path = _document(server, argument.uri)
    if argument.range is not None:
        first, _ = document.lines_of(argument.range)
        return root, "todo", from_editor.from_todo(path, document.text, first, argument.instruction)
    problems = [_problem(document, item) for item in argument.diagnostics]
    asked = from_editor.from_diagnostics(path, document.text, problems, argument.instruction)
    return root, argument.kind, asked


def _problem(document: Document, item: Diagnostic) -> from_editor.Problem:
    first, last = document.lines_of(item.range)
    severity = _SEVERITIES.get(item.severity, "error")
    return from_editor.Problem(item.message, first, last, severity, item.source, item.code)


def _rewrite(server: Server, wire: Mapping[str, Any]) -> Request:
    argument = read_rewrite(wire)
    document, root, path = _document(server, argument.uri)
    first, last = document.lines_of(argument.range)
    return root, "selection", from_editor.from_selection(path, document.text, first, last, argument.instruction)


def _fix_issue(server: Server, wire: Mapping[str, Any]) -> Request:
    from fretsaw.core.issue import parse

    argument = read_issue_argument(wire)
    if argument.text is not None:
        root = root_of(server, argument.root)
        return root, "issue", from_editor.EditorRequest(_parsed(argument.text, parse), ())
    assert argument.uri is not None
    where = server.roots.locate(argument.uri)
    document = server.documents.get(argument.uri) or server.documents.at(str(where.root / where.path))
    if document is None:
        from fretsaw.session.issue_source import read_issue

        return where.root, "issue", from_editor.EditorRequest(read_issue(str(where.root / where.path))[0], ())
    return where.root, "issue", from_editor.EditorRequest(_parsed(document.text, parse), ())


def _parsed(text: str, parse: Callable[[str], Issue]) -> Issue:
    issue = parse(text)
    if not issue.text:
        raise RefusedError(REQUEST_FAILED, "the issue is empty; say in a sentence or two what is wrong")
    return issue


def root_of(server: Server, uri: str | None) -> Path:
    """The repository of a folder; without one the only one of the workspace."""
    if uri is not None:
        return server.roots.locate(uri.rstrip("/") + "/x").root
    found = server.roots.repositories()
    if len(found) != 1:
        raise RefusedError(INVALID_PARAMS, f"root: the workspace has {len(found)} repositories; name one of them")
    return found[0]


_READERS: dict[str, Callable[[Server, Mapping[str, Any]], Request]] = {
    "agent.fix": _fix,
    "agent.rewrite": _rewrite,
    "agent.fixIssue": _fix_issue,
}
