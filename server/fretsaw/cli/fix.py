"""`agent fix`: one issue from its text to an applied patch. Knows only `session`."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from fretsaw.cli import terminal
from fretsaw.cli.delivery_text import delivery_text
from fretsaw.cli.options import files_flag, settings_flags


@click.command("fix")
@click.argument("issue", required=True)
@settings_flags("delivery", "check", "lint", "proof", "minimizing", "edits", "context", "model", "limits")
@files_flag
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def fix_command(issue: str, files: tuple[str, ...], directory: Path, as_json: bool, quiet: bool, **flags: Any) -> int:
    """Fix ISSUE: a Markdown file, `-` for standard input, or the text itself in quotes.

    Proposes edits, keeps those that were asked for, proves them with --check, and applies them. Index and HEAD stay
    as they are, except with --apply commit. `agent undo` undoes the run.

    \b
    agent fix ISSUE.md --check "python -m pytest -q"
    agent fix "parse('') should return None" --apply none > fix.patch
    """
    from fretsaw.cancel import Cancel
    from fretsaw.session.fix import fix_issue
    from fretsaw.session.open import open_session
    from fretsaw.session.outcome import exit_code, failure_document, patch_of, run_document
    from fretsaw.session.pointed_files import read_places

    cancel = Cancel()
    session = None
    try:
        with interruptible(cancel), terminal.progress(quiet or as_json) as report:
            session = open_session(directory, accept_typed_check(flags))
            places = read_places(session, files, directory)
            finished, delivery = fix_issue(session, issue, report, cancel, directory, places)
    except Exception as error:
        if as_json:
            print(json.dumps(failure_document(session, error), indent=2))
        raise
    if as_json:
        print(json.dumps(run_document(finished, delivery), indent=2))
    else:
        terminal.outcome(finished.run, finished.outcome)
        delivery_text(finished.run.id, delivery, patch_of(finished.real), finished.outcome)
    return int(exit_code(finished, delivery))


def accept_typed_check(flags: dict[str, Any]) -> dict[str, Any]:
    """Take a check typed for this one run as the user's word that its exit code is enough, unless he says otherwise.

    A check that comes from anywhere else has to be accepted once (`agent check`); the verdict says "exit code only" in
    both.
    """
    return {**flags, "accept_exit_code": True} if flags["check"] and flags["accept_exit_code"] is None else flags


@contextmanager
def interruptible(cancel: Any) -> Iterator[None]:
    """The first Ctrl-C, SIGTERM or SIGHUP asks the work to stop; a second one interrupts as usual.

    What has begun to change files ends first, as a whole.
    """

    def stop(number: int, frame: object) -> None:
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
