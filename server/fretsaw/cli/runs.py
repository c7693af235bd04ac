"""What can be done with runs: `agent runs`, `show`, `apply`, `undo`, `restore`, `replay`. Knows only `session`."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import click

from fretsaw.cli import show
from fretsaw.cli.delivered import delivered, named, unproved
from fretsaw.cli.options import settings_flags
from fretsaw.core.run import Run
from fretsaw.core.safe_text import safe_text
from fretsaw.errors import ExitCode

_IN = click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.command("runs")
@_IN
@_JSON
@click.option("-n", "most", type=click.IntRange(min=1), default=20, help="How many, newest first.  [default: 20]")
def runs_command(directory: Path, as_json: bool, most: int) -> int:
    """List the runs of this repository, newest first."""
    from fretsaw import session

    opened = session.open_session(directory)
    if as_json:
        print(json.dumps([session.document(one) for one in session.runs_of(opened, most)], indent=2))
        return 0
    shown = 0
    for one in islice(session.summaries(opened), most):
        shown += 1
        if isinstance(one, Run):
            title = safe_text(" ".join(one.title.split()))[:60]
            print(f"{one.id}  {one.state:<10} ${one.usage.dollars:.4f}  {title}")
        else:
            show.paragraph("! ", str(one), fg="yellow")
    if not shown:
        show.say("No runs yet: start one with `agent fix ISSUE.md`.", dim=True)
    return 0


@click.command("show")
@click.argument("run", required=False)
@_IN
@_JSON
@click.option("--patch", "only_patch", is_flag=True, help="Print only the patch, on standard output.")
@click.option("--replies", is_flag=True, help="Print what the model wrote.")
@click.option("--html", is_flag=True, help="Print one self-contained page.")
@click.option("--sarif", is_flag=True, help="Print SARIF, for code scanning.")
@click.option("--markdown", is_flag=True, help="Print Markdown, for a pull request's comment.")
def show_command(
    run: str | None,
    directory: Path,
    as_json: bool,
    only_patch: bool,
    replies: bool,
    html: bool,
    sarif: bool,
    markdown: bool,
) -> int:
    """Show RUN (its id or the beginning of it; without one the newest): verdicts, checks, cost, patch."""
    from fretsaw import session

    opened = session.open_session(directory)
    kept = session.load(opened, run)
    forms = {
        "json": as_json,
        "patch": only_patch,
        "replies": replies,
        "html": html,
        "sarif": sarif,
        "markdown": markdown,
    }
    form = next((name for name, wanted in forms.items() if wanted), None)
    if form is not None:
        show.emit(session.rendered(kept, form))
        return 0
    show.outcome(kept.run, kept.outcome)
    if kept.run.delivered_to:
        show.say(f"delivered to {kept.run.delivered_to}", bold=True)
    else:
        show.say(f"state: {kept.run.state}", dim=True)
    return 0


@click.command("apply")
@click.argument("run", required=False)
@click.option("--change", "changes", type=int, multiple=True, help="Only this change (may be repeated).")
@settings_flags("delivery")
@_IN
def apply_command(run: str | None, changes: tuple[int, ...], directory: Path, **flags: Any) -> int:
    """Apply the proposal of RUN that was not applied, or some of its changes. Your decision: no check is run."""
    from fretsaw import session
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible

    opened = session.open_session(directory, flags)
    kept = session.load(opened, run)
    chosen = frozenset(changes) or None
    why = unproved(kept.outcome)
    if why or (chosen and kept.outcome and kept.outcome.evidence.after):
        show.paragraph("! ", f"UNVERIFIED: {why or 'the check was not run on this choice of changes'}", fg="yellow")
    with interruptible(Cancel()):
        delivery, patch = session.apply(opened, kept.run.id, chosen)
    delivered(kept.run.id, delivery, patch, undo=f"agent undo {kept.run.id}")  # a newer run may be applied
    return 0


@click.command("undo")
@click.argument("run", required=False)
@_IN
def undo_command(run: str | None, directory: Path) -> int:
    """Take back what RUN (without one: the newest that is applied) changed, keeping your later edits."""
    from fretsaw import session
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible

    with interruptible(Cancel()):
        run_id, result = session.undo(session.open_session(directory), run)
    for notice in result.notices:
        show.paragraph("! ", notice, fg="yellow")
    for path, why in result.left:
        show.paragraph(f"left as it is: {safe_text(path)}: ", why, fg="yellow")
    show.say(f"run {run_id}: {safe_text(result.message)}", bold=True)
    return int(ExitCode.REPOSITORY if result.left else ExitCode.DELIVERED)


@click.command("restore")
@click.argument("run")
@click.argument("change", type=int, nargs=-1, required=True)
@_IN
def restore_command(run: str, change: tuple[int, ...], directory: Path) -> int:
    """Bring back CHANGE of RUN that was dropped (`agent show RUN` lists them); applied at once when RUN is."""
    from fretsaw import session
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible

    with interruptible(Cancel()):
        delivery = session.restore(session.open_session(directory), run, frozenset(change))
    if delivery is None:
        show.say(f"Restored in the proposal, nothing else was changed; `agent apply {run}` applies it.", bold=True)
        return 0
    for notice in delivery.notices:
        show.paragraph("! ", notice, fg="yellow")
    done = f"committed {delivery.commit[:12]}:" if delivery.kind == "commit" and delivery.commit else "applied to"
    show.say(f"Restored and {done} {named(delivery.paths)}. `agent undo {run}` takes the run back.", bold=True)
    return 0


@click.command("replay")
@click.argument("run", required=False)
@settings_flags("proof", "minimizing", "edits")
@_IN
@_JSON
def replay_command(run: str | None, directory: Path, as_json: bool, **flags: Any) -> int:
    """Repeat RUN offline from its recorded answers, on the files as they are now. Applies nothing, costs nothing."""
    from fretsaw import session
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible

    cancel = Cancel()
    with interruptible(cancel), show.progress(as_json) as report:
        finished = session.replay(session.open_session(directory, flags), run, report, cancel)
    if as_json:
        print(json.dumps(session.document(finished), indent=2))
    else:
        show.outcome(finished.run, finished.outcome)
        show.say("A replay: nothing was sent, nothing was changed.", dim=True)
    return int(session.exit_code(finished, None, applied=False))
