"""`agent doctor`: what works here, what does not, and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from fretsaw.cli import output, terminal
from fretsaw.cli.options import settings_flags
from fretsaw.errors import ExitCode

_COLOURS = {"ok": "green", "note": "yellow", "bad": "red"}


@click.command("doctor")
@settings_flags("model", "limits", "check", "lint", "proof")
@click.option("--live", is_flag=True, help="Test each capability with a tiny call and store the results.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("-C", "directory", type=click.Path(file_okay=False, path_type=Path), default=".", help="Look there.")
def doctor_command(live: bool, as_json: bool, directory: Path, **flags: Any) -> int:
    """Inspect git, repository, key, endpoint, models, sandbox and editors. Changes nothing.

    With --live, test what the model accepts, for at most --max-usd. The results are stored for this endpoint, in
    measured-models.toml in your configuration folder.
    """
    from fretsaw.session.doctor import examine
    from fretsaw.session.live_doctor import measure_model

    findings = measure_model(flags) if live else examine(directory, flags)
    if as_json:
        output.show(
            json.dumps([{"name": one.name, "state": one.state, "text": one.text} for one in findings], indent=2)
        )
    else:
        width = max(11, *(len(one.name) for one in findings))
        for one in findings:
            terminal.paragraph(f"{one.state:<5} {one.name:<{width}} ", one.text, fg=_COLOURS[one.state])
    return int(ExitCode.CONFIG if any(one.state == "bad" for one in findings) else ExitCode.DELIVERED)
