"""The head of a rules file between two lines of `---`: `applyTo`, `globs`, `alwaysApply`.

No YAML parser: Cursor's own `globs: *.ts` is an alias to YAML, and a rules file is a stranger's text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_FIELD = re.compile(r"^([A-Za-z][\w-]{0,40}):\s*(.*?)\s*$")
_ITEM = re.compile(r"^\s*-\s+(.*?)\s*$")
_MOST_LINES = 100

Fields = Mapping[str, tuple[str, ...]]


def front_matter(lines: list[str]) -> tuple[Fields, int]:
    """The fields with their values, and the number of lines that the head takes; no fields where there is no head.

    A value may be one, a list in commas or brackets, or a list of lines:

    >>> front_matter(["---", 'applyTo: "**/*.py, *.{ts,tsx}"', "---", "Use tabs."])
    ({'applyTo': ('**/*.py', '*.{ts,tsx}')}, 3)
    """
    if not lines or lines[0].rstrip() != "---":
        return {}, 0
    fields: dict[str, tuple[str, ...]] = {}
    name = ""
    for at, line in enumerate(lines[1:_MOST_LINES], start=1):
        if line.rstrip() in {"---", "..."}:
            return fields, at + 1
        field, item = _FIELD.match(line), _ITEM.match(line)
        if field:
            name = field[1]
            fields[name] = _values(field[2])
        elif item and name:
            fields[name] += _values(item[1])
    return {}, 0


def _values(text: str) -> tuple[str, ...]:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    # A comma within braces is part of its glob.
    pieces = re.split(r",(?![^{]*\})", text)
    if len(pieces) > 1 and text[:1] == text[-1:] and text[:1] in {"'", '"'} and text.count(text[0]) == 2:
        pieces = re.split(r",(?![^{]*\})", text[1:-1])
    return tuple(filter(None, (piece.strip().strip("'\"").strip() for piece in pieces)))
