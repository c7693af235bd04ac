"""Connections to a model: with the key, and with what the endpoint refused before left out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from fretsaw.cancel import Cancel
from fretsaw.core.patch_call import PATCH_TOOL
from fretsaw.key_command import with_key
from fretsaw.model.budget import Budget
from fretsaw.model.endpoint import base_url_of
from fretsaw.model.failures import RESPONSES
from fretsaw.model.live import Live, connect
from fretsaw.model.row import Api, Row
from fretsaw.session.models import today
from fretsaw.session.state_file import read_state, write_state
from fretsaw.settings import Settings

_FILE = "refused-fields.json"
"""Endpoint, API and model → field → the day on which it was refused."""
_KEPT = timedelta(days=30)
"""Lifetime of a refusal: servers are updated."""


@contextmanager
def open_model(state: Path, settings: Settings, row: Row, cancel: Cancel, budget: Budget) -> Iterator[Live]:
    """A model to ask while the block runs; what its endpoint refuses is remembered. Raises ConfigError."""
    adapted = adapt_row(state, settings, row)
    known = refused_fields(state, settings, adapted)
    live = connect(with_key(settings), adapted, cancel, budget=budget, left_out=known)
    try:
        yield live
    finally:
        live.close()
        learned = live.left_out - known.keys()
        if RESPONSES in learned:
            _remember(state, settings, row, [RESPONSES] if live.is_answered else [])
            learned, adapted = learned - {RESPONSES}, replace(row, api="chat")
        _remember(state, settings, adapted, sorted(learned))


def refused_fields(state: Path, settings: Settings, row: Row) -> dict[str, date]:
    """Fields that this endpoint refused for this model not long ago, with the day."""
    kept = read_state(state, _FILE).get(_where(settings, row))
    days: dict[str, date] = {}
    for name, day in kept.items() if isinstance(kept, dict) else ():
        try:
            days[name] = date.fromisoformat(day)
        except (TypeError, ValueError):
            continue
    return {name: day for name, day in days.items() if today() - day < _KEPT}


def adapt_row(state: Path, settings: Settings, row: Row) -> Row:
    """The row as this endpoint takes it: on Chat Completions where it had no Responses API not long ago, and without a
    tool for patches where it refused that: edits come as text there."""
    if settings.api == "auto" and RESPONSES in refused_fields(state, settings, row):
        row = replace(row, api="chat")
    if PATCH_TOOL not in refused_fields(state, settings, row):
        return row
    return replace(row, can=replace(row.can, apply_patch_tool=False, grammar_tool=False))


def forget_refusals(state: Path, settings: Settings, row: Row) -> None:
    """Forget what was refused, so that all is tried again."""
    kept = read_state(state, _FILE)
    apis: tuple[Api, ...] = ("chat", "responses")
    places = [_where(replace(settings, api="auto"), replace(row, api=api)) for api in apis]
    if any([kept.pop(place, None) is not None for place in places]):  # noqa: C419 - each is taken out
        write_state(state, _FILE, kept)


def _remember(state: Path, settings: Settings, row: Row, names: list[str]) -> None:
    if not names:
        return
    fields = {name: day.isoformat() for name, day in refused_fields(state, settings, row).items()}
    fields |= dict.fromkeys(names, today().isoformat())
    write_state(state, _FILE, {**read_state(state, _FILE), _where(settings, row): fields})


def _where(settings: Settings, row: Row) -> str:
    return f"{base_url_of(settings)} {row.api_for(settings)} {row.id}"
