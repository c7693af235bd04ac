"""Relate the indentation of a block to the file's, so that new lines get the file's own.

It is handed pairs of lines that are the same but for their indentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import starmap
from typing import Any, TypeAlias

from fretsaw.core.locate.blank_lines import depth, lead, solid_lines
from fretsaw.core.locate.only import only

Shift: TypeAlias = Callable[[str], "str | None"]
"""A new line -> the same line with the file's indentation, None where that cannot be said."""
Leads: TypeAlias = set[tuple[str, str]]
"""Pairs (indentation of a line in the block, its indentation in the file)."""
_Way: TypeAlias = tuple[Callable[[Leads], Any], Leads, Callable[..., "str | None"]]
"""(measure of the difference, None where there is none; the pairs it is taken of; the change of a line by it)."""

_TAB_WIDTHS = (4, 2, 8, 3)
"""The most usual one first: several may explain the same pairs."""


def unchanged(line: str) -> str | None:
    """The line as it is."""
    return line


def shift_between(pairs: Iterable[tuple[str, str, bool]], added: tuple[str, ...]) -> Shift | None:
    """Find the shift for new lines from (block's line, file's line, True if it is removed); None where nothing fits
    all."""
    kept, removed = _leads(pairs)
    both = kept | removed
    if not _differ(both):
        return unchanged
    new_lines = solid_lines(added)
    if not _differ(removed) and _lost_the_mark(kept):
        is_at_file_depth = bool(removed) or _is_at_file_depth(new_lines, kept)
        if is_at_file_depth is None:
            return None
        if is_at_file_depth:
            return unchanged
    if _only_old_line_lost_it(both, new_lines):
        return None
    shift = _shift_of(both)
    if shift is None or None in map(shift, new_lines):
        return None
    return shift


def _leads(pairs: Iterable[tuple[str, str, bool]]) -> tuple[Leads, Leads]:
    """Collect the indentations of kept and of removed lines; a blank line says nothing of them."""
    kept: Leads = set()
    removed: Leads = set()
    for ours, theirs, is_removed in pairs:
        if ours.strip():
            side = removed if is_removed else kept
            side.add((lead(ours), lead(theirs)))
    return kept, removed


def _differ(leads: Leads) -> bool:
    """Return True if a line of the block is not indented as in the file."""
    return any(ours != theirs for ours, theirs in leads)


def _lost_the_mark(kept: Leads) -> bool:
    """Return True if kept lines lost, or doubled, the blank that a diff begins them with.

    Removed lines that are right beside them say so; without any, the new lines stand at the file's depth or at theirs.
    """
    is_lost = all(starmap(_is_one_less, kept))
    is_doubled = all(starmap(_is_one_less, _swapped(kept)))
    return is_lost or is_doubled


def _is_one_less(shorter: str, longer: str) -> bool:
    """Return True if the first indentation is the second one, or lacks just its last blank."""
    return longer in (shorter, f"{shorter} ")


def _is_at_file_depth(new_lines: Sequence[str], kept: Leads) -> bool | None:
    """Tell whether new lines are indented as the file is, not as the block's kept lines; None where that is open.

    Kept lines at 3 that are at 4 in the file: new lines at 4, or at 4 and 8, are the file's; those at 3 are not.
    """
    depths = set(map(lead, new_lines))
    if not depths:
        return True
    ours, theirs = map(set, zip(*kept, strict=True))
    all_theirs, all_ours = depths <= theirs, depths <= ours
    if all_theirs != all_ours:
        return all_theirs
    none_theirs, none_ours = depths.isdisjoint(theirs), depths.isdisjoint(ours)
    if none_theirs != none_ours:
        return none_ours
    return None


def _only_old_line_lost_it(leads: Leads, new_lines: Sequence[str]) -> bool:
    """Return True if new lines carry the file's indentation already where only the old line lost it.

    The block at 0, the file at 4, a new line at 4 or 8: moved by four more it would stand too deep.
    """
    ours, theirs = only(leads) or ("several", "")
    return not ours and any(line.startswith(theirs) for line in new_lines)


