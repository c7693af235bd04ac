"""The definitions that a line stands in, as indentation tells: for any language, with or without a parser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_DEFINITION = re.compile(
    r"^\s*[\w\s<>,*&:\[\]()]{0,80}?\b(?:def|class|function|func|fn|sub|interface|trait|struct|module|impl)\s+(\w+)"
)
_CALLABLE = re.compile(r"^\s*(?:[\w<>\[\],*&:~]{1,60}\s+){0,6}[*&~]?(\w+)\s*\([^;]*$")
_MOST_ABOVE = 2000


def definitions_around(lines: Sequence[str], at: int) -> Iterator[str]:
    """The names of the definitions that a line stands in, the nearest first; lines count from 0."""
    depth: int | None = None
    for line in reversed(lines[max(0, at - _MOST_ABOVE) : at + 1]):
        if not line.strip():
            continue
        own = len(line) - len(line.lstrip())
        if depth is None or own < depth:
            depth = own
            found = _DEFINITION.match(line) or _CALLABLE.match(line)
            if found:
                yield found[1]
        if depth == 0:
            return
