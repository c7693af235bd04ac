"""A broken rule, as a value."""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw.core.issue.issue import Constraint


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of the issue that a patch breaks."""

    constraint: Constraint
    path: str
    for_person: str
    """One sentence."""
    for_model: str
    """A sentence for the model so that it can correct its change."""
