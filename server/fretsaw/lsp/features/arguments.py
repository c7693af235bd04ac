"""The one object that a command takes, read once into a value of its own kind; nothing behind this sees the wire.

Every reader raises RefusedError (invalid parameters) that names the field and what it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from lsprotocol import types

from fretsaw.lsp.transport.jsonrpc import INVALID_PARAMS, RefusedError

Wire: TypeAlias = Mapping[str, Any]
Step: TypeAlias = Literal["next", "previous"]
View: TypeAlias = Literal["diff", "why", "report"]
FixKind: TypeAlias = Literal["diagnostics", "todo", "file"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The position of the cursor in a document."""

    uri: str
    position: types.Position


@dataclass(frozen=True, slots=True)
class ChangeArgument:
    """Changes of a proposal: one, those of a file, those at the cursor, or all."""

    run_id: str | None = None
    """None: the latest proposal that has something to decide."""
    change: int | None = None
    uri: str | None = None
    cursor: Cursor | None = None
    view: View = "diff"
    """The view that `agent.showDiff` opens."""


@dataclass(frozen=True, slots=True)
class GoToArgument:
    """A change to go to: the one beside the cursor, or a named one."""

    step: Step | None
    """None: `target` names the change."""
    target: ChangeArgument


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A problem that another server published."""

    message: str
    range: types.Range
    severity: int
    """As the protocol counts: 1 error, 2 warning, 3 information, 4 hint."""
    source: str
    code: str


@dataclass(frozen=True, slots=True)
class FixArgument:
    """The argument of `agent.fix`."""

    kind: FixKind
    uri: str
    instruction: str
    range: types.Range | None
    """For "todo": where it is."""
    diagnostics: tuple[Diagnostic, ...]
    """For the other kinds, at least one."""


@dataclass(frozen=True, slots=True)
class RewriteArgument:
    """The argument of `agent.rewrite`."""

    uri: str
    range: types.Range
    instruction: str


@dataclass(frozen=True, slots=True)
class IssueArgument:
    """An issue for `agent.fixIssue`: its text with a repository, or its file."""

    text: str | None
    uri: str | None
    root: str | None
    """URI of a folder; None: the only repository of the workspace."""


def read_run_id(wire: Wire, needed: bool = False) -> str | None:
    """Read `runId`; None where it may be absent and is."""
    return _string(wire, "runId", needed)


def read_change(wire: Wire) -> ChangeArgument:
    """Read the argument of accept, reject, restore, preview and showDiff."""
    change = wire.get("change")
    if change is not None and type(change) is not int:
        raise RefusedError(INVALID_PARAMS, "change: a number is needed")
    view: View | None = _one_of(wire, "view", ("diff", "why", "report"))
    return ChangeArgument(_string(wire, "runId"), change, _string(wire, "uri"), read_cursor(wire), view or "diff")


def read_cursor(wire: Wire) -> Cursor | None:
    """Read `uri` and `position`; None without both."""
    position, uri = wire.get("position"), _string(wire, "uri")
    if position is None or uri is None:
        return None
    line, character = (position.get(name) if isinstance(position, Mapping) else None for name in ("line", "character"))
    if type(line) is not int or type(character) is not int:
        raise RefusedError(INVALID_PARAMS, "position: a line and a character are needed")
    return Cursor(uri, types.Position(line, character))


def read_go_to(wire: Wire) -> GoToArgument:
    """Read the argument of `agent.goTo`; without a step it has to name a run."""
    step: Step | None = _one_of(wire, "step", ("next", "previous"))
    if step is None:
        _string(wire, "runId", needed=True)
    return GoToArgument(step, read_change(wire))


def read_check(wire: Wire) -> tuple[str, tuple[str, ...]]:
    """Read the run and the command of `agent.setCheck`."""
    argv = wire.get("check")
    if not isinstance(argv, list) or not all(isinstance(word, str) for word in argv):
        raise RefusedError(INVALID_PARAMS, "check: only the command offered here is accepted")
    return _needed(wire, "runId"), tuple(argv)


def read_tree(wire: Wire) -> tuple[str | None, bool]:
    """Read the argument of `agent.reviewTree`: the repository's folder as a URI, and whether the last commit counts."""
    what: Literal["worktree", "commit"] | None = _one_of(wire, "what", ("worktree", "commit"))
    return _string(wire, "root"), what == "commit"


def read_tree_changes(wire: Wire) -> tuple[str, tuple[str, ...]]:
    """Read the repository and the changes of `agent.revertChange` and `agent.markReviewed`."""
    keys = wire.get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
        raise RefusedError(INVALID_PARAMS, "keys: a list of changes is needed")
    return _needed(wire, "root"), tuple(keys)


def read_fix(wire: Wire) -> FixArgument:
    """Read the argument of `agent.fix`."""
    kind: FixKind = _one_of(wire, "kind", ("diagnostics", "todo", "file")) or "diagnostics"
    uri, instruction = _needed(wire, "uri"), _string(wire, "instruction") or ""
    if kind == "todo":
        return FixArgument(kind, uri, instruction, _range(wire), ())
    listed = wire.get("diagnostics")
    if not isinstance(listed, (list, tuple)):
        raise RefusedError(INVALID_PARAMS, "diagnostics: a list is needed")
    if not listed:
        raise RefusedError(INVALID_PARAMS, "diagnostics: at least one is needed")
    return FixArgument(kind, uri, instruction, None, tuple(map(_diagnostic, listed)))


def read_rewrite(wire: Wire) -> RewriteArgument:
    """Read the argument of `agent.rewrite`."""
    return RewriteArgument(_needed(wire, "uri"), _range(wire), _string(wire, "instruction") or "")


def read_issue_argument(wire: Wire) -> IssueArgument:
    """Read the argument of `agent.fixIssue`."""
    text, uri, root = (wire[name] if isinstance(wire.get(name), str) else None for name in ("text", "uri", "root"))
    if text is None and uri is None:
        raise RefusedError(INVALID_PARAMS, "uri or text: a string is needed")
    return IssueArgument(text, uri, root)


def _diagnostic(item: Any) -> Diagnostic:
    if not isinstance(item, Mapping) or not isinstance(item.get("message"), str):
        raise RefusedError(INVALID_PARAMS, "diagnostics: each needs a range and a message")
    severity, code = item.get("severity", 1), item.get("code")
    return Diagnostic(
        item["message"],
        _range(item),
        severity if type(severity) is int else 1,
        str(item.get("source") or ""),
        str(code) if isinstance(code, (str, int)) else "",
    )


def _string(wire: Wire, name: str, needed: bool = False) -> str | None:
    value = wire.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, str):
        raise RefusedError(INVALID_PARAMS, f"{name}: a string is needed")
    return value


def _needed(wire: Wire, name: str) -> str:
    value = _string(wire, name, needed=True)
    assert value is not None
    return value


def _one_of(wire: Wire, name: str, words: tuple[str, ...]) -> Any:
    """One of the words, None where there is none."""
    value = wire.get(name)
    if value is not None and value not in words:
        raise RefusedError(INVALID_PARAMS, f"{name}: must be one of {', '.join(words)}")
    return value


def _range(wire: Wire) -> types.Range:
    value: Any = wire.get("range")
    try:
        start, end = (types.Position(int(value[at]["line"]), int(value[at]["character"])) for at in ("start", "end"))
    except (TypeError, KeyError, ValueError) as error:
        raise RefusedError(INVALID_PARAMS, "range: {start, end} is needed, in lines and characters from 0") from error
    return types.Range(start, end)
