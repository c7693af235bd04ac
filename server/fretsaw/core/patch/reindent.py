"""The difference of a file that was indented anew, line against its own line.

There a shortest difference pairs lines that only happen to be equal, a bracket of one block with another's, and
tells of text that moved where blanks alone changed.
"""

from __future__ import annotations

from fretsaw.core.patch.patch_set import Hunk
from fretsaw.core.patch.sequence import differences
from fretsaw.core.patch.slide import slide
from fretsaw.core.text.lines import split_lines

FEWEST = 12
"""Removed lines from which a file may have been indented anew."""


def realigned(before: str, after: str, hunks: tuple[Hunk, ...]) -> tuple[Hunk, ...]:
    """The hunks, or such in which lines that say the same stand against each other, where most of them do.

    In the latter case each such line is a hunk of its own, and hunks may touch.
    """
    changed = sum(len(hunk.removed) for hunk in hunks)
    if changed < FEWEST:
        return hunks
    old, new = split_lines(before), split_lines(after)
    bare = {line: _bare(line) for line in {*old, *new}}
    bare_old, bare_new = ([bare[line] for line in side] for side in (old, new))
    blocks = slide(bare_old, bare_new, differences(bare_old, bare_new))
    if 2 * sum(i1 - i0 for i0, i1, _, _ in blocks) > changed:
        return hunks
    out: list[Hunk] = []
    i = j = 0
    for i0, i1, j0, j1 in [*blocks, (len(old), len(old), len(new), len(new))]:
        pairs = zip(range(i, i0), old[i:i0], new[j:j0], strict=True)
        out += [Hunk(at, (one,), (other,)) for at, one, other in pairs if one != other]
        if i1 > i0 or j1 > j0:
            out.append(Hunk(i0, tuple(old[i0:i1]), tuple(new[j0:j1])))
        i, j = i1, j1
    return tuple(out)


def _bare(line: str) -> str:
    """The line without what formatters change: blanks, the kind of its quotes, what ends it."""
    return "".join(line.split()).replace("'", '"').rstrip(",;")
