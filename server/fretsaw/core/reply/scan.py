"""A reply, line by line: at each line the grammars are asked in turn, and what none of them reads is ignored text.

Knows the order of the grammars and the fences; knows nothing of the files. Each line is read a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from fretsaw.core.reply import json_edits
from fretsaw.core.reply.cursor import MOST_BLOCKS, Cursor, Fence, Found, dedented, open_fence
from fretsaw.core.reply.edit_block import EditBlock, Reading
from fretsaw.core.reply.search_replace import search_replace
from fretsaw.core.reply.unified_diff import unified
from fretsaw.core.reply.v4a import v4a
from fretsaw.core.reply.whole_file import whole_file
from fretsaw.core.reply.xml_blocks import tagged

ReplyFormat: TypeAlias = Callable[[Cursor], "Found | None"]

REPLY_FORMATS: MappingProxyType[str, ReplyFormat] = MappingProxyType(
    {
        "v4a": v4a,
        "unified-diff": unified,
        "search-replace": search_replace,
        "tags": tagged,
        "whole-file": whole_file,
    }
)
"""Ways to write edits, asked in this order. JSON (`arguments`) is opened before them and holds any of them."""

_MOST_BREAKS = 50
"""After so many edits that are cut off the rest of a reply is not read."""

_MAY_BEGIN = re.compile(r"[ \t]*(?:\*\*\*|diff|---|\+\+\+|@@|Index|rename|<|>>>|```|~~~)")


def read(reply: str) -> Reading:
    """All edits of a reply, what they were read by, and the text that belongs to none. Never raises."""
    reading = _read(reply, "", 0)
    if reading.blocks:
        return reading
    for other in (_unescaped(reply), _undented(reply)):
        if other is not None:
            again = _read(other, "", 0)
            if again.blocks:
                return again
    return reading


def left_behind(said: str) -> tuple[EditBlock, ...]:
    """The edits of a reply that is still being written, without those of the file that it speaks of last."""
    blocks = read(said).blocks
    end = len(blocks)
    while end and blocks[end - 1].path == blocks[-1].path:
        end -= 1
    return blocks[:end]


def _read(text: str, path: str, depth: int) -> Reading:
    value = json_edits.parsed(text) if depth < 4 else None
    if value is not None:
        found = list(json_edits.from_value(value, lambda inner, at: _read(inner, at, depth + 1), path))
        return _joined(found) if any(item.blocks for item in found) else _scan(text, path)
    if depth < 4 and json_edits.cut_off(text):
        return Reading((), (), text, "the arguments end before they are complete")
    reading = _scan(text, path)
    if reading.blocks or depth >= 4 or '":' not in text:
        return reading
    inner = [_read(item, path, depth + 1) for item in json_edits.calls(text) or _json_fences(text)]
    return _joined(inner) if any(item.blocks for item in inner) else reading


def _joined(readings: list[Reading]) -> Reading:
    blocks = tuple(block for item in readings for block in item.blocks)
    grammars = tuple(dict.fromkeys(name for item in readings for name in item.grammars))
    ignored = "\n".join(item.ignored for item in readings if item.ignored)
    return Reading(blocks, grammars, ignored, next((item.truncated for item in readings if item.truncated), ""))


def _json_fences(text: str) -> list[str]:
    found: list[str] = []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        fence = open_fence(lines, at)
        if fence is None:
            at += 1
            continue
        stop = len(lines) if fence.close is None else fence.close
        body = "\n".join(lines[at + 1 : stop])
        if body.lstrip()[:1] in ("{", "["):
            found.append(body)
        at = stop + 1
    return found


def _scan(text: str, path: str) -> Reading:
    lines = text.split("\n")
    if "\r" in text:
        lines = [line[:-1] if line.endswith("\r") else line for line in lines]
    scan = _Scan(lines, path)
    at = 0
    while at < len(scan.lines) and not scan.is_over:
        at = scan.read_line(at)
    return scan.reading()


@dataclass(slots=True)
class _Scan:
    """A walk through the lines of a reply, and what it has read so far."""

    lines: list[str]
    path: str
    """The file that was named last."""
    blocks: list[EditBlock] = field(default_factory=list)
    grammars: dict[str, None] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    truncated: str = ""
    """Why the reply looks cut off, by the first sign of it."""
    breaks: int = 0
    """Edits that are cut off."""
    fence: Fence | None = None
    """The fence around the next line."""
    blocks_before_fence: int = 0
    is_over: bool = False
    """There is too much of it: the rest is not read."""

    def read_line(self, at: int) -> int:
        """Read what begins at a line; the index after it."""
        if self._closes_fence(at):
            return at + 1
        line = self.lines[at]
        if _MAY_BEGIN.match(line) is None:
            self.ignored.append(line)
            return at + 1
        name, found = _ask(Cursor(self.lines, at, self.fence, self.path))
        if found is not None:
            self._take(name, found)
            return max(found.end, at + 1)
        if self.fence is not None or not self._opens_fence(at):
            self.ignored.append(line)
        return at + 1

    def _closes_fence(self, at: int) -> bool:
        """Leave the fence at its end mark, or where an edit went past it; whether this line is the mark."""
        if self.fence is None or self.fence.close is None or at < self.fence.close:
            return False
        is_mark = at == self.fence.close
        self.fence = None
        return is_mark

    def _opens_fence(self, at: int) -> bool:
        """Enter the fence that begins here, its lines moved left by its own indentation; whether there is one."""
        self.fence = open_fence(self.lines, at)
        if self.fence is None:
            return False
        self.blocks_before_fence = len(self.blocks)
        if self.fence.indent:
            self.lines = dedented(self.lines, self.fence)
        return True

    def _take(self, name: str, found: Found) -> None:
        """Add what a reply format has read."""
        self.blocks += found.blocks
        if found.blocks:
            self.grammars[name] = None
        self.path = found.path or self.path
        self.truncated = self.truncated or found.truncated
        self.breaks += bool(found.truncated)
        if len(self.blocks) > MOST_BLOCKS or self.breaks > _MOST_BREAKS:
            self.truncated = self.truncated or f"it holds more than {MOST_BLOCKS} edits"
            self.is_over = True

    def reading(self) -> Reading:
        """The result; edits that end in a fence without an edit, never closed, mean that the reply was cut off."""
        truncated, fence = self.truncated, self.fence
        is_empty = self.blocks_before_fence == len(self.blocks)
        if not truncated and self.blocks and is_empty and fence is not None and fence.close is None:
            truncated = _within(fence, self.lines)
        return Reading(tuple(self.blocks), tuple(self.grammars), "\n".join(self.ignored).strip("\n"), truncated)


def _within(fence: Fence, lines: list[str]) -> str:
    """Whether a fence that is never closed, with no edit in it, is where the reply was cut off."""
    inside = any(line.strip() for line in lines[fence.opened + 1 :])
    return "the last fence is never closed" if inside else ""


_BEGINS = {
    "*": ("v4a",),
    **dict.fromkeys("d+@Ir", ("unified-diff",)),
    "-": ("unified-diff", "search-replace"),
    "<": ("search-replace", "tags"),
    ">": ("search-replace",),
    **dict.fromkeys("`~", ("whole-file",)),
}
"""First character of a line -> the grammars that may begin with it, so that most lines cost next to nothing."""


def _ask(cursor: Cursor) -> tuple[str, Found | None]:
    for name in _BEGINS.get(cursor.line.lstrip(" \t")[:1], ()):
        found = REPLY_FORMATS[name](cursor)
        if found is not None:
            return name, found
    return "", None


def _unescaped(reply: str) -> str | None:
    r"""A reply that was escaped once too often, its line ends written as `\n`."""
    if reply.count("\n") > 3 or reply.count("\\n") < 3:
        return None
    marks = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
    return re.sub(r'\\([ntr"\\])', lambda match: marks[match[1]], reply)


def _undented(reply: str) -> str | None:
    """A reply that stands in an indented code block as a whole, moved left."""
    lines = reply.split("\n")
    leads = [
        len(line) - len(line.lstrip(" ")) for line in lines if re.match(r" {2,12}(?:---|diff|@@|\*\*\*) ?\S", line)
    ]
    if not leads:
        return None
    lead = min(leads)
    return "\n".join(line[lead:] if line[:lead].isspace() else line for line in lines)
