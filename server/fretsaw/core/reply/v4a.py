"""The V4A form, `*** Begin Patch`: files, stacked anchors, hunks without numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from fretsaw.core.reply.cursor import Cursor, Found
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.reply.written_paths import unquoted

_FILE = re.compile(r"^\*\*\* ?(Add|Create|Update|Modify|Delete|Remove) File: *(.+?)\s*$")
_NUMBERS = re.compile(r"^@@ -(\d{1,9})(?:,\d+)? \+\d+(?:,\d+)? @@\s*(.*)$")


@dataclass(slots=True)
class _Hunk:
    anchors: list[str] = field(default_factory=list)
    line: int | None = None
    tags: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    at_end: bool = False


def v4a(cursor: Cursor) -> Found | None:
    """A patch from its begin mark, or a file section without one, to its end mark."""
    begun = cursor.line.rstrip() == "*** Begin Patch"
    if not begun and _FILE.match(cursor.line) is None:
        return None
    at = cursor.at + begun
    blocks: list[EditBlock] = []
    path, ended = "", False
    while at < len(cursor.lines):
        line = cursor.lines[at]
        if line.startswith("*** End Patch"):
            at, ended = at + 1, True
            break
        if _leaves(cursor, at, begun):
            break
        match = _FILE.match(line)
        if match:
            path = unquoted(match[2])
            read, at = _section(cursor, at + 1, match[1], path)
            blocks += read
        else:
            at += 1
    if ended or cursor.closed:
        return Found(tuple(blocks), at, path, "")
    if blocks:
        blocks[-1] = replace(blocks[-1], unterminated=True)
    return Found(tuple(blocks), at, path, "the patch has no `*** End Patch`" if begun else "")


def _leaves(cursor: Cursor, at: int, begun: bool) -> bool:
    """Tell whether the patch ends before this line, without an end mark.

    Between files a begun patch ends only at its fence's mark; sections without a begin mark also end at any text.
    """
    line = cursor.lines[at]
    if not begun:
        return at == cursor.end or (bool(line.strip()) and _FILE.match(line) is None)
    return at == cursor.end and line.startswith(("```", "~~~"))


def _section(cursor: Cursor, at: int, verb: str, path: str) -> tuple[list[EditBlock], int]:
    if verb in ("Delete", "Remove"):
        return [EditBlock(path, "delete", grammar="v4a")], at
    stop = _stop(cursor, at)
    if verb in ("Add", "Create"):
        return [_added(cursor.lines[at:stop], path)], stop
    moved: str | None = None
    body = list(cursor.lines[at:stop])
    if body and body[0].startswith("*** Move to:"):
        moved = unquoted(body.pop(0)[12:])
    blocks = [_edit(path, hunk) for hunk in _hunks(body)]
    if moved is not None:
        blocks.append(EditBlock(path, "move", move_to=moved, grammar="v4a"))
    return blocks, stop


def _stop(cursor: Cursor, at: int) -> int:
    """Find the end of a file's section: the next section's mark, the patch's end mark or the fence's."""
    while at < len(cursor.lines):
        line = cursor.lines[at]
        if line.startswith("*** ") and not line.startswith(("*** End of File", "*** Move to:")) and _is_mark(line):
            break
        if at == cursor.end:
            break
        at += 1
    return at


def _is_mark(line: str) -> bool:
    return line.startswith(("*** End Patch", "*** Begin Patch")) or _FILE.match(line) is not None


def _added(lines: Sequence[str], path: str) -> EditBlock:
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    marked = any(line.startswith("+") for line in kept)
    text = tuple((line[1:] if line.startswith("+") else line) if marked else line for line in kept)
    return EditBlock(path, "create", (), text, grammar="v4a")


def _hunks(lines: list[str]) -> list[_Hunk]:
    """The hunks of a file's section: each begins with its anchors, and without lines an anchor joins the ones above."""
    hunks = [_Hunk()]
    for line in lines:
        if line.startswith("@@") and hunks[-1].tags:
            hunks.append(_Hunk())
        _take_line(hunks[-1], line)
    for hunk in hunks:
        _drop_trailing_blanks(hunk)
    return [hunk for hunk in hunks if any(hunk.texts) or any(tag != " " for tag in hunk.tags)]


def _take_line(hunk: _Hunk, line: str) -> None:
    """Add a line to its hunk; one without a mark is context that lost its blank."""
    if line.startswith("@@"):
        _anchor(hunk, line)
    elif line.startswith("*** End of File"):
        hunk.at_end = True
    elif line.startswith((" ", "+", "-")):
        hunk.tags.append(line[0])
        hunk.texts.append(line[1:])
    elif not line.startswith("\\ No newline"):
        hunk.tags.append(" ")
        hunk.texts.append(line)


def _drop_trailing_blanks(hunk: _Hunk) -> None:
    """Drop empty context at the end: it belongs to the reply's layout more often than to the file."""
    while len(hunk.texts) > 1 and hunk.tags[-1] == " " and not hunk.texts[-1]:
        hunk.tags.pop()
        hunk.texts.pop()


def _anchor(hunk: _Hunk, line: str) -> None:
    numbered = _NUMBERS.match(line)
    if numbered:
        hunk.line = int(numbered[1])
        text = numbered[2]
    else:
        text = line[2:]
    text = text.strip().removesuffix("@@").strip()
    if text and text not in ("...", "…"):
        hunk.anchors.append(text)


def _edit(path: str, hunk: _Hunk) -> EditBlock:
    pairs = list(zip(hunk.tags, hunk.texts, strict=True))
    return EditBlock(
        path=path,
        op="edit",
        search=tuple(text for tag, text in pairs if tag != "+"),
        replace=tuple(text for tag, text in pairs if tag != "-"),
        tags="".join(hunk.tags),
        line=hunk.line,
        anchors=tuple(hunk.anchors),
        at_end=hunk.at_end,
        grammar="v4a",
    )
