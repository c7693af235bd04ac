"""A hunk cut into its smallest independent parts, by the words that its two sides share.

Lines pair up by what they say: a line and its rewrapped form become one part, a new line between two changed ones
another. Inserted and removed runs are cut at blank lines, comments and logical lines.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from fretsaw.core.patch.logical import cuts, kinds
from fretsaw.core.patch.sequence import Block, differences, matches

WORDS = re.compile(r"\w+|[^\w\s]")
MOST_WORDS = 6_000
"""Words of a hunk up to which lines are paired by words; a longer one is paired by whole lines only."""
MOST_LINES = 400
"""Lines of an inserted or removed run up to which it is cut at logical lines; a longer one at blank lines only."""

_NONE_MOVED: Mapping[str, bool] = MappingProxyType({})


def parts(removed: Sequence[str], added: Sequence[str], moved: Mapping[str, bool] = _NONE_MOVED) -> list[Block]:
    """Consecutive blocks that cover both sides wholly; each has something on one side at least.

    `moved`: imports that go in one place of the file and come in another, and whether that one is further down. Such a
    line was not rewritten into what stands in its place: `-import b +import a` is two parts where another hunk adds
    `import b` again. What is new stands above a line that came down, since it does so in the text after.
    """
    loose_old = ["".join(line.split()) for line in removed]
    loose_new = ["".join(line.split()) for line in added]
    same = [(i, j) for i, j in _paired(loose_old, loose_new) if loose_old[i]]
    out: list[Block] = []
    i = j = 0
    for pi, pj in [*same, (len(removed), len(added))]:
        out += _shift(_gap(removed[i:pi], added[j:pj], moved), i, j)
        if pi < len(removed) or pj < len(added):
            out.append((pi, pi + 1, pj, pj + 1))
        i, j = pi + 1, pj + 1
    return _terminated(out, removed, added)


def _paired(old: list[str], new: list[str]) -> list[tuple[int, int]]:
    """Lines that are equal but for blanks."""
    if not old or not new:
        return []
    pairs: list[tuple[int, int]] = []
    i = j = 0
    for i0, i1, j0, j1 in [*differences(old, new), (len(old), len(old), len(new), len(new))]:
        pairs += zip(range(i, i0), range(j, j0), strict=True)
        i, j = i1, j1
    return pairs


def _shift(blocks: list[Block], i: int, j: int) -> list[Block]:
    return [(i0 + i, i1 + i, j0 + j, j1 + j) for i0, i1, j0, j1 in blocks]


def _gap(removed: Sequence[str], added: Sequence[str], moved: Mapping[str, bool]) -> list[Block]:
    """Parts of a stretch without equal lines: the groups of lines that share words, and what lies between them."""
    out: list[Block] = []
    i = j = 0
    for i0, i1, j0, j1 in [*_groups(removed, added, moved), (len(removed), len(removed), len(added), len(added))]:
        out += _shift(_unmatched(removed[i:i0], added[j:j0], moved), i, j)
        if i1 > i0 or j1 > j0:
            out.append((i0, i1, j0, j1))
        i, j = i1, j1
    return out


def _groups(removed: Sequence[str], added: Sequence[str], moved: Mapping[str, bool]) -> list[Block]:
    """Groups of lines of both sides in which each line shares at least half its words with one of the other side.

    Links (0, 0), (1, 0), (2, 1), of the old lines 0, 1, 2 and the new 0, 1: old 0 and 1 were joined into new 0, old 2
    is new 1. The groups are (0, 2, 0, 1) and (2, 3, 1, 2).
    """
    groups: list[Block] = []
    for i, j in _linked_lines(removed, added):
        if removed[i] in moved or added[j] in moved:
            continue
        if groups and (i < groups[-1][1] or j < groups[-1][3]):
            i0, i1, j0, j1 = groups[-1]
            groups[-1] = (i0, max(i1, i + 1), min(j0, j), max(j1, j + 1))
        else:
            groups.append((i, i + 1, j, j + 1))
    return groups


def _linked_lines(removed: Sequence[str], added: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs (old line, new line), in order, that share at least half the weight of the lighter one's words.

    None where a side is empty, or where there are too many words to look at.
    """
    if not removed or not added:
        return []
    old = [(word, at) for at, line in enumerate(removed) for word in WORDS.findall(line)]
    new = [(word, at) for at, line in enumerate(added) for word in WORDS.findall(line)]
    if len(old) + len(new) > MOST_WORDS:
        return []
    total_old, total_new = _weights(old), _weights(new)
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for i, j in matches([word for word, _ in old], [word for word, _ in new]):
        shared[old[i][1], new[j][1]] += _weight(old[i][0])
    return sorted(pair for pair, w in shared.items() if w * 2 >= min(total_old[pair[0]], total_new[pair[1]]))


