"""A whole file in a fence, with its path on the fence or alone on the line above."""

from __future__ import annotations

import re

from fretsaw.core.reply.cursor import Cursor, Found
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.reply.fences import FENCE, open_fence
from fretsaw.core.reply.written_paths import alone, in_info

_OTHER_FORM = re.compile(
    r"^(?: {0,12}(?:<{5,9}|>{5,9}|-{7,9}) ?(?:SEARCH|ORIGINAL|OLD|HEAD)\b|@@|diff --git |--- \S"
    r"|\*\*\* (?:Begin|Update|Add|Delete)|\s*<(?:original|old_code|file|edit)\b)"
)
_SHELL = {"bash", "sh", "shell", "console", "zsh", "diff", "patch", "text", "output", "pycon", "traceback"}


def whole_file(cursor: Cursor) -> Found | None:
    """A fence that holds a file and nothing else."""
    if cursor.fence is not None:
        return None
    mark = FENCE.match(cursor.line)
    if mark is None:
        return None
    info = mark[3].strip()
    path = in_info(info) or _above(cursor)
    language = info.split()[0].lower() if info else ""
    if not path or (language in _SHELL and language != path):
        return None
    fence = open_fence(cursor.lines, cursor.at)
    if fence is None:
        return None
    stop = len(cursor.lines) if fence.close is None else fence.close
    body = [
        line[min(fence.indent, len(line) - len(line.lstrip(" \t"))) :] for line in cursor.lines[cursor.at + 1 : stop]
    ]
    if any(_OTHER_FORM.match(line) for line in body):
        return None
    if fence.close is None:
        return Found((), stop, path, "the fence of a whole file is never closed")
    if fence.unsure:
        return Found((), stop + 1, path, unclear=f"more than one mark may close the fence of {path}")
    return Found((EditBlock(path, "overwrite", (), tuple(body), grammar="whole-file"),), stop + 1, path)


def _above(cursor: Cursor) -> str:
    """The path alone on the line above, with at most one blank line between."""
    at = cursor.at - 1
    if at >= 0 and not cursor.lines[at].strip():
        at -= 1
    return alone(cursor.lines[at]) if at >= 0 else ""
