"""Find the facts of the status line, in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fretsaw.lsp.state.editor_settings import EditorSettings


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """The facts of a status line."""

    model: str
    dollars_today: float
    has_key: bool


def read_status(root: Path | None, settings: EditorSettings) -> StatusFacts:
    """The model that an interactive run would ask, the day's dollars, whether there is a key. Raises ConfigError."""
    from fretsaw import config, run_store
    from fretsaw.session.models import choose_model

    resolved = config.resolve({}, root, editor=settings.for_source("diagnostics").editor)
    row = choose_model(resolved.places, resolved.settings).row
    key = bool(settings.api_key or resolved.settings.api_key or resolved.settings.key_command)
    return StatusFacts(row.id, round(run_store.spent_today(resolved.places.state), 6), key)
