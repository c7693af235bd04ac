"""Everything outside `fix`, as functions and limits: nothing to look up."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from fretsaw.cancel import Cancel
from fretsaw.core.chat import Answer, Ask, File, Image, Request
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.policy import Judgement
from fretsaw.core.prompt.edit_forms import EditForm
from fretsaw.core.proof.check_result import Check, VaryCheck
from fretsaw.core.rules_files import NO_RULES, ProjectRules
from fretsaw.core.run import Event


@dataclass(frozen=True, slots=True)
class Services:
    """Everything outside `fix`, as functions. None of them changes the user's tree."""

    ask: Ask
    form: EditForm
    """The form of edit that is asked for."""
    check: Check | None
    """One run of the check; None: there is no check command."""
    vary: VaryCheck | None
    """The check in another way: some of its tests, in another order, without `CI`; None: there is no check command."""
    policy: Callable[[PatchSet, Collection[str], Collection[str]], Judgement]
    """(patch, paths that the issue names, paths whose change it asks for) -> what the policy says of the patch."""
    trial: Callable[[PatchSet], None]
    """Applies the patch with git in a private place; raises when git and the core disagree."""
    report: Callable[[Event], None]
    clock: Callable[[], float]
    """Monotonic seconds."""
    cancel: Cancel
    lint: Check | None = None
    """One run of the configured linter; None: there is none."""
    judge: Ask | None = None
    """The triage model, where flagged changes are to be judged."""
    record: Callable[[Request, Answer], None] = lambda request, answer: None
    """Is told of every call of the model, for replay."""
    covered: Callable[[Mapping[str, str | None]], dict[str, frozenset[int]] | None] | None = None
    """Texts laid over the tree -> path -> line numbers from 1 that the check executes; None where that is not known."""
    images: tuple[Image, ...] = ()
    """The issue's images, ready to send."""
    files: tuple[File, ...] = ()
    """The issue's PDFs, ready to send as they are."""
    logs: tuple[tuple[str, str], ...] = ()
    """The issue's attached logs: (name, text)."""
    drafts: bool = False
    """True if somebody looks at what is valid while the model still writes."""
    rules: ProjectRules = NO_RULES
    """The project's own rules for agents (AGENTS.md and the like, .fretsaw.toml)."""
