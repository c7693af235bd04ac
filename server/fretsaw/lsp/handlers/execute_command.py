"""`workspace/executeCommand`: each command reads its one object, sets off the work and answers at once.

The functions below are named in `commands.COMMANDS`; each takes the server, the object as it came, and the token of the
client's progress.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from lsprotocol import types

from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import FretsawError
from fretsaw.lsp.features import (
    apply_edits,
    change_at_cursor,
    check_offer,
    debug_information,
    notifications,
    reviews,
    start_run,
    to_json,
    tree_reviews,
    virtual_documents,
)
from fretsaw.lsp.features.arguments import (
    ChangeArgument,
    read_change,
    read_check,
    read_go_to,
    read_run_id,
    read_tree,
    read_tree_changes,
)
from fretsaw.lsp.features.chosen_changes import at_cursor, changes_of, check_change, known_review, review_of
from fretsaw.lsp.handlers.commands import COMMANDS
from fretsaw.lsp.state.jobs import Job
from fretsaw.lsp.state.server import Server
from fretsaw.lsp.transport.jsonrpc import INVALID_PARAMS, REQUEST_FAILED, RefusedError
from fretsaw.review.review import UNDECIDED, WAITING, Review, State
from fretsaw.review.tree_review import TreeReview

Json: TypeAlias = dict[str, Any]
ProgressToken: TypeAlias = "int | str | None"


def execute_command(server: Server, params: types.ExecuteCommandParams) -> Any:
    """Answer a command. Raises RefusedError for what is not ours or not as documented."""
    name = COMMANDS.get(params.command)
    if name is None:
        raise RefusedError(INVALID_PARAMS, f"there is no command {params.command[:100]}")
    given: list[Any] = list(params.arguments or [{}])
    if len(given) != 1 or not isinstance(given[0], (dict, type(None))):
        raise RefusedError(INVALID_PARAMS, f"{params.command} takes one object as its argument")
    try:
        return globals()[name](server, dict(given[0] or {}), params.work_done_token)
    except (RefusedError, FretsawError) as error:
        if not server.client.tells_refusals:
            server.show_message(f"Agent: {safe_text(str(error))}", types.MessageType.Warning)
        raise


# Runs


def start_fix(server: Server, wire: Json, token: ProgressToken) -> Json:
    """Start a fix of problems, a TODO or a file."""
    return start_run.start(server, "agent.fix", wire, token)


def start_rewrite(server: Server, wire: Json, token: ProgressToken) -> Json:
    """Start a rewrite of the selection."""
    return start_run.start(server, "agent.rewrite", wire, token)


def start_fix_issue(server: Server, wire: Json, token: ProgressToken) -> Json:
    """Start a fix of an issue."""
    return start_run.start(server, "agent.fixIssue", wire, token)


def retry(server: Server, wire: Json, token: ProgressToken) -> Json:
    """Ask again what a run of this server was asked."""
    job = server.jobs.get(read_run_id(wire, needed=True) or "")
    if job is None:
        raise RefusedError(REQUEST_FAILED, "this server did not start that run; start a new run instead")
    return start_run.start(server, job.command, job.request, token)


def cancel(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Cancel one run, or all."""
    run_id = read_run_id(wire)
    if run_id is not None and run_id not in server.jobs:
        raise RefusedError(INVALID_PARAMS, f"there is no run {run_id[:60]}")
    chosen: list[Job] = [job for job in server.active() if run_id in (None, job.id)]
    for job in chosen:
        job.cancel.set()
    return {"cancelled": [job.id for job in chosen]}


# Review


