"""The conditions of whole rules: topics of the issue that keep a rule silent, languages that it knows.

Each is written above its rule.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Collection, Mapping

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.scene import Scene
from fretsaw.core.prune.verdict import RuleFunction


def unless_issue_mentions(topic: str) -> Callable[[RuleFunction], RuleFunction]:
    """Ask a rule only where no word of the issue touches the topic."""
    return lambda rule: _unless(rule, lambda scene: topic in scene.asked.topics)


def unless_title_mentions(topic: str) -> Callable[[RuleFunction], RuleFunction]:
    """Ask a rule only where the issue's title does not touch the topic: its text may name it by the way."""
    return lambda rule: _unless(rule, lambda scene: topic in scene.asked.title_topics)


def unless_issue_matches(pattern: re.Pattern[str]) -> Callable[[RuleFunction], RuleFunction]:
    """Ask a rule only where the pattern finds nothing in the issue."""
    return lambda rule: _unless(rule, lambda scene: pattern.search(scene.issue.text) is not None)


def unless_title_matches(pattern: re.Pattern[str]) -> Callable[[RuleFunction], RuleFunction]:
    """Ask a rule only where the pattern finds nothing in the issue's title."""
    return lambda rule: _unless(rule, lambda scene: pattern.search(scene.issue.title) is not None)


def only_with_issue(rule: RuleFunction) -> RuleFunction:
    """Ask a rule only where there is an issue: without one nobody can tell what it does not speak of."""
    return _unless(rule, lambda scene: not scene.issue.text.strip())


def only_in(languages: Collection[str]) -> Callable[[RuleFunction], RuleFunction]:
    """Ask a rule only of files in one of the languages."""
    return lambda rule: _unless(rule, lambda scene: scene.language not in languages)


def _unless(rule: RuleFunction, is_out_of_place: Callable[[Scene], bool]) -> RuleFunction:
    """Return a rule that finds nothing where it is out of place, and elsewhere what the given one finds."""

    @functools.wraps(rule)
    def judge(scene: Scene, changes: tuple[Change, ...]) -> Mapping[int, str]:
        return {} if is_out_of_place(scene) else rule(scene, changes)

    return judge
