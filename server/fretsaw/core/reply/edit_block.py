"""The edits of a reply, before anything is looked up in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class EditBlock:
    """Search text and replacement for one place of one file."""

    path: str
    """As the model wrote it, without `a/` or `b/`, unquoted; not yet checked against the repository."""
    op: Literal["edit", "create", "delete", "move", "copy", "overwrite", "mode"]
    search: tuple[str, ...] = ()
    """Lines without endings."""
    replace: tuple[str, ...] = ()
    """Lines without endings."""
    tags: str | None = None
    """For diffs: one of " ", "-", "+" a line, in order; None where the form does not tell context from removal."""
    line: int | None = None
    """Line number from 1 in the old text, where the model gave one; it may break a tie, nothing else."""
    anchors: tuple[str, ...] = ()
    """Enclosing lines that the model named, outermost first (V4A `@@ class X`, a unified diff's section heading)."""
    at_end: bool = False
    """The block ends at the end of the file (V4A `*** End of File`)."""
    no_newline: tuple[bool, bool] = (False, False)
    """True if a no-newline mark stood after the last line of the search and of the replacement."""
    move_to: str | None = None
    mode: tuple[str, str] | None = None
    grammar: str = ""
    """The name in `REPLY_FORMATS` of the form it was read by."""
    unterminated: bool = False
    """The reply ended with this block, and nothing says that it was complete: its last line may be half a line."""
    every: int | None = None
    """The tool call asks for every place: that many, 0 for all there are; None: there has to be exactly one."""
    after_line: int | None = None
    """A tool call's insertion without any text around it: new lines go below this line, from 1; 0: to the top."""
    series: int = 0
    """The number of the patch in a mailed series: each is made on top of the ones before."""
    near: tuple[str, ...] = ()
    """The lines of text right above the block, the nearest first, where its path is not certain."""
    others: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    """Other ways to read the same text as (search, replace), where it holds its own divider; the file must decide."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that was read in a reply."""

    blocks: tuple[EditBlock, ...]
    grammars: tuple[str, ...] = ()
    """The reply formats that read something, in order of first use."""
    ignored: str = ""
    """The text that belongs to no edit (prose, other fences)."""
    truncated: str = ""
    """The reason why the reply looks cut in half, empty when it does not."""
    unclear: str = ""
    """The reason why it cannot be told where one of its edits ends, empty when it can."""
