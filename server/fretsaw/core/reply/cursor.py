"""The lines of a reply with a place in them, and what stands around it: the fence, the path last named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.reply.fences import Fence

MOST_BLOCKS = 25_000
"""A reply with more edits than this is not read to its end: no model writes it, and it must not take long."""


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
        """Return True if the block stands in a fence that is closed, so that it cannot have been cut off."""
        return self.fence is not None and self.fence.close is not None

    def moved(self, at: int) -> Cursor:
        """The same cursor at another line."""
        return Cursor(self.lines, at, self.fence, self.path)


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a reply format at a cursor."""

    blocks: tuple[EditBlock, ...]
    end: int
    """Index after the last line it used."""
    path: str = ""
    """The path it named, for the blocks below."""
    truncated: str = ""
    unclear: str = ""
    """The reason why it cannot be told where the edit ends."""
