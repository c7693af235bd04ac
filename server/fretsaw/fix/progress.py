"""Tells how much the model has written, while it writes."""

from __future__ import annotations

from fretsaw.core.run import Event
from fretsaw.core.text.tokens import estimate
from fretsaw.fix.work import Work

_EVERY = 0.5
"""Seconds between two events."""


class ProgressListener:
    """Hears one answer as it streams in."""

    def __init__(self, work: Work) -> None:
        self._services = work.services
        self._told = self._services.clock()
        self._pieces: list[str] = []

    def __call__(self, piece: str | None) -> None:
        """Take a piece of text; None: the call is tried again."""
        if piece is None:
            self._pieces.clear()
            return
        self._pieces.append(piece)
        now = self._services.clock()
        if now - self._told >= _EVERY:
            self._told = now
            tokens = estimate("".join(self._pieces))
            self._services.report(Event("ask", f"the model is writing: about {tokens:,} tokens so far"))
