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
    if all(ours == theirs for ours, theirs, _ in leads):
        return unchanged
    lost = _mark_lost(leads, added)
    if lost is not False:
        return unchanged if lost else None
    both = {(ours, theirs) for ours, theirs, _ in leads}
    shift = _prefix(both) or _tabs(both) or _scale(both)
    if shift is None or _absolute(both, added):
        return None
    fits_all = all(shift(line) is not None for line in added if line.strip())
    return shift if fits_all else None


def _mark_lost(leads: set[tuple[str, str, bool]], added: tuple[str, ...]) -> bool | None:
    """Tell whether kept lines lost (or doubled) the blank a diff begins them with; None where that cannot be told.

    Removed lines that are right beside them say so; without any, the new lines stand at the file's depth or at theirs.
    """
    kept = {(ours, theirs) for ours, theirs, gone in leads if not gone}
    removed = {(ours, theirs) for ours, theirs, gone in leads if gone}
    if not kept or any(ours != theirs for ours, theirs in removed):
        return False
    is_lost = all(_is_one_less(ours, theirs) for ours, theirs in kept)
    is_doubled = all(_is_one_less(theirs, ours) for ours, theirs in kept)
    if not is_lost and not is_doubled:
        return False
    return True if removed else _at_file_depth(kept, added)


def _is_one_less(shorter: str, longer: str) -> bool:
    """Return True if the first indentation is the second one, or lacks just its last blank."""
    return longer in (shorter, f"{shorter} ")


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


def _absolute(pairs: set[tuple[str, str]], added: tuple[str, ...]) -> bool:
    """Return True if new lines carry the file's indentation already where only the old line lost it.

    The block at 0, the file at 4, a new line at 4 or 8: moved by four more it would stand too deep.
    """
    if len(pairs) != 1:
        return False
    ((ours, theirs),) = pairs
    return not ours and any(lead(line).startswith(theirs) for line in added if line.strip())


def _prefix(pairs: set[tuple[str, str]]) -> Shift | None:
    """The file's lines stand deeper, or less deep, by one and the same run of blanks.

    The block at 0 and 2, the file at 4 and 6: four blanks more. The block at 4 and 6, the file at 2 and 4: two less.
    """
    extra = _one_surplus([(theirs, ours) for ours, theirs in pairs])
    if extra is not None:
        return lambda line: extra + line if line.strip() else line
    surplus = _one_surplus(list(pairs))
    return _cut_off(surplus) if surplus is not None else None


def _one_surplus(pairs: list[tuple[str, str]]) -> str | None:
    """Return the blanks that the longer of each pair begins with beyond the shorter; None where pairs disagree."""
    surpluses: set[str] = set()
    for longer, shorter in pairs:
        if not longer.endswith(shorter):
            return None
        surpluses.add(longer[: len(longer) - len(shorter)])
    return surpluses.pop() if len(surpluses) == 1 else None


def _cut_off(surplus: str) -> Shift:
    """Make a shift that takes these blanks off; a line that does not begin with them cannot be placed."""

    def shift(line: str) -> str | None:
        if not line.strip():
            return line
        return line[len(surplus) :] if line.startswith(surplus) else None

    return shift


def _tabs(pairs: set[tuple[str, str]]) -> Shift | None:
    """The block has blanks where the file has tabs, or the other way round, at a fixed width.

    The block at 4 and 8 blanks, the file at one tab and two: width 4, and 12 blanks become three tabs.
    """
    width = _tab_width([(ours, theirs) for ours, theirs in pairs])
    if width is not None:
        return _to_tabs(width)
    width = _tab_width([(theirs, ours) for ours, theirs in pairs])
    return _to_blanks(width) if width is not None else None


def _tab_width(pairs: list[tuple[str, str]]) -> int | None:
    """Return the width of a tab that explains all pairs of (blanks, the same with tabs); None where none does."""
    if not any(tabbed for _, tabbed in pairs):
        return None
    if any("\t" in spaced or tabbed.strip("\t ") for spaced, tabbed in pairs):
        return None
    for width in (4, 2, 8, 3):
        if all(spaced in (tabbed, _width(tabbed, width)) for spaced, tabbed in pairs):
            return width
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
    """The file indents by another number of blanks a level; two levels must say so.

    The block at 2 and 4, the file at 4 and 8: doubled. The block at 2 alone says nothing about 4.
    """
    if any("\t" in ours + theirs for ours, theirs in pairs):
        return None
    sizes = {(len(ours), len(theirs)) for ours, theirs in pairs}
    levels = {(ours, theirs) for ours, theirs in sizes if ours}
    if len(levels) < 2:
        return None
    unit, scaled = max(sizes)
    if any(ours * scaled != theirs * unit for ours, theirs in sizes):
        return None

    def shift(line: str) -> str | None:
        depth, rest = divmod(len(lead(line)) * scaled, unit)
        return None if rest else " " * depth + line.lstrip(" ")

    return shift
