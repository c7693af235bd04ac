"""The models: the one that a role or a setting chooses, the registry as rows, what an endpoint serves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timezone
from typing import Any

from fretsaw import config
from fretsaw.errors import ConfigError
from fretsaw.key_command import with_key
from fretsaw.model.endpoint import base_url_of
from fretsaw.model.registry import ModelChoice, Registry, load_registry
from fretsaw.model.remote_models import list_models
from fretsaw.session.shutdown_dates import read_dates, write_dates
from fretsaw.settings import Settings
from fretsaw.user_dirs import UserDirs

MEASURED = "measured-models.toml"
"""The file in the configuration folder that `agent doctor --live` writes."""


def today() -> date:
    """The day (UTC) by which models retire."""
    return datetime.now(timezone.utc).date()


def read_registry(places: UserDirs, settings: Settings) -> Registry:
    """Models that ship with Fretsaw and the user's own, with the ends that the endpoint told. Raises ConfigError."""
    own, measured = places.config / "models.toml", places.config / MEASURED
    return replace(load_registry(own, measured, base_url_of(settings)), ends=read_dates(places.state, settings))


def choose_model(places: UserDirs, settings: Settings, now: date | None = None) -> ModelChoice:
    """The model for the settings as of a day, today without one. Raises ConfigError."""
    return read_registry(places, settings).choose(settings, now or today())


def model_rows(flags: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The registry as rows, for `agent models`."""
    resolved = config.resolve(flags, None)
    registry = read_registry(resolved.places, resolved.settings)
    now = today()
    rows = []
    for item in registry.rows:
        row = registry.find(item.id)
        if row is None:
            continue
        roles = [role for role in registry.roles if _has_role(registry, role, row.id, now)]
        state = "retired" if row.retired(now) else "retires" if row.retires_on else ""
        rows.append(
            {
                "id": row.id,
                "prices": f"${row.prices.input:g} / ${row.prices.cached:g} / ${row.prices.output:g}",
                "limits": row.window,
                "roles": ", ".join(roles),
                "retirement": f"{state} {row.retires_on}" if row.retires_on else "",
                "successor": f"→ {row.successor}" if row.successor and row.retires_on else "",
            }
        )
    return rows


def refresh_dates(flags: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read from the endpoint when its models end, and keep that: a row for each model with a date, and what it was."""
    resolved = config.resolve(flags, None)
    settings, state = resolved.settings, resolved.places.state
    before = read_registry(resolved.places, settings)
    told = {one.id: one.shutdown for one in list_models(with_key(settings)) if one.shutdown is not None}
    if told:
        write_dates(state, settings, told)
    return [_dated_row(model, day, before) for model, day in told.items()]


def _dated_row(model: str, day: date, before: Registry) -> dict[str, Any]:
    row = before.find(model)
    known = row.retires_on if row else None
    change = "as known" if known == day else f"until now: {known or 'no date'}" if row else "not in the list of models"
    return {"id": model, "shutdown": str(day), "change": change}


def _has_role(registry: Registry, role: str, row_id: str, now: date) -> bool:
    try:
        return registry.for_role(role, now).row.id == row_id
    except ConfigError:
        return False


def remote_model_rows(flags: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the models that the endpoint says it serves, as rows."""
    listed = list_models(with_key(config.resolve(flags, None).settings))
    return [{"id": one.id, "owner": one.owner, "shutdown": str(one.shutdown or "")} for one in listed]
