"""Notices on a model's retirement: which were told already, kept in the user's state directory."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from fretsaw.model.registry import ModelChoice
from fretsaw.session.state_file import read_state, write_state

_FILE = "retirements.json"
"""Key of a notice → the week in which it was told, or `once`."""


def untold_notices(state: Path, choice: ModelChoice, today: date) -> tuple[str, ...]:
    """List the notices about a chosen model that were not shown before, or not in this week."""
    told = read_state(state, _FILE)
    return tuple(one.text for one in choice.retirements if told.get(one.key) not in ("once", _week(today)))


def mark_told(state: Path, choice: ModelChoice, today: date) -> None:
    """Remember that the choice's notices were told. Two runs at once may both tell: no harm."""
    now = {one.key: _week(today) if one.is_weekly else "once" for one in choice.retirements}
    told = read_state(state, _FILE)
    if not now.items() <= told.items():
        write_state(state, _FILE, {**told, **now})


def _week(today: date) -> str:
    year, week, _ = today.isocalendar()
    return f"{year}-W{week:02d}"
