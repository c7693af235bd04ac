"""A verdict on each atomic change, with its rule and reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fretsaw.core.patch.values import Change, PatchSet


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one atomic change, and why."""

    change: Change
    decision: Literal["keep", "drop", "flag"]
    """flag: kept, but named as probably extraneous."""
    rule: str
    """Name of the rule that decided; "" where none spoke."""
    reason: str
    """One sentence for a person."""
    unverified: bool = False
    """Kept, but nothing the check runs covers it."""
    needed_by: str = ""
    """Why a kept change stays: "test tests/test_x.py::test_y", "change 3", "the issue", "" where unknown."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """A patch set after pruning, with the verdict on every atomic change of the one before."""

    patch: PatchSet
    """What is kept (flagged changes included)."""
    verdicts: tuple[Verdict, ...]
    """One a change of the proposed patch set, in its order."""
