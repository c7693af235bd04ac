"""`agent fix`: one issue from its text to an applied patch. Knows only `session`."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from fretsaw.cli import output, terminal
from fretsaw.cli.delivery_text import delivery_text
from fretsaw.cli.options import files_flag, settings_flags
from fretsaw.errors import UsageError


@click.command("fix")
@click.argument("issue", required=False)
@click.option(
    "--continue",
    "continued",
    is_flag=False,
    flag_value="",
    metavar="[RUN]",
    help="Talk back to the proposal of RUN (default: the newest run): ISSUE says what should be different.",
)
@click.option(
    "--edit", is_flag=True, help="Write the issue in your editor ($VISUAL, $EDITOR), beginning with a template."
)
@click.option(
    "--failing-test",
    "test_output",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Fix the test that fails in this output of a test runner; - for standard input.",
)
@click.option("--change", type=int, help="With --continue: about this change only; every other one stays as it is.")
@settings_flags("delivery", "check", "lint", "proof", "minimizing", "edits", "context", "model", "limits")
@files_flag
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def fix_command(
    issue: str | None,
    continued: str | None,
    change: int | None,
    edit: bool,
    test_output: Path | None,
    files: tuple[str, ...],
    directory: Path,
    as_json: bool,
    quiet: bool,
    **flags: Any,
) -> int:
    """Fix ISSUE: a Markdown file, `-` for standard input, or the text itself in quotes.

    Proposes edits, keeps those that were asked for, proves them with --check, and applies them. Index and HEAD stay
    as they are, except with --apply commit. `agent undo` undoes the run.

    \b
    agent fix ISSUE.md --check "python -m pytest -q"
    agent fix "parse('') should return None" --apply none > fix.patch
    agent fix --continue "no, keep the old name"
    pytest -q 2>&1 | agent fix --failing-test -
    """
    from fretsaw.cancel import Cancel
    from fretsaw.session.fix import fix_task, read_task
    from fretsaw.session.follow_up import Reply, follow_task, rules_of
    from fretsaw.session.open import open_session
    from fretsaw.session.outcome import exit_code, failure_document, patch_of, run_document
    from fretsaw.session.pointed_files import read_places

    if test_output is not None:
        issue = failing_test_text(test_output, _wish_text(issue or "", test_output, directory))
    elif edit:
        issue = written_issue(issue or "")
    run_id, issue = _what_is_meant(issue, continued, change)
    cancel = Cancel()
    session = None
    try:
        with interruptible(cancel), terminal.progress(quiet or as_json) as report:
            session = open_session(directory, accept_typed_check(flags))
            places = read_places(session, files, directory)
            task = read_task(issue, directory, places)
            if run_id is not None:
                task = follow_task(session, Reply(task.issue, run_id or None, change, task.folder), places)
            finished, delivery = fix_task(session, task, report, cancel)
    except Exception as error:
        if as_json:
            output.show(json.dumps(failure_document(session, error), indent=2))
        raise
    if as_json:
        output.show(json.dumps(run_document(finished, delivery), indent=2))
    else:
        terminal.outcome(finished.run, finished.outcome)
        if run_id is not None:
            terminal.rules(rules_of(session, finished.run))
        delivery_text(finished.run.id, delivery, patch_of(finished.real), finished.outcome)
    return int(exit_code(finished, delivery))


_RUN_ID = re.compile(r"\d{8}(?:-[\d-]*[0-9a-f]*)?$")


def _what_is_meant(issue: str | None, continued: str | None, change: int | None) -> tuple[str | None, str]:
    """The run to talk back to ("": the newest, None: none) and what is asked.

    `--continue "keep the old name"`: what follows the flag is the request where no other is given.
    """
    if continued is None:
        if change is not None:
            raise click.UsageError("--change needs --continue: it names a change of a proposal that there is")
        if issue is None:
            raise click.UsageError("Missing argument 'ISSUE'.")
        return None, issue
    if issue is not None:
        return continued, issue
    if not continued or _RUN_ID.match(continued):
        raise click.UsageError('say what should be different: agent fix --continue "no, keep the old name"')
    return "", continued


_TEMPLATE = """{title}

<!-- The first line is the title. What is wrong, and what should be? Paste a trace, name files. These comments go.
Rules are enforced where you set them, for example:
Only change `src/parse.py`.
Do not touch the tests.
-->
"""


def written_issue(title: str) -> str:
    """The issue as a person writes it in an editor. UsageError where it is left empty."""
    written = click.edit(_TEMPLATE.format(title=title), extension=".md", require_save=False) or ""
    text = re.sub(r"<!--.*?-->", "", written, flags=re.S).strip()
    if not text:
        raise UsageError("the issue was left empty", hint="write what is wrong above the comment, and save")
    return f"{text}\n"


def _wish_text(issue: str, test_output: Path, directory: Path) -> str:
    """The words of ISSUE beside the output of a test: text of a file, of standard input, or the words themselves."""
    from fretsaw.session.issue_source import read_issue

    if issue == "-" == str(test_output):
        raise UsageError("ISSUE and --failing-test cannot both be standard input", hint="give one of them as a file")
    is_file = bool(issue) and os.path.isfile(directory / issue)  # noqa: PTH113 - Path's own raises for long words
    return read_issue(issue, directory)[0].text if is_file or issue == "-" else issue


_MOST_OUTPUT = 24_000


def failing_test_text(output: Path, wish: str) -> str:
    """An issue from what a test runner printed, of which the end is shown, and from what a person adds."""
    if str(output) == "-":
        printed = sys.stdin.buffer.read()
    else:
        try:
            printed = output.read_bytes()
        except OSError as error:
            raise UsageError(f"{output} cannot be read: {error.strerror}") from None
    text = printed.decode("utf-8", "replace")[-_MOST_OUTPUT:].strip()
    if not text:
        raise UsageError("the output of the test is empty", hint="pytest -q 2>&1 | agent fix --failing-test -")
    fence = "~" * max(3, *(len(run) + 1 for run in re.findall("~+", text)), 3)
    return f"Fix the failing test\n\n{wish}\n\nThe test runner printed:\n\n{fence}\n{text}\n{fence}\n"


def accept_typed_check(flags: dict[str, Any]) -> dict[str, Any]:
    """Take a check typed for this one run as the user's word that its exit code is enough, unless he says otherwise.

    A check that comes from anywhere else has to be accepted once (`agent check`); the verdict says "exit code only" in
    both.
    """
    return {**flags, "accept_exit_code": True} if flags["check"] and flags["accept_exit_code"] is None else flags


@contextmanager
def interruptible(cancel: Any) -> Iterator[None]:
    """The first Ctrl-C, SIGTERM or SIGHUP asks the work to stop; a second one interrupts as usual.

    What has begun to change files ends first, as a whole. A hang-up that the caller ignores (`nohup`) stays ignored.
    """

    def stop(number: int, frame: object) -> None:
        if cancel.is_set():
            raise KeyboardInterrupt
        cancel.set()

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]
    if numbers[2:] and signal.getsignal(numbers[2]) is signal.SIG_IGN:
        numbers.pop()
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
