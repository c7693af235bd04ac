"""Solid lines, and blank ones, which hold nothing but blanks and so say nothing of a place or of an indentation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def lead(line: str) -> str:
    """The blanks a line begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def depth(line: str) -> int:
    """Count the blanks a line begins with."""
    return len(line) - len(line.lstrip(" \t"))


def is_blank(line: str) -> bool:
    """Return True if a line holds nothing but blanks."""
    return not line.strip()


def solid_lines(lines: Iterable[str]) -> list[str]:
    """List the lines that are not blank."""
    return list(filter(str.strip, lines))


def solid_indices(lines: Iterable[str]) -> list[int]:
    """List the indices of the lines that are not blank."""
    return [index for index, line in enumerate(lines) if line.strip()]


def first_solid(lines: Iterable[str]) -> str:
    """Return the first line that is not blank; empty where all are."""
    return next(filter(str.strip, lines), "")


def has_solid(lines: Iterable[str]) -> bool:
    """Return True if one line is not blank."""
    return any(map(str.strip, lines))


def is_solid_at_ends(lines: Sequence[str]) -> bool:
    """Return True if neither the first nor the last line is blank."""
    return bool(lines[0].strip() and lines[-1].strip())


def is_indented_alike(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Return True if each of our lines that is not blank is indented as the other one beside it."""
    pairs = zip(ours, theirs, strict=False)
    return all(lead(line) == lead(other) for line, other in pairs if line.strip())
