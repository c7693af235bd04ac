"""Writes rows of models into a TOML file that only Fretsaw writes. Knows no endpoint."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from fretsaw.model.capabilities import Capabilities
from fretsaw.model.prices import Prices
from fretsaw.model.row import Row

_HEAD = (
    "# Measured by `agent doctor --live`, which replaces a row here; one of your own goes into models.toml beside it.\n"
)


def row_item(row: Row, source: str, as_of: date) -> dict[str, Any]:
    """A row as the columns of its table; those that have their default are left out."""
    item: dict[str, Any] = {"id": row.id, "endpoint": row.endpoint, "for": "measured"}
    if row.is_priced:
        item["price"] = _price(row.prices)
    if row.tiers:
        item["tiers"] = {name: _price(prices) for name, prices in row.tiers.items()}
    if row.decision_prices != row.prices:
        item["decisions-price"] = _price(row.decision_prices)
    item |= {"context": row.context, "output": row.output, "usual-output": row.usual_output}
    if row.input is not None:
        item["input"] = row.input
    if row.tokenizer:
        item["tokenizer"] = row.tokenizer
    rule = row.image
    item["image"] = {"rule": rule.kind, "base": rule.base, "tile": rule.tile, "factor": rule.factor}
    item |= {"api": row.api, "edit-form": row.edit_form}
    # `key` and the limit's newer name are what a row has that says nothing.
    unsaid = Capabilities(cache="key", completion_limit=True)
    for column in fields(row.can):
        value = getattr(row.can, column.name)
        if value != getattr(unsaid, column.name) and value is not None:
            item[column.name.replace("_", "-")] = value
    if row.retires_on:
        item["retires-on"] = row.retires_on
    if row.successor:
        item["successor"] = row.successor
    return {**item, "source": source, "as-of": as_of}


def write_row(path: Path, items: list[Mapping[str, Any]], item: Mapping[str, Any]) -> None:
    """Write the rows that the file has, with this one in place of that of the same id and endpoint."""
    same = (item["id"], item["endpoint"])
    rows = [*(other for other in items if (other["id"], other.get("endpoint", "")) != same), item]
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(_HEAD + "".join(map(_table, rows)), "utf-8")
    draft.replace(path)


def _price(prices: Prices) -> dict[str, float]:
    names = {"input": prices.input, "cached": prices.cached, "cache-write": prices.cache_write, "output": prices.output}
    names |= {"reasoning": prices.reasoning, "rejected": prices.rejected}
    return {name: float(value) for name, value in names.items()}


def _table(item: Mapping[str, Any]) -> str:
    return "\n[[model]]\n" + "".join(f"{name} = {_value(value)}\n" for name, value in item.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(name)} = {_value(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    # A basic string of TOML is one of JSON, but for this character.
    return value.isoformat() if isinstance(value, date) else json.dumps(value).replace("\x7f", "\\u007f")
