"""A fit: which line of the file each old line of a pattern is."""

from __future__ import annotations

from dataclasses import dataclass, field

from fretsaw.core.locate.indent import Shift, lead, shift_between, unchanged
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.view import View

Splice = tuple[int, int, tuple[str, ...]]
"""(first line, line after the last, new lines without endings)."""


@dataclass(frozen=True, slots=True)
class Fit:
    """One place of a pattern in a file."""

    at: tuple[int | None, ...]
    """For each old line the index of the file's line, None where it has none (a kept line only)."""
    start: int
    end: int
    splices: tuple[Splice, ...]
    """The changes at this place, in order."""
    misses: int = 0
    """The number of kept lines that are not the file's."""


def consecutive(view: View, pattern: Pattern, start: int, misses: int = 0) -> Fit | None:
    """The fit whose old lines are the file's lines from `start` on; None where the new lines cannot be indented."""
    count = len(pattern.old)
    pairs = (
        (a, b, gone)
        for a, b, gone in zip(pattern.old, view.bodies[start : start + count], pattern.removed, strict=False)
    )
    shift = shift_between(pairs, pattern.added)
    if shift is None:
        shift = _loose_shift(view, pattern, start)
    if shift is None:
        return None
    return aligned(pattern, tuple(range(start, start + count)), start, shift, misses)


def _loose_shift(view: View, pattern: Pattern, start: int) -> Shift | None:
    """No shift fits all lines, but the lines that matter (removed, or next to new ones) are right as they are.

    Kept lines further away may be indented in any way: they only say where the place is. At least one line that matters
    has to say something; blank ones prove no indentation.
    """
    is_proved = False
    for index, line in enumerate(pattern.old):
        if not line.strip() or not _matters(pattern, index):
            continue
        if lead(line) != lead(view.bodies[start + index]):
            return None
        is_proved = True
    return unchanged if is_proved else None


def _matters(pattern: Pattern, index: int) -> bool:
    """Return True if an old line is removed or stands next to a new one."""
    return bool(pattern.removed[index] or pattern.inserts[index] or pattern.inserts[index + 1])


def aligned(pattern: Pattern, at: tuple[int | None, ...], start: int, shift: Shift, misses: int = 0) -> Fit | None:
    """The fit for a known alignment; None where it is unclear where the new lines go.

    Unclear is: new lines, or two removed lines, around lines of the file that the pattern does not have.
    """
    walk = _Walk(start)
    for index, inserts in enumerate(pattern.inserts):
        place = at[index - 1] if index else None
        if place is not None and not walk.pass_line(place, removed=pattern.removed[index - 1]):
            return None
        if inserts:
            if _beside_unmapped(pattern, at, index) or not walk.may_insert(_next_place(at, index)):
                return None
            walk.insert(tuple(line for line in map(shift, inserts) if line is not None))
    walk.close_run()
    ends = [place for place in at if place is not None]
    return Fit(at, start, ends[-1] + 1 if ends else start, tuple(_merged(walk.splices)), misses)


@dataclass(slots=True)
class _Walk:
    """A walk down the old lines of a pattern, beside the file.

    Pattern `a -b -c +x d` where a is line 10 of the file: past a, `here` is 11; b and c make `run` [11, 12] and `here`
    13; x takes their place: splice (11, 13, x); past d, `here` is 14.
    """

    here: int
    """Index after the last old line that was passed: where new lines go."""
    run: list[int] = field(default_factory=list)
    """Indices of the removed lines since the last kept or new one."""
    apart: bool = False
    """Lines of the file that the pattern does not have stand right before the run."""
    splices: list[Splice] = field(default_factory=list)

    def pass_line(self, place: int, *, removed: bool) -> bool:
        """Go past an old line; False where the file has further lines between two removed ones."""
        if not removed:
            self.close_run()
        elif not self.run:
            self.apart = place != self.here
            self.run.append(place)
        elif place == self.run[-1] + 1:
            self.run.append(place)
        else:
            return False
        self.here = place + 1
        return True

    def may_insert(self, following: int | None) -> bool:
        """Tell whether new lines have a clear place: right before the next old line and right after the run."""
        if following is not None and following != self.here:
            return False
        return not (self.run and self.apart)

    def insert(self, new: tuple[str, ...]) -> None:
        """Put new lines here, in place of the run."""
        self.splices.append((self.run[0] if self.run else self.here, self.here, new))
        self.run.clear()

    def close_run(self) -> None:
        """Remove the run without new lines in its place."""
        if self.run:
            self.splices.append((self.run[0], self.run[-1] + 1, ()))
            self.run.clear()


def _next_place(at: tuple[int | None, ...], index: int) -> int | None:
    """Find where the file has the next old line; None where it has none of the next eight."""
    return next((place for place in at[index : index + 8] if place is not None), None)


def _beside_unmapped(pattern: Pattern, at: tuple[int | None, ...], index: int) -> bool:
    """Return True if new lines stand beside a kept line that the file has not; a blank one does no harm to solid new
    lines."""
    neighbours = range(max(index - 1, 0), min(index + 1, len(at)))
    unmapped = [pattern.old[i] for i in neighbours if at[i] is None]
    if not unmapped:
        return False
    first, last = pattern.inserts[index][0], pattern.inserts[index][-1]
    is_solid = bool(first.strip() and last.strip())
    return any(map(str.strip, unmapped)) or not is_solid


def _merged(splices: list[Splice]) -> list[Splice]:
    """Touching splices as one."""
    out: list[tuple[int, int, list[str]]] = []
    for start, end, new in splices:
        if out and out[-1][1] == start:
            first, _, lines = out[-1]
            lines += new
            out[-1] = (first, end, lines)
        else:
            out.append((start, end, list(new)))
    return [(start, end, tuple(lines)) for start, end, lines in out]
