"""SEARCH/REPLACE blocks in their variants, also with the arrows swapped. Knows nothing of the files."""

from __future__ import annotations

import re

from fretsaw.core.reply.cursor import Cursor, Found
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.reply.written_paths import above, alone, in_info

_HEAD = re.compile(r"^ {0,12}(?:<{5,9}|>{5,9}|-{7,9}) ?(?:SEARCH|ORIGINAL|OLD|HEAD)\b:?>?[ \t]*(.*)$")
_TAIL = re.compile(r"^ {0,12}(?:>{5,9}|<{5,9}|\+{7,9}) ?(?:REPLACE|UPDATED|NEW|END|updated)\b")
_CONFLICT_TAIL = re.compile(r"^>{5,9}(?: \S+)?\s*$")
_DIVIDER = re.compile(r"^ {0,12}={5,9}[ \t]*(?:REPLACE)?[ \t]*$")
_START_LINE = re.compile(r"^:start_line:\s*(\d{1,9})\s*$")


def search_replace(cursor: Cursor) -> Found | None:
    """One block, from its head to its tail."""
    head = _HEAD.match(cursor.line)
    if head is None:
        return None
    path = _path(cursor, head[1])
    dividers: list[int] = []
    conflict = "HEAD" in cursor.line
    tail = None
    for index in range(cursor.at + 1, len(cursor.lines)):
        line = cursor.lines[index]
        if not line or line.lstrip(" ")[:1] not in "<>=+-":
            continue
        if _DIVIDER.match(line):
            dividers.append(index)
        elif dividers and (_TAIL.match(line) or (conflict and _CONFLICT_TAIL.match(line))):
            tail = index
            break
        elif _HEAD.match(line):
            return Found((), index, path, "a SEARCH block ends without its REPLACE mark")
        elif _TAIL.match(line):
            return Found((), index + 1, path, "a SEARCH block has no `=======` before its REPLACE mark")
    if tail is None:
        return Found((), len(cursor.lines), path, "a SEARCH block ends without its REPLACE mark")
    readings = [_split(cursor, divider, tail) for divider in _plausible(cursor, dividers)]
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
    return Found((block,), tail + 1, path)


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
            if search and re.match(r"^:end_line:", search[0]):
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
