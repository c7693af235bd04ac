"""Name a setting that cannot be used: its file, its line, the value in short, the option that was meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import TypeAlias

from fretsaw.settings import OptionRow

_LONGEST_SHOWN = 80
Lines: TypeAlias = "Callable[[str], int]"
"""The line of a file in which an option is set, from 1; 0 where that is not plain."""


def line_of(text: str, name: str) -> int:
    """The line of a TOML text in which an option is set, from 1; 0 where that is not plain."""
    found = re.search(rf"(?m)^[ \t]*[\"']?{re.escape(name)}[\"']?[ \t]*[=.]", text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


def at_line(source: str, lines: Lines, name: str) -> str:
    """The file, and the line where an option stands in it."""
    line = lines(name)
    return f"{source}:{line}" if line else source


def short(value: object) -> str:
    """A stranger's value in a message: not thousands of characters of it."""
    try:
        shown = repr(value)
    except RecursionError:
        return "what is nested too deeply"
    return shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 1]}…"


def meant(name: str, table: Mapping[str, OptionRow]) -> str:
    """A guess at the option that a name is a slip of, as words to append; empty without one."""
    near = get_close_matches(name.replace("_", "-"), table, n=1, cutoff=0.75)
    return f" (is {near[0]} meant?)" if near else ""
