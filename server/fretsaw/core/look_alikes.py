"""Near-identical files and functions: which are there, and where they first differ. Pure.

A MinHash of its own: one CRC a line, and of each text the few smallest (a bottom-k sketch). A library such as
datasketch brings numpy and 128 permutations for sets of millions; here a set is a file's lines, and two texts whose
sketches share one are compared exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from itertools import zip_longest
from typing import NamedTuple
from zlib import crc32

from fretsaw.core.context.outline import outline

_LEAST_LINES = 5
_ALIKE = 0.8
"""Share of all lines of two texts that both have, from which on they are near-identical."""
_ONE_LINE = 2
"""Lines that two texts do not share where one line was changed: short texts are alike then, too."""
_SKETCH = 8
_MOST_ALIKE = 12
"""Texts with a common line of the sketch: more than that is a licence header, not a twin."""
_MOST_FUNCTIONS = 2_000


class Twins(NamedTuple):
    """Two texts that are alike."""

    first: str
    """The path of a file, or the name of a function."""
    first_line: int
    """The first line that differs, from 1 in its file; one after the last where the other goes on."""
    first_text: str
    second: str
    second_line: int
    second_text: str


class Piece(NamedTuple):
    """A text with its name."""

    name: str
    line: int
    """The number of its first line."""
    lines: Sequence[str]


def alike_files(texts: Mapping[str, str]) -> tuple[Twins, ...]:
    """The near-identical ones among files, by path → text; each file at most once as the second."""
    return _twins(Piece(path, 1, text.split("\n")) for path, text in texts.items())


def alike_functions(path: str, text: str, first: int = 1) -> tuple[Twins, ...]:
    """The near-identical definitions of one text, whose first line has this number in its file.

    >>> a = "def f(x):\\n    y = 1\\n    z = 2\\n    v = 3\\n    w = 4\\n    u = 5\\n    s = 6\\n    return y\\n"
    >>> [(twins.first, twins.second) for twins in alike_functions("a.py", a + a.replace("f(", "g("))]
    [('f', 'g')]
    """
    lines = text.split("\n")
    if not _has_repeats(lines):
        return ()
    pieces = []
    for each in outline(path, lines)[:_MOST_FUNCTIONS]:
        if not each.holds:
            pieces.append(Piece(each.name, first + each.header - 1, lines[each.header - 1 : each.last]))
    return _twins(pieces)


def _has_repeats(lines: Sequence[str]) -> bool:
    """Tell whether enough lines stand twice for two functions to be alike; most texts end here."""
    told = [line for line in lines if len(line) > 12]
    return len(told) - len(set(told)) >= _LEAST_LINES - 2


def _twins(pieces: Iterable[Piece]) -> tuple[Twins, ...]:
    """The pairs that are alike, each with the first one that it resembles."""
    found: list[Twins] = []
    buckets: dict[int, list[tuple[Piece, frozenset[int]]]] = {}
    for piece in pieces:
        hashes = [crc32(line.encode("utf-8", "surrogatepass")) for line in map(str.strip, piece.lines) if line]
        if len(hashes) < _LEAST_LINES:
            continue
        whole = frozenset(hashes)
        sketch = nsmallest(_SKETCH, whole)
        twin = _resembled(whole, sketch, buckets)
        if twin is not None:
            found.append(_difference(twin, piece))
        for value in sketch:
            buckets.setdefault(value, []).append((piece, whole))
    return tuple(found)


def _resembled(
    whole: frozenset[int], sketch: Sequence[int], buckets: Mapping[int, list[tuple[Piece, frozenset[int]]]]
) -> Piece | None:
    """The first piece whose lines are nearly all the same."""
    seen: set[int] = set()
    for value in sketch:
        for piece, other in buckets.get(value, ())[:_MOST_ALIKE]:
            if id(other) not in seen:
                seen.add(id(other))
                if _is_alike(whole, other):
                    return piece
    return None


def _is_alike(one: frozenset[int], other: frozenset[int]) -> bool:
    """Return True if two sets of lines share four fifths of all that they have."""
    both = len(one & other)
    union = len(one) + len(other) - both
    return both >= _ALIKE * union or union - both <= _ONE_LINE


def _difference(one: Piece, other: Piece) -> Twins:
    """The first line that differs; of equal texts their first lines."""
    at, mine, theirs = next(
        ((at, a, b) for at, (a, b) in enumerate(zip_longest(one.lines, other.lines, fillvalue="")) if a != b),
        (0, one.lines[0], other.lines[0]),
    )
    return Twins(one.name, one.line + at, mine.strip(), other.name, other.line + at, theirs.strip())
