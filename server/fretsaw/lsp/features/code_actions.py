"""The code actions at a place. Never asks a model, never touches a disk or a process: answers from what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lsprotocol import types

from fretsaw.core.issue import from_editor
from fretsaw.core.text.short import one_line
from fretsaw.errors import UsageError
from fretsaw.lsp.features import apply_edits, check_offer, reviews, to_json, tree_reviews
from fretsaw.lsp.state.capabilities import LLM_GENERATED
from fretsaw.lsp.state.documents import Document
from fretsaw.lsp.state.server import UNTRUSTED, Server
from fretsaw.review.review import Review

QUICKFIX, REWRITE, FIX_FILE = "quickfix.agent", "refactor.rewrite.agent", "source.agent.fixFile"
_ENDS = ("start", "end")
_SERIOUS = (None, 1, 2)
_MOST_SINGLE = 5
_MOST_SENT = 50
_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class CodeActionRequest:
    """A request for actions. Diagnostics stay as the client wrote them: they go back to it, and reading hundreds of
    them into objects would take longer than everything else."""

    uri: str
    range: types.Range
    diagnostics: tuple[Mapping[str, Any], ...]
    only: tuple[str, ...] | None
    automatic: bool


def read_request(params: Any) -> CodeActionRequest:
    """The request of raw parameters. Raises KeyError, TypeError or ValueError where they are not as they should be."""
    context = params["context"]
    diagnostics = tuple(context["diagnostics"])
    only = context.get("only")
    uri = params["textDocument"]["uri"]
    told = all(isinstance(item["message"], str) and "start" in item["range"] for item in diagnostics)
    if not isinstance(uri, str) or not told or isinstance(only, str):
        raise TypeError
    where = types.Range(
        *(types.Position(params["range"][end]["line"], params["range"][end]["character"]) for end in _ENDS)
    )
    return CodeActionRequest(
        uri, where, diagnostics, None if only is None else tuple(map(str, only)), context.get("triggerKind") == 2
    )


def code_actions(server: Server, params: CodeActionRequest) -> list[Any]:
    """The actions for a request, as they stand on the wire."""
    document = server.documents.get(params.uri)
    if document is None or _is_save_or_format(params):
        return []
    try:
        where = server.roots.locate(document.uri)
    except UsageError:
        return []
    offered = _asking(document, params)
    if not server.trusted:
        offered = [{**action, "disabled": {"reason": UNTRUSTED}} for action in offered]
    if _wanted(params.only, QUICKFIX):
        offered += _review(server, document, params.range)
        offered += [
            _command(title, f"{QUICKFIX}.tree", command, argument)
            for title, command, argument in tree_reviews.actions(server, document, params.range)
        ]
        offered += _cancel(server, str(where.root))
    return [
        _for_client(server, action) for action in offered if server.client.action_disabled or "disabled" not in action
    ]


def _is_save_or_format(params: CodeActionRequest) -> bool:
    """Tell whether the editor asks by itself and by kind: it would carry out whatever it is given."""
    return params.automatic and params.only is not None and any(params.only)


def _asking(document: Document, params: CodeActionRequest) -> list[dict[str, Any]]:
    """The actions that ask the model."""
    offered: list[dict[str, Any]] = []
    if _wanted(params.only, QUICKFIX):
        offered += _fixes(document, params.diagnostics)
        offered += _todo(document, params.range)
        if from_editor.is_issue_file(document.uri):
            offered.append(_command("Agent: Fix this issue", QUICKFIX, "agent.fixIssue", {"uri": document.uri}))
    if _wanted(params.only, REWRITE) and _selected(params.range):
        argument = {"uri": document.uri, "range": to_json.range_to_json(params.range)}
        offered.append(_command("Agent: Rewrite selection", REWRITE, "agent.rewrite", argument))
    if _named(params.only):
        offered += _fix_file(document, params.diagnostics)
    return offered


def _wanted(only: Sequence[str] | None, kind: str) -> bool:
    """Return True if a kind, or one above it, was asked for; nothing asked for means all."""
    return only is None or any(not want or kind == want or kind.startswith(f"{want}.") for want in only)


def _named(only: Sequence[str] | None) -> bool:
    """Return True if the source action, or a kind above it, was asked for by name."""
    return only is not None and any(want and (want == FIX_FILE or FIX_FILE.startswith(f"{want}.")) for want in only)


def _selected(where: types.Range) -> bool:
    """Return True if something is selected: more than one character, since Helix's cursor is a selection of one."""
    return where.start.line != where.end.line or where.end.character - where.start.character > 1


def _command(title: str, kind: str, command: str, argument: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "kind": kind, "command": {"title": title, "command": command, "arguments": [argument]}}


def _for_client(server: Server, action: dict[str, Any]) -> Any:
    """The action in the form that the client knows: a bare command for one without literals."""
    if not server.client.action_literals:
        return action.get("command") or {
            "title": action["title"],
            "command": "agent.accept",
            "arguments": [action["accept"]],
        }
    action = {name: value for name, value in action.items() if name != "accept"}
    return {**action, "tags": [LLM_GENERATED]} if server.client.action_llm_tag else action


# Asking


