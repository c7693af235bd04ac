"""`agent vet`: clean edits without a model, for one reply in a repository or for many as JSON lines."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from fretsaw.cli import output, terminal
from fretsaw.cli.delivery_text import delivery_text
from fretsaw.cli.options import settings_flags
from fretsaw.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from fretsaw.cli.vet_tree import Asked
    from fretsaw.fix.vet import Vetted
    from fretsaw.session.vet import Applied
    from fretsaw.session.vet_tree import Question

_MOST = 20 * 1024 * 1024
_COMBINED = re.compile(r"^diff --(?:cc|combined) ", re.M)


@click.command("vet")
@click.argument("reply", required=False)
@click.option("--hook", expose_value=False, metavar="AGENT", help="Run as an agent's hook (for `agent hooks install`).")
@click.option("--worktree", is_flag=True, help="Vet the working tree; ignore standard input.")
@click.option("--staged", is_flag=True, help="Vet what is staged.")
@click.option("--commit", metavar="REV", help="Vet a commit, against its first parent.")
@click.option(
    "--range", "span", metavar="A..B", help="Vet what changed between two commits (`A...B`: since they diverged)."
)
@click.option("--since", metavar="REV", help="Vet the working tree against a commit.")
@click.option("--by-message", is_flag=True, help="Use the commit messages as the issue.")
@click.option("--patch", "show_patch", is_flag=True, help="Print kept changes as a patch.")
@click.option("--reverse-patch", "show_reverse", is_flag=True, help="Print a patch to undo dropped changes.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 if a change is dropped or a rule broken.")
@click.option("-i", "--interactive", is_flag=True, help="Ask about each dropped or flagged change.")
@click.option(
    "--check",
    is_flag=False,
    flag_value="",
    metavar="[COMMAND]",
    help="Prove the changes: which of them does the failing test need? Without COMMAND, your stored check runs.",
)
@settings_flags("proof", "minimizing")
@click.option("--issue", "issue_argument", help="The issue behind the edits: changes that it asks for are kept.")
@click.option(
    "--prune",
    type=click.Choice(["strict", "safe", "off"]),
    default=None,
    help="safe: drop changes without effect, flag doubtful ones; strict: drop both; off: keep all.",
)
@click.option("--no-prune", is_flag=True, help="The same as --prune off.")
@click.option(
    "--allow",
    multiple=True,
    metavar="GLOB",
    help="With REPLY: protected paths that REPLY may change. Without REPLY: the only paths that may change.",
)
@click.option("--apply", "do_apply", is_flag=True, help="Apply the result to the working tree; `agent undo` undoes it.")
@click.option("--now", "at_once", is_flag=True, help="Remove changes at once, even while an agent works here.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print patch, verdicts and edits that do not fit as one JSON document."
)
@click.option(
    "--jsonl", is_flag=True, help="Read one JSON object per line (id, reply, files, issue) and print one per line."
)
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
def vet_command(
    reply: str | None,
    worktree: bool,
    staged: bool,
    commit: str | None,
    span: str | None,
    since: str | None,
    by_message: bool,
    show_patch: bool,
    show_reverse: bool,
    exit_code: bool,
    interactive: bool,
    issue_argument: str | None,
    prune: str | None,
    no_prune: bool,
    allow: tuple[str, ...],
    do_apply: bool,
    at_once: bool,
    as_json: bool,
    jsonl: bool,
    check: str | None,
    directory: Path,
    **flags: Any,
) -> int:
    """Find and remove changes that nobody asked for, in your working tree or in REPLY.

    Without REPLY, vets all changes since HEAD, including untracked files. REPLY (a file, or - for standard input)
    holds edits: a diff, patch or edit blocks. Prints the clean patch; refuses an edit that fits no place or more than
    one. A diff whose changes are in your files, index or commits already is vetted as the change that it is.
    Without --issue, drops only changes without effect.

    \b
    agent vet                            each change of the working tree, with its verdict
    agent vet --issue "fix login" -i     decide, change by change
    agent vet --check "pytest -q"        which changes does the failing test need?
    agent vet --apply                    remove dropped changes; `agent undo` restores them
    agent vet --staged --exit-code       for hooks and CI
    agent vet main...HEAD --by-message   a branch, by its own messages
    git diff | agent vet - --apply       only what the diff holds, also when it is in your files already
    pbpaste | agent vet                  the clean patch of what is on the clipboard
    agent vet reply.md --apply           and apply it, undoable
    agent vet --jsonl < rows.jsonl       many, without a repository
    """
    mode = "off" if no_prune else prune
    if jsonl:
        return vet_lines(sys.stdin, sys.stdout, mode or "safe")
    from fretsaw.cli.vet_tree import Asked
    from fretsaw.session.vet_tree import Question

    if check and reply is None and _names_range(check, directory):
        reply, check = check, ""  # `agent vet --check main..HEAD`
    if reply is not None and span is None and _names_range(reply, directory):
        reply, span = None, reply
    flags |= {"prune": mode, "check": _command_of(check)}
    question = Question(
        staged, commit, span, since, issue_argument, by_message=by_message, allow=allow, where=directory
    )
    asked = Asked(do_apply, as_json, show_patch, show_reverse, exit_code, interactive, check is not None, at_once)
    return _vet_states_or_reply(reply, worktree, question, asked, flags)


def _command_of(check: str | None) -> tuple[str, ...] | None:
    """The command that was typed, None for the one that is set."""
    try:
        return tuple(shlex.split(check or "")) or None
    except ValueError as error:
        raise UsageError(f"--check {check!r}: {error}", hint="quote the command as for a shell") from None


def _vet_states_or_reply(
    reply: str | None, worktree: bool, question: Question, asked: Asked, flags: dict[str, Any]
) -> int:
    """Vet the states that the options name, else the reply, else what is in the working tree."""
    from fretsaw.cli.fix import accept_typed_check
    from fretsaw.cli.vet_tree import vet_states

    named = _named_states(reply, worktree, question, asked)
    if reply is None and (named or _has_no_input()):
        return vet_states(question.where, question, accept_typed_check(flags), asked)
    text = _text_of(reply or "-", question.where)
    if not text.strip() and asked.exit_code and reply is not None:
        output.say("Nothing to vet: the input is empty.")
        return int(ExitCode.DELIVERED)
    if reply is None and not text.strip():  # standard input may be there and empty
        return vet_states(question.where, question, accept_typed_check(flags), asked)
    code = _vet_contained(text, question, asked, flags)
    return _vet_reply(text, question, asked, flags) if code is None else code


def _vet_contained(
    text: str, question: Question, asked: Asked, flags: dict[str, Any], *, is_refused: bool = False
) -> int | None:
    """Vet a diff that the repository has already as the change that it is; None where it is none."""
    from fretsaw.cli.fix import accept_typed_check
    from fretsaw.cli.vet_tree import vet_states
    from fretsaw.repo import open_repo
    from fretsaw.repo.git.contained_diff import find_contained

    with find_contained(open_repo(question.where), text, question.where, is_refused=is_refused) as contained:
        if contained is None:
            return None
        # As of any reply: the clean patch is what is printed.
        shows = not (asked.show_reverse or asked.do_apply or asked.interactive)
        asked = replace(asked, show_patch=asked.show_patch or shows)
        return vet_states(question.where, replace(question, contained=contained), accept_typed_check(flags), asked)


def _vet_reply(text: str, question: Question, asked: Asked, flags: dict[str, Any]) -> int:
    """Vet edits that are to be applied, or a diff that fits nowhere and whose texts the repository has."""
    for_states = {"--reverse-patch": asked.show_reverse, "--by-message": question.by_message}
    for_states |= {"-i": asked.interactive, "--check": asked.do_check}
    wrong = next((name for name, value in for_states.items() if value), "")
    if not wrong:
        return _vet_one(text, question, asked, flags)
    code = _vet_contained(text, question, asked, flags, is_refused=True)
    if code is None:
        raise UsageError(
            f"{wrong} cannot be used with REPLY", hint="leave out REPLY, or give a diff whose changes are made already"
        )
    return code


def _named_states(reply: str | None, worktree: bool, question: Question, asked: Asked) -> list[str]:
    """The option or the reply that says what to vet. UsageError for what cannot go together."""
    if asked.show_patch and asked.show_reverse:
        raise UsageError("--patch and --reverse-patch cannot go together", hint="ask for one patch at a time")
    chosen = {"--staged": question.staged, "--commit": question.commit, "--range": question.span}
    chosen |= {"--since": question.since, "--worktree": worktree, reply or "": reply}
    named = [name for name, value in chosen.items() if value]
    if len(named) > 1:
        raise UsageError(f"{' and '.join(named)} cannot go together", hint="name one thing to vet")
    return named


def _names_range(argument: str, directory: Path) -> bool:
    from fretsaw.repo.git.states import is_range

    return is_range(argument) and not (directory / argument).exists()


def _has_no_input() -> bool:
    """Tell whether nobody hands a reply over: standard input is a terminal, closed, or the null device."""
    if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
        return True
    try:
        return stat.S_ISCHR(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError):
        return True


def _vet_one(reply: str, question: Question, asked: Asked, flags: dict[str, Any]) -> int:
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.open import open_session
    from fretsaw.session.vet import vet_document, vet_reply

    where, do_apply = question.where, asked.do_apply
    session = open_session(where, {"prune": flags["prune"], "allow": question.allow or None})
    with interruptible(Cancel()):
        vetted, applied = vet_reply(session, reply, question.issue, do_apply, where)
    if vetted.status == "misfit":
        code = _vet_contained(reply, question, asked, flags, is_refused=True)
        if code is not None:
            return code
    if asked.as_json:
        output.show(json.dumps(vet_document(vetted, applied), indent=2))
    else:
        _show_vetted_reply(vetted, applied, do_apply=do_apply)
        if vetted.status != "ok":
            _say_why_none(reply, vetted)
    return int(ExitCode.DELIVERED if vetted.status == "ok" else ExitCode.NO_PATCH)


def _show_vetted_reply(vetted: Vetted, applied: Applied | None, *, do_apply: bool) -> None:
    from fretsaw.session.vet import patch_text

    for misfit in vetted.misfits:
        terminal.paragraph(f"{misfit.kind}: ", misfit.for_person, fg="yellow")
    if applied is not None:
        output.say(f"run {applied.run_id}", bold=True)
    for notice in vetted.notices:
        terminal.paragraph("! ", notice, fg="yellow")
    terminal.verdicts(vetted.verdicts, restorable=applied is not None)
    if not do_apply:
        output.emit(patch_text(vetted))
    elif applied is not None:
        delivery_text(applied.run_id, applied.delivery, "")
    if vetted.status != "ok":
        output.say("no edit found" if not (vetted.misfits or vetted.verdicts) else "no acceptable patch", fg="yellow")
        output.say("Nothing was changed.")


def _say_why_none(reply: str, vetted: Vetted) -> None:
    """Print what to do about input of which nothing can be vetted."""
    if not reply.strip():
        output.say("The input is empty.")
    elif _COMBINED.search(reply):
        output.say("The diff of a merge cannot be read. To vet a merge against its first parent: `agent vet --commit`.")
    elif any(misfit.kind == "already-applied" for misfit in vetted.misfits):
        output.say("Your files contain some of these changes already. To vet them there: `agent vet --worktree`.")


def _text_of(argument: str, where: Path) -> str:
    """The reply's text, bytes kept."""
    from fretsaw.session.issue_source import read_bounded

    data = sys.stdin.buffer.read(_MOST + 1) if argument == "-" else read_bounded(where / argument, _MOST)
    if len(data) > _MOST:
        raise UsageError(f"the reply is larger than {_MOST // 1024 // 1024} MB")
    return data.decode("utf-8", "surrogateescape")


