"""The lines of a reply with a place in them, and what stands around it: the fence, the path last named.

Knows no grammar.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fretsaw.core.reply.edit_block import EditBlock

MOST_BLOCKS = 25_000
"""A reply with more edits than this is not read to its end: no model writes it, and it must not take long."""

FENCE = re.compile(r"^([ \t]{0,12})(`{3,}|~{3,})[ \t]*([^`]*)$")


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block that is open."""

    mark: str
    """Its run of backticks or tildes."""
    indent: int
    info: str
    """What stands behind the opening mark, stripped."""
    opened: int
    """Index of the opening line."""
    close: int | None
    """Index of the closing line; None: never closed."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A line of a reply, all lines around it, and what is known from above."""

    lines: Sequence[str]
    at: int
    fence: Fence | None = None
    path: str = ""
    """The path that was named last, for blocks that name none."""

    @property
    def line(self) -> str:
        """The line under the cursor."""
        return self.lines[self.at]

    @property
    def end(self) -> int:
        """Index after the last line that may belong to a block here: the fence's end, or the reply's."""
        if self.fence is not None and self.fence.close is not None:
            return self.fence.close
        return len(self.lines)

    @property
    def closed(self) -> bool:
        """Whether the block stands in a fence that is closed, so that it cannot have been cut off."""
        return self.fence is not None and self.fence.close is not None

    def moved(self, at: int) -> Cursor:
        """The same cursor at another line."""
        return Cursor(self.lines, at, self.fence, self.path)


@dataclass(frozen=True, slots=True)
class Found:
    """What a grammar read at a cursor."""

    blocks: tuple[EditBlock, ...]
    end: int
    """Index after the last line it used."""
    path: str = ""
    """The path it named, for the blocks below."""
    truncated: str = ""


def open_fence(lines: Sequence[str], at: int) -> Fence | None:
    """The fence that opens at a line, with its closing line found; None where none opens."""
    match = FENCE.match(lines[at])
    if match is None:
        return None
    indent, mark, info = len(match[1]), match[2], match[3].strip()
    nests = info.lower().startswith(("markdown", "md")) or info.lower().endswith((".md", ".rst", ".markdown"))
    return Fence(mark, indent, info, at, _close(lines, at + 1, mark, nests))


def _close(lines: Sequence[str], at: int, mark: str, nests: bool) -> int | None:
    depth = 0
    for index in range(at, len(lines)):
        line = lines[index]
        if mark not in line:
            continue
        bare = line.strip()
        if not bare.startswith(mark) or len(line) - len(line.lstrip()) > 12:
            continue
        if set(bare) == {mark[0]}:
            if depth == 0:
                return index
            depth -= 1
        elif nests and FENCE.match(line):
            depth += 1
    return None


def dedented(lines: Sequence[str], fence: Fence) -> list[str]:
    """All lines, those within an indented fence moved left as far as the fence itself stands in."""
    out = list(lines)
    stop = len(out) if fence.close is None else fence.close
    for index in range(fence.opened + 1, stop):
        line = out[index]
        lead = len(line) - len(line.lstrip(" \t"))
        out[index] = line[min(lead, fence.indent) :]
    return out
