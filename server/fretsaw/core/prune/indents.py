"""The indentation of lines, as text: a tab is not as many blanks."""

from __future__ import annotations


def blanks_before(line: str) -> str:
    """Return the blanks that a line begins with; all of a blank line, with its ending."""
    return line[: len(line) - len(line.lstrip())]


def indent_of(line: str) -> str:
    """Return the indentation of a line; "" of a blank line."""
    return blanks_before(line) if line.strip() else ""


def indents_of(text: str) -> list[str]:
    """Return the indentation of each line of a text but for blank ones."""
    lines = filter(str.strip, text.split("\n"))
    return list(map(blanks_before, lines))
