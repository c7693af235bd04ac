"""Texts made short enough to be shown."""

from __future__ import annotations

from collections.abc import Sequence

from fretsaw.core.text.safe_text import safe_text


def cut(text: str, most: int) -> str:
    """The first characters of a text, with `…` where some are left out."""
    return text if len(text) <= most else text[:most] + "…"


def one_line(text: str, most: int) -> str:
    """A stranger's text as one safe line of at most so many characters."""
    line = " ".join(safe_text(text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def common_head(one: Sequence[str], other: Sequence[str]) -> int:
    """Length of the common beginning of two texts, or lists of lines, by halving: comparing slices is fast."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
