"""The rules of a project for a fix: those of the settings and those of the rules files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from fretsaw.core.context.parts import Context
from fretsaw.core.issue import Issue, with_rules
from fretsaw.core.rules_files.prompt_texts import PromptTexts, prompt_texts
from fretsaw.core.rules_files.read import RulesFiles
from fretsaw.core.rules_files.resolve import Resolved, resolve


@dataclass(frozen=True, slots=True)
class ProjectRules:
    """The rules that hold in a repository, beside an issue's own."""

    files: RulesFiles = field(default_factory=RulesFiles)
    settings: tuple[str, ...] = ()
    """The sentences of `.fretsaw.toml`."""

    def resolved(self, issue: Issue, paths: Iterable[str]) -> Resolved:
        """The enforced rules of the files that hold for these paths, and what the issue takes back of them."""
        return resolve(self.files.chain(paths), issue, self.files.exists)

    def join(self, issue: Issue, paths: Iterable[str]) -> Issue:
        """The issue with the rules that hold for these paths in its ledger, after its own."""
        if not self.files.known and not self.settings:
            return issue
        issue = with_rules(issue, self.settings)
        own = set(issue.constraints)
        new = tuple(rule for rule in self.resolved(issue, paths).rules if rule not in own)
        return replace(issue, constraints=(*issue.constraints, *new)) if new else issue

    def told(self, context: Context, estimate: Callable[[str], int]) -> PromptTexts:
        """The texts of the files that hold for what is shown, for the model; none of them twice."""
        whole = frozenset(part.path for part in context.parts if part.whole)
        return prompt_texts(self.files.chain(context.paths), estimate, shown_whole=whole)


NO_RULES = ProjectRules()
