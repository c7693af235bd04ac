"""The code-side enforcement of an issue's rules over a patch. Knows no model: what a patch does is judged, not what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fretsaw.core.issue.values import Constraint
from fretsaw.core.patch.values import PatchSet
from fretsaw.core.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of the issue that a patch breaks."""

    constraint: Constraint
    path: str
    for_person: str
    """One sentence."""
    for_model: str
    """What to say to the model so that it can mend its change."""


def enforce(constraints: Iterable[Constraint], patch: PatchSet, snapshot: Snapshot) -> tuple[Violation, ...]:
    """Every rule that the patch breaks, by path; () when it keeps them all."""
    return ()
