"""The models that have a role today, by the shipped rows: no model is named in a benchmark."""

from __future__ import annotations

from datetime import datetime, timezone

from fretsaw.model.registry import load_registry


def editor_model() -> str:
    return load_registry().for_role("editor", datetime.now(timezone.utc).date()).row.id
