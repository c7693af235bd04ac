"""The value of an option, checked by its row: type, choices, limits. Says the place of a wrong one."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping
from typing import Any

from fretsaw.config_messages import Lines, at_line, short
from fretsaw.errors import ConfigError
from fretsaw.settings import OptionRow


def from_text(text: str, row: OptionRow) -> Any:
    """The value that a variable of the environment gives an option. Raises ConfigError where it is none."""
    name = f"FRETSAW_{row.name.replace('-', '_').upper()}"
    if row.type == "boolean":
        return _yes_or_no(text, name)
    if row.type in {"number", "integer"}:
        try:
            return float(text) if row.type == "number" else int(text)
        except ValueError as error:
            raise ConfigError(f"{name}={text!r} is not a number") from error
    return text


def _yes_or_no(text: str, name: str) -> bool:
    word = text.strip().lower()
    if word not in _YES | _NO:
        raise ConfigError(f"{name}={text!r} is neither yes nor no", hint="use 1 or 0, true or false, yes or no")
    return word in _YES


_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}

_JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list, tuple, str),
}
_WORDS = {"string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false"}


def checked_values(
    values: Mapping[str, Any], table: Mapping[str, OptionRow], whence: str, lines: Lines = lambda name: 0
) -> dict[str, Any]:
    """The values with their types, choices and limits checked; names are those of the table."""
    checked: dict[str, Any] = {}
    for name, value in values.items():
        row = table.get(name.replace("_", "-"))
        source = at_line(whence, lines, name)
        if row is None:
            raise ConfigError(f"{source}: there is no option {short(name)}", hint="see `agent fix --help`")
        right = isinstance(value, _JSON_TYPES[row.type]) and not (row.type != "boolean" and isinstance(value, bool))
        if not right:
            raise ConfigError(
                f"{source}: {row.name} takes {_WORDS.get(row.type, 'a list of texts')}, not {short(value)}"
            )
        if row.choices and value not in row.choices:
            raise ConfigError(f"{source}: {row.name}: {short(value)} is not one of {', '.join(row.choices)}")
        if row.least is not None and not row.least <= value < math.inf:
            raise ConfigError(f"{source}: {row.name}: {short(value)} is not a number of at least {row.least:g}")
        if row.most is not None and value > row.most:
            raise ConfigError(f"{source}: {row.name}: {short(value)} is not a number of at most {row.most:g}")
        checked[row.name] = strings(value, source, row.name) if row.type == "array" else value
    return checked


def strings(value: Any, source: str, name: str) -> tuple[str, ...]:
    """A list of texts; a single text is split as a shell would, but for rules, where it is one."""
    if isinstance(value, str):
        try:
            value = [value] if name == "rules" else shlex.split(value)
        except ValueError as error:
            raise ConfigError(f"{source}: {name}: {short(value)}: {error}") from error
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{source}: {name} takes a list of texts, not {short(value)}")
    return tuple(value)
