"""Guards against missing values that nobody asked for: one answer for Python and the languages with an outline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.rules.line_change import LineChange, ids_of, with_reason
from fretsaw.core.prune.rules.questions import is_alone
from fretsaw.core.prune.scene import Scene


@dataclass(frozen=True, slots=True)
class Guard:
    """A value and the changes that do nothing but add an early end, or a safe access, for where it is missing."""

    name: str
    part: Sequence[LineChange]


def asks_for_guard(scene: Scene, *names: str) -> bool:
    """Return True if the issue is about missing values, or speaks of them and has one of the names."""
    if "none" in scene.asked.title_topics:
        return True
    return "none" in scene.asked.topics and any(map(scene.asked.names, names))


def away_from_fix(
    scene: Scene, guards: Iterable[Guard], changes: tuple[Change, ...], alike: Iterable[Guard] = ()
) -> dict[int, str]:
    """Name the guards that stand away from the fix, which is none of those that are `alike`."""
    passed_over = ids_of(chain.from_iterable(guard.part for guard in alike))
    reasons: dict[int, str] = {}
    for guard in guards:
        if is_alone(scene, guard.part, changes=changes, alike=passed_over):
            reason = f"guards against a missing {guard.name}, which the issue does not mention"
            reasons |= with_reason(guard.part, reason)
    return reasons
