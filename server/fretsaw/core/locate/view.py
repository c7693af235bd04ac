"""A file's text as lines, and the keys by which each rung compares them, computed when first asked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, islice
from typing import TypeAlias

from fretsaw.core.text.lines import body, split_lines

Key: TypeAlias = Callable[[str], str]
Scope: TypeAlias = tuple[int, int]
"""(first line, line after the last) of a block."""

MOST = 64
"""The number of places of one block that are looked at; a block with more is ambiguous anyway."""
_MOST_CANDIDATES = 4096
"""Places of one line at which a block with that line is looked for."""
_MOST_LINES = 400_000
"""Lines that the places of one block have together at most."""

_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "′": "'", "″": '"', "«": '"', "»": '"',
     "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "…": "..."}
)  # fmt: skip


INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u180e")
"""Signs that nobody sees: blanks and joiners of no width, marks of direction, soft hyphens."""
_UNSEEN = {ord(sign): None for sign in INVISIBLE}


def same(line: str) -> str:
    """The line as it is."""
    return line


def without_trailing(line: str) -> str:
    """The line without blanks at its end."""
    return line.rstrip(" \t\r")


def bare(line: str) -> str:
    """The line without blanks at its ends."""
    return line.strip(" \t\r")


def squeezed(line: str) -> str:
    """The line without blanks at its ends, and with single blanks inside."""
    return " ".join(line.split())


def plain_quotes(line: str) -> str:
    """Squeezed, with typewriter quotes, dashes and dots, composed letters, and without signs that nobody sees."""
    if line.isascii():
        return " ".join(line.split())
    return " ".join(without_unseen(line).translate(_QUOTES).split())


def without_unseen(text: str) -> str:
    """The text with composed letters, and without signs that nobody sees."""
    return unicodedata.normalize("NFC", text).translate(_UNSEEN)


def typewriter(line: str) -> str:
    """The line with typewriter quotes, dashes and dots, its blanks as they are."""
    return line.translate(_QUOTES)


def typewriter_table(written: str, text: str) -> dict[int, str]:
    """A table of the signs that were written and that the text has nowhere, with the typewriter's sign for each."""
    return {ord(sign): typewriter(sign) for sign in set(written) if sign not in text}


_WHOLE: Mapping[Key, Callable[[Sequence[str]], list[str]]] = {
    without_trailing: lambda lines: [line.rstrip(" \t\r") for line in lines],
    bare: lambda lines: [line.strip(" \t\r") for line in lines],
    squeezed: lambda lines: [" ".join(line.split()) for line in lines],
}
"""The keys that nearly every text is asked for, for all of its lines at once: a call a line was a third of locating."""


@dataclass(slots=True)
class View:
    """One text."""

    text: str
    many: bool = False
    """True if many blocks will be looked up, so that an index pays."""
    spent: int = 0
    """The number of places that were found so far."""
    scopes: dict[tuple[str, ...], list[Scope]] = field(default_factory=dict)
    """Anchors -> the blocks they enclose, as far as they were asked for."""
    lines: list[str] = field(init=False)
    """With their endings."""
    bodies: list[str] = field(init=False)
    """Without endings, the first without a byte order mark."""
    _joined: dict[Key, str] = field(default_factory=dict)
    _solid: tuple[list[int], str] | None = None
    _lines_by: dict[Key, list[str]] = field(default_factory=dict)
    _index_by: dict[Key, dict[str, list[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lines = split_lines(self.text)
        self.bodies = _bodies_of(self.text, self.lines)

    def find(self, old: list[str] | tuple[str, ...], key: Key) -> list[int]:
        """Starts of runs of lines whose keys are the keys of `old`, in order; as many as `most` allows."""
        keys = list(old) if key is same else list(map(key, old))
        found = self._find_indexed(keys, key) if self.many else self._find_joined(keys, key)
        self.spent += len(found)
        return found

    @property
    def most(self) -> int:
        """Count how many places of one block are looked for; few once very many were found."""
        return MOST if self.spent < 20_000 else 2

    def _find_joined(self, keys: list[str], key: Key) -> list[int]:
        joined = self._joined.get(key)
        if joined is None:
            joined = self._joined[key] = "\n" + "\n".join(self._keyed(key)) + "\n"
        return _starts(joined, "\n" + "\n".join(keys) + "\n", self.most)

    def _find_indexed(self, keys: list[str], key: Key) -> list[int]:
        lines, index = self._keyed(key), self._places(key)
        count = len(keys)
        rarest = min(range(count), key=lambda i: len(index.get(keys[i], ())))
        candidates = (place - rarest for place in index.get(keys[rarest], ())[:_MOST_CANDIDATES])
        starts = (start for start in candidates if lines[start : start + count] == keys)
        return list(islice(starts, min(self.most, _MOST_LINES // count + 1)))

    def _keyed(self, key: Key) -> list[str]:
        if key is same:
            return self.bodies
        if key not in self._lines_by:
            of_all = _WHOLE.get(key)
            self._lines_by[key] = of_all(self.bodies) if of_all else list(map(key, self.bodies))
        return self._lines_by[key]

    def _places(self, key: Key) -> dict[str, list[int]]:
        if key not in self._index_by:
            found: dict[str, list[int]] = {}
            for at, line in enumerate(self._keyed(key)):
                found.setdefault(line, []).append(at)
            self._index_by[key] = found
        return self._index_by[key]

    def between(self, *, first: int, stop: int, key: Key) -> list[str]:
        """The lines of a range as a key sees them, as far as the file has them."""
        return self._keyed(key)[max(0, first) : max(0, stop)]

    def solid(self) -> tuple[list[int], str]:
        """Indices of the lines that are not blank, and those lines joined without blanks at their ends."""
        if self._solid is None:
            lines = self._keyed(bare)
            places = list(compress(range(len(lines)), lines))
            self._solid = places, "\n" + "\n".join(filter(None, lines)) + "\n"
        return self._solid

    def index(self) -> dict[str, list[int]]:
        """Squeezed line -> all indices where it stands."""
        return self._places(squeezed)

    def squeezed_at(self, at: int) -> str:
        """The squeezed line at an index."""
        return self._keyed(squeezed)[at]


def _bodies_of(text: str, lines: list[str]) -> list[str]:
    """The lines of a text without their endings, and without its byte order mark."""
    has_returns = "\r" in text
    bodies = list(map(body, lines)) if has_returns else text.split("\n")[: len(lines)]
    bodies[:1] = [first.removeprefix("\ufeff") for first in bodies[:1]]
    return bodies


def _starts(joined: str, needle: str, most: int) -> list[int]:
    most = max(2, min(most, 2_000_000 // (len(needle) + 1)))
    found: list[int] = []
    at = joined.find(needle)
    line = before = 0
    while at >= 0 and len(found) < most:
        line += joined.count("\n", before, at)
        before = at
        found.append(line)
        at = joined.find(needle, at + 1)
    return found


def solid_starts(view: View, old: list[str]) -> list[int]:
    """Starts, counted in lines that are not blank, of runs that equal `old` (no blank lines in it)."""
    return _starts(view.solid()[1], "\n" + "\n".join(old) + "\n", view.most)
