"""The policy's answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason why a patch is not accepted."""

    path: str
    kind: Literal["path", "hard", "ask", "text", "size"]
    """path: no such name is written; hard: never edited; ask: only with leave; text: added lines; size: too much."""
    reason: str
    """For a person, without the path."""
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.path else self.reason


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that is to be said about a patch; it is acceptable when nothing is refused."""

    refusals: tuple[Refusal, ...] = ()
    notices: tuple[str, ...] = ()
    """Notices for a person about an acceptable patch: it touches tests."""

    @property
    def ok(self) -> bool:
        """Return True if the patch is acceptable."""
        return not self.refusals