def accept(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Accept changes that wait."""
    start_run.may_run(server)
    target, following = at_cursor(server, read_change(wire))
    if target is None:
        return {"changes": [], **following}
    review = review_of(server, target.run_id, *WAITING)
    _refuse_draft(review)
    numbers = changes_of(server, review, target, WAITING, "nothing here is pending")
    server.spawn_writing(apply_edits.accept(server, review, numbers))
    return {"runId": review.run_id, "changes": numbers, **following}


def _refuse_draft(review: Review) -> None:
    if review.draft:
        raise RefusedError(REQUEST_FAILED, to_json.UNPROVED)


def reject(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Reject changes that are not accepted."""
    target, following = at_cursor(server, read_change(wire), UNDECIDED)
    if target is None:
        return {"changes": [], **following}
    review = review_of(server, target.run_id)
    numbers = changes_of(server, review, target, UNDECIDED, "nothing here is pending", taken_out=True)
    _decide(server, review, numbers, "rejected")
    return {"runId": review.run_id, "changes": numbers, **following}


def restore(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Bring a dropped or rejected change back."""
    target = read_change(wire)
    review = review_of(server, target.run_id, "dropped", "rejected")
    if target.change is None:
        raise RefusedError(INVALID_PARAMS, "change: a number is needed")
    states: tuple[State, ...] = ("dropped", "rejected")
    numbers = changes_of(server, review, target, states, "this change is neither dropped nor rejected")
    _decide(server, review, numbers, "restored")
    return {"runId": review.run_id, "changes": numbers}


def _decide(server: Server, review: Review, numbers: list[int], state: Literal["rejected", "restored"]) -> None:
    review.decide(numbers, state)
    notifications.publish_changes(server)
    reviews.refresh_lenses(server)


def undo(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Take accepted changes back: of one run, or of the latest that has some."""
    start_run.may_run(server)
    run_id = read_run_id(wire)
    if run_id is None:
        accepted = [review for review in server.reviews.values() if review.numbers("accepted")]
        if not accepted:
            raise RefusedError(REQUEST_FAILED, "there is nothing to undo: no change of a proposal is accepted")
        review = max(accepted, key=lambda review: review.run_id)
    else:
        review = known_review(server, run_id)
    numbers = review.numbers("accepted")
    if not numbers:
        raise RefusedError(REQUEST_FAILED, "there is nothing to undo: no change of this proposal is accepted")
    server.spawn_writing(apply_edits.undo(server, review, numbers))
    return {"runId": review.run_id, "changes": numbers}


def show_diff(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Show a change, a file or a proposal: its diff, why, or the report."""
    target, _ = at_cursor(server, read_change(wire), UNDECIDED)
    if target is None:
        raise RefusedError(REQUEST_FAILED, "there is no change here")
    return _show_diff(server, target)


def _show_diff(server: Server, target: ChangeArgument) -> Json:
    review = review_of(server, target.run_id, *UNDECIDED, "accepted", "dropped", "rejected")
    number, view = target.change, target.view
    if number is not None:
        check_change(review, number)
    own = f"changes/{number}.{'md' if view == 'why' else 'diff'}"
    end = "report.md" if view == "report" else "proposal.diff" if number is None else own
    uri = f"agent:/runs/{review.run_id}/{end}"
    text = virtual_documents.document_text(server, uri)
    if server.client.show_document:
        server.spawn(notifications.show_document(server, review, uri, text))
    return {
        "uri": uri,
        "title": f"Agent: {safe_text(review.title)}",
        "text": text,
        "languageId": "markdown" if end.endswith(".md") else "diff",
        "files": _compared_files(review, target) if view == "diff" else [],
    }


def _compared_files(review: Review, target: ChangeArgument) -> list[dict[str, str]]:
    """List the files for a diff editor: that of a change, one file, or all; none for a change that was dropped."""
    chosen = [target.change] if target.change is not None else list(review.verdicts)
    paths = {review.change(one).path for one in chosen if review.state(one) != "dropped"}
    files = [(path, to_json.file_uri(review, path)) for path in review.files if path in paths]
    return [
        {"path": path, "uri": uri, **to_json.side_uris(review, path)}
        for path, uri in files
        if target.uri is None or target.uri == uri
    ]


def preview(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Let the editor show changes before it applies them; where it cannot, show the diff."""
    start_run.may_run(server)
    target = read_change(wire)
    review = review_of(server, target.run_id, *WAITING)
    _refuse_draft(review)
    numbers = changes_of(server, review, target, WAITING, "nothing here is pending")
    if not server.client.annotations or any(review.change(number).kind != "lines" for number in numbers):
        return _show_diff(server, ChangeArgument(review.run_id))
    server.spawn_writing(apply_edits.accept(server, review, numbers, preview=True))
    return {"runId": review.run_id, "changes": numbers}


def go_to(server: Server, wire: Json, _token: ProgressToken) -> Json | None:
    """Go to a change, or to the one beside the cursor; None where there is no other."""
    argument = read_go_to(wire)
    if argument.step is None:
        review, number = known_review(server, argument.target.run_id or ""), argument.target.change
        if number is None:
            raise RefusedError(INVALID_PARAMS, "change: a number is needed")
        check_change(review, number)
    else:
        found = change_at_cursor.adjacent_change(server, argument.target.cursor, argument.step)
        if found is None:
            return None
        review, number = found.review, found.number
    where = to_json.range_of(server, review, number)
    if where is None or review.change(number).kind != "lines" or review.state(number) == "dropped":
        return _show_diff(server, ChangeArgument(review.run_id, number))
    uri = to_json.file_uri(review, review.change(number).path)
    if server.client.show_document:
        shown = types.ShowDocumentParams(uri, take_focus=True, selection=types.Range(where.start, where.start))
        server.spawn(server.request_client("window/showDocument", shown))
    return {"runId": review.run_id, "change": number, "uri": uri, "range": to_json.range_to_json(where)}


# The working tree


def review_tree(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Review what is in the working tree, whoever wrote it."""
    uri, last_commit = read_tree(wire)
    root = str(start_run.root_of(server, uri))
    server.spawn(tree_reviews.start(server, root, last_commit=last_commit))
    return {"root": root}


def revert_change(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Take changes of the working tree out."""
    start_run.may_run(server)
    review, keys = _tree_changes(server, wire)
    server.spawn_writing(tree_reviews.revert(server, review, keys))
    return {"keys": list(keys)}


def mark_reviewed(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Accept changes of the working tree: they are not shown again."""
    review, keys = _tree_changes(server, wire)
    return {"keys": tree_reviews.mark_reviewed(server, review, keys)}


def _tree_changes(server: Server, wire: Json) -> tuple[TreeReview, tuple[str, ...]]:
    root, keys = read_tree_changes(wire)
    review = server.tree_reviews.get(root)
    if review is None or not review.find(keys):
        raise RefusedError(
            REQUEST_FAILED, "that change is not in the files any more; `agent.reviewTree` shows the present changes"
        )
    return review, keys


# The rest


def set_check(server: Server, wire: Json, _token: ProgressToken) -> Json:
    """Take the check that an action offered."""
    start_run.may_run(server)
    run_id, argv = read_check(wire)
    return check_offer.accept_check_offer(server, known_review(server, run_id), argv)


def list_runs(server: Server, _wire: Json, _token: ProgressToken) -> Json:
    """List runs and proposals, newest first."""
    runs = [to_json.job_to_json(job) for job in server.jobs.values()]
    runs += [run for run_id, run in server.stored_runs.items() if run_id not in server.jobs]
    proposals = [to_json.proposal_to_json(server, review) for review in server.reviews.values()]
    return {
        "runs": sorted(runs, key=lambda run: str(run["id"]), reverse=True),
        "proposals": sorted(proposals, key=lambda proposal: str(proposal["runId"]), reverse=True),
    }


def show_debug_information(server: Server, _wire: Json, _token: ProgressToken) -> Json:
    """Give what helps to understand a report of a fault."""
    return {"text": debug_information.debug_information(server)}
