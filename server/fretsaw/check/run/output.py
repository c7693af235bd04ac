"""The output of a check: the head and the tail are kept, the middle is counted."""

from __future__ import annotations

import re
from collections import deque

from fretsaw.core.text.safe_text import safe_text

# CSI, OSC and other escape sequences of a terminal; a check thinks that nobody watches, some colour nevertheless.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_REWRITTEN = re.compile(r"^[^\n]*\r(?!\n)", re.MULTILINE)  # from the line's start: else a long line takes its square


class Ring:
    """Collects bytes and forgets the middle: `size` of the head, as much of the tail."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._held = 0
        self._left_out = 0

    def add(self, data: bytes) -> None:
        """Take what was printed next."""
        room = self._size - len(self._head)
        self._head += data[:room]
        if rest := data[room:] if room > 0 else data:
            self._tail.append(rest)
            self._held += len(rest)
        while self._tail and self._held - len(self._tail[0]) >= self._size:
            gone = len(self._tail.popleft())
            self._held -= gone
            self._left_out += gone

    def text(self) -> str:
        """Head, a line that says what is left out, and tail, safe to show."""
        tail = b"".join(self._tail)
        left_out = self._left_out + max(0, len(tail) - self._size)
        tail = tail[-self._size :]
        if not left_out:
            return readable(bytes(self._head) + tail)
        return f"{readable(bytes(self._head))}\n[… {left_out:,} bytes left out …]\n{readable(tail)}"


def readable(data: bytes) -> str:
    """Bytes of a terminal as plain text: no colours, the last state of a rewritten line, nothing invisible."""
    text = _ESCAPES.sub("", data.decode("utf-8", "replace")).replace("\r\n", "\n")
    return safe_text(_REWRITTEN.sub("", text))
