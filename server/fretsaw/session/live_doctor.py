"""`agent doctor --live`: asks a model what it may be sent, and keeps that as a row for its endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fretsaw import config, run_store
from fretsaw.cancel import Cancel
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import FretsawError
from fretsaw.key_command import with_key
from fretsaw.model.budget import Budget
from fretsaw.model.endpoint import base_url_of
from fretsaw.model.probe import Prober
from fretsaw.model.registry import read_items
from fretsaw.model.row_file import row_item, write_row
from fretsaw.session.doctor import Finding
from fretsaw.session.model_connection import forget_refusals
from fretsaw.session.models import MEASURED, choose_model, today


def measure_model(flags: Mapping[str, Any]) -> tuple[Finding, ...]:
    """One finding for each capability, what it cost and where the row is; nothing is written where a call fails."""
    resolved = config.resolve(flags, None)
    settings, places = with_key(resolved.settings), resolved.places
    row = choose_model(places, settings).row
    budget = Budget(
        settings.max_usd,
        max_usd_day=settings.max_usd_day,
        day=lambda dollars: run_store.add_spent(places.state, dollars),
    )
    prober = Prober(settings, row, budget, Cancel())
    findings = [Finding("model", "ok", f"{row.id} at {base_url_of(settings)}")]
    try:
        for tried in prober.tries():
            why = f": {safe_text(tried.why)}" if tried.why else ""
            findings.append(Finding(tried.column, "ok" if tried.state == "taken" else "note", tried.state + why))
    except FretsawError as error:
        return (*findings, Finding("endpoint", "bad", f"{error}; nothing was written"))
    found = prober.measured
    measured = replace(row, endpoint=base_url_of(settings), can=found.can, api=found.api)
    path = places.config / MEASURED
    write_row(path, read_items(path), row_item(measured, "agent doctor --live", today()))
    forget_refusals(places.state, settings, measured)
    about = "" if row.is_priced else " (its price is not known)"
    return (*findings, Finding("row", "ok", f"written to {path}; it cost ${budget.spent:.4f}{about}"))
