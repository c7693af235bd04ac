"""Finds neighbouring changes that say, taken together, the same words on both sides."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from fretsaw.core.prune.lexer import extended, loose, words
from fretsaw.core.prune.rules.line_change import LineChange, sides_of

LONGEST_READ, LONGEST_RUN = 12, 60
"""Neighbouring changes that are read as one text, and word after word each by itself, to find words that only moved to
another line."""


def alike_parts(run: list[LineChange], language: str) -> Iterator[list[LineChange]]:
    """Cut from a run the shortest parts that say the same on both sides; what is in none of them is left out.

    `-a(`, `-b)`, `+a(b)`, `-c`, `+d`: the first three are such a part, the other two are passed over.
    """
    letters = [(_letters(change.removed), _letters(change.added)) for change in run]
    start = 0
    while start < len(run):
        end = start + LONGEST_RUN
        likely = _likely_sizes(letters[start:end])
        size = _equal_run(run[start:end], likely, language) or int(_is_only_brackets(run[start], language))
        if size:
            yield run[start : start + size]
        start += max(size, 1)


_NO_LETTERS = re.compile(r"[\W\d_u]+")


def _letters(text: str) -> str:
    """The letters of a text in lower case: those that no layout changes, so not the `u` before a string."""
    return _NO_LETTERS.sub("", text.lower())


def _likely_sizes(letters: Sequence[tuple[str, str]]) -> list[int]:
    """Counts of the first changes which, taken together, have the same letters on both sides; only they are read."""
    old = new = ""
    sizes = []
    for size, (removed, added) in enumerate(letters, 1):
        old, new = old + removed, new + added
        if old == new:
            sizes.append(size)
    return sizes


def _equal_run(run: list[LineChange], sizes: Sequence[int], language: str) -> int:
    """Return the first of the sizes up to which the changes say, taken together, the same on both sides; else 0."""
    for size in sizes:
        if size > LONGEST_READ:
            return _equal_words(run, language)
        if _says_same(run[:size], language):
            return size
    return 0


def _equal_words(run: list[LineChange], language: str) -> int:
    """Count as `_equal_run` does, each change cut into words by itself: a long run costs less so than all its parts."""
    old: list[str] = []
    new: list[str] = []
    for size, change in enumerate(run, 1):
        extended(old, words(change.removed, language), language)
        extended(new, words(change.added, language), language)
        if size > LONGEST_READ and old == new:
            return size
    return 0


def _says_same(run: Iterable[LineChange], language: str) -> bool:
    """Tell whether both sides have words, and the same ones."""
    removed, added = sides_of(run)
    if not removed.strip() or not added.strip():
        return False
    return loose(removed, language) == loose(added, language)


def _is_only_brackets(change: LineChange, language: str) -> bool:
    """Tell whether a change holds nothing but brackets and commas, which may belong to a wrapping beside it."""
    return not loose(change.removed, language) and not loose(change.added, language)
