"""`agent check`: find the repository's check command and ask once which it is, or run it now in the sandbox."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any

import click

from fretsaw.cli import output, terminal
from fretsaw.cli.options import settings_flags
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode, UsageError


@click.command("check")
@settings_flags("check", "proof")
@click.option("--approve", is_flag=True, help="Approve the command that the repository proposes.")
@click.option("--remember", is_flag=True, help="Store the command of --check for this repository, without asking.")
@click.option("--forget", is_flag=True, help="Forget your answer for this repository, so that you are asked again.")
@click.option(
    "--show",
    "shown",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Let the check read (not write) this folder outside of the repository; remembered until --forget.",
)
@click.option("--run", "do_run", is_flag=True, help="Run the check on the files as they are now, in the sandbox.")
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
def check_command(
    approve: bool, remember: bool, forget: bool, shown: tuple[Path, ...], do_run: bool, directory: Path, **flags: Any
) -> int:
    """Find this repository's check: set by you, proposed in `.fretsaw.toml`, or suggested by its files.

    On a terminal, asks you once which command it is. Your answer is stored in your state folder, where every
    editor finds it.
    A command from a repository's file runs only after you approve it; a changed command needs your approval again.
    """
    from fretsaw.session.check_setup import choose_check, show_folders
    from fretsaw.session.open import open_session

    session = open_session(directory, flags)
    for folder in show_folders(session, shown):
        output.say(f"This repository's check may now read, but not write: {safe_text(str(folder))}")
    if approve:
        return _approve(session)
    if remember:
        return _remember(session, flags["check"], accepts=bool(flags["accept_exit_code"]))
    if forget:
        choose_check(session, None)
        output.say("Forgotten.")
        session = open_session(directory, flags)
    if shown and not do_run:
        return 0
    if not session.resolved.asked and sys.stdin.isatty():
        _ask(session)
        session = open_session(directory, flags)
        return _run(session) if do_run and session.settings.check else 0
    return _run(session) if do_run else _tell(session)


def _run(session: Any) -> int:
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.check_setup import run_check

    if not session.settings.check:
        raise UsageError(
            "no check is set",
            hint="set one with --check, approve the repository's check with --approve, or run `agent check`",
        )
    cancel = Cancel()
    with interruptible(cancel):
        result = run_check(session, cancel)
    cancel.check()
    terminal.checks(result, None)
    if not result.ok:
        terminal.output(result)
    if result.cause:
        terminal.paragraph("! ", f"the check is set up wrong: {result.cause}", fg="yellow")
    elif result.evidence == "exit code" and not session.settings.accept_exit_code:
        _ask_exit_code(session)
    return int(ExitCode.DELIVERED if result.ok else ExitCode.CHECK)


def _ask_exit_code(session: Any) -> None:
    """Say that the check reports no tests; on a terminal, ask once whether its exit code is enough."""
    from fretsaw.session.check_setup import accept_exit_code

    argv = session.settings.check
    terminal.paragraph("! ", "the check reports only an exit code, no tests", fg="yellow")
    if not sys.stdin.isatty():
        again = f"`agent check --remember --accept-exit-code --check {shlex.quote(_shown(argv))}`"
        terminal.paragraph(
            "  ", f"An exit code alone is not enough to apply a fix. To accept it for this check: {again}"
        )
    elif click.confirm("Is the exit code enough to apply a patch?", err=True):
        accept_exit_code(session, argv)
        output.say("Your answer is stored for this check.")


def _approve(session: Any) -> int:
    from fretsaw.session.check_setup import approve_check

    argv = session.resolved.proposed_check
    if not argv:
        raise UsageError(
            "no check of this repository is waiting for approval",
            hint='a repository proposes one in .fretsaw.toml: check = ["python", "-m", "pytest"]',
        )
    if sys.stdin.isatty() and not click.confirm(f"Run {_shown(argv)} as the check of {session.root}?", err=True):
        output.say("Not approved; nothing was changed.")
        return 0
    approve_check(session, argv)
    output.say(f"Approved: {_shown(argv)}", bold=True)
    return 0


def _remember(session: Any, argv: tuple[str, ...] | None, *, accepts: bool) -> int:
    from fretsaw.session.check_setup import accept_exit_code, choose_check

    if not argv or not argv[0]:
        raise UsageError("--remember needs the command: --check 'pytest -q' --remember")
    choose_check(session, argv)
    _say_remembered(argv)
    if accepts:
        accept_exit_code(session, argv)
        output.say("Its exit code alone is now enough to apply a patch.")
    return 0


def _ask(session: Any) -> None:
    """The one question. The command that the repository's own file names is one of the answers, and marked as such."""
    from fretsaw.session.check_setup import answer_check, find_checks

    proposed = session.resolved.proposed_check
    rows = [(proposed, "the repository's own file proposes it")] if proposed else []
    rows += [(found.argv, found.why) for found in find_checks(session) if found.argv != proposed]
    if not rows:
        output.say("No check is set, and nothing here looks like one.")
    else:
        output.say("No check is set. This repository seems to have:")
    for number, (argv, why) in enumerate(rows, 1):
        output.say(f"  {number}  {_shown(argv)}  ({safe_text(why)})")
    choices = {str(number): argv for number, (argv, _) in enumerate(rows, 1)}
    argv = _answer(choices)
    answer_check(session, argv)
    if argv:
        _say_remembered(argv)
    else:
        output.say("Noted: no check, so nothing can be proved. To be asked again: `agent check --forget`.")


def _answer(choices: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The command that was chosen or typed, empty for none. Asks again for a number or a quote that fits nothing."""
    numbers = f"{'/'.join(choices)}, " if choices else ""
    while True:
        said = click.prompt(f"Which proves a fix? {numbers}a command of your own, or n for none", err=True).strip()
        if said in choices:
            return choices[said]
        if said.lower() in {"n", "no", "none"}:
            return ()
        try:
            argv = tuple(shlex.split(said))
        except ValueError as error:
            output.say(f"{safe_text(said)}: {error}")
            continue
        if said.isdigit():
            output.say(f"There is no choice {safe_text(said)}.")
        elif argv and argv[0]:
            return argv
        else:
            output.say("An empty command cannot be run.")


def _say_remembered(argv: tuple[str, ...]) -> None:
    output.say(f"The check of this repository is now {_shown(argv)}", bold=True)
    output.say("To run it now: `agent check --run`. To be asked again: `agent check --forget`.", dim=True)


def _tell(session: Any) -> int:
    from fretsaw.session.check_setup import find_checks

    check, proposed = session.settings.check, session.resolved.proposed_check
    if check:
        output.show(f"set       {_shown(check)}")
    if proposed:
        output.show(f"proposed  {_shown(proposed)}  (to approve it: `agent check --approve`)")
    others = [found for found in find_checks(session) if found.argv not in (check, proposed)]
    for candidate in others:
        output.show(f"found     {_shown(candidate.argv)}  ({safe_text(candidate.why)})")
    if not (check or proposed or others):
        output.show("No check is set, and nothing here looks like one.")
    if check:
        output.say("To run it now: `agent check --run`.", dim=True)
    elif session.resolved.asked:
        output.say("You said that this repository has no check. To be asked again: `agent check --forget`.", dim=True)
    else:
        output.say(
            'To set one: `agent check --check "…" --remember`, or check = ["…"] in your own config.toml.', dim=True
        )
    return 0


def _shown(argv: tuple[str, ...]) -> str:
    return safe_text(shlex.join(argv))