def _shift_of(leads: Leads) -> Shift | None:
    """Find the first way in which the file is indented otherwise than the block, of those that explain all pairs.

    Deeper: the block at 0 and 2, the file at 4 and 6: four blanks more. Less deep: the block at 4 and 6, the file at 2
    and 4: two less. To tabs: the block at 4 and 8 blanks, the file at one tab and two: width 4, and 12 blanks become
    three tabs; or the other way round. Scaled: the block at 2 and 4, the file at 4 and 8: doubled.
    """
    swapped = _swapped(leads)
    ways: tuple[_Way, ...] = (
        (_one_surplus, swapped, _deeper),
        (_one_surplus, leads, _less_deep),
        (_tab_width, leads, _to_tabs),
        (_tab_width, swapped, _to_blanks),
        (_scale, leads, _scaled),
    )
    for measure, sides, change in ways:
        amount = measure(sides)
        if amount is not None:
            return partial(change, amount)
    return None


def _swapped(leads: Leads) -> Leads:
    """The pairs the other way round."""
    return {(theirs, ours) for ours, theirs in leads}


def _one_surplus(leads: Leads) -> str | None:
    """Return the blanks that the longer of each pair begins with beyond the shorter; None where pairs disagree."""
    if not all(starmap(str.endswith, leads)):
        return None
    return only({longer[: len(longer) - len(shorter)] for longer, shorter in leads})


def _deeper(missing: str, line: str) -> str:
    """Put the missing blanks before a line that is not blank."""
    return missing + line if line.strip() else line


def _less_deep(surplus: str, line: str) -> str | None:
    """Take these blanks off a line; None for one that does not begin with them, as it cannot be placed."""
    if not line.strip():
        return line
    return line[len(surplus) :] if line.startswith(surplus) else None


def _tab_width(leads: Leads) -> int | None:
    """Return the width of a tab that explains all pairs of (blanks, the same with tabs); None where none does."""
    if any("\t" in spaced for spaced, _ in leads):
        return None
    for width in _TAB_WIDTHS:
        if all(spaced in (tabbed, _spaced(tabbed, width)) for spaced, tabbed in leads):
            return width
    return None


def _spaced(tabbed: str, width: int) -> str:
    """Write each tab as so many blanks, wherever it stands."""
    return tabbed.replace("\t", " " * width)


def _to_tabs(width: int, line: str) -> str | None:
    """The line with tabs for its leading blanks; None for one that has tabs there already."""
    blanks = lead(line)
    if "\t" in blanks:
        return None
    tabs, spaces = divmod(len(blanks), width)
    return "\t" * tabs + " " * spaces + line.lstrip(" ")


def _to_blanks(width: int, line: str) -> str:
    """The line with blanks for its leading tabs."""
    blanks = lead(line)
    return _spaced(blanks, width) + line[len(blanks) :]


def _scale(leads: Leads) -> tuple[int, int] | None:
    """Return (blanks of the block, blanks of the file) that all pairs are in proportion to; two levels must say so.

    The block at 2 and 4, the file at 4 and 8: (4, 8). The block at 2 alone says nothing about 4.
    """
    if any("\t" in ours + theirs for ours, theirs in leads):
        return None
    sizes = {(len(ours), len(theirs)) for ours, theirs in leads}
    levels = {ours for ours, _ in sizes} - {0}
    unit, scaled = max(sizes)
    is_one_scale = all(ours * scaled == theirs * unit for ours, theirs in sizes)
    return (unit, scaled) if is_one_scale and len(levels) > 1 else None


def _scaled(scale: tuple[int, int], line: str) -> str | None:
    """The line with its blanks in proportion to the scale; None where that is not a whole number."""
    unit, scaled = scale
    blanks, rest = divmod(depth(line) * scaled, unit)
    return None if rest else " " * blanks + line.lstrip(" ")