def _weights(words: list[tuple[str, int]]) -> dict[int, float]:
    """The weight of each line's words, from (word, line)."""
    total: dict[int, float] = defaultdict(float)
    for word, at in words:
        total[at] += _weight(word)
    return total


def _weight(word: str) -> float:
    return min(len(word), 8) if word[0].isalnum() or word[0] == "_" else 0.3


def _unmatched(removed: Sequence[str], added: Sequence[str], moved: Mapping[str, bool]) -> list[Block]:
    """Parts of a stretch whose sides share nothing: blank lines at its rims by themselves, the rest together."""
    if not removed or not added:
        return _runs(removed, added)
    if moved and (_all_moved(removed, moved) or _all_moved(added, moved)):
        return _apart(removed, added, new_first=all(moved.get(line, False) for line in removed))
    if any(map(str.strip, removed)) != any(map(str.strip, added)):
        # Blank lines against text: two independent things at one place.
        return _apart(removed, added)
    line_kinds = list(kinds(removed))
    if line_kinds == list(kinds(added)) and [*map(_indent, removed)] == [*map(_indent, added)]:
        # As many lines of the same kinds and depths: each was rewritten; what continues a line stays with it.
        starts = [at for at, kind in enumerate(line_kinds) if kind != "inside"]
        return [(a, b, a, b) for a, b in pairwise([*starts, len(line_kinds)])]
    return [(0, len(removed), 0, len(added))]


def _all_moved(lines: Sequence[str], moved: Mapping[str, bool]) -> bool:
    return all(line in moved for line in lines)


def _apart(removed: Sequence[str], added: Sequence[str], *, new_first: bool = False) -> list[Block]:
    """Parts of two sides that stand at one place and have nothing to do with each other."""
    n, m = (0, len(added)) if new_first else (len(removed), 0)
    old = [(i0, i1, m, m) for i0, i1, _, _ in _runs(removed, ())]
    new = [(n, n, j0, j1) for _, _, j0, j1 in _runs((), added)]
    return new + old if new_first else old + new


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _runs(removed: Sequence[str], added: Sequence[str]) -> list[Block]:
    lines = removed or added
    bounds = [0, *cuts(lines, fine=len(lines) <= MOST_LINES), len(lines)] if lines else []
    spans = [(a, b) for a, b in pairwise(bounds) if a < b]
    return [(a, b, 0, 0) if removed else (0, 0, a, b) for a, b in spans]


def _terminated(blocks: list[Block], removed: Sequence[str], added: Sequence[str]) -> list[Block]:
    """Joins what cannot be told apart: a line without an ending glues everything after it to itself."""
    for at, (_, i1, _, j1) in enumerate(blocks):
        loose_end = (i1 and not removed[i1 - 1].endswith("\n")) or (j1 and not added[j1 - 1].endswith("\n"))
        if loose_end and at + 1 < len(blocks):
            i0, _, j0, _ = blocks[at]
            return [*blocks[:at], (i0, len(removed), j0, len(added))]
    return blocks
