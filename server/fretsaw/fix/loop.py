"""`fix`: one issue against one snapshot, from context to outcome. Knows no model, no git, no process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from fretsaw.core import prompt
from fretsaw.core.context import choose
from fretsaw.core.issue import Issue
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.run import Draft, Event, Evidence, GaveUp, NoChange, Outcome, Phase, Proposal, Turn
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.tokens import estimate
from fretsaw.errors import CheckError, ContextTooLongError
from fretsaw.fix.converse import Conversation, ModelAnswer, converse
from fretsaw.fix.lint import lint_before, lint_patch
from fretsaw.fix.preview import Preview
from fretsaw.fix.propose import Rejected, propose
from fretsaw.fix.prove import Proved, prove
from fretsaw.fix.services import Services
from fretsaw.settings import Settings

_LEAST_CONTEXT = 3000
"""Tokens of context below which less would not help."""

Focus = tuple[tuple[str, int, int], ...]
"""Places a person points at: (path, first line, last line), lines from 1."""


@dataclass(slots=True)
class _Book:
    """What a run has to show at its end, written as it goes."""

    world: Services
    started: float
    base: str | None
    turns: list[Turn] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    before: CheckResult | None = None
    lint_before: CheckResult | None = None
    refused: PatchSet = field(default_factory=PatchSet)
    """The patch that the check refused a turn ago."""
    talk: Conversation = field(default_factory=lambda: Conversation(()))

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Add the block's seconds to a phase, and stop between phases when asked to."""
        self.world.cancel.check()
        begun = self.world.clock()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.world.clock() - begun

    def evidence(self, after: CheckResult | None = None) -> Evidence:
        """All of it as a value."""
        return Evidence(
            base=self.base,
            turns=tuple(self.turns),
            before=self.before,
            after=after,
            usage=self.talk.usage,
            seconds=dict(self.seconds),
            model=self.talk.model,
            scripted=self.talk.scripted,
            notices=tuple(self.notices),
        )


def fix(issue: Issue, snapshot: Snapshot, world: Services, settings: Settings, focus: Focus = ()) -> Outcome:
    """Work on one issue until there is a proved patch or the limits are reached. Never touches the user's tree.

    Raises ModelError, ConfigError, BudgetError, CheckError (check or linter cannot be started), Cancelled.
    """
    book = _Book(world, world.clock(), snapshot.base)
    with book.phase("check-before"):
        book.before = _check_before(world)
        if book.before:
            book.notices += _about(book.before)
        book.lint_before = lint_before(world)
    book.talk = _opening(issue, snapshot, world, settings, focus, book)
    listen = partial(Preview, issue, snapshot, world, settings) if world.drafts else lambda: lambda piece: None
    left = {"misfit": settings.misfits, "refused": settings.misfits, "empty": 1, "check": settings.attempts}
    while True:
        with book.phase("ask"):
            try:
                said = converse(book.talk, snapshot, world, settings, book.started, listen)
            except ContextTooLongError:
                # The model's row, or the account's tokens a minute, allow less than we thought: once with less.
                if book.turns or settings.context_tokens < _LEAST_CONTEXT:
                    raise
                settings = replace(settings, context_tokens=settings.context_tokens // 3, context="files")
                book.notices.append(f"the request was too long: sent with {settings.context_tokens} tokens of context")
                book.talk = _opening(issue, snapshot, world, settings, focus, book)
                continue
            book.talk = said.conversation
        step = _consider(said, issue, snapshot, world, settings, book)
        if isinstance(step, Proved):
            return _proposal(step, book)
        world.report(Event("place", f"sent back: {step.reason}", draft=Draft()))
        book.turns.append(step.turn)
        book.refused = step.proposed if step.kind == "check" else PatchSet()
        left[step.kind] -= 1
        if left[step.kind] < 0 or said.finish in {"content_filter", "refusal"}:
            return _end(step, said, book)
        book.talk = book.talk.said(step.message)


def _check_before(world: Services) -> CheckResult | None:
    """The check on the snapshot as it is. A check that cannot be started is found before a dollar is spent."""
    if world.check is None:
        return None
    world.report(Event("check-before", "running the check before the change", percentage=5))
    before = world.repeat(world.check)({})
    if before.state == "error":
        raise CheckError(
            f"the check could not be started: {before.reason}",
            hint=f"the command is {' '.join(before.argv)!r}; mend it with --check",
        )
    if before.state == "unavailable":
        # Said before a dollar is spent on what will not be applied by itself.
        world.report(Event("check-before", f"UNVERIFIED from here on: {before.reason}", percentage=8, lasting=True))
    return before


def _about(before: CheckResult) -> list[str]:
    if before.state == "green":
        return ["the check was green before the change: it shows that nothing broke, not that the issue is fixed"]
    if before.state == "unavailable":
        return [f"UNVERIFIED: the check was not run: {before.reason}"]
    if before.isolation == "none":
        return ["the check ran without isolation"]
    return []


def _opening(
    issue: Issue, snapshot: Snapshot, world: Services, settings: Settings, focus: Focus, book: _Book
) -> Conversation:
    """The first messages: what is asked, what is shown, what the check says now."""
    world.report(Event("context", "choosing what the model is shown", percentage=10))
    with book.phase("context"):
        context = choose(issue, snapshot, settings.context_tokens, settings.context, estimate, focus)
        messages = prompt.first_messages(
            issue,
            context,
            world.form,
            before=book.before,
            images=world.images,
            logs=world.logs,
            rules=world.rules,
            tools=settings.tools,
        )
    book.notices += context.notices
    files = "1 file" if len(context.paths) == 1 else f"{len(context.paths)} files"
    world.report(Event("ask", f"asking with {files}", percentage=15))
    return Conversation(messages)


def _consider(
    said: ModelAnswer, issue: Issue, snapshot: Snapshot, world: Services, settings: Settings, book: _Book
) -> Proved | Rejected:
    """One reply: does it fit, and does it prove itself?"""
    with book.phase("place"):
        step = propose(said.text, said.finish, issue, snapshot, world, settings, book.refused)
    book.talk = replace(book.talk, usage=book.talk.usage + step.judge_usage)
    if isinstance(step, Rejected):
        return step
    with book.phase("check-after"):
        linted = lint_patch(step, book.lint_before, issue, world)
        if isinstance(linted, Rejected):
            return linted
        proved = prove(linted, book.before, issue, world, settings)
        if isinstance(proved, Rejected) or proved.landed.patch == step.patch:
            return proved
        # The check has dropped changes or brought some back: what is delivered is what the linter has to see.
        linted = lint_patch(replace(proved.landed, notices=step.notices), book.lint_before, issue, world)
        return linted if isinstance(linted, Rejected) else replace(proved, landed=linted)


def _proposal(proved: Proved, book: _Book) -> Proposal:
    landed = proved.landed
    book.turns.append(landed.turn)
    book.notices += (*landed.notices, *proved.notices)
    return Proposal(landed.proposed, landed.patch, landed.verdicts, book.evidence(proved.after), landed.summary)


def _end(step: Rejected, said: ModelAnswer, book: _Book) -> Outcome:
    """The limits are reached."""
    if step.kind == "empty":
        return NoChange(step.reason, book.evidence(), step.verdicts)
    kind = "model" if said.finish in {"content_filter", "refusal"} else step.kind
    after = step.turn.check
    return GaveUp(kind, step.reason, book.evidence(after), step.proposed, step.verdicts)
