"""The models: the one that a role or a setting chooses, the registry as rows, what an endpoint serves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timezone
from typing import Any

from fretsaw import config
from fretsaw.errors import ConfigError
from fretsaw.model.registry import ModelChoice, Registry, load_registry
from fretsaw.model.remote_models import list_models
from fretsaw.settings import Settings
from fretsaw.user_dirs import UserDirs


def today() -> date:
    """The day (UTC) by which models retire."""
    return datetime.now(timezone.utc).date()


def read_registry(places: UserDirs) -> Registry:
    """The models that ship with Fretsaw and the user's own. Raises ConfigError."""
    return load_registry(places.config / "models.toml")


def choose_model(places: UserDirs, settings: Settings, now: date | None = None) -> ModelChoice:
    """The model for the settings as of a day, today without one. Raises ConfigError."""
    return read_registry(places).choose(settings, now or today())


def model_rows(flags: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The registry as rows, for `agent models`."""
    registry = read_registry(config.resolve(flags, None).places)
    now = today()
    rows = []
    for row in registry.rows:
        if row.id == "*":
            continue
        roles = [role for role in registry.roles if _has_role(registry, role, row.id, now)]
        state = "retired" if row.retired(now) else "retires" if row.retires_on else ""
        rows.append(
            {
                "id": row.id,
                "prices": f"${row.prices.input:g} / ${row.prices.cached:g} / ${row.prices.output:g}",
                "limits": f"{row.context:,} in, {row.output:,} out",
                "roles": ", ".join(roles),
                "retirement": f"{state} {row.retires_on}" if row.retires_on else "",
                "successor": f"→ {row.successor}" if row.successor and row.retires_on else "",
            }
        )
    return rows


def _has_role(registry: Registry, role: str, row_id: str, now: date) -> bool:
    try:
        return registry.for_role(role, now).row.id == row_id
    except ConfigError:
        return False


def remote_model_rows(flags: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the endpoint says it serves, as rows."""
    listed = list_models(config.resolve(flags, None).settings)
    return [{"id": one.id, "owner": one.owner, "shutdown": str(one.shutdown or "")} for one in listed]
