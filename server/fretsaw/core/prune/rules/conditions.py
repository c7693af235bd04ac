"""The conditions of whole rules: topics of the issue that keep a rule silent. Each is written above its rule."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.scene import Scene
from fretsaw.core.prune.verdict import RuleFunction


def unless_issue_mentions(topic: str) -> Callable[[RuleFunction], RuleFunction]:
    """Ask a rule only where no word of the issue touches the topic."""
    return lambda rule: _unless(rule, lambda scene: topic in scene.asked.topics)


def unless_title_mentions(topic: str) -> Callable[[RuleFunction], RuleFunction]:
    """Ask a rule only where the issue's title does not touch the topic: its text may name it by the way."""
    return lambda rule: _unless(rule, lambda scene: topic in scene.asked.title_topics)


def _unless(rule: RuleFunction, is_asked_for: Callable[[Scene], bool]) -> RuleFunction:
    """Return a rule that finds nothing where the issue asks for what it speaks of."""

    @functools.wraps(rule)
    def judge(scene: Scene, changes: tuple[Change, ...]) -> Mapping[int, str]:
        return {} if is_asked_for(scene) else rule(scene, changes)

    return judge
