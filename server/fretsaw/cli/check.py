"""`agent check`: find the repository's check command, approve it once, or run it now in the sandbox."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from fretsaw.cli import show
from fretsaw.cli.options import settings_flags
from fretsaw.core.safe_text import safe_text
from fretsaw.errors import ExitCode, UsageError


@click.command("check")
@settings_flags("proof")
@click.option("--approve", is_flag=True, help="Approve the command that the repository's own file proposes.")
@click.option("--run", "do_run", is_flag=True, help="Run the check on the files as they are now, in the sandbox.")
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
def check_command(approve: bool, do_run: bool, directory: Path, **flags: Any) -> int:
    """Find the check of this repository: what is set, what its file proposes, what it looks like it has.

    A command from a repository's file runs only after you have approved it here; another command asks again.
    """
    from fretsaw import session
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible

    opened = session.open_session(directory, flags)
    if approve:
        return _approve(opened)
    if do_run:
        if not opened.settings.check:
            raise UsageError("no check is set", hint="give one with --check, or approve the repository's: --approve")
        cancel = Cancel()
        with interruptible(cancel):
            result = session.run_check(opened, cancel)
        cancel.check()
        show.checks(result, None)
        if not result.ok:
            show.output(result)
        return int(ExitCode.DELIVERED if result.ok else ExitCode.CHECK)
    return _tell(opened)


def _approve(opened: Any) -> int:
    from fretsaw import session

    argv = opened.resolved.proposed_check
    if not argv:
        raise UsageError(
            "the repository proposes no check that waits for approval",
            hint='it would stand in .fretsaw.toml: check = ["python", "-m", "pytest"]',
        )
    command = safe_text(" ".join(argv))
    if sys.stdin.isatty() and not click.confirm(f"Run {command!r} as the check of {opened.root}?", err=True):
        show.say("Not approved; nothing was changed.")
        return 0
    session.approve(opened, argv)
    show.say(f"Approved: {command}", bold=True)
    return 0


def _tell(opened: Any) -> int:
    from fretsaw import session

    if opened.settings.check:
        print(f"set       {safe_text(' '.join(opened.settings.check))}")
    if opened.resolved.proposed_check:
        print(f"proposed  {safe_text(' '.join(opened.resolved.proposed_check))}  (`agent check --approve` takes it)")
    for candidate in session.check_candidates(opened):
        print(f"found     {safe_text(' '.join(candidate.argv))}  ({safe_text(candidate.why)})")
    show.say('Use one with --check "…", or put it into your own config.toml: check = ["…"].', dim=True)
    return 0
