"""Cut a text into the ranges of lines that are worth showing by themselves: definitions, and windows of long ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from fretsaw.core.context.outline import Definition, outline

_LONGEST, _WINDOW, _SHORTEST = 60, 36, 12
"""Lines up to which a definition stays whole; the size of a window of a longer one; and the least of one."""
_BLANKS = 2
_MOST_LINES = 60_000
_IMPORT = re.compile(r"^(?:from|import|use|using|#include|package|require|const .*require\(|mod )\b")
_CONTINUES = re.compile(
    r"^\s*(?:[)\]}]|else\b|elif\b|except\b|finally\b|catch\b|case\b|default\b|and\b|or\b|&&|\|\||\.|[\"']{3})"
)

Kind = Literal["function", "window", "class", "module", "imports"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A range of lines of a file."""

    path: str
    first: int
    last: int
    kind: Kind
    definition: Definition | None
    """The innermost one that it stands for: a nested function belongs to the one around it."""
    holder: Definition | None
    """The class around the definition."""


def chunks_of(path: str, text: str) -> tuple[tuple[Chunk, ...], tuple[Definition, ...]]:
    """All chunks of a text in their order, blank ones left out, and the definitions."""
    lines = text.replace("\r\n", "\n").split("\n")
    definitions = outline(path, lines)
    holders = tuple(each for each in definitions if each.holds)
    owners = _owners(definitions, min(len(lines), _MOST_LINES))
    out: list[Chunk] = []
    first = 1
    for line in range(2, len(owners) + 1):
        if line == len(owners) or owners[line] is not owners[first]:
            out += _of_run(path, lines, first, line - 1, owners[first], holders)
            first = line
    return tuple(_with_blanks(out, lines)), definitions


def _with_blanks(chunks: list[Chunk], lines: list[str]) -> list[Chunk]:
    """The same with the blank lines below each, where new code would be put."""
    out = []
    for chunk in chunks:
        last = chunk.last
        while last < min(chunk.last + _BLANKS, len(lines) - 1) and not lines[last].strip():
            last += 1
        out.append(replace(chunk, last=last))
    return out


def _owners(definitions: tuple[Definition, ...], count: int) -> list[Definition | None]:
    """Line → the definition that shows it: the outermost function, else the innermost class; index 0 is unused."""
    owners: list[Definition | None] = [None] * (count + 1)
    for each in definitions:  # in the order of headers, so that inner ones come later
        around = owners[each.header] if each.header <= count else None
        if around is not None and not around.holds:
            continue
        owners[each.first : min(each.last, count) + 1] = [each] * (min(each.last, count) + 1 - each.first)
    return owners


def _of_run(
    path: str,
    lines: list[str],
    first: int,
    last: int,
    owner: Definition | None,
    holders: tuple[Definition, ...],
) -> list[Chunk]:
    """The chunks of consecutive lines with one owner."""
    while first <= last and not lines[first - 1].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    if first > last:
        return []
    holder = _holder(owner, holders) if owner else None
    kind = _kind(lines[first - 1 : last], first, owner)
    if last - first < _LONGEST:
        return [Chunk(path, first, last, kind, owner, holder)]
    if kind == "function":
        kind = "window"
    return [Chunk(path, start, end, kind, owner, holder) for start, end in windows(lines, first, last)]


def _kind(lines: list[str], first: int, owner: Definition | None) -> Kind:
    if owner is not None:
        return "class" if owner.holds else "function"
    return "imports" if first < 200 and any(_IMPORT.match(line) for line in lines) else "module"


def _holder(owner: Definition, holders: tuple[Definition, ...]) -> Definition | None:
    """The innermost class around a definition."""
    around = None
    for each in holders:
        if each.header >= owner.header:
            break
        if each.last >= owner.last:
            around = each
    return around


def windows(lines: list[str], first: int, last: int) -> list[tuple[int, int]]:
    """Cut a range before statements, best where the indentation is least and a blank line stands above."""
    out = []
    while last - first >= _LONGEST - _SHORTEST:
        near = range(first + _SHORTEST, min(first + _WINDOW + _SHORTEST, last - _SHORTEST))
        cut = min(near, key=lambda line: (_depth(lines, line), abs(line - first - _WINDOW)))
        out.append((first, cut - 1))
        first = cut
    return [*out, (first, last)]


def _depth(lines: list[str], line: int) -> float:
    """Say how bad it is to cut above a line: its indentation, more inside a statement, less below a blank line."""
    text = lines[line - 1]
    if not text.strip():
        return 1_000.0
    depth = (len(text) - len(text.lstrip())) / 4
    above = lines[line - 2]
    if _CONTINUES.match(text) or above.rstrip().endswith((",", "(", "[", "{", "\\", "=")):
        depth += 8
    return depth - (0.0 if above.strip() else 1.5)
