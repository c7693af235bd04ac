"""Pseudo-XML blocks: `<file>`, `<original>`/`<patched>` and their like."""

from __future__ import annotations

import re

from fretsaw.core.reply.cursor import Cursor, Found
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.reply.written_paths import alone, unquoted

_OLD = "original|old_code|old|search|old_str|old_string|old_text|find|before"
_NEW = {
    "original": "patched|modified|updated|new|replacement",
    "old_code": "new_code",
    "old": "new",
    "search": "replace",
    "old_str": "new_str",
    "old_string": "new_string",
    "old_text": "new_text",
    "find": "replace",
    "before": "after",
}
_PATH = re.compile(
    r"^\s*(?:<edit>\s*)?<(file|path|file_path|filename|filepath|file_name)>\s*([^<>\n]{1,300}?)\s*</\1>\s*(.*)$"
)
_ATTRIBUTE = re.compile(
    r"^\s*<(file|edit|change|modification)\s+(?:\w+=\"[^\"]*\"\s+)*(?:path|name|file|filename)=[\"']([^\"']{1,300})[\"'][^>]*>\s*$"
)
_OPEN = re.compile(rf"^(\s*)<({_OLD})>")
_INSIDE = re.compile(rf"<(?:edit|edits|change|changes|modification|path|content|diff|{_OLD})\b")


def tagged(cursor: Cursor) -> Found | None:
    """A path's tag, or an old and a new text between their tags."""
    line = cursor.line
    if "<" not in line[:80]:
        return None
    named = _PATH.match(line)
    if named:
        if not named[3]:
            return Found((), cursor.at + 1, unquoted(named[2]))
        rest = cursor.moved(cursor.at)
        return _pair(rest, unquoted(named[2]), line[named.start(3) :])
    attribute = _ATTRIBUTE.match(line)
    if attribute:
        return _file(cursor, attribute[1], unquoted(attribute[2]))
    if _OPEN.match(line):
        return _pair(cursor, cursor.path or _above(cursor), line)
    return None


def _above(cursor: Cursor) -> str:
    return alone(cursor.lines[cursor.at - 1]) if cursor.at else ""


def _pair(cursor: Cursor, path: str, first: str) -> Found | None:
    opened = _OPEN.match(first)
    if opened is None:
        return Found((), cursor.at + 1, path)
    name = opened[2]
    old, at, rest = _until(cursor, cursor.at, first[opened.end() :], f"</{name}>")
    if old is None:
        return Found((), len(cursor.lines), path, f"`<{name}>` is never closed")
    while not rest.strip() and at + 1 < len(cursor.lines):
        at += 1
        rest = cursor.lines[at]
    new_open = re.match(rf"^\s*<({_NEW[name]})>", rest)
    if new_open is None:
        done = at + 1 >= len(cursor.lines) and not rest.strip()
        return Found((), at + done, path, f"`<{name}>` has no new text behind it" if done else "")
    new, at, rest = _until(cursor, at, rest[new_open.end() :], f"</{new_open[1]}>")
    if new is None:
        return Found((), len(cursor.lines), path, f"`<{new_open[1]}>` is never closed")
    block = EditBlock(path, "edit", tuple(old), tuple(new), grammar="tags")
    return Found((block,), at + 1, path)


def _until(cursor: Cursor, at: int, first: str, close: str) -> tuple[list[str] | None, int, str]:
    """The text up to a closing tag as lines, the index of the line that holds it, and what follows it there.

    A tag that stands alone on its line is closed by one that does so too, so that the text between may hold the tags of
    the form itself; where there is none, by the first.
    """
    end = _closing_alone(cursor, at, close) if not first.strip() else None
    if end is not None:
        found = [first, *cursor.lines[at + 1 : end], ""]
        return _trimmed(found), end, ""
    return _until_first(cursor, at, first, close)


def _closing_alone(cursor: Cursor, at: int, close: str) -> int | None:
    """The line that holds nothing but the closing tag, past those of blocks in the text; None without one."""
    opening = close.replace("</", "<")
    depth = 0
    for index in range(at + 1, len(cursor.lines)):
        bare = cursor.lines[index].strip()
        if bare == opening:
            depth += 1
        elif bare == close:
            if not depth:
                return index
            depth -= 1
        elif close in bare and not depth and opening not in bare:
            # It ends behind the last line of the text: `x = 1</new>`.
            return None
    return None


def _until_first(cursor: Cursor, at: int, first: str, close: str) -> tuple[list[str] | None, int, str]:
    found: list[str] = []
    line = first
    while True:
        cut = line.find(close)
        if cut >= 0:
            found.append(line[:cut])
            rest = line[cut + len(close) :]
            break
        found.append(line)
        at += 1
        if at >= len(cursor.lines):
            return None, at, ""
        line = cursor.lines[at]
    return _trimmed(found), at, rest


def _trimmed(found: list[str]) -> list[str]:
    """The lines between two tags without the blank ones that only separate them from the tags."""
    if len(found) > 1 and not found[0].strip():
        found.pop(0)
    if found and not found[-1].strip():
        found.pop()
    return found


def _file(cursor: Cursor, name: str, path: str) -> Found:
    """`<file path="x">` with the whole text of the file, or with blocks inside that are read on their own."""
    at = cursor.at + 1
    while at < len(cursor.lines) and not cursor.lines[at].strip():
        at += 1
    inside = cursor.lines[at].lstrip() if at < len(cursor.lines) else ""
    if name != "file" or inside.startswith(("<<<<<", ">>>>", "@@", "--- ", "diff ", "***")) or _INSIDE.match(inside):
        return Found((), cursor.at + 1, path)
    text, end, _ = _until(cursor, cursor.at, "", f"</{name}>")
    if text is None:
        return Found((), len(cursor.lines), path, f"`<{name}>` is never closed")
    return Found((EditBlock(path, "overwrite", (), tuple(text), grammar="tags"),), end + 1, path)
