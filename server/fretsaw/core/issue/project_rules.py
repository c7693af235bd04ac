"""The project's own rules beside the issue's. The rules come as text (AGENTS.md, `.fretsaw.toml`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fretsaw.core.issue.constraints import constraints
from fretsaw.core.issue.issue import Issue

ENFORCED = frozenset({"not", "no-new-dependency", "no-new-file", "no-test-change"})
"""Kinds of rules that a project may set for every issue. "Only change …" is an issue's word, never a project's."""


def with_rules(issue: Issue, rules: Iterable[str]) -> Issue:
    """The issue with what the project forbids in its ledger too, after the issue's own rules."""
    more = [rule for text in rules for rule in constraints(text) if rule.kind in ENFORCED]
    own = {(rule.kind, rule.targets) for rule in issue.constraints}
    new = tuple(rule for rule in more if (rule.kind, rule.targets) not in own)
    return replace(issue, constraints=(*issue.constraints, *new)) if new else issue
