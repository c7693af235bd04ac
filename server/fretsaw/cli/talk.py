"""`agent` alone: a session on the terminal, or one request a line from a pipe.

A line is a request; each one after the first talks back to what was proposed. A line that begins with `/` is a command
of `TALK_COMMANDS`. The line itself is read by prompt_toolkit, which is imported on a terminal only.
"""

from __future__ import annotations

import os
import shlex
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from fretsaw.cancel import Cancel
from fretsaw.cli import output, terminal
from fretsaw.cli.delivery_text import delivery_text, named
from fretsaw.cli.error_text import say_error
from fretsaw.core.chat import Usage
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode, FretsawError, UsageError, forget_changes

if TYPE_CHECKING:
    from fretsaw.session.open import Session


@dataclass(slots=True)
class Talk:
    """A session: what it works on, and what it has spent."""

    directory: Path = field(default_factory=Path)
    run: str = ""
    """The newest run of the conversation; empty: the next request begins one."""
    files: list[str] = field(default_factory=list)
    """Places that are shown in any case, as they were typed."""
    settings: dict[str, object] = field(default_factory=dict)
    """Options that were set in the session."""
    usage: Usage = field(default_factory=Usage)
    cancel: Cancel = field(default_factory=Cancel)

    def open(self) -> Session:
        """The repository as it is now, with the options of the session."""
        from fretsaw.session.open import open_session

        return open_session(self.directory, self.settings, lenient=True)


def is_scripted() -> bool:
    """Tell whether standard input is a pipe or a file, rather than a terminal or nothing."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)


def run_script(lines: Iterator[str]) -> int | None:
    """Do one request a line, up to the first that fails; its exit code, 0 without one, None where there is no line."""
    talk, code = Talk(), None
    for line in lines:
        if not line.strip():
            continue
        output.say(f"> {safe_text(line.strip())}", bold=True)
        code = do_line(talk, line)
        if code is None:
            return 0
        if code:
            return code
    return code


def run_session() -> int:
    """Ask for requests on the terminal until the person leaves; always exit code 0."""
    from fretsaw.cli.talk_prompt import ask_lines

    talk = Talk()
    session = talk.open()
    output.say(
        f"Fretsaw in {safe_text(str(session.root))}. Say what to change; /help lists the commands, /quit leaves."
    )
    for line in ask_lines(session.state, lambda: session.root, tuple(TALK_COMMANDS)):
        if line.strip() and do_line(talk, line) is None:
            break
    if talk.usage.calls:
        output.say(f"This session: {terminal.tokens(talk.usage)} · {talk.usage.cost}", dim=True)
    return 0


def do_line(talk: Talk, line: str) -> int | None:
    """Do what a line asks for; its exit code, None to leave. An interrupt ends what is going on, not the session."""
    from fretsaw.cli.fix import interruptible

    forget_changes()
    talk.cancel = Cancel()
    try:
        with interruptible(talk.cancel):
            return _do(talk, line.strip())
    except KeyboardInterrupt:
        output.say("interrupted; `git status` shows whether files changed", fg="yellow")
        return int(ExitCode.INTERRUPTED)
    except (FretsawError, OSError) as error:
        return say_error(error)


def _do(talk: Talk, line: str) -> int | None:
    if not line.startswith("/"):
        return _request(talk, line)
    name, _, rest = line[1:].partition(" ")
    command = TALK_COMMANDS.get(name)
    if command is None:
        import difflib

        near = difflib.get_close_matches(name, TALK_COMMANDS, 1)
        raise UsageError(
            f"there is no command /{name}", hint=f"did you mean /{near[0]}?" if near else "/help lists them"
        )
    return command.do(talk, rest.strip())


def _request(talk: Talk, text: str, change: int | None = None) -> int:
    """Begin a conversation, or go on with the one that there is."""
    from fretsaw.session.fix import fix_task, read_task
    from fretsaw.session.follow_up import Reply, follow_task, rules_of
    from fretsaw.session.outcome import exit_code, patch_of
    from fretsaw.session.pointed_files import read_places

    session = talk.open()
    places = read_places(session, talk.files, talk.directory)
    task = read_task(
        text if any(map(str.isspace, text)) or _is_file(talk, text) else f"{text} ", talk.directory, places
    )
    if talk.run:
        task = follow_task(session, Reply(task.issue, talk.run, change, task.folder), places)
    follows = bool(talk.run)
    with terminal.progress(quiet=False) as report:
        try:
            finished, delivery = fix_task(session, task, report, talk.cancel)
        except FretsawError as error:
            _count_failed(talk, session, error)
            raise
    talk.run = finished.run.id
    talk.usage += finished.run.usage
    terminal.outcome(finished.run, finished.outcome)
    if follows:
        terminal.rules(rules_of(session, finished.run))
    delivery_text(finished.run.id, delivery, patch_of(finished.real), finished.outcome, undo="/undo")
    return int(exit_code(finished, delivery))


def _count_failed(talk: Talk, session: Session, error: FretsawError) -> None:
    """Count what a run cost that failed; go on with it where it has a proposal, which only could not be applied."""
    from fretsaw.session.history import load_run

    if error.run_id is None:
        return
    with suppress(FretsawError, OSError):
        stored = load_run(session, error.run_id)
        talk.usage += stored.run.usage
        talk.run = stored.run.id if stored.outcome is not None else talk.run


def _is_file(talk: Talk, text: str) -> bool:
    return os.path.isfile(talk.directory / text)  # noqa: PTH113 - Path's own raises for a request longer than a name


def _words(rest: str, example: str) -> list[str]:
    """The words of a command's argument. UsageError for a quotation mark that is not closed."""
    try:
        return shlex.split(rest)
    except ValueError as error:
        raise UsageError(f"{rest}: {error}", hint=f"quote as for a shell: {example}") from None


