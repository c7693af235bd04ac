"""Scan a reply line by line: at each line the formats are asked in turn, and lines that none of them reads are ignored.

Each line is read a bounded number of times.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from fretsaw.core.reply import json_edits
from fretsaw.core.reply.cursor import MOST_BLOCKS, Cursor, Found
from fretsaw.core.reply.diff_dress import undressed, unquoted_mail
from fretsaw.core.reply.edit_block import EditBlock, Reading
from fretsaw.core.reply.fences import Fence, dedented, open_fence
from fretsaw.core.reply.search_replace import search_replace
from fretsaw.core.reply.thoughts import end_of_thought, lone_closing, opens_thought, spoken
from fretsaw.core.reply.unified_diff import unified
from fretsaw.core.reply.v4a import v4a
from fretsaw.core.reply.whole_file import whole_file
from fretsaw.core.reply.xml_blocks import tagged


@dataclass(frozen=True, slots=True)
class ReplyFormat:
    """One way to write edits."""

    read: Callable[[Cursor], Found | None]
    """The edits that begin at the cursor's line; None where none of this format does."""
    begins: tuple[str, ...]
    """Beginnings of its first line, blanks aside: a line that begins with none of these is never asked about."""


REPLY_FORMATS: MappingProxyType[str, ReplyFormat] = MappingProxyType(
    {
        "v4a": ReplyFormat(v4a, ("***",)),
        "unified-diff": ReplyFormat(unified, ("diff", "---", "+++", "@@", "Index", "rename")),
        "search-replace": ReplyFormat(search_replace, ("---", "<", ">>>")),
        "tags": ReplyFormat(tagged, ("<",)),
        "whole-file": ReplyFormat(whole_file, ("```", "~~~")),
    }
)
"""Ways to write edits, asked in this order. JSON (`json_edits`) is opened before them and holds any of them."""

_MAIL = re.compile(r"From [0-9a-f]{40,64} ")
_PATH_ABOVE = ("search-replace", "unified-diff", "tags", "whole-file")
"""Formats whose path may stand in the text above, also within a sentence."""
_MOST_BREAKS = 50
"""After so many edits that are cut off the rest of a reply is not read."""

_MAY_BEGIN = re.compile(
    rf"[ 	]*(?:{'|'.join(sorted({re.escape(sign) for row in REPLY_FORMATS.values() for sign in row.begins}))})"
)
_BY_FIRST_SIGN = {
    sign: tuple(name for name, row in REPLY_FORMATS.items() if any(begin[0] == sign for begin in row.begins))
    for sign in {begin[0] for row in REPLY_FORMATS.values() for begin in row.begins}
}
"""First character of a line -> the formats that may begin with it, so that most lines cost next to nothing."""


