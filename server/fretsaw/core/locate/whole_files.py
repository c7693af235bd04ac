"""Edits of a file as a whole: created, overwritten, deleted. Knows one file's text and one block."""

from __future__ import annotations

from collections.abc import Iterable

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
            kind="exists",
            path=path,
            person=f"{path} is to be created, but it exists.",
            model=f"`{path}` exists already. Edit it instead of creating it.",
        )
    why = _why_only_a_part(now, block)
    if not why:
        return text, None
    return text, misfit(
        kind="truncated",
        path=path,
        person=f"The new text of {path} looks like a part of it: {why}.",
        model=f"`{path}`: {why}. Give an edit of the lines that change, or the whole file without leaving lines out.",
    )


def _why_only_a_part(now: str, block: EditBlock) -> str:
    """Say why a new text can only be a part of a file; empty where it can be all of it."""
    old = _lines(now)
    left_out = [line for line in filter(_is_left_out, block.replace) if squeezed(line) not in old]
    if left_out:
        return f"it leaves lines out (`{left_out[0].strip()[:60]}`)"
    return "most lines of the file are missing" if _is_a_part(old, block) else ""


def _is_a_part(old: list[str], block: EditBlock) -> bool:
    """Tell whether a text lacks so much of a file that it can only be a snippet of it."""
    new = set(map(squeezed, block.replace))
    lacks_most = _kept(old, new) * 2 < len(old)
    is_short = len(old) > 3 and len(new) * 2 <= len(old)
    return lacks_most and (len(old) > 8 or is_short)


def _kept(old: list[str], new: set[str]) -> int:
    """Count the lines of a file that a text still has."""
    return sum(map(new.__contains__, old))


def resembles(now: str, block: EditBlock) -> bool:
    """Tell whether a whole text can be a new state of a file: half of the file's lines stand in it."""
    old, new = _lines(now), set(map(squeezed, block.replace))
    return bool(old) and _kept(old, new) * 2 >= len(old)


def _is_left_out(line: str) -> bool:
    """Tell whether a line stands for others: `...` alone is an expression of Python where it is indented."""
    if is_placeholder(line):
        return True
    is_flush = line[:1] in (".", "…")
    has_words = line.strip(" \t.…") != ""
    return is_elision(line) and (is_flush or has_words)


def deletable(now: str, path: str, block: EditBlock) -> Misfit | None:
    """Say why a file may not be deleted: the lines said to be removed are not the file's."""
    if not block.search or _squeezed_solid(block.search) == _lines(now):
        return None
    return misfit(
        kind="absent",
        path=path,
        person=f"{path} is to be deleted, but the removed lines are not all of the file.",
        model=f"`{path}`: the lines you remove are not the whole file. Delete it without listing its lines.",
    )


def _lines(text: str) -> list[str]:
    """The lines of a text that are not blank, squeezed."""
    return _squeezed_solid(text.removeprefix("\ufeff").split("\n"))


def _squeezed_solid(lines: Iterable[str]) -> list[str]:
    """The lines that are not blank, squeezed."""
    return list(filter(None, map(squeezed, lines)))
