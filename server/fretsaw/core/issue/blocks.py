"""Tell code, quotation and prose apart in the lines of a Markdown text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["prose", "code", "quote"]

_FENCE = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])?[ \t]*(`{3,}|~{3,})(.*)$")


@dataclass(slots=True)
class Fences:
    """Follows a text line by line and tells which lines belong to a fenced block."""

    mark: str = field(default="")

    def code(self, line: str) -> bool:
        """Return True if the next line is a fence or stands inside one."""
        stripped = line.lstrip("> \t") if not self.mark else line.strip("> \t")
        if self.mark:
            if stripped.startswith(self.mark) and not stripped.strip(self.mark[0]).strip():
                self.mark = ""
            return True
        found = _FENCE.match(stripped)
        if found and not (found[1][0] == "`" and "`" in found[2]):
            self.mark = found[1]
            return True
        return False


def lines_of(text: str) -> Iterator[tuple[Kind, str]]:
    """Each line of a text with its kind; fence marks count as code."""
    fences, blank = Fences(), True
    for line in text.split("\n"):
        if fences.code(line):
            yield "code", line
        elif line.lstrip(" ").startswith(">"):
            yield "quote", line
        elif blank and line.startswith(("    ", "\t")) and line.strip() and not _is_item(line):
            yield "code", line
            continue
        else:
            yield "prose", line
        blank = not line.strip()


def _is_item(line: str) -> bool:
    """Return True if an indented line is an item of a nested list rather than code."""
    return re.match(r"\s*(?:[-*+]|\d{1,9}[.)])\s", line) is not None
