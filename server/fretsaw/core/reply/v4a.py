"""The V4A form, `*** Begin Patch`: files, stacked anchors, hunks without numbers. Knows nothing of the files."""

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
        if at == cursor.end and not begun:
            break
        match = _FILE.match(line)
        if match:
            read, at = _section(cursor, at + 1, match[1], unquoted(match[2]))
            path = unquoted(match[2])
            blocks += read
            continue
        if line.startswith(("```", "~~~")) and at == cursor.end:
            break
        if line.strip() and not begun:
            break
        at += 1
    truncated = ""
    if not ended and not cursor.closed:
        truncated = "the patch has no `*** End Patch`" if begun else ""
        blocks = [*blocks[:-1], _unterminated(blocks[-1])] if blocks else blocks
    return Found(tuple(blocks), at, path, truncated)


def _unterminated(block: EditBlock) -> EditBlock:
    return replace(block, unterminated=True)


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
    """Where a file's section ends: the next section's mark, the patch's end mark or the fence's."""
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
    hunks: list[_Hunk] = []
    current = _Hunk()
    for line in lines:
        if line.startswith("@@"):
            if current.tags:
                hunks.append(current)
                current = _Hunk()
            _anchor(current, line)
        elif line.startswith("*** End of File"):
            current.at_end = True
        elif line.startswith((" ", "+", "-")):
            current.tags.append(line[0])
            current.texts.append(line[1:])
        elif not line.startswith("\\ No newline"):
            current.tags.append(" ")
            current.texts.append(line)
    if current.tags:
        hunks.append(current)
    for hunk in hunks:
        while len(hunk.texts) > 1 and hunk.tags[-1] == " " and not hunk.texts[-1]:
            hunk.tags.pop()
            hunk.texts.pop()
    return [hunk for hunk in hunks if any(hunk.texts) or any(tag != " " for tag in hunk.tags)]


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
