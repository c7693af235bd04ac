"""Guards against missing values that nobody asked for: one answer for Python and the languages with an outline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.rules.line_change import LineChange, with_reason
from fretsaw.core.prune.rules.questions import is_alone
from fretsaw.core.prune.scene import Scene


@dataclass(frozen=True, slots=True)
class Guard:
    """A value and the changes that do nothing but add an early end, or a safe access, for where it is missing."""

    name: str
    part: Sequence[LineChange]


def asks_for_guard(scene: Scene, name: str) -> bool:
    """Return True if the issue is about missing values, or speaks of them and of this name."""
    if "none" in scene.asked.title_topics:
        return True
    return "none" in scene.asked.topics and scene.asked.names(name)


def away_from_fix(
    scene: Scene, guards: Iterable[Guard], changes: tuple[Change, ...], alike: Collection[int] = frozenset()
) -> dict[int, str]:
    """Name the guards that stand away from the fix; `alike`: ids of changes that are guards too, and so no fix."""
    out: dict[int, str] = {}
    for guard in guards:
        if is_alone(scene, guard.part, changes, alike):
            out |= with_reason(guard.part, f"guards against a missing {guard.name}, which the issue does not mention")
    return out
