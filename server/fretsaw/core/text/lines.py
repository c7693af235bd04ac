"""Lines and the way a file writes them. A text is a `str`, decoded elsewhere.

A line ends at `"\\n"` only: form feed, lone CR, U+2028 and U+0085 stay inside a line, as in git.
"""

from __future__ import annotations

from io import StringIO


def split_lines(text: str) -> list[str]:
    r"""Lines with their endings; joining them gives the text back.

    >>> split_lines("a\r\nb\x0cc\nd")
    ['a\r\n', 'b\x0cc\n', 'd']
    """
    return StringIO(text, newline="\n").readlines()


def ending(line: str) -> str:
    r"""The line's own ending: `"\r\n"`, `"\n"` or `""` (only a last line has none)."""
    if line.endswith("\r\n"):
        return "\r\n"
    return "\n" if line.endswith("\n") else ""


def body(line: str) -> str:
    """The line without its ending."""
    return line[: len(line) - len(ending(line))]


def newline_of(text: str) -> str:
    r"""The ending that most lines of the text have: `"\r\n"` or `"\n"` (also when there are none)."""
    crlf = text.count("\r\n")
    return "\r\n" if crlf * 2 > text.count("\n") else "\n"


def is_binary(text: str) -> bool:
    """Return True if git would call it binary: a NUL in the first 8,000 characters."""
    return "\0" in text[:8000]
