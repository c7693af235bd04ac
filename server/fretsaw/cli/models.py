"""`agent models`: the registry of models, and what an endpoint says it serves."""

from __future__ import annotations

import json
from typing import Any

import click

from fretsaw.cli import output
from fretsaw.cli.options import settings_flags
from fretsaw.core.text.safe_text import safe_text


@click.command("models")
@settings_flags("model")
@click.option("--remote", is_flag=True, help="Ask the endpoint which models it serves.")
@click.option("--refresh", is_flag=True, help="Fetch and store the models' shutdown dates.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def models_command(remote: bool, refresh: bool, as_json: bool, **flags: Any) -> int:
    """List models: prices, limits, roles, retirement. Add models of your own to models.toml in your config folder.

    With --endpoint, show what Fretsaw assumes about that endpoint; with --model, also what it sends to that model.
    """
    from fretsaw.session.endpoint_facts import describe_endpoint
    from fretsaw.session.models import model_rows, refresh_dates, remote_model_rows

    if flags["endpoint"] and not (refresh or remote):
        facts = describe_endpoint(flags)
        if as_json:
            output.show(json.dumps(facts, indent=2))
        else:
            for name, value in facts.items():
                output.show(f"{name:<12} {safe_text(value)}")
        return 0
    rows = refresh_dates(flags) if refresh else remote_model_rows(flags) if remote else model_rows(flags)
    if as_json:
        output.show(json.dumps(rows, indent=2))
        return 0
    for row in rows:
        output.show("  ".join(safe_text(str(value)) for value in row.values() if value not in (None, "")))
    if refresh:
        kept = "these dates count from now on" if rows else "the endpoint gives no dates: those of the list still count"
        output.say(kept[0].upper() + kept[1:] + ".", dim=True)
    elif not remote:
        output.say("Dollars per million tokens: input / cached input / output.", dim=True)
    return 0
