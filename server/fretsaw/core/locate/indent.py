"""Relate the indentation of a block to the file's, so that new lines get the file's own.

It is handed pairs of lines that are the same but for their indentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

Shift: TypeAlias = Callable[[str], "str | None"]
"""A new line -> the same line with the file's indentation, None where that cannot be said."""


def lead(line: str) -> str:
    """The blanks a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def unchanged(line: str) -> str | None:
    """The line as it is."""
    return line


def shift_between(pairs: Iterable[tuple[str, str, bool]], added: tuple[str, ...]) -> Shift | None:
    """Find the shift for new lines from (block's line, file's line, True if it is removed); None where nothing fits
    all."""
    leads = {(lead(ours), lead(theirs), gone) for ours, theirs, gone in pairs if ours.strip()}
    if all(a == b for a, b, _ in leads):
        return unchanged
    lost = _mark_lost(leads, added)
    if lost is not False:
        return unchanged if lost else None
    both = {(a, b) for a, b, _ in leads}
    for guess in (_prefix, _tabs, _scale):
        shift = guess(both)
        if shift is not None:
            if len(both) == 1 and _absolute(next(iter(both)), added):
                return None
            return shift if all(shift(line) is not None for line in added if line.strip()) else None
    return None


def _mark_lost(leads: set[tuple[str, str, bool]], added: tuple[str, ...]) -> bool | None:
    """Tell whether kept lines lost (or doubled) the blank a diff begins them with; None where that cannot be told.

    Removed lines that are right beside them say so; without any, the new lines stand at the file's depth or at theirs.
    """
    kept = {(ours, theirs) for ours, theirs, gone in leads if not gone}
    removed = {(ours, theirs) for ours, theirs, gone in leads if gone}
    if not kept or any(ours != theirs for ours, theirs in removed):
        return False
    lost = all(theirs in (ours, ours + " ") for ours, theirs in kept)
    doubled = all(ours in (theirs, theirs + " ") for ours, theirs in kept)
    if not lost and not doubled:
        return False
    return True if removed else _at_file_depth(kept, added)


def _at_file_depth(kept: set[tuple[str, str]], added: tuple[str, ...]) -> bool | None:
    """Tell whether new lines are indented as the file is, not as the block's kept lines; None where that is open.

    Kept lines at 3 that are at 4 in the file: new lines at 4, or at 4 and 8, are the file's; those at 3 are not.
    """
    depths = {lead(line) for line in added if line.strip()}
    theirs, ours = {b for _, b in kept}, {a for a, _ in kept}
    if (depths <= theirs) != (depths <= ours):
        return depths <= theirs
    if bool(depths & theirs) != bool(depths & ours):
        return bool(depths & theirs)
    return None if depths else True


def _absolute(pair: tuple[str, str], added: tuple[str, ...]) -> bool:
    """Return True if new lines carry the file's indentation already where only the old line lost it."""
    ours, theirs = pair
    return not ours and any(lead(line).startswith(theirs) for line in added if line.strip())


def _prefix(pairs: set[tuple[str, str]]) -> Shift | None:
    """The file's lines stand deeper, or less deep, by one and the same run of blanks."""
    more = {b[: len(b) - len(a)] if b.endswith(a) else None for a, b in pairs}
    if len(more) == 1 and None not in more:
        extra = more.pop() or ""
        return lambda line: extra + line if line.strip() else line
    less = {a[: len(a) - len(b)] if a.endswith(b) else None for a, b in pairs}
    if len(less) == 1 and None not in less:
        cut = less.pop() or ""
        return lambda line: line if not line.strip() else (line[len(cut) :] if line.startswith(cut) else None)
    return None


def _tabs(pairs: set[tuple[str, str]]) -> Shift | None:
    """The block has blanks where the file has tabs, or the other way round, at a fixed width."""
    for to_tabs in (True, False):
        spaced = {(a, b) if to_tabs else (b, a) for a, b in pairs}
        for width in (4, 2, 8, 3):
            if not any(b for _, b in spaced) or not all(a == b or _width(b, width) == a for a, b in spaced):
                continue
            if not all("\t" not in a and not b.strip("\t ") for a, b in spaced):
                continue
            return _to_tabs(width) if to_tabs else _to_blanks(width)
    return None


def _width(tabbed: str, width: int) -> str:
    return tabbed.replace("\t", " " * width)


def _to_tabs(width: int) -> Shift:
    def shift(line: str) -> str | None:
        blanks = lead(line)
        if "\t" in blanks:
            return None
        return "\t" * (len(blanks) // width) + " " * (len(blanks) % width) + line[len(blanks) :]

    return shift


def _to_blanks(width: int) -> Shift:
    def shift(line: str) -> str | None:
        blanks = lead(line)
        return _width(blanks, width) + line[len(blanks) :]

    return shift


def _scale(pairs: set[tuple[str, str]]) -> Shift | None:
    """The file indents by another number of blanks a level; two levels must say so."""
    sizes = {(len(a), len(b)) for a, b in pairs}
    if any("\t" in a + b for a, b in pairs) or len({pair for pair in sizes if pair[0]}) < 2:
        return None
    first = max(sizes)
    if not first[0] or any(a * first[1] != b * first[0] for a, b in sizes):
        return None

    def shift(line: str) -> str | None:
        size = len(lead(line)) * first[1]
        return " " * (size // first[0]) + line.lstrip(" ") if size % first[0] == 0 else None

    return shift
