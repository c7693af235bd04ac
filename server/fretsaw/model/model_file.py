"""Read a file of models: its rows and roles, each checked; what cannot be used is named with its line."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from fretsaw.config_messages import line_of, short
from fretsaw.errors import ConfigError
from fretsaw.model.column_values import ColumnError, read_table, read_texts
from fretsaw.model.row import Row, read_row

ROLES = ("editor", "quick", "triage", "complete")
"""The roles that there are."""
_MOST_BYTES = 1 << 20
_TABLES = ("model", "roles")
_ROW_HEAD = re.compile(r"(?m)^[ \t]*\[\[[ \t]*[\"']?model[\"']?[ \t]*\]\]")
_NEXT_HEAD = re.compile(r"(?m)^[ \t]*\[\[?[ \t]*(?![\"']?model[\"']?[ \t]*\.)")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """The contents of one file of models."""

    rows: tuple[Row, ...]
    roles: Mapping[str, tuple[str, ...]]
    items: tuple[Mapping[str, Any], ...]
    """The rows as tables, as they stand."""


def read_model_file(path: Path) -> ModelFile:
    """Read a file of models. ConfigError names the file, the line and the column that cannot be used."""
    text = _text(path)
    data = _toml(path, text)
    unknown = next((name for name in data if name not in _TABLES), None)
    if unknown is not None:
        near = get_close_matches(unknown, _TABLES, n=1)
        meant = f"; is {near[0]} meant?" if near else ""
        raise _wrong(path, _head_line(text, unknown), f"there is no table {short(unknown)}{meant}")
    items = data.get("model", [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise _wrong(path, _head_line(text, "model"), "models are tables: write [[model]], with two brackets")
    rows = tuple(_row(path, text, number, items) for number in range(len(items)))
    _refuse_twice(path, text, rows)
    return ModelFile(rows, _roles(path, text, data.get("roles", {})), tuple(items))


def _row(path: Path, text: str, number: int, items: list[dict[str, Any]]) -> Row:
    try:
        return read_row(items[number])
    except ColumnError as error:
        name = items[number].get("id")
        label = f"the row of {name}" if isinstance(name, str) and name.isprintable() else f"row {number + 1}"
        line = _row_line(text, number, len(items), error.column)
        raise _wrong(path, line, f"{label}: {error}") from None


def _refuse_twice(path: Path, text: str, rows: tuple[Row, ...]) -> None:
    """Raise ConfigError for a row whose id and endpoint an earlier one has: which of them counts would be a guess."""
    seen: dict[tuple[str, str], int] = {}
    for number, row in enumerate(rows):
        first = seen.setdefault((row.id, row.endpoint), number)
        if first != number:
            before = _row_line(text, first, len(rows), "id")
            where = f", first in line {before}" if before else ""
            raise _wrong(path, _row_line(text, number, len(rows), "id"), f"{row.id} is there twice{where}")


def _roles(path: Path, text: str, table: object) -> Mapping[str, tuple[str, ...]]:
    role = "roles"
    try:
        roles = read_table(table, "roles")
        read: dict[str, tuple[str, ...]] = {}
        for role, models in roles.items():
            if role not in ROLES:
                near = get_close_matches(role, ROLES, n=1)
                raise ColumnError(role, f"is no role{f'; is {near[0]} meant?' if near else ''}")
            read[role] = read_texts(models, role)
    except ColumnError as error:
        hint = 'a role is a list of models: editor = ["MODEL"]; roles are ' + ", ".join(ROLES)
        raise _wrong(path, line_of(text, role) or _head_line(text, "roles"), f"roles: {error}", hint) from None
    return read


def _row_line(text: str, number: int, count: int, column: str) -> int:
    """The line of a column of a row, or where the row begins; 0 where that is not plain (rows within one list)."""
    heads = [match.start() for match in _ROW_HEAD.finditer(text)]
    if len(heads) != count:
        return line_of(text, "model")
    start = heads[number]
    behind = text.index("\n", start) if "\n" in text[start:] else len(text)
    following = _NEXT_HEAD.search(text, behind)
    block = text[start : following.start() if following else len(text)]
    pattern = rf"(?m)^[ \t]*(?:\[[ \t]*[\"']?model[\"']?[ \t]*\.[ \t]*)?[\"']?{re.escape(column)}[\"']?[ \t]*[=.\]]"
    found = re.search(pattern, block) if column else None
    return text.count("\n", 0, start + (found.start() if found else 0)) + 1


def _head_line(text: str, table: str) -> int:
    """The line of a table's head, or of its name; 0 where that is not plain."""
    found = re.search(rf"(?m)^[ \t]*\[{{1,2}}[ \t]*[\"']?{re.escape(table)}[\"']?[ \t]*[.\]]", text)
    return text.count("\n", 0, found.start()) + 1 if found else line_of(text, table)


def _wrong(path: Path, line: int, why: str, hint: str = "docs/models.md lists the columns") -> ConfigError:
    return ConfigError(f"{path}{f':{line}' if line else ''}: {why}", hint=hint)


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise ConfigError(f"{path} is not a file", hint="remove it, or write a file of models there")
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{path} is larger than {_MOST_BYTES >> 20} MB")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _wrong(path, line, "this is not UTF-8", "save the file as UTF-8") from error


def _toml(path: Path, text: str) -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return dict(tomllib.loads(text))
    except RecursionError as error:
        raise ConfigError(f"{path} cannot be read: its TOML is nested too deeply") from error
    except ValueError as error:  # not TOML, a day that there is not, a number of thousands of digits
        raise ConfigError(f"{path} is not TOML: {error}", hint="correct that line, or remove the file") from error
