"""A file's text as lines, and the keys by which each rung compares them, computed when first asked for.

Knows nothing of edits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from fretsaw.core.text import body, split_lines

Key: TypeAlias = Callable[[str], str]

MOST = 64
"""How many places of one block are looked at; a block with more is ambiguous anyway."""

_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "′": "'", "″": '"', "«": '"', "»": '"',
     "‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "…": "..."}
)  # fmt: skip


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
    """Squeezed, with typewriter quotes, dashes and dots."""
    return " ".join(line.translate(_QUOTES).split())


def typewriter(line: str) -> str:
    """The line with typewriter quotes, dashes and dots, its blanks as they are."""
    return line.translate(_QUOTES)


@dataclass(slots=True)
class View:
    """One text."""

    text: str
    lines: list[str] = field(init=False)
    """With their endings."""
    bodies: list[str] = field(init=False)
    """Without endings, the first without a byte order mark."""
    _joined: dict[Key, str] = field(default_factory=dict)
    _solid: tuple[list[int], str] | None = None
    _index: dict[str, list[int]] | None = None

    def __post_init__(self) -> None:
        self.lines = split_lines(self.text)
        if "\r" in self.text:
            self.bodies = [body(line) for line in self.lines]
        else:
            self.bodies = self.text.split("\n")
            if len(self.bodies) > len(self.lines):
                self.bodies.pop()
        if self.bodies and self.bodies[0].startswith("\ufeff"):
            self.bodies[0] = self.bodies[0][1:]

    def find(self, old: list[str] | tuple[str, ...], key: Key) -> list[int]:
        """Starts of all runs of lines whose keys are the keys of `old`; at most `MOST`."""
        joined = self._joined.get(key)
        if joined is None:
            lines = self.bodies if key is same else map(key, self.bodies)
            joined = self._joined[key] = "\n" + "\n".join(lines) + "\n"
        return _starts(joined, "\n" + "\n".join(old if key is same else map(key, old)) + "\n")

    def matches_at(self, old: list[str] | tuple[str, ...], at: int, key: Key) -> bool:
        """Whether the lines from `at` have the keys of `old`."""
        there = self.bodies[at : at + len(old)] if at >= 0 else []
        return len(there) == len(old) and all(key(a) == key(b) for a, b in zip(there, old, strict=True))

    def solid(self) -> tuple[list[int], str]:
        """Indices of the lines that are not blank, and those lines joined without blanks at their ends."""
        if self._solid is None:
            stripped = [(index, bare(line)) for index, line in enumerate(self.bodies)]
            kept = [(index, line) for index, line in stripped if line]
            self._solid = [index for index, _ in kept], "\n" + "\n".join(line for _, line in kept) + "\n"
        return self._solid

    def index(self) -> dict[str, list[int]]:
        """Squeezed line -> all indices where it stands."""
        if self._index is None:
            found: dict[str, list[int]] = {}
            for at, line in enumerate(self.bodies):
                found.setdefault(squeezed(line), []).append(at)
            self._index = found
        return self._index


def _starts(joined: str, needle: str) -> list[int]:
    found: list[int] = []
    at = joined.find(needle)
    line = before = 0
    while at >= 0 and len(found) < MOST:
        line += joined.count("\n", before, at)
        before = at
        found.append(line)
        at = joined.find(needle, at + 1)
    return found


def solid_starts(view: View, old: list[str]) -> list[int]:
    """Starts, counted in lines that are not blank, of runs that equal `old` (no blank lines in it)."""
    return _starts(view.solid()[1], "\n" + "\n".join(old) + "\n")
