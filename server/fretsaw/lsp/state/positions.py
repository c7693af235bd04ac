"""URIs, positions and line breaks of the protocol ↔ paths and offsets of ours. The only place that knows them."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, TypeAlias
from urllib.parse import quote, unquote, urlsplit

from lsprotocol import types

Encoding: TypeAlias = Literal["utf-8", "utf-16", "utf-32"]
PREFERRED: tuple[Encoding, ...] = ("utf-32", "utf-8", "utf-16")
_ANY_BREAK = re.compile(r"\r\n|\n|\r")
_SAFE = "/~!$&'()*+,;=:@-._"


# Positions


def line_starts(text: str, lone_cr: bool = False) -> list[int]:
    r"""Offsets at which lines start. With `lone_cr` a `"\r"` alone ends a line too, as the protocol says.

    >>> line_starts("a\r\nb\rc", lone_cr=True)
    [0, 3, 5]
    """
    if lone_cr and "\r" in text:
        return [0, *(found.end() for found in _ANY_BREAK.finditer(text))]
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return starts


def _units(character: str, encoding: Encoding) -> int:
    code = ord(character)
    if encoding == "utf-16":
        return 2 if code > 0xFFFF else 1
    if encoding == "utf-8":
        return 1 if code < 0x80 else 2 if code < 0x800 else 3 if code < 0x10000 else 4
    return 1


def to_offset(text: str, starts: Sequence[int], position: types.Position, encoding: Encoding) -> int:
    """Offset of a position, clamped as the protocol says: past a line's end is its end, past the text is its end.

    A position inside a character (half a surrogate pair) is the start of that character. Exactly after the `"\\r"` of
    a `"\\r\\n"` is allowed: an editor whose lines end at `"\\n"` only sees a character there.
    """
    if position.line >= len(starts):
        return len(text)
    start = starts[position.line]
    if position.line + 1 == len(starts):
        return start + _column(text[start:], position.character, encoding)
    line = text[start : starts[position.line + 1]]
    inside = line[: len(line) - len(_break_of(line))]
    column = _column(inside, position.character, encoding)
    over = position.character - _length(inside, encoding)
    return start + column + (1 if over == 1 and line.endswith("\r\n") else 0)


def _column(line: str, units: int, encoding: Encoding) -> int:
    if encoding == "utf-32" or line.isascii():
        return min(units, len(line))
    seen = 0
    for index, character in enumerate(line):
        seen += _units(character, encoding)
        if seen > units:
            return index
    return len(line)


def _length(line: str, encoding: Encoding) -> int:
    if encoding == "utf-32" or line.isascii():
        return len(line)
    return sum(_units(character, encoding) for character in line)


def _break_of(line: str) -> str:
    for ending in ("\r\n", "\n", "\r"):
        if line.endswith(ending):
            return ending
    return ""


def to_position(text: str, starts: Sequence[int], offset: int, encoding: Encoding) -> types.Position:
    """Position of an offset (0 to the text's length)."""
    line = bisect_right(starts, offset) - 1
    before = text[starts[line] : offset]
    return types.Position(line, _length(before, encoding))


def choose_encoding(offered: object) -> Encoding:
    """The encoding to speak: the cheapest for us of those offered; UTF-16 where nothing is offered."""
    if isinstance(offered, (list, tuple)):
        for encoding in PREFERRED:
            if encoding in offered:
                return encoding
    return "utf-16"


# URIs


def to_path(uri: str) -> str | None:
    """The absolute path of a `file:` URI of this machine, None for anything else (`untitled:`, a remote host, NUL)."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme.lower() != "file" or parts.netloc not in ("", "localhost") or parts.query or parts.fragment:
        return None
    path = unquote(parts.path, errors="surrogateescape")
    if sys.platform == "win32" and re.match(r"/[A-Za-z]:", path):
        path = path[1:].replace("/", "\\")
    absolute = path.startswith("/") or sys.platform == "win32"
    return path if absolute and path and "\0" not in path else None


def from_path(path: str) -> str:
    """The `file:` URI of an absolute path."""
    posix = path.replace("\\", "/") if sys.platform == "win32" else path
    slash = "" if posix.startswith("/") else "/"
    return "file://" + slash + quote(posix, safe=_SAFE, errors="surrogateescape")
