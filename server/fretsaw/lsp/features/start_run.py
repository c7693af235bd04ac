"""From a command to a run: reads what the person points at, queues the run, hands it to the session.

Knows no wire format but the argument objects of the commands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from fretsaw.core.issue import from_editor
from fretsaw.errors import UsageError
from fretsaw.lsp.features import check_offer, notifications
from fretsaw.lsp.state import engine, jobs, positions
from fretsaw.lsp.state.documents import Document
from fretsaw.lsp.state.jobs import Job
from fretsaw.lsp.state.server import Server
from fretsaw.lsp.transport.jsonrpc import INVALID_PARAMS, REQUEST_FAILED, RefusedError

if TYPE_CHECKING:
    from fretsaw.core.issue import Issue

_MOST_WAITING = 8
_SEVERITIES = {1: "error", 2: "warning", 3: "information", 4: "hint"}
Asking = Callable[[Server, Mapping[str, Any]], "tuple[Path, str, from_editor.EditorRequest]"]


def start(server: Server, command: str, argument: dict[str, Any], token: int | str | None) -> dict[str, Any]:
    """Queue a run and answer at once. Raises RefusedError with what is wrong with the argument or the workspace."""
    may_run(server)
    root, source, asked = _ASKING[command](server, argument)
    run_id = engine.new_id()
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
        raise RefusedError(REQUEST_FAILED, f"{_MOST_WAITING} runs wait already; cancel one or wait")
    job.state = "queued" if before else "running"
    server.jobs[run_id] = job
    job.task = server.spawn(_run(server, job, asked))
    return {"runId": run_id, "progressToken": job.token}


def may_run(server: Server) -> None:
    """Raise RefusedError where nothing may be run or sent."""
    if not server.trusted:
        raise RefusedError(REQUEST_FAILED, "this workspace is not trusted: nothing is run and nothing is sent")


async def _run(server: Server, job: Job, asked: from_editor.EditorRequest) -> None:
    def begin() -> jobs.Work:
        wishes = engine.interactive(server.wishes(job.root), job.source)
        overlay = _overlay(server, job)
        return lambda report: _work(job, asked, overlay, wishes, report)

    await jobs.run_job(job, server.locks.setdefault(job.root, asyncio.Lock()), begin, server)
    if job.state in ("failed", "gave-up", "no-change") and "run" not in server.client.notify:
        # A client that asked to be told of runs says it in its own way, with what can be done next.
        kind = types.MessageType.Info if job.state == "no-change" else types.MessageType.Error
        server.say(f"Agent: {jobs.outcome_line(job)}", kind)
    await notifications.refresh_status(server)
    await check_offer.find_check_offer(server, job)


def _work(
    job: Job,
    asked: from_editor.EditorRequest,
    overlay: dict[str, str],
    wishes: engine.EditorSettings,
    report: Callable[[Any], None],
) -> Any:
    from fretsaw.session.task import Task

    uri = job.request.get("uri")
    issue_file = positions.to_path(uri) if job.source == "issue" and isinstance(uri, str) else None
    folder = Path(issue_file).parent if issue_file else None
    task = Task(asked.issue, overlay, asked.focus, _task_source(job.source), folder, drafts=True)
    return engine.run(Path(job.root), wishes, task, report, job.cancel, job.id)


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


def _document(server: Server, argument: Mapping[str, Any]) -> tuple[Document, Path, str]:
    """The open buffer that a command names, and where it lies."""
    uri = argument.get("uri")
    if not isinstance(uri, str):
        raise RefusedError(INVALID_PARAMS, "uri: a string is needed")
    where = server.roots.locate(uri)
    document = server.documents.get(uri) or server.documents.at(str(where.root / where.path))
    if document is None:
        raise RefusedError(REQUEST_FAILED, f"{where.path} is not open in the editor; open it first")
    return document, where.root, where.path


def _range(argument: Mapping[str, Any], needed: bool) -> types.Range | None:
    value: Any = argument.get("range")
    if value is None and not needed:
        return None
    try:
        return types.Range(
            *(types.Position(int(value[end]["line"]), int(value[end]["character"])) for end in ("start", "end"))
        )
    except (TypeError, KeyError, ValueError) as error:
        raise RefusedError(INVALID_PARAMS, "range: {start, end} is needed, in lines and characters from 0") from error


def _instruction(argument: Mapping[str, Any]) -> str:
    value = argument.get("instruction")
    if value is not None and not isinstance(value, str):
        raise RefusedError(INVALID_PARAMS, "instruction: a string is needed")
    return value or ""


def _fix(server: Server, argument: Mapping[str, Any]) -> tuple[Path, str, from_editor.EditorRequest]:
    kind = argument.get("kind", "diagnostics")
    if kind not in ("diagnostics", "todo", "file"):
        raise RefusedError(INVALID_PARAMS, "kind is one of diagnostics, todo, file")
    document, root, path = _document(server, argument)
    if kind == "todo":
        where = _range(argument, needed=True)
        assert where is not None
        first, _ = document.lines_of(where)
        return root, "todo", from_editor.from_todo(path, document.text, first, _instruction(argument))
    problems = _problems(document, argument)
    if not problems:
        raise RefusedError(INVALID_PARAMS, "diagnostics: at least one is needed")
    return root, str(kind), from_editor.from_diagnostics(path, document.text, problems, _instruction(argument))


def _problems(document: Document, argument: Mapping[str, Any]) -> list[from_editor.Problem]:
    listed = argument.get("diagnostics")
    if not isinstance(listed, (list, tuple)):
        raise RefusedError(INVALID_PARAMS, "diagnostics: a list is needed")
    problems: list[from_editor.Problem] = []
    for item in listed:
        if not isinstance(item, Mapping) or not isinstance(item.get("message"), str):
            raise RefusedError(INVALID_PARAMS, "diagnostics: each needs a range and a message")
        where = _range(item, needed=True)
        assert where is not None
        first, last = document.lines_of(where)
        code = item.get("code")
        problems.append(
            from_editor.Problem(
                item["message"],
                first,
                last,
                _SEVERITIES.get(item.get("severity", 1), "error"),
                str(item.get("source") or ""),
                str(code) if isinstance(code, (str, int)) else "",
            )
        )
    return problems


def _rewrite(server: Server, argument: Mapping[str, Any]) -> tuple[Path, str, from_editor.EditorRequest]:
    document, root, path = _document(server, argument)
    where = _range(argument, needed=True)
    assert where is not None
    first, last = document.lines_of(where)
    return root, "selection", from_editor.from_selection(path, document.text, first, last, _instruction(argument))


def _fix_issue(server: Server, argument: Mapping[str, Any]) -> tuple[Path, str, from_editor.EditorRequest]:
    from fretsaw.core.issue import parse

    text = argument.get("text")
    if isinstance(text, str):
        return _root(server, argument), "issue", from_editor.EditorRequest(_parsed(text, parse), ())
    uri = argument.get("uri")
    if not isinstance(uri, str):
        raise RefusedError(INVALID_PARAMS, "uri or text: a string is needed")
    where = server.roots.locate(uri)
    document = server.documents.get(uri) or server.documents.at(str(where.root / where.path))
    if document is None:
        from fretsaw.session.issue_source import read_issue

        return where.root, "issue", from_editor.EditorRequest(read_issue(str(where.root / where.path))[0], ())
    return where.root, "issue", from_editor.EditorRequest(_parsed(document.text, parse), ())


def _parsed(text: str, parse: Callable[[str], Issue]) -> Issue:
    issue = parse(text)
    if not issue.text:
        raise RefusedError(REQUEST_FAILED, "the issue is empty; say in a sentence or two what is wrong")
    return issue


def _root(server: Server, argument: Mapping[str, Any]) -> Path:
    uri = argument.get("root")
    if isinstance(uri, str):
        return server.roots.locate(uri.rstrip("/") + "/x").root
    found = server.roots.repositories()
    if len(found) != 1:
        raise RefusedError(INVALID_PARAMS, f"root: which repository? The workspace has {len(found)}")
    return found[0]


_ASKING: dict[str, Asking] = {"agent.fix": _fix, "agent.rewrite": _rewrite, "agent.fixIssue": _fix_issue}