def _serious(diagnostics: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Warnings and errors of other servers; one without a severity counts."""
    return [item for item in diagnostics if item.get("source") != "agent" and item.get("severity") in _SERIOUS]


def _fixes(document: Document, diagnostics: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    serious = _serious(diagnostics)
    fixes = [_fix(document, f"Agent: Fix “{_short(item['message'])}”", [item]) for item in serious[:_MOST_SINGLE]]
    if len(serious) > 1:
        fixes.append(_fix(document, f"Agent: Fix these {min(len(serious), _MOST_SENT)} problems", serious))
    return fixes


def _fix(document: Document, title: str, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    argument = {"uri": document.uri, "diagnostics": [_problem(item) for item in items[:_MOST_SENT]]}
    return {**_command(title, QUICKFIX, "agent.fix", argument), "diagnostics": list(items[:_MOST_SENT])}


def _problem(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: item[name] for name in ("range", "message", "severity", "source", "code") if item.get(name) is not None
    }


def _todo(document: Document, where: types.Range) -> list[dict[str, Any]]:
    start = document.text.rfind("\n", 0, document.offset(where.start)) + 1
    end = document.text.find("\n", start)
    line = document.text[start : end if end >= 0 else len(document.text)]
    if from_editor.todo_of(line) is None:
        return []
    argument = {"uri": document.uri, "kind": "todo", "range": to_json.range_to_json(where)}
    return [_command("Agent: Resolve this TODO", QUICKFIX, "agent.fix", argument)]


def _fix_file(document: Document, diagnostics: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    serious = _serious(diagnostics)
    argument = {"uri": document.uri, "kind": "file", "diagnostics": [_problem(item) for item in serious[:_MOST_SENT]]}
    action = _command("Agent: Fix all problems in this file", FIX_FILE, "agent.fix", argument)
    return [action if serious else {**action, "disabled": {"reason": "no problem is known in this file"}}]


def _short(message: str) -> str:
    return one_line(message, _LONGEST_TITLE)


# Reviewing


def _review(server: Server, document: Document, where: types.Range) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = []
    here = reviews.changes_in_range(server, document, document.offset(where.start), document.offset(where.end))
    for review, number in here:
        state = review.state(number)
        if state == "pending":
            actions += _pending(server, review, number)
        elif state == "stale":
            actions += [_reject(review, number), *_show(review, number)]
        elif state in ("dropped", "rejected"):
            argument = {"runId": review.run_id, "change": number}
            title = f"Agent: Restore {state} change {number}"
            actions.append(_command(title, f"{QUICKFIX}.restore", "agent.restore", argument))
    for review in {id(review): review for review, _ in here}.values():
        actions += _many(review, document)
        actions += _prove(server, review)
    return actions


def _pending(server: Server, review: Review, number: int) -> list[dict[str, Any]]:
    kind = "unproved change" if review.unproved else "change"
    title = f"Agent: Accept {kind} {number}: {to_json.label(review, number)}"
    argument = {"runId": review.run_id, "change": number}
    if review.draft:
        accept = _command(title, f"{QUICKFIX}.accept", "agent.accept", argument)
        return [{**accept, "disabled": {"reason": to_json.UNPROVED}}, _reject(review, number), *_show(review, number)]
    accept = {"title": title, "kind": f"{QUICKFIX}.accept", "accept": argument}
    if review.change(number).kind == "lines" and server.client.action_literals:
        accept["edit"] = apply_edits.workspace_edit(server, review, review.plan([number], "new"), title)
    else:
        accept = _command(title, f"{QUICKFIX}.accept", "agent.accept", argument)
    return [accept, _reject(review, number), *_show(review, number)]


def _reject(review: Review, number: int) -> dict[str, Any]:
    argument = {"runId": review.run_id, "change": number}
    return _command(f"Agent: Reject change {number}", f"{QUICKFIX}.reject", "agent.reject", argument)


def _show(review: Review, number: int) -> list[dict[str, Any]]:
    argument = {"runId": review.run_id, "change": number}
    return [
        _command("Agent: Show diff", f"{QUICKFIX}.show", "agent.showDiff", {**argument, "view": "diff"}),
        _command("Agent: Show why", f"{QUICKFIX}.show", "agent.showDiff", {**argument, "view": "why"}),
    ]


def _many(review: Review, document: Document) -> list[dict[str, Any]]:
    """Accept all of the file and all of the proposal, where that is more than what is at the cursor."""
    path = next((path for path in review.files if to_json.file_uri(review, path) == document.uri), None)
    in_file = review.numbers("pending", path=path) if path else []
    in_all = review.numbers("pending")
    if review.draft:
        return []
    actions = []
    kind = "unproved changes" if review.unproved else "changes"
    if len(in_file) > 1:
        title = f"Agent: Accept all {len(in_file)} {kind} in this file"
        argument = {"runId": review.run_id, "uri": document.uri}
        actions.append(_command(title, f"{QUICKFIX}.acceptFile", "agent.accept", argument))
    if len(in_all) > len(in_file):
        title = f"Agent: Accept all {len(in_all)} {kind}"
        actions.append(_command(title, f"{QUICKFIX}.acceptAll", "agent.accept", {"runId": review.run_id}))
    return actions


def _prove(server: Server, review: Review) -> list[dict[str, Any]]:
    """Offer the command that looks like this repository's check, where nothing proves the proposal."""
    argv = check_offer.offered_check(server, review)
    if not argv:
        return []
    command = _short(check_offer.command_text(argv))
    title = f"Agent: Prove fixes here with “{command}”"
    if check_offer.is_exit_code_only(review):
        title = f"Agent: Take the exit code of “{command}” for a proof here (it tells of no test)"
    argument = {"runId": review.run_id, "check": list(argv)}
    return [_command(title, f"{QUICKFIX}.setCheck", "agent.setCheck", argument)]


def _cancel(server: Server, root: str) -> list[dict[str, Any]]:
    return [
        _command(
            f"Agent: Cancel “{_short(job.title)}”",
            f"{QUICKFIX}.cancel",
            "agent.cancel",
            {"runId": job.id},
        )
        for job in server.active()
        if job.root == root
    ]
