"""Notices on a model's retirement: which were told already, kept in the user's state directory."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from fretsaw.model.registry import ModelChoice


def untold_notices(state: Path, choice: ModelChoice, today: date) -> tuple[str, ...]:
    """List the notices about a chosen model that were not shown before, or not in this week."""
    told = _read(state)
    return tuple(one.text for one in choice.retirements if told.get(one.key) not in {"once", _week(today)})


def mark_told(state: Path, choice: ModelChoice, today: date) -> None:
    """Remember that the choice's notices were told. Two runs at once may both tell: no harm."""
    now = {one.key: _week(today) if one.is_weekly else "once" for one in choice.retirements}
    told = _read(state)
    if now.items() <= told.items():
        return
    state.mkdir(parents=True, mode=0o700, exist_ok=True)
    draft = state / f".retirements.{os.getpid()}"
    draft.write_text(json.dumps({**told, **now}, indent=1) + "\n", "ascii")
    draft.replace(_file(state))


def _file(state: Path) -> Path:
    return state / "retirements.json"


def _read(state: Path) -> Mapping[str, str]:
    """Key → the week in which it was told, or `once`; nothing where the file cannot be read."""
    try:
        told = json.loads(_file(state).read_text("ascii"))
    except (OSError, ValueError, RecursionError):
        return {}
    return {str(key): str(when) for key, when in told.items()} if isinstance(told, dict) else {}


def _week(today: date) -> str:
    year, week, _ = today.isocalendar()
    return f"{year}-W{week:02d}"