def read(reply: str) -> Reading:
    """All edits of a reply, what they were read by, and the text that belongs to none. Never raises."""
    reply = spoken(undressed(reply))
    reading = _read(reply, "", 0)
    if reading.blocks:
        return reading
    for other in (_unescaped(reply), _undented(reply), unquoted_mail(reply)):
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
    truncated = next((item.truncated for item in readings if item.truncated), "")
    return Reading(blocks, grammars, ignored, truncated, next((item.unclear for item in readings if item.unclear), ""))


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
    """The reason why the reply looks cut off, by the first sign of it."""
    breaks: int = 0
    """Edits that are cut off."""
    fence: Fence | None = None
    """The fence around the next line."""
    blocks_before_fence: int = 0
    ignored_before: int = 0
    """The number of lines outside of any edit when the last one was read."""
    series: int = 0
    """The number of mails of a patch series that began so far."""
    unclear: str = ""
    """The reason why it cannot be told where an edit ends, by the first sign of it."""
    is_over: bool = False
    """There is too much of it: the rest is not read."""

    def read_line(self, at: int) -> int:
        """Read what begins at a line; the index after it."""
        if self._closes_fence(at):
            return at + 1
        line = self.lines[at]
        if self.fence is None and (after := self._after_thought(at)) is not None:
            return after
        self.series += line.startswith("From ") and _MAIL.match(line) is not None
        if _MAY_BEGIN.match(line) is None:
            self.ignored.append(line)
            return at + 1
        name, found = _ask(Cursor(self.lines, at, self.fence, self.path))
        if found is not None:
            end = max(found.end, at + 1)
            thought = self._end_of_open_thought(at, end) if found.truncated else None
            if thought is not None:
                self.fence = None
                return thought
            self._take(name, found)
            return end
        if self.fence is not None or not self._opens_fence(at):
            self.ignored.append(line)
        return at + 1

    def _after_thought(self, at: int) -> int | None:
        """Pass over the thought that begins here, or forget one that ends here; the next index, None for neither."""
        line = self.lines[at]
        name = opens_thought(line)
        if name:
            end = end_of_thought(self.lines, at, name)
            if end is None:
                self.truncated = self.truncated or "it ends within its reasoning"
                self.ignored += self.lines[at:]
                return len(self.lines)
            index, rest = end
            self.ignored += self.lines[at : index + 1]
        else:
            after = lone_closing(line)
            if after is None:
                return None
            index, rest = at, line[after:]
            self._forget(line)
        if not rest.strip():
            return index + 1
        self.lines = [*self.lines[:index], rest, *self.lines[index + 1 :]]
        return index

    def _end_of_open_thought(self, at: int, end: int) -> int | None:
        """The line of a closing tag that an edit which is cut off ran over: it was a draft."""
        return next((n for n in range(at + 1, min(end, len(self.lines))) if lone_closing(self.lines[n])), None)

    def _forget(self, line: str) -> None:
        """Take all that was read so far for a thought whose opening tag the server swallowed."""
        self.blocks.clear()
        self.grammars.clear()
        self.truncated = self.path = ""
        self.breaks = 0
        self.ignored.append(line)

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
        self.blocks += [self._with_surroundings(block) for block in found.blocks]
        if found.blocks:
            self.grammars[name] = None
            self.ignored_before = len(self.ignored)
        self.path = found.path or self.path
        self.truncated = self.truncated or found.truncated
        self.unclear = self.unclear or found.unclear
        self.breaks += bool(found.truncated)
        if len(self.blocks) > MOST_BLOCKS or self.breaks > _MOST_BREAKS:
            self.truncated = self.truncated or f"it holds more than {MOST_BLOCKS} edits"
            self.is_over = True

    def _with_surroundings(self, block: EditBlock) -> EditBlock:
        """A block with the mail it came in and, where its path is not certain, the text right above it."""
        if self.series > 1:
            block = replace(block, series=self.series)
        since = self.ignored[self.ignored_before :][-6:] if block.grammar in _PATH_ABOVE else []
        if since:
            near = tuple(line.strip() for line in since[::-1] if line.strip())[:2]
            block = replace(block, near=near)
        return block

    def reading(self) -> Reading:
        """The result; edits that end in a fence without an edit, never closed, mean that the reply was cut off."""
        truncated, fence = self.truncated, self.fence
        is_empty = self.blocks_before_fence == len(self.blocks)
        if not truncated and self.blocks and is_empty and fence is not None and fence.close is None:
            truncated = _within(fence, self.lines)
        return Reading(
            tuple(self.blocks), tuple(self.grammars), "\n".join(self.ignored).strip("\n"), truncated, self.unclear
        )


def _within(fence: Fence, lines: list[str]) -> str:
    """Tell whether a fence that is never closed, with no edit in it, is where the reply was cut off."""
    inside = any(line.strip() for line in lines[fence.opened + 1 :])
    return "the last fence is never closed" if inside else ""


def _ask(cursor: Cursor) -> tuple[str, Found | None]:
    for name in _BY_FIRST_SIGN.get(cursor.line.lstrip(" \t")[:1], ()):
        found = REPLY_FORMATS[name].read(cursor)
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
