"""The input of one run: handed whole through all of `fix`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from fretsaw.core.follow_up import FollowUp
from fretsaw.core.issue import Issue
from fretsaw.core.rules_files import NO_RULES, ProjectRules
from fretsaw.core.snapshot import Snapshot
from fretsaw.fix.services import Services
from fretsaw.settings import Settings

Focus: TypeAlias = "tuple[tuple[str, int, int], ...]"
"""Places a person points at: (path, first line, last line), lines from 1."""


@dataclass(frozen=True, slots=True)
class Work:
    """One issue against one snapshot, with the settings that hold and everything outside."""

    issue: Issue
    snapshot: Snapshot
    settings: Settings
    services: Services
    focus: Focus = ()
    rules: ProjectRules = NO_RULES
    """The rules of the project, which hold where the issue does not say otherwise."""
    follow: FollowUp | None = None
    """The thread so far, where a person talks back to a proposal; None: the first request."""

    @property
    def shown(self) -> Snapshot:
        """The files as the model is told that they are: in a follow-up with its change so far in them."""
        return self.follow.top(self.snapshot) if self.follow else self.snapshot

    def under_rules_for(self, paths: Iterable[str]) -> Work:
        """The same with the project's rules on these paths in the issue's ledger."""
        issue = self.rules.join(self.issue, paths)
        return self if issue is self.issue else replace(self, issue=issue)