def vet_lines(rows: TextIO, out: TextIO, mode: str) -> int:
    """One JSON object a line in, one a line out; a line that is no row is answered with status `error`."""
    for line in rows:
        if line.strip():
            out.write(json.dumps(_vet_row(line, mode)) + "\n")
            out.flush()
    return int(ExitCode.DELIVERED)


def _vet_row(line: str, mode: Any) -> dict[str, Any]:
    from fretsaw.core.issue import parse
    from fretsaw.core.ledger import enforce
    from fretsaw.core.patch import render
    from fretsaw.core.patch.patch_set import PatchSet
    from fretsaw.core.snapshot import Snapshot
    from fretsaw.fix.vet import NO_ISSUE, vet
    from fretsaw.report.document import misfit_row, verdict_row

    started = time.perf_counter()
    try:
        row = json.loads(line)
        files = {str(path): str(text) for path, text in row["files"].items() if text is not None}
        issue = parse(row["issue"]) if row.get("issue") else NO_ISSUE
        snapshot = Snapshot(None, tuple(files), files.get)
        vetted = vet(str(row["reply"]), snapshot, issue=issue, mode=mode)
        broken = [violation.for_person for violation in enforce(issue.constraints, vetted.patch, snapshot)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return {"id": None, "status": "error", "error": f"not a row: {type(error).__name__}: {error}"}
    patch = PatchSet() if broken else vetted.patch
    return {
        "id": row.get("id"),
        "status": "refused" if broken else vetted.status,
        "files": {file.path: file.after for file in patch.files},
        "patch": render(patch),
        "refused": broken,
        "misfits": [misfit_row(item) for item in vetted.misfits],
        "notices": list(vetted.notices),
        "dropped": [verdict_row(item) for item in vetted.verdicts if item.decision == "drop"],
        "flagged": [verdict_row(item) for item in vetted.verdicts if item.decision == "flag"],
        "ms": round((time.perf_counter() - started) * 1000, 3),
    }
