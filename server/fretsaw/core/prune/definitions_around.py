"""The definitions that a line stands in, as indentation tells: for any language, with or without a parser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_DEFINITION = re.compile(
    r"^\s*[\w\s<>,*&:\[\]()]{0,80}?\b(?:def|class|function|func|fn|sub|interface|trait|struct|module|impl)\s+(\w+)"
)
_CALLABLE = re.compile(r"^\s*(?:[\w<>\[\],*&:~]{1,60}\s+){0,6}[*&~]?(\w+)\s*\([^;]*$")
_MOST_ABOVE = 2000


def outer_rows(lines: Sequence[str]) -> list[int]:
    """For each line the nearest one above it that is indented less, -1 without; for a blank line the nearest one above
    that is not blank.

    >>> outer_rows(["def f():", "    a", "", "    b", "c"])
    [-1, 0, 1, 0, -1]
    """
    out: list[int] = []
    open_rows: list[tuple[int, int]] = []  # (row, depth) of the lines that the next one may stand in, ever deeper
    last = -1
    for row, line in enumerate(lines):
        bare = line.lstrip()
        if not bare:
            out.append(last)
            continue
        depth = len(line) - len(bare)
        while open_rows and open_rows[-1][1] >= depth:
            open_rows.pop()
        out.append(open_rows[-1][0] if open_rows else -1)
        open_rows.append((row, depth))
        last = row
    return out


def definitions_around(lines: Sequence[str], outer: Sequence[int], at: int) -> Iterator[str]:
    """The names of the definitions that a line stands in, the nearest first; lines count from 0. `outer`: their
    `outer_rows`."""
    row = min(at, len(lines) - 1)
    farthest = at - _MOST_ABOVE
    if row >= 0 and not lines[row].strip():
        row = outer[row]
    while row >= max(farthest, 0):
        definition = _DEFINITION.match(lines[row]) or _CALLABLE.match(lines[row])
        if definition:
            yield definition[1]
        row = outer[row]
