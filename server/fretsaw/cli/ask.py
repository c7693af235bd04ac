"""`agent ask` and `agent why`: answers in words. Neither changes anything."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from fretsaw.cli import output, terminal
from fretsaw.cli.options import files_flag, settings_flags
from fretsaw.core.reasons import Reasons, reasons_for
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import UsageError

_IN = click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")


@click.command("ask")
@click.argument("question")
@click.option("--run", help="Ask about the proposal of this run (an id or its beginning).")
@click.option("--change", type=int, help="With --run: about this change of it.")
@click.option(
    "--diff", type=click.Path(path_type=Path, allow_dash=True), help="Ask about this diff; - for standard input."
)
@settings_flags("context", "model", "limits")
@files_flag
@_IN
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
def ask_command(
    question: str,
    run: str | None,
    change: int | None,
    diff: Path | None,
    files: tuple[str, ...],
    directory: Path,
    quiet: bool,
    **flags: Any,
) -> int:
    """Ask QUESTION about the repository, a place (--file), a run's change or a diff. Nothing is changed.

    \b
    agent ask "why is the total rounded twice?" --file stopwatch/duration.py:8-20
    agent ask "explain this change" --run 2026 --change 2
    git diff | agent ask "what could break?" --diff -
    """
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.ask import ask_question, patch_of_run
    from fretsaw.session.issue_source import read_bounded
    from fretsaw.session.open import open_session
    from fretsaw.session.pointed_files import read_places

    if change is not None and run is None:
        raise click.UsageError("--change needs --run: it names a change of a proposal")
    cancel = Cancel()
    with interruptible(cancel), terminal.progress(quiet) as report:
        session = open_session(directory, flags)
        patch = patch_of_run(session, run, change) if run is not None else ""
        if diff is not None:
            data = sys.stdin.buffer.read(_MOST_DIFF + 1) if str(diff) == "-" else read_bounded(diff, _MOST_DIFF)
            if len(data) > _MOST_DIFF:
                raise UsageError(f"the diff is larger than {_MOST_DIFF // 1024} KB", hint="ask about a part of it")
            patch += data.decode("utf-8", "replace")
        places = read_places(session, files, directory)
        answer, usage = ask_question(session, question, report, cancel, places, patch)
    output.show(safe_text(answer).rstrip())
    output.say(f"{terminal.tokens(usage)} · {usage.cost}", dim=True)
    return 0


_MOST_DIFF = 256 * 1024


@click.command("why")
@click.argument("run", required=False)
@click.argument("change", type=int, required=False)
@_IN
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def why_command(run: str | None, change: int | None, directory: Path, as_json: bool) -> int:
    """Say why CHANGE of RUN (default: all changes of the newest run) is there: in the model's own words, by which rule,
    for which test, and by which line of the issue. No model is called."""
    from fretsaw.session.history import load_run
    from fretsaw.session.open import open_session

    stored = load_run(open_session(directory, lenient=True), run)
    if stored.outcome is None:
        raise UsageError(f"run {stored.run.id} has no outcome: {stored.run.error or stored.run.state}")
    rows = [item for item in stored.outcome.verdicts if change in (None, item.change.id)]
    if not rows:
        named = "no change" if change is None else f"no change {change}"
        raise UsageError(f"run {stored.run.id} has {named}", hint=f"see `agent show {stored.run.id}`")
    reasons = {item.change.id: reasons_for(item, stored.outcome, stored.issue) for item in rows}
    if as_json:
        output.show(json.dumps({str(number): asdict(each) for number, each in reasons.items()}, indent=2))
        return 0
    for item in rows:
        hunk = item.change.hunk
        output.show(safe_text(f"change {item.change.id}  {item.change.path}{f':{hunk.start + 1}' if hunk else ''}"))
        print_reasons(reasons[item.change.id])
    return 0


def print_reasons(reasons: Reasons) -> None:
    """Print the reasons for a change, a line each; what is not known is left out."""
    rows = {
        "the model says": " ".join(reasons.words),
        "verdict": reasons.rule,
        "needed by": ", ".join(reasons.tests),
        "the issue says": " ".join(reasons.issue),
    }
    for head, text in rows.items():
        if text:
            output.show(f"  {head:<15} {safe_text(' '.join(text.split()))}")
