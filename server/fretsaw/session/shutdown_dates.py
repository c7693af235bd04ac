"""Days on which models end as an endpoint told them (`agent models --refresh`), kept in the user's state directory."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from fretsaw.model.endpoint import base_url_of
from fretsaw.session.state_file import read_state, write_state
from fretsaw.settings import Settings

_FILE = "shutdown-dates.json"


def read_dates(state: Path, settings: Settings) -> Mapping[str, date]:
    """Model id → the day of its end, as the settings' endpoint told it; a date that cannot be read is none."""
    kept = read_state(state, _FILE).get(base_url_of(settings))
    dates: dict[str, date] = {}
    for model, day in kept.items() if isinstance(kept, dict) else ():
        try:
            dates[model] = date.fromisoformat(day)
        except (TypeError, ValueError):
            continue
    return dates


def write_dates(state: Path, settings: Settings, dates: Mapping[str, date]) -> None:
    """Keep what an endpoint told, in place of what it told before."""
    kept = {model: day.isoformat() for model, day in dates.items()}
    write_state(state, _FILE, {**read_state(state, _FILE), base_url_of(settings): kept})
