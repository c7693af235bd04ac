"""The commands on runs: `agent runs`, `show`, `apply`, `undo`, `restore`, `replay`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fretsaw.cli import output, terminal
from fretsaw.cli.delivery_text import delivery_text, named, unproved
from fretsaw.cli.options import settings_flags
from fretsaw.core.run import Run
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import ExitCode
from fretsaw.report.formats import FORMATS, Report

if TYPE_CHECKING:
    from fretsaw.session.open import Session

_IN = click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def _open_leniently(directory: Path, flags: Mapping[str, Any] | None = None) -> Session:
    """Open the repository for what deals with runs that there are, and say which of its files was left out."""
    from fretsaw.session.open import open_session

    session = open_session(directory, flags, lenient=True)
    for notice in session.resolved.notices:
        terminal.paragraph("! ", notice, fg="yellow")
    return session


@click.command("runs")
@_IN
@_JSON
@click.option("-n", "most", type=click.IntRange(min=1), default=20, help="Show at most this many.  [default: 20]")
def runs_command(directory: Path, as_json: bool, most: int) -> int:
    """List the runs of this repository, newest first."""
    from fretsaw.session.history import run_summaries, runs_of
    from fretsaw.session.outcome import run_document

    session = _open_leniently(directory)
    if as_json:
        output.show(json.dumps([run_document(one) for one in runs_of(session, most)], indent=2))
        return 0
    shown = 0
    for one in islice(run_summaries(session), most):
        shown += 1
        if isinstance(one, Run):
            title = f"{'↳ ' if one.request > 1 else ''}{safe_text(' '.join(one.title.split()))}"[:60]
            output.show(f"{one.id}  {one.state:<10} {one.usage.cost}  {title}")
        else:
            terminal.paragraph("! ", str(one), fg="yellow")
    if not shown:
        output.say("No runs yet: start one with `agent fix ISSUE.md`.", dim=True)
    return 0


def _format_flags(command: Callable[..., int]) -> Callable[..., int]:
    """A flag for each form of report."""
    for name, form in reversed(list(FORMATS.items())):
        command = click.option(f"--{name}", name, is_flag=True, help=form.help)(command)
    return command


@click.command("show")
@click.argument("run", required=False)
@_IN
@_format_flags
def show_command(run: str | None, directory: Path, **flags: bool) -> int:
    """Show RUN (an id or its beginning; default: the newest): verdicts, checks, cost, patch."""
    from fretsaw.session.follow_up import rules_of
    from fretsaw.session.history import load_run
    from fretsaw.session.outcome import patch_of, run_document
    from fretsaw.session.thread import thread_runs

    session = _open_leniently(directory)
    stored = load_run(session, run)
    form = next((FORMATS[name] for name in FORMATS if flags[name]), None)
    if form is not None:
        output.emit(form.write(Report(run_document(stored), stored.issue, stored.outcome, patch_of(stored.real))))
        return 0
    terminal.outcome(stored.run, stored.outcome)
    turns = thread_runs(session, stored.run)
    if len(turns) > 1:
        _conversation(turns, stored.run.id)
        terminal.rules(rules_of(session, stored.run))
    if stored.run.delivered_to:
        output.say(f"delivered to {stored.run.delivered_to}", bold=True)
    else:
        output.say(f"state: {stored.run.state}", dim=True)
    return 0


def _conversation(turns: list[Run], shown: str) -> None:
    """One line a turn of a conversation; the one that is shown is marked."""
    for turn in turns:
        title = safe_text(" ".join(turn.title.split()))[:60]
        output.say(f"{'→' if turn.id == shown else ' '} request {turn.request}  {turn.id}  {turn.state:<10} {title}")


@click.command("apply")
@click.argument("run", required=False)
@click.option("--change", "changes", type=int, multiple=True, help="Apply only this change; repeatable.")
@settings_flags("delivery")
@_IN
def apply_command(run: str | None, changes: tuple[int, ...], directory: Path, **flags: Any) -> int:
    """Apply all or some changes of RUN, if not applied yet. Does not run the check."""
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.deliver import apply_run
    from fretsaw.session.history import load_run

    session = _open_leniently(directory, flags)
    kept = load_run(session, run)
    chosen = frozenset(changes) or None
    why = unproved(kept.outcome)
    if why or (chosen and kept.outcome and kept.outcome.evidence.after):
        terminal.paragraph("! ", f"UNVERIFIED: {why or 'the check was not run on this choice of changes'}", fg="yellow")
    with interruptible(Cancel()):
        delivery, patch = apply_run(session, kept.run.id, chosen)
    delivery_text(kept.run.id, delivery, patch, undo=f"agent undo {kept.run.id}")  # a newer run may be applied
    return 0


@click.command("undo")
@click.argument("run", required=False)
@click.option("--last", is_flag=True, help="Undo only the last applied request of a conversation, not all of it.")
@_IN
def undo_command(run: str | None, last: bool, directory: Path) -> int:
    """Undo RUN (default: the newest applied run) with its whole conversation, and keep your later edits."""
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.undo import undo_run

    with interruptible(Cancel()):
        run_id, result = undo_run(_open_leniently(directory), run, last=last)
    for notice in result.notices:
        terminal.paragraph("! ", notice, fg="yellow")
    for path, why in result.left:
        terminal.paragraph(f"not undone: {safe_text(path)}: ", why, fg="yellow")
    output.say(f"run {run_id}: {safe_text(result.message)}", bold=True)
    return int(ExitCode.REPOSITORY if result.left else ExitCode.DELIVERED)


@click.command("accept")
@click.argument("run")
@click.argument("change", type=int, nargs=-1)
@_IN
def accept_command(run: str, change: tuple[int, ...], directory: Path) -> int:
    """Accept CHANGE of RUN (default: all it keeps): applied if it is not yet, and no later request touches it."""
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.reject import accept_changes

    session = _open_leniently(directory)
    with interruptible(Cancel()):
        delivery, patch = accept_changes(session, run, frozenset(change))
    if delivery is None:
        output.say("Accepted: it was applied already, and stays as it is in what follows.", bold=True)
        return 0
    delivery_text(run, delivery, patch, undo=f"agent undo {run}")
    return 0


@click.command("reject")
@click.argument("run")
@click.argument("change", type=int, nargs=-1)
@_IN
def reject_command(run: str, change: tuple[int, ...], directory: Path) -> int:
    """Reject CHANGE of RUN (default: all): taken out of your files if applied; no later request brings it back."""
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.reject import reject_changes

    with interruptible(Cancel()):
        delivery = reject_changes(_open_leniently(directory), run, frozenset(change))
    back = f"`agent restore {run} CHANGE` brings it back."
    if delivery is None:
        output.say(f"Rejected; no file was changed. {back}", bold=True)
        return 0
    for notice in delivery.notices:
        terminal.paragraph("! ", notice, fg="yellow")
    output.say(f"Rejected and taken out of {named(delivery.paths)}. {back}", bold=True)
    return 0


@click.command("restore")
@click.argument("run")
@click.argument("change", type=int, nargs=-1, required=True)
@_IN
def restore_command(run: str, change: tuple[int, ...], directory: Path) -> int:
    """Restore dropped CHANGE of RUN (see `agent show RUN`); if RUN is applied, CHANGE is applied at once."""
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.restore import restore_changes

    with interruptible(Cancel()):
        delivery = restore_changes(_open_leniently(directory), run, frozenset(change))
    if delivery is None:
        output.say(f"Restored in the proposal; nothing else was changed. `agent apply {run}` applies it.", bold=True)
        return 0
    for notice in delivery.notices:
        terminal.paragraph("! ", notice, fg="yellow")
    done = f"committed {delivery.commit[:12]}:" if delivery.kind == "commit" and delivery.commit else "applied to"
    output.say(f"Restored and {done} {named(delivery.paths)}. `agent undo {run}` undoes the run.", bold=True)
    return 0


@click.command("replay")
@click.argument("run", required=False)
@settings_flags("check", "lint", "proof", "minimizing", "edits")
@_IN
@_JSON
def replay_command(run: str | None, directory: Path, as_json: bool, **flags: Any) -> int:
    """Repeat RUN, and what it follows up, offline from recorded answers, on the files as it saw them. Costs nothing."""
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.fix import replay_run
    from fretsaw.session.open import open_session
    from fretsaw.session.outcome import exit_code, run_document
    from fretsaw.session.thread import runs_to_replay

    cancel = Cancel()
    with interruptible(cancel), terminal.progress(as_json) as report:
        session = open_session(directory, flags)
        for turn in runs_to_replay(session, run):
            finished = replay_run(session, turn, report, cancel)
            if not as_json:
                terminal.outcome(finished.run, finished.outcome)
    if as_json:
        output.show(json.dumps(run_document(finished), indent=2))
    else:
        output.say("This was a replay: nothing was sent, nothing was changed.", dim=True)
    return int(exit_code(finished, None, applied=False))
