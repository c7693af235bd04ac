"""End an answer that goes on after the tokens that were asked for and paid: some servers know no limit."""

from __future__ import annotations

from fretsaw.core.text.tokens import estimate
from fretsaw.model.parse import Collected


class OutputLimit:
    """Counts an answer as it comes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._text = self._arguments = 0
        self._counted = most

    def is_passed(self, piece: str, so_far: Collected) -> bool:
        """Return True if more has come than was reserved; the answer then counts as ended at its limit."""
        self._text += len(piece)
        if not piece:
            self._arguments = sum(len(call.arguments) for call in so_far.calls.values())
        size = self._text + self._arguments
        if size <= self._counted:
            return False
        # A token is about four characters: counting again at each twentieth more costs nothing and is soon enough.
        self._counted = size + size // 20
        if estimate(so_far.said) <= self._most:
            return False
        so_far.finish = "length"
        so_far.reason = f"the endpoint went on after the {self._most:,} tokens that were asked for, and was cut off"
        return True
