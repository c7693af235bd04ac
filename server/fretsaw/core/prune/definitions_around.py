"""The definitions that a line stands in, as indentation tells: for any language, with or without a parser."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence

from fretsaw.core.prune.indents import blanks_before

_DEFINITION = re.compile(
    r"^\s*[\w\s<>,*&:\[\]()]{0,80}?\b(?:def|class|function|func|fn|sub|interface|trait|struct|module|impl)\s+(\w+)"
)
_CALLABLE = re.compile(r"^\s*(?:[\w<>\[\],*&:~]{1,60}\s+){0,6}[*&~]?(\w+)\s*\([^;]*$")
_MOST_ABOVE = 2000


def definitions_around(lines: Sequence[str], at: int) -> Iterator[str]:
    """The names of the definitions that a line stands in, the nearest first; lines count from 0."""
    above = lines[max(0, at - _MOST_ABOVE) : at + 1]
    depth = sys.maxsize
    for line in filter(str.strip, reversed(above)):
        indent = len(blanks_before(line))
        if indent >= depth:
            continue
        depth = indent
        definition = _DEFINITION.match(line) or _CALLABLE.match(line)
        if definition:
            yield definition[1]
        if not depth:
            return
