"""Findings and the lines that they cite."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

KINDS = ("bug", "security", "contradiction", "omission", "unclear")
SEVERITIES = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Citation:
    """Lines of a text, quoted."""

    path: str
    first: int
    """From 1; corrected where the model gave another line."""
    last: int
    quote: str
    moved: bool = False
    """True if the quote stands at one place only, and not at the lines that the model gave."""

    @property
    def place(self) -> str:
        """Path and lines for a person."""
        return f"{self.path}:{self.first}" + (f"-{self.last}" if self.last > self.first else "")


@dataclass(frozen=True, slots=True)
class CitedFinding:
    """A finding whose every citation stands word for word where it says."""

    kind: str
    severity: str
    message: str
    citations: tuple[Citation, ...]
    """One at least; of a contradiction two at least, at different lines."""


@dataclass(frozen=True, slots=True)
class CheckedFindings:
    """The checked part of a model's answer, and the rest by reason."""

    findings: tuple[CitedFinding, ...] = ()
    dropped: tuple[tuple[str, str], ...] = ()
    """(reason, message) of findings that cite what does not stand there."""

    @property
    def reasons(self) -> dict[str, int]:
        """Reason -> findings that were dropped for it."""
        return dict(Counter(reason for reason, _ in self.dropped))
