"""`agent vet`: the engine without a model, for one reply in a repository or for many as JSON lines."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any, TextIO

import click

from fretsaw.cli import terminal
from fretsaw.cli.delivery_text import delivery_text
from fretsaw.errors import ExitCode, UsageError

_MOST = 20 * 1024 * 1024


@click.command("vet")
@click.argument("reply", default="-")
@click.option("--issue", "issue_argument", help="The issue behind the edits: changes that it asks for are kept.")
@click.option("--prune", type=click.Choice(["strict", "safe", "off"]), default=None, help="As for `agent fix`.")
@click.option("--no-prune", is_flag=True, help="The same as --prune off.")
@click.option("--allow", multiple=True, metavar="GLOB", help="As for `agent fix`.")
@click.option(
    "--apply", "do_apply", is_flag=True, help="Apply the clean patch to the worktree; `agent undo` takes it back."
)
@click.option("--json", "as_json", is_flag=True, help="Print patch, verdicts and misfits as one JSON document.")
@click.option(
    "--jsonl", is_flag=True, help="Read one JSON object per line (id, reply, files, issue) and print one per line."
)
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Work there.")
def vet_command(
    reply: str,
    issue_argument: str | None,
    prune: str | None,
    no_prune: bool,
    allow: tuple[str, ...],
    do_apply: bool,
    as_json: bool,
    jsonl: bool,
    directory: Path,
) -> int:
    """Clean up REPLY (a file, or - for standard input): any diff, patch or edit blocks a model or a person wrote.

    Locates every edit exactly or refuses, drops what is provably extraneous, and prints the clean patch.

    \b
    pbpaste | agent vet                  the clean patch of what is on the clipboard
    agent vet reply.md --apply           and apply it, undoable
    agent vet --jsonl < rows.jsonl       many, without a repository
    """
    mode = "off" if no_prune else prune
    if jsonl:
        return vet_lines(sys.stdin, sys.stdout, mode or "safe")
    return _vet_one(directory, reply, issue_argument, {"prune": mode, "allow": allow or None}, do_apply, as_json)


def _vet_one(
    directory: Path, reply: str, issue_argument: str | None, flags: dict[str, Any], do_apply: bool, as_json: bool
) -> int:
    from fretsaw.cancel import Cancel
    from fretsaw.cli.fix import interruptible
    from fretsaw.session.open import open_session
    from fretsaw.session.vet import patch_text, vet_document, vet_reply

    session = open_session(directory, flags)
    with interruptible(Cancel()):
        vetted, applied = vet_reply(session, _text_of(reply, directory), issue_argument, do_apply, directory)
    if as_json:
        print(json.dumps(vet_document(vetted, applied), indent=2))
    else:
        for misfit in vetted.misfits:
            terminal.paragraph(f"{misfit.kind}: ", misfit.for_person, fg="yellow")
        if applied is not None:
            terminal.say(f"run {applied.run_id}", bold=True)
        terminal.verdicts(vetted.verdicts, restorable=applied is not None)
        if not do_apply:
            terminal.emit(patch_text(vetted))
        elif applied is not None:
            delivery_text(applied.run_id, applied.delivery, "")
        if vetted.status != "ok":
            terminal.say(
                "no edit found" if not (vetted.misfits or vetted.verdicts) else "no acceptable patch", fg="yellow"
            )
            terminal.say("Nothing was changed.")
    return int(ExitCode.DELIVERED if vetted.status == "ok" else ExitCode.NO_PATCH)


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
    from fretsaw.core.patch import render
    from fretsaw.core.snapshot import Snapshot
    from fretsaw.fix.vet import NO_ISSUE, vet
    from fretsaw.report.document import misfit_row, verdict_row

    started = time.perf_counter()
    try:
        row = json.loads(line)
        files = {str(path): str(text) for path, text in row["files"].items() if text is not None}
        issue = parse(row["issue"]) if row.get("issue") else NO_ISSUE
        vetted = vet(str(row["reply"]), Snapshot(None, tuple(files), files.get), issue, mode)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return {"id": None, "status": "error", "error": f"not a row: {type(error).__name__}: {error}"}
    return {
        "id": row.get("id"),
        "status": vetted.status,
        "files": {file.path: file.after for file in vetted.patch.files},
        "patch": render(vetted.patch),
        "misfits": [misfit_row(item) for item in vetted.misfits],
        "dropped": [verdict_row(item) for item in vetted.verdicts if item.decision == "drop"],
        "flagged": [verdict_row(item) for item in vetted.verdicts if item.decision == "flag"],
        "ms": round((time.perf_counter() - started) * 1000, 3),
    }
