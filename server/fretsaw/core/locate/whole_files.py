"""Edits of a file as a whole: created, overwritten, deleted. Knows one file's text and one block."""

from __future__ import annotations

from fretsaw.core.locate.explain import misfit
from fretsaw.core.locate.misfit import Misfit
from fretsaw.core.locate.pattern import is_elision
from fretsaw.core.locate.placeholders import is_placeholder
from fretsaw.core.locate.splices import whole
from fretsaw.core.locate.view import squeezed
from fretsaw.core.reply.edit_block import EditBlock


def written(before: str | None, block: EditBlock) -> str:
    """The text of a new (or so far empty) file."""
    return whole(before, block.replace, bare_end=block.no_newline[1])


def replaced(now: str | None, path: str, block: EditBlock) -> tuple[str, Misfit | None]:
    """The whole new text of a file, or why it cannot be: it exists, or the new text is only a part of it."""
    text = written(now, block)
    if now is None or not now.strip() or text == now:
        return text, None
    if block.op == "create":
        return text, misfit(
            "exists",
            path,
            f"{path} is to be created, but it exists.",
            f"`{path}` exists already. Edit it instead of creating it.",
        )
    old, new = _lines(now), {squeezed(line) for line in block.replace}
    elided = next((line for line in block.replace if _is_left_out(line) and squeezed(line) not in old), None)
    if elided is not None or _is_a_part(old, new):
        why = f"it leaves lines out (`{elided.strip()[:60]}`)" if elided else "most lines of the file are missing"
        return text, misfit(
            "truncated",
            path,
            f"The new text of {path} looks like a part of it: {why}.",
            f"`{path}`: {why}. Give an edit of the lines that change, or the whole file without leaving lines out.",
        )
    return text, None


def _is_a_part(old: list[str], new: set[str]) -> bool:
    """Tell whether a text lacks so much of a file that it can only be a snippet of it."""
    kept = sum(line in new for line in old)
    is_short = len(old) > 3 and len(new) * 2 <= len(old)
    return kept * 2 < len(old) and (len(old) > 8 or is_short)


def resembles(now: str, block: EditBlock) -> bool:
    """Tell whether a whole text can be a new state of a file: half of the file's lines stand in it."""
    old, new = _lines(now), {squeezed(line) for line in block.replace}
    return bool(old) and sum(line in new for line in old) * 2 >= len(old)


def _is_left_out(line: str) -> bool:
    """Tell whether a line stands for others: `...` alone is an expression of Python where it is indented."""
    if is_placeholder(line) or line[:1] in (".", "…"):
        return is_elision(line) or is_placeholder(line)
    return is_elision(line) and line.strip(" \t.…") != ""


def deletable(now: str, path: str, block: EditBlock) -> Misfit | None:
    """Say why a file may not be deleted: the lines said to be removed are not the file's."""
    if not block.search or [squeezed(line) for line in block.search if line.strip()] == _lines(now):
        return None
    return misfit(
        "absent",
        path,
        f"{path} is to be deleted, but the removed lines are not all of the file.",
        f"`{path}`: the lines you remove are not the whole file. Delete it without listing its lines.",
    )


def _lines(text: str) -> list[str]:
    return [squeezed(line) for line in text.removeprefix("\ufeff").split("\n") if line.strip()]