def _needs_run(talk: Talk) -> str:
    if not talk.run:
        raise UsageError("nothing was proposed in this session yet", hint="say what to change")
    return talk.run


def _numbers(rest: str) -> frozenset[int]:
    try:
        return frozenset(map(int, rest.replace(",", " ").split()))
    except ValueError:
        raise UsageError(f"{rest!r} is no list of changes", hint="give their numbers: /drop 2 3") from None


def _change(talk: Talk, rest: str) -> int:
    number, _, text = rest.partition(" ")
    if not number.isdecimal() or not text.strip():
        raise UsageError("/change needs a number and what should be different", hint="/change 2 keep the old name")
    _needs_run(talk)
    return _request(talk, text.strip(), int(number))


def _new(talk: Talk, rest: str) -> int:
    talk.run = ""
    return _request(talk, rest) if rest else 0


def _ask(talk: Talk, rest: str) -> int:
    from fretsaw.session.ask import ask_question, patch_of_run
    from fretsaw.session.pointed_files import read_places

    session = talk.open()
    places = read_places(session, talk.files, talk.directory)
    try:
        patch = patch_of_run(session, talk.run) if talk.run else ""
    except UsageError:
        patch = ""  # the last run proposed nothing
    with terminal.progress(quiet=False) as report:
        answer, usage = ask_question(session, rest, report, talk.cancel, places, patch)
    talk.usage += usage
    output.emit(safe_text(answer).rstrip() + "\n")
    return 0


def _keep(talk: Talk, rest: str) -> int:
    from fretsaw.session.reject import accept_changes

    delivery, patch = accept_changes(talk.open(), _needs_run(talk), _numbers(rest))
    if delivery is None:
        output.say("Kept: later requests leave it as it is.", bold=True)
    else:
        delivery_text(talk.run, delivery, patch, undo="/undo")
    return 0


def _drop(talk: Talk, rest: str) -> int:
    from fretsaw.session.reject import reject_changes

    if not rest:
        raise UsageError("/drop needs the numbers of changes", hint="/drop 2 3; /undo takes back all of it")
    delivery = reject_changes(talk.open(), _needs_run(talk), _numbers(rest))
    output.say(f"Taken out of {named(delivery.paths)}." if delivery else "Dropped; no file was changed.", bold=True)
    return 0


def _undo(talk: Talk, rest: str) -> int:
    """Undo the last request, or `all` of the conversation; the conversation goes on with what is left of it."""
    from fretsaw.session.history import load_run
    from fretsaw.session.thread import thread_runs
    from fretsaw.session.undo import undo_run

    if rest not in ("", "all"):
        raise UsageError(f"/undo {rest}", hint="/undo takes back the last request, /undo all the whole conversation")
    session = talk.open()
    run_id, result = undo_run(session, talk.run or None, last=rest != "all")
    for path, why in result.left:
        terminal.paragraph(f"not undone: {safe_text(path)}: ", why, fg="yellow")
    output.say(safe_text(result.message), bold=True)
    runs = thread_runs(session, load_run(session, run_id).run)
    talk.run = run_id if any(run.state == "delivered" for run in runs) else ""
    return int(ExitCode.REPOSITORY if result.left else ExitCode.DELIVERED)


def _diff(talk: Talk, rest: str) -> int:
    from fretsaw.session.history import load_run

    stored = load_run(talk.open(), _needs_run(talk))
    terminal.outcome(stored.run, stored.outcome)
    return 0


