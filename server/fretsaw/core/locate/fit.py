"""A fit: which line of the file each old line of a pattern is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypeAlias

from fretsaw.core.locate.blank_lines import has_solid, is_solid_at_ends, lead, solid_indices
from fretsaw.core.locate.indent import Shift, shift_between, unchanged
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.view import View

Splice = tuple[int, int, tuple[str, ...]]
"""(first line, line after the last, new lines without endings)."""
Places: TypeAlias = tuple[int | None, ...]
"""For each old line the index of the file's line, None where it has none (a kept line only)."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One place of a pattern in a file."""

    at: Places
    start: int
    end: int
    splices: tuple[Splice, ...]
    """The changes at this place, in order."""
    misses: int = 0
    """The number of kept lines that are not the file's."""

    @property
    def core(self) -> tuple[int, int]:
        """First line and line after the last that the fit changes."""
        if not self.splices:
            return self.start, self.end
        return self.splices[0][0], self.splices[-1][1]

    @property
    def new_lines(self) -> list[str]:
        """All new lines, in order."""
        return list(chain.from_iterable(new for _, _, new in self.splices))

    def with_lines(self, correct: Callable[[str], str]) -> Fit:
        """The fit with each of its new lines corrected."""
        splices = tuple((start, end, tuple(map(correct, new))) for start, end, new in self.splices)
        return replace(self, splices=splices)


def consecutive(view: View, pattern: Pattern, start: int) -> Fit | None:
    """The fit whose old lines are the file's lines from `start` on; None where the new lines cannot be indented."""
    theirs = view.bodies[start : start + len(pattern.old)]
    pairs = zip(pattern.old, theirs, pattern.removed, strict=False)
    shift = shift_between(pairs, pattern.added) or _loose_shift(view, pattern, start)
    return in_a_row(pattern, start=start, shift=shift) if shift else None


def in_a_row(pattern: Pattern, *, start: int, shift: Shift) -> Fit | None:
    """The fit for old lines that are lines of the file without a gap; None where the new lines cannot be placed."""
    places = range(start, start + len(pattern.old))
    return aligned(pattern, at=tuple(places), start=start, shift=shift)


def _loose_shift(view: View, pattern: Pattern, start: int) -> Shift | None:
    """No shift fits all lines, but the lines that matter (removed, or next to new ones) are right as they are.

    Kept lines further away may be indented in any way: they only say where the place is. At least one line that matters
    has to say something; blank ones prove no indentation.
    """
    telling = set(pattern.busy).intersection(solid_indices(pattern.old))
    is_right = all(lead(pattern.old[index]) == lead(view.bodies[start + index]) for index in telling)
    return unchanged if telling and is_right else None


def aligned(pattern: Pattern, *, at: Places, start: int, shift: Shift, misses: int = 0) -> Fit | None:
    """The fit for a known alignment; None where it is unclear where the new lines go.

    Unclear is: new lines, or two removed lines, around lines of the file that the pattern does not have.
    """
    walk = _Walk(here=start, run_start=start)
    lines_above = zip((None, *at), (False, *pattern.removed), strict=True)
    for index, (place, is_removed) in enumerate(lines_above):
        if place is not None and not walk.pass_line(place, removed=is_removed):
            return None
        inserts = pattern.inserts[index]
        if not inserts:
            continue
        if _beside_unmapped(pattern, at, index) or not walk.may_insert(_next_place(at, index)):
            return None
        walk.insert([line for line in map(shift, inserts) if line is not None])
    walk.close_run()
    splices = tuple((first, end, tuple(new)) for first, end, new in walk.splices)
    return Fit(at=at, start=start, end=walk.here, splices=splices, misses=misses)


@dataclass(slots=True)
class _Walk:
    """A walk down the old lines of a pattern, beside the file.

    Pattern `a -b -c +x d` where a is line 10 of the file: past a, `here` is 11; b and c are a run from 11, `here` is
    13; x takes their place: splice (11, 13, x); past d, `here` is 14.
    """

    here: int
    """Index after the last old line that was passed: where new lines go."""
    run_start: int
    """Index of the first of the removed lines that end here; `here` where the last line is kept or new."""
    apart: bool = False
    """Lines of the file that the pattern does not have stand right before the run."""
    splices: list[tuple[int, int, list[str]]] = field(default_factory=list)

    def pass_line(self, place: int, *, removed: bool) -> bool:
        """Go past an old line; False where the file has further lines between two removed ones."""
        if not removed:
            self.close_run()
            self.run_start = place + 1
        elif self.run_start == self.here:
            self.run_start = place
            self.apart = place != self.here
        elif place != self.here:
            return False
        self.here = place + 1
        return True

    def may_insert(self, following: int | None) -> bool:
        """Tell whether new lines have a clear place: right before the next old line and right after the run."""
        is_right_before = following in (None, self.here)
        return is_right_before and not self.apart

    def insert(self, new: list[str]) -> None:
        """Put new lines here, in place of the run."""
        self._change(self.run_start, new)

    def close_run(self) -> None:
        """Remove the run without new lines in its place."""
        if self.run_start < self.here:
            self._change(self.run_start, [])

    def _change(self, start: int, new: list[str]) -> None:
        """Note that new lines replace the file's from `start` to here, as one with a change that ends at `start`."""
        if self.splices and self.splices[-1][1] == start:
            start, _, above = self.splices.pop()
            above += new
            new = above
        self.splices.append((start, self.here, new))
        self.run_start, self.apart = self.here, False


def _next_place(at: Places, index: int) -> int | None:
    """Find where the file has the next old line; None where it has none of the next eight."""
    following = at[index : index + 8]
    return next((place for place in following if place is not None), None)


def _beside_unmapped(pattern: Pattern, at: Places, index: int) -> bool:
    """Return True if new lines stand beside a kept line that the file has not; a blank one does no harm to solid new
    lines."""
    beside = slice(max(index - 1, 0), index + 1)
    neighbours = zip(at[beside], pattern.old[beside], strict=True)
    unmapped = [line for place, line in neighbours if place is None]
    if not unmapped:
        return False
    return has_solid(unmapped) or not is_solid_at_ends(pattern.inserts[index])
