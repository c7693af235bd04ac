"""A buffer with versions and undo. Positions are converted here by means of encoders, not as the server does it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.editors.profile import Encoding

_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


def units(text: str, encoding: Encoding) -> int:
    codec, width = _CODECS[encoding]
    return len(text.encode(codec, "surrogatepass")) // width


@dataclass
class Buffer:
    uri: str
    text: str
    encoding: Encoding
    lone_cr: bool
    version: int = 1
    saved: str = ""
    past: list[str] = field(default_factory=list)
    ahead: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        pattern = r"(?<=\n)|(?<=\r)(?!\n)" if self.lone_cr else r"(?<=\n)"
        return re.split(pattern, self.text)

    def position(self, offset: int) -> dict[str, int]:
        at = 0
        lines = self.lines()
        for number, line in enumerate(lines):
            if offset < at + len(line) or number == len(lines) - 1:
                return {"line": number, "character": units(line[: offset - at], self.encoding)}
            at += len(line)
        raise AssertionError("an offset outside the text")

    def offset(self, position: dict[str, int]) -> int:
        lines = self.lines()
        if position["line"] >= len(lines):
            return len(self.text)
        line = lines[position["line"]]
        before = sum(map(len, lines[: position["line"]]))
        column = 0
        while column < len(line) and units(line[:column], self.encoding) < position["character"]:
            column += 1
        return before + column

    def range(self, start: int, end: int) -> dict[str, Any]:
        return {"start": self.position(start), "end": self.position(end)}

    def remember(self) -> None:
        self.past.append(self.text)
        self.ahead.clear()

    def with_edits(self, edits: list[dict[str, Any]]) -> str:
        """The text after the edits of one document, all in the coordinates of the text before."""
        placed = [
            (self.offset(edit["range"]["start"]), self.offset(edit["range"]["end"]), number, edit["newText"])
            for number, edit in enumerate(edits)
        ]
        text = self.text
        for start, end, _, new in sorted(placed, key=lambda item: (item[0], item[2]), reverse=True):
            assert start <= end
            text = text[:start] + new + text[end:]
        for one, other in zip(sorted(placed), sorted(placed)[1:], strict=False):
            assert one[1] <= other[0], "overlapping edits"
        return text


def least_change(before: str, after: str) -> tuple[int, int, str]:
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return head, len(before) - tail, after[head : len(after) - tail]