def _why(talk: Talk, rest: str) -> int:
    from fretsaw.cli.ask import print_reasons
    from fretsaw.core.reasons import reasons_for
    from fretsaw.session.history import load_run

    stored = load_run(talk.open(), _needs_run(talk))
    wanted = _numbers(rest)
    for item in stored.outcome.verdicts if stored.outcome else ():
        if not wanted or item.change.id in wanted:
            output.show(f"change {item.change.id}  {safe_text(item.change.path)}")
            print_reasons(reasons_for(item, stored.outcome, stored.issue))  # type: ignore[arg-type]
    sys.stdout.flush()
    return 0


def _model(talk: Talk, rest: str) -> int:
    from fretsaw.session.models import choose_model

    before = dict(talk.settings)
    if rest:
        talk.settings["model"] = rest
    try:
        session = talk.open()
        row = choose_model(session.resolved.places, session.settings).row
    except FretsawError:
        talk.settings = before
        raise
    output.say(f"model: {row.id}")
    return 0


def _cost(talk: Talk, rest: str) -> int:
    from fretsaw.run_store import spent_today

    session = talk.open()
    output.say(f"this session: {terminal.tokens(talk.usage)} · {talk.usage.cost}")
    output.say(
        f"today: ${spent_today(session.state):.4f} of ${session.settings.max_usd_day:g}; a run stops at "
        f"${session.settings.max_usd:g}"
    )
    return 0


def _add(talk: Talk, rest: str) -> int:
    from fretsaw.session.pointed_files import read_places

    for place in _words(rest, "/add 'my file.py'"):
        read_places(talk.open(), [place], talk.directory)
        talk.files += [place] if place not in talk.files else []
    output.say(f"shown in any case: {', '.join(map(safe_text, talk.files)) or 'nothing'}")
    return 0


def _remove(talk: Talk, rest: str) -> int:
    gone = _words(rest, "/remove 'my file.py'")
    talk.files = [place for place in talk.files if place not in gone]
    return _add(talk, "")


def _check(talk: Talk, rest: str) -> int:
    if rest:
        talk.settings |= {"check": tuple(_words(rest, "/check pytest -k 'a or b'")), "accept_exit_code": True}
    check = talk.open().settings.check
    output.say(f"check: {safe_text(shlex.join(check))}" if check else "no check: give its command, /check pytest -q")
    return 0


def _message(talk: Talk, rest: str) -> int:
    from fretsaw.session.deliver import commit_message, proposal_of
    from fretsaw.session.history import load_run

    stored = load_run(talk.open(), _needs_run(talk))
    output.emit(safe_text(commit_message(stored.run.title, proposal_of(stored))).rstrip() + "\n")
    return 0


def _help(talk: Talk, rest: str) -> int:
    output.say("A line is a request; each after the first one talks back to what was proposed.")
    width = max(len(f"{name} {each.takes}") for name, each in TALK_COMMANDS.items()) + 3
    for name, each in TALK_COMMANDS.items():
        terminal.paragraph(f"  {f'/{name} {each.takes}':<{width}}", each.help)
    return 0


def _quit(talk: Talk, rest: str) -> None:
    return None


class TalkCommand(NamedTuple):
    """A command of the session."""

    do: Callable[[Talk, str], int | None]
    takes: str
    help: str


TALK_COMMANDS: dict[str, TalkCommand] = {
    "change": TalkCommand(_change, "N TEXT", "talk back to change N alone; every other one stays"),
    "new": TalkCommand(_new, "[TEXT]", "begin another conversation"),
    "ask": TalkCommand(_ask, "TEXT", "ask about the code or the last proposal; nothing is changed"),
    "diff": TalkCommand(_diff, "", "show the last proposal again"),
    "why": TalkCommand(_why, "[N …]", "say why changes are there"),
    "keep": TalkCommand(_keep, "[N …]", "accept changes (default: all): later requests leave them as they are"),
    "drop": TalkCommand(_drop, "N …", "reject changes: taken out, and they do not come back"),
    "undo": TalkCommand(_undo, "[all]", "undo the last request, or the whole conversation"),
    "add": TalkCommand(_add, "FILE[:A-B] …", "show these files in any case"),
    "remove": TalkCommand(_remove, "FILE …", "show them no longer"),
    "check": TalkCommand(_check, "[COMMAND]", "show or set the command that proves a fix"),
    "model": TalkCommand(_model, "[ID]", "show or choose the model"),
    "cost": TalkCommand(_cost, "", "show what was spent"),
    "message": TalkCommand(_message, "", "print a commit message for the last proposal"),
    "help": TalkCommand(_help, "", "list these commands"),
    "quit": TalkCommand(_quit, "", "leave"),
}
"""Command → what does it, its argument, its help; a new command is a row."""


def open_talk(context: click.Context) -> int:
    """`agent` without a command: the session on a terminal, a script from a pipe, else the help."""
    if sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        return run_session()
    code = run_script(iter(sys.stdin.readline, "")) if is_scripted() else None
    if code is None:
        click.echo(context.get_help())
        return 0
    return code
