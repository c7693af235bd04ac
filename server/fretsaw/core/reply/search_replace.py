"""SEARCH/REPLACE blocks in their variants, also with the arrows swapped."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fretsaw.core.reply.cursor import Cursor, Found
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.reply.written_paths import above, alone, in_info

_HEAD = re.compile(r"^ {0,12}(?:<{5,9}|>{5,9}|-{7,9}) ?(?P<word>SEARCH|ORIGINAL|OLD|HEAD)\b:?>?[ \t]*(?P<rest>.*)$")
_TAIL = re.compile(r"^ {0,12}(?:>{5,9}|<{5,9}|\+{7,9}) ?(?:REPLACE|UPDATED|NEW|END|updated)\b")
_CONFLICT_TAIL = re.compile(r"^>{5,9}(?: \S+)?\s*$")
_DIVIDER = re.compile(r"^ {0,12}={5,9}[ \t]*(?:REPLACE)?[ \t]*$")
_START_LINE = re.compile(r"^:start_line[:=]\s*(\d{1,9})\s*$")


def search_replace(cursor: Cursor) -> Found | None:
    """One block, from its head to its tail."""
    head = _HEAD.match(cursor.line)
    if head is None:
        return None
    path = _path(cursor, head["rest"])
    marks = _marks(cursor, head["word"])
    if marks.tail is None:
        return Found((), marks.end, path, marks.problem)
    readings = [_split(cursor, divider, marks.tail) for divider in _plausible(cursor, marks.dividers)]
    search, replace, line_number = readings[0]
    block = EditBlock(
        path,
        "edit",
        search,
        replace,
        line=line_number,
        grammar="search-replace",
        others=tuple(r[:2] for r in readings[1:]),
    )
    return Found((block,), marks.tail + 1, path)


@dataclass(slots=True)
class _Marks:
    """The marks of one block."""

    dividers: list[int]
    tail: int | None = None
    end: int = 0
    """Index after what was read of a block without a tail."""
    problem: str = ""


def _marks(cursor: Cursor, word: str) -> _Marks:
    """The dividers and the tail of a block; a block inside, in the text of a file, has a head and a tail of its own."""
    found = _Marks([])
    inside: list[int] = []
    for index in range(cursor.at + 1, len(cursor.lines)):
        line = cursor.lines[index]
        if not line or line.lstrip(" ")[:1] not in "<>=+-":
            continue
        head = _HEAD.match(line)
        if _DIVIDER.match(line):
            found.dividers.append(index)
        elif _ends_block(line, word):
            if not found.dividers:
                found.end, found.problem = index + 1, "a SEARCH block has no `=======` before its REPLACE mark"
                return found
            if not inside:
                found.tail = index
                return found
            inside.pop()
        elif head is not None and head["word"] == word:
            inside.append(index)
    found.end = inside[0] if inside else len(cursor.lines)
    found.problem = "a SEARCH block ends without its REPLACE mark"
    return found


def _ends_block(line: str, word: str) -> bool:
    return _TAIL.match(line) is not None or (word == "HEAD" and _CONFLICT_TAIL.match(line) is not None)


def _plausible(cursor: Cursor, dividers: list[int]) -> list[int]:
    """The dividers as long as the head's mark, where there is one; otherwise all."""
    head = cursor.line.strip()
    run = len(head) - len(head.lstrip(head[0]))
    marked = [at for at in dividers if cursor.lines[at].strip() == "=" * run]
    return (marked or dividers)[:8]


def _split(cursor: Cursor, divider: int, tail: int) -> tuple[tuple[str, ...], tuple[str, ...], int | None]:
    search = list(cursor.lines[cursor.at + 1 : divider])
    number = None
    if search:
        match = _START_LINE.match(search[0])
        if match:
            number = int(match[1])
            search.pop(0)
            if search and re.match(r"^:end_line[:=]", search[0]):
                search.pop(0)
        if match and search and re.match(r"^-{5,9}\s*$", search[0]):
            search.pop(0)
    return tuple(search), tuple(cursor.lines[divider + 1 : tail]), number


def _path(cursor: Cursor, rest: str) -> str:
    named = alone(rest) if rest.strip() else ""
    if named:
        return named
    before = cursor.at - 1
    while before >= 0 and not cursor.lines[before].strip():
        before -= 1
    if before >= 0 and cursor.lines[before].strip() and _TAIL.match(cursor.lines[before]):
        return cursor.path
    if cursor.fence is not None and before == cursor.fence.opened:
        return (
            in_info(cursor.fence.info) or above(cursor.lines, before) or _directly_above(cursor, before) or cursor.path
        )
    return above(cursor.lines, cursor.at) or _directly_above(cursor, cursor.at) or cursor.path


def _directly_above(cursor: Cursor, at: int) -> str:
    """A single word on the line above: a path such as `Makefile` or `bin/run`."""
    word = cursor.lines[at - 1].strip().strip("`*#:\"' ") if at > 0 else ""
    return (
        word
        if word and " " not in word and len(word) < 200 and re.match(r"^[\w./@+-]+$", word) and word[-1] != "."
        else ""
    )
