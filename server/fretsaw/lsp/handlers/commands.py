"""`workspace/executeCommand`: each command checks its one object, sets off the work and answers at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from lsprotocol import types

from fretsaw.core.safe_text import safe_text
from fretsaw.errors import FretsawError
from fretsaw.lsp import applying, arguments, checks, content, debug, places, present, reviewing, showing, starting
from fretsaw.lsp.jobs import Job
from fretsaw.lsp.protocol import INVALID_PARAMS, REQUEST_FAILED, RefusedError
from fretsaw.lsp.review import Review
from fretsaw.lsp.server import Server

Command: TypeAlias = Callable[[Server, dict[str, Any], "int | str | None"], Any]


def execute_command(server: Server, params: types.ExecuteCommandParams) -> Any:
    """Answer a command. Raises RefusedError for what is not ours or not as documented."""
    command = COMMANDS.get(params.command)
    if command is None:
        raise RefusedError(INVALID_PARAMS, f"there is no command {params.command[:100]}")
    given: list[Any] = list(params.arguments or [{}])
    if len(given) != 1 or not isinstance(given[0], (dict, type(None))):
        raise RefusedError(INVALID_PARAMS, f"{params.command} takes one object")
    try:
        return command(server, dict(given[0] or {}), params.work_done_token)
    except (RefusedError, FretsawError) as error:
        if not server.client.tells_refusals:
            server.say(f"Agent: {safe_text(str(error))}", types.MessageType.Warning)
        raise


# Runs


def _starting(name: str) -> Command:
    return lambda server, argument, token: starting.start(server, name, argument, token)


def _retry(server: Server, argument: dict[str, Any], token: int | str | None) -> Any:
    job = server.jobs.get(arguments.string_of(argument, "runId", needed=True) or "")
    if job is None:
        raise RefusedError(REQUEST_FAILED, "this run was not started by this server; ask again where the problem is")
    return starting.start(server, job.command, job.request, token)


def _cancel(server: Server, argument: dict[str, Any], _token: Any) -> Any:
    run_id = arguments.string_of(argument, "runId")
    if run_id is not None and run_id not in server.jobs:
        raise RefusedError(INVALID_PARAMS, f"there is no run {run_id[:60]}")
    chosen: list[Job] = [job for job in server.active() if run_id in (None, job.id)]
    for job in chosen:
        job.cancel.set()
    return {"cancelled": [job.id for job in chosen]}


# Review


def _accept(server: Server, argument: dict[str, Any], _token: Any) -> Any:
    starting.may_run(server)
    named, after = arguments.at_cursor(server, argument)
    if named is None:
        return {"changes": [], **after}
    review = arguments.review_of(server, named, *places.WAITING)
    _refuse_draft(review)
    numbers = arguments.changes_of(server, review, named, places.WAITING, "nothing here is pending")
    server.finishing(applying.accept(server, review, numbers))
    return {"runId": review.run_id, "changes": numbers, **after}


def _refuse_draft(review: Review) -> None:
    if review.draft:
        raise RefusedError(REQUEST_FAILED, present.UNPROVED)


def _reject(server: Server, argument: dict[str, Any], _token: Any) -> Any:
    named, after = arguments.at_cursor(server, argument)
    if named is None:
        return {"changes": [], **after}
    review = arguments.review_of(server, named)
    numbers = arguments.changes_of(
        server, review, named, ("pending", "stale", "handed-off"), "nothing here is pending", goes=True
    )
    review.decide(numbers, "rejected")
    showing.now(server)
    _refresh(server)
    return {"runId": review.run_id, "changes": numbers, **after}


def _restore(server: Server, argument: dict[str, Any], _token: Any) -> Any:
    review = arguments.review_of(server, argument, "dropped", "rejected")
    if "change" not in argument:
        raise RefusedError(INVALID_PARAMS, "change: a number is needed")
    numbers = arguments.changes_of(
        server, review, argument, ("dropped", "rejected"), "this change is neither dropped nor rejected"
    )
    review.decide(numbers, "restored")
    showing.now(server)
    _refresh(server)
    return {"runId": review.run_id, "changes": numbers}


def _undo(server: Server, argument: dict[str, Any], _token: Any) -> Any:
    starting.may_run(server)
    run_id = arguments.string_of(argument, "runId")
    if run_id is None:
        accepted = [review for review in server.reviews.values() if review.numbers("accepted")]
        if not accepted:
            raise RefusedError(REQUEST_FAILED, "there is nothing to undo: no change of a proposal is accepted")
        review = max(accepted, key=lambda review: review.run_id)
    else:
        review = arguments.known(server, run_id)
    numbers = review.numbers("accepted")
    if not numbers:
        raise RefusedError(REQUEST_FAILED, "there is nothing to undo: no change of this proposal is accepted")
    server.finishing(applying.undo(server, review, numbers))
    return {"runId": review.run_id, "changes": numbers}


def _show_diff(server: Server, argument: dict[str, Any], _token: Any) -> Any:
    review = arguments.review_of(server, argument, "pending", "stale", "handed-off", "accepted", "dropped", "rejected")
    view = argument.get("view", "diff")
    if view not in ("diff", "why", "report"):
        raise RefusedError(INVALID_PARAMS, "view is one of diff, why, report")
    number = argument.get("change")
    if number is not None and (isinstance(number, bool) or number not in review.verdicts):
        raise RefusedError(INVALID_PARAMS, "change: this proposal has no such change")
    files = _sides(review, number, arguments.string_of(argument, "uri")) if view == "diff" else []
    own = f"changes/{number}.{'md' if view == 'why' else 'diff'}"
    end = "report.md" if view == "report" else "proposal.diff" if number is None else own
    uri = f"agent:/runs/{review.run_id}/{end}"
    text = content.text_of(server, uri)
    if server.client.show_document:
        server.spawn(showing.document(server, review, uri, text))
    title = f"Agent: {safe_text(review.title)}"
    return {
        "uri": uri,
        "title": title,
        "text": text,
        "languageId": "markdown" if end.endswith(".md") else "diff",
        "files": files,
    }


def _sides(review: Review, number: int | None, uri: str | None) -> list[dict[str, str]]:
    """What a diff editor would compare: the file of a change, a file, or all; none for a change that was dropped."""
    chosen = [number] if number is not None else list(review.verdicts)
    paths = {review.change(one).path for one in chosen if review.state(one) != "dropped"}
    told = [(path, present.file_uri(review, path)) for path in review.files if path in paths]
    return [
        {"path": path, "uri": own, **present.sides(review, path)} for path, own in told if uri is None or uri == own
    ]


def _preview(server: Server, argument: dict[str, Any], token: Any) -> Any:
    starting.may_run(server)
    review = arguments.review_of(server, argument, *places.WAITING)
    _refuse_draft(review)
    numbers = arguments.changes_of(server, review, argument, places.WAITING, "nothing here is pending")
    if not server.client.annotations or any(review.change(number).kind != "lines" for number in numbers):
        return _show_diff(server, {"runId": review.run_id}, token)
    server.finishing(applying.accept(server, review, numbers, preview=True))
    return {"runId": review.run_id, "changes": numbers}


def _go_to(server: Server, argument: dict[str, Any], token: Any) -> Any:
    step = argument.get("step")
    if step is None:
        number = argument.get("change")
        review = arguments.known(server, arguments.string_of(argument, "runId", needed=True) or "")
        if isinstance(number, bool) or number not in review.verdicts:
            raise RefusedError(INVALID_PARAMS, "change: this proposal has no such change")
    elif step in ("next", "previous"):
        found = places.beside(server, arguments.cursor_of(argument), step)
        if found is None:
            return None
        review, number = found.review, found.number
    else:
        raise RefusedError(INVALID_PARAMS, "step is one of next, previous")
    where = present.range_of(server, review, number)
    if where is None or review.change(number).kind != "lines" or review.state(number) == "dropped":
        return _show_diff(server, {"runId": review.run_id, "change": number}, token)
    uri = present.file_uri(review, review.change(number).path)
    if server.client.show_document:
        shown = types.ShowDocumentParams(uri, take_focus=True, selection=types.Range(where.start, where.start))
        server.spawn(server.ask("window/showDocument", shown))
    return {"runId": review.run_id, "change": number, "uri": uri, "range": present.plain(where)}


def _set_check(server: Server, argument: dict[str, Any], _token: Any) -> Any:
    starting.may_run(server)
    review = arguments.known(server, arguments.string_of(argument, "runId", needed=True) or "")
    return checks.take(server, review, argument.get("check"))


def _list_runs(server: Server, _argument: dict[str, Any], _token: Any) -> Any:
    runs = [present.run_of_job(job) for job in server.jobs.values()]
    runs += [run for run_id, run in server.records.items() if run_id not in server.jobs]
    proposals = [present.proposal(server, review) for review in server.reviews.values()]
    return {
        "runs": sorted(runs, key=lambda run: str(run["id"]), reverse=True),
        "proposals": sorted(proposals, key=lambda proposal: str(proposal["runId"]), reverse=True),
    }


def _debug(server: Server, _argument: dict[str, Any], _token: Any) -> Any:
    return {"text": debug.information(server)}


COMMANDS: Mapping[str, Command] = {
    "agent.fix": _starting("agent.fix"),
    "agent.rewrite": _starting("agent.rewrite"),
    "agent.fixIssue": _starting("agent.fixIssue"),
    "agent.cancel": _cancel,
    "agent.retry": _retry,
    "agent.accept": _accept,
    "agent.reject": _reject,
    "agent.restore": _restore,
    "agent.undo": _undo,
    "agent.showDiff": _show_diff,
    "agent.preview": _preview,
    "agent.goTo": _go_to,
    "agent.setCheck": _set_check,
    "agent.listRuns": _list_runs,
    "agent.debugInformation": _debug,
}


def _refresh(server: Server) -> None:
    reviewing.refresh_lenses(server)
