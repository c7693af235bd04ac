"""The tools that another agent may call: `TOOLS`, one row a tool. Their answers go to a model: secrets are masked.

The caller's arguments are text of a model: they name no command, no address and no path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from fretsaw import repo
from fretsaw.cancel import Cancel
from fretsaw.core.issue import Issue
from fretsaw.core.run import Event
from fretsaw.errors import UsageError
from fretsaw.report.document import check_row
from fretsaw.report.markdown import markdown
from fretsaw.session.check_setup import run_check
from fretsaw.session.fix import fix_task
from fretsaw.session.history import load_run
from fretsaw.session.issue_source import parse_issue
from fretsaw.session.open import Session, open_session
from fretsaw.session.outcome import run_document
from fretsaw.session.secret_mask import learn_local_secrets
from fretsaw.session.task import Task
from fretsaw.session.vet import vet_document, vet_reply
from fretsaw.session.vet_tree import Question, tree_document, vet_tree

Report: TypeAlias = Callable[[Event], None]
_MODES = ("safe", "strict", "off")
_LONGEST = 2 * 1024 * 1024
"""Characters of an argument."""
_MOST_OUTPUT = 8_000
"""Characters of the check's output, from its end."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool."""

    directory: Path
    flags: Mapping[str, Any]
    arguments: Mapping[str, Any]
    report: Report
    cancel: Cancel

    def text(self, name: str) -> str:
        """An argument that is text; empty where it is not given. UsageError for anything else."""
        value = self.arguments.get(name, "")
        if not isinstance(value, str) or len(value) > _LONGEST:
            raise UsageError(f"{name} has to be text of at most {_LONGEST // 1024:,} KB")
        return value

    def issue(self) -> Issue | None:
        """The request, as text and nothing else: a path or an address in it is not read."""
        text = self.text("issue").strip()
        return parse_issue(text.encode("utf-8", "surrogateescape"), "the argument") if text else None

    def open(self, **flags: Any) -> Session:
        """Open the repository that the server was started in. Its local secrets are masked from here on."""
        session = open_session(self.directory, {**self.flags, **flags})
        learn_local_secrets(session, repo.snapshot(session.repo))
        return session


@dataclass(frozen=True, slots=True)
class ToolRow:
    """One tool."""

    title: str
    description: str
    arguments: Mapping[str, Mapping[str, Any]]
    """JSON schemas of the arguments."""
    required: tuple[str, ...]
    answers: tuple[str, ...]
    """Keys that the answer always has."""
    work: Callable[[Call], dict[str, Any]]
    writes: bool = False
    """True if it changes the working tree; such a tool is offered only where the user said so."""


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _vet(call: Call) -> dict[str, Any]:
    mode = call.text("mode") or "safe"
    if mode not in _MODES:
        raise UsageError(f"mode is one of {', '.join(_MODES)}")
    session, reply, issue = call.open(prune=mode), call.text("reply"), call.issue()
    if reply.strip():
        document = vet_document(vet_reply(session, reply, issue, do_apply=False)[0], None)
    else:
        document = dict(tree_document(vet_tree(session, Question(request=issue)), None))
    return _masked(session, document)


def _check(call: Call) -> dict[str, Any]:
    session = call.open()
    if not session.settings.check:
        raise UsageError("no check is set", hint="the user sets it: `agent check`, or `agent mcp --check COMMAND`")
    result = run_check(session, call.cancel)
    return _masked(session, {**(check_row(result) or {}), "output": result.output[-_MOST_OUTPUT:]})


def _explain(call: Call) -> dict[str, Any]:
    session = call.open()
    document = run_document(load_run(session, call.text("run") or None))
    return _masked(session, {**document, "explanation": markdown(document)})


def _fix(call: Call) -> dict[str, Any]:
    issue = call.issue()
    if issue is None:
        raise UsageError("issue is empty", hint="say in a sentence or two what is wrong")
    session = call.open(apply="worktree")
    finished, delivery = fix_task(session, Task(issue), call.report, call.cancel)
    return _masked(session, run_document(finished, delivery))


def _masked(session: Session, document: dict[str, Any]) -> dict[str, Any]:
    masked: dict[str, Any] = session.store.clean(document)
    return masked


_ISSUE = _text("The request, in the user's own words. Changes that it asks for are kept, its rules are enforced.")
TOOLS: dict[str, ToolRow] = {
    "vet": ToolRow(
        "Find changes that nobody asked for",
        "Give each change of the working tree, or of a diff or reply that is not applied yet, a verdict with its rule "
        "and reason, and the clean patch. Changes nothing.",
        {
            "issue": _ISSUE,
            "reply": _text("Edits that are not applied yet: a unified diff, a patch or edit blocks. Without it the "
                           "working tree is vetted against HEAD."),
            "mode": {"type": "string", "enum": list(_MODES), "description": "How much goes. Default: safe."},
        },
        (),
        ("status", "patch", "kept", "dropped"),
        _vet,
    ),
    "check": ToolRow(
        "Run the check",
        "Run the command that the user has set for this repository, on the files as they are now, in the sandbox. "
        "Takes no command.",
        {},
        (),
        ("state", "argv", "output"),
        _check,
    ),
    "explain": ToolRow(
        "Explain a run",
        "Say what a run of Fretsaw kept, dropped and proved, with rule and reason for each change.",
        {"run": _text("The run's id or the beginning of it. Default: the newest.")},
        (),
        ("run", "explanation"),
        _explain,
    ),
    "fix": ToolRow(
        "Fix an issue",
        "Ask Fretsaw's own model for the smallest patch, prove it with the check and apply it to the working tree. "
        "Costs money and takes a minute or more; `agent undo` takes it back.",
        {"issue": _ISSUE},
        ("issue",),
        ("run", "outcome", "patch"),
        _fix,
        writes=True,
    ),
}  # fmt: skip
"""Name -> the tool."""
