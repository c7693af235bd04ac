"""Read one column of a model's row: its value, checked, or a `ColumnError` that names the column."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from fretsaw.config_messages import short

MOST_TOKENS = 1_000_000_000
"""More than any window has: a figure beyond it is a slip."""
MOST_DOLLARS = 100_000
"""Per million tokens. A price beyond it was written per token or in another currency's cents."""


class ColumnError(ValueError):
    """A column that cannot be used: `column` as it is written in the file, `why` in words."""

    def __init__(self, column: str, why: str) -> None:
        super().__init__(f"{column}: {why}" if column else why)
        self.column = column


def read_flag(item: Mapping[str, Any], column: str, *, default: bool) -> bool:
    """A column that is true or false."""
    value = item.get(column, default)
    if not isinstance(value, bool):
        raise ColumnError(column, f"{short(value)} is not true or false")
    return value


def read_choice(item: Mapping[str, Any], column: str, choices: Collection[str]) -> str | None:
    """A column with one of these words; None where it is not there."""
    value = item.get(column)
    if value is None or (isinstance(value, str) and value in choices):
        return value
    raise ColumnError(column, f"{short(value)} is not one of {', '.join(choices)}")


def read_text(item: Mapping[str, Any], column: str) -> str:
    """A column with a text, empty where it is not there."""
    value = item.get(column, "")
    if not isinstance(value, str):
        raise ColumnError(column, f"{short(value)} is not a text")
    if not value.isprintable():
        raise ColumnError(column, f"{short(value)} has a character that cannot be shown")
    return value


def read_name(item: Mapping[str, Any], column: str) -> str:
    """A column that has to hold a text, without blanks around it."""
    if column not in item:
        raise ColumnError(column, "is missing")
    value = read_text(item, column)
    if not value or value != value.strip():
        raise ColumnError(column, f"{short(value)} is empty or has blanks around it")
    return value


def read_texts(values: object, column: str) -> tuple[str, ...]:
    """A list of texts, none of them empty."""
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise ColumnError(column, f"{short(values)} is not a list of texts")
    return tuple(values)


def read_tokens(item: Mapping[str, Any], column: str, most: int = MOST_TOKENS) -> int | None:
    """A column with a number of tokens, at least 1; None where it is not there."""
    if column not in item:
        return None
    value = item[column]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ColumnError(column, f"{short(value)} is not a whole number (of tokens)")
    if not 1 <= value <= most:
        raise ColumnError(column, f"{short(value)} is not a number of tokens from 1 to {most:,}")
    return value


def read_number(item: Mapping[str, Any], column: str, default: float, most: float = MOST_DOLLARS) -> float:
    """A column with a number from 0 up."""
    value = item.get(column, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ColumnError(column, f"{short(value)} is not a number")
    if not (math.isfinite(value) and 0 <= value <= most):
        raise ColumnError(column, f"{short(value)} is not a number from 0 to {most:,}")
    return float(value)


def read_day(item: Mapping[str, Any], column: str) -> date | None:
    """A column with a day, as TOML has it or as a text; None where it is not there."""
    value = item.get(column)
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ColumnError(column, f"{short(value)} is not a day, as 2027-01-14 is one") from None


def read_table(values: object, column: str, known: Collection[str] | None = None) -> Mapping[str, Any]:
    """A table with no columns but these."""
    if not isinstance(values, Mapping):
        raise ColumnError(column, f"{short(values)} is not a table, {{ name = value }}")
    if known is not None:
        refuse_unknown(values, known, column)
    return values


def refuse_unknown(item: Mapping[str, Any], known: Collection[str], column: str = "") -> None:
    """Raise ColumnError for a name that there is not, with the one that was likely meant."""
    unknown = next((name for name in item if name not in known), None)
    if unknown is None:
        return
    near = get_close_matches(unknown.replace("_", "-"), known, n=1, cutoff=0.7)
    meant = f" (is {near[0]} meant?)" if near else f"; there are {', '.join(sorted(known))}"
    raise ColumnError(column or unknown, f"there is no column {short(unknown)}{meant}")
