"""`fix`: one issue against one snapshot, from context to outcome."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from fretsaw.core import prompt
from fretsaw.core.chat import Message
from fretsaw.core.context.traces import choose_for_traces
from fretsaw.core.follow_up import FollowUp
from fretsaw.core.patch import assemble, render
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.patch_call import answer_calls
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.proof.compare import Comparison
from fretsaw.core.run import Draft, Event, Evidence, GaveUp, NoChange, Outcome, Phase, Proposal, Turn
from fretsaw.core.text.tokens import estimate
from fretsaw.errors import ContextTooLongError
from fretsaw.fix.check_before import check_before, notices_about_check
from fretsaw.fix.converse import Conversation, ModelAnswer, converse
from fretsaw.fix.drafts import DraftListener
from fretsaw.fix.lint import lint_before, lint_patch
from fretsaw.fix.progress import ProgressListener
from fretsaw.fix.propose import Rejected, propose
from fretsaw.fix.prove import Proved, prove
from fretsaw.fix.services import Services
from fretsaw.fix.work import Work

_LEAST_CONTEXT = 3000
"""Tokens of context below which less would not help."""


@dataclass(slots=True)
class _Book:
    """The record of a run, written as it goes and shown at its end."""

    services: Services
    started: float
    base: str | None
    turns: list[Turn] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    before: CheckResult | None = None
    lint_before: CheckResult | None = None
    refused: PatchSet = field(default_factory=PatchSet)
    """The patch that the check refused a turn ago."""
    conversation: Conversation = field(default_factory=lambda: Conversation(()))
    is_afresh: bool = False
    """True if the conversation of the turns before was too long to go on with."""

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Add the block's seconds to a phase, and stop between phases when asked to."""
        self.services.cancel.check()
        begun = self.services.clock()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.services.clock() - begun

    def evidence(
        self,
        after: CheckResult | None = None,
        proof: Comparison | None = None,
        lint_after: CheckResult | None = None,
    ) -> Evidence:
        """All of it as a value."""
        return Evidence(
            base=self.base,
            turns=tuple(self.turns),
            before=self.before,
            after=after,
            proof=proof,
            lint_before=self.lint_before,
            lint_after=lint_after,
            usage=self.conversation.usage,
            seconds=dict(self.seconds),
            model=self.conversation.model,
            scripted=self.conversation.scripted,
            notices=tuple(self.notices),
        )


def fix(work: Work) -> Outcome:
    """Work on one issue until there is a proved patch or the limits are reached. Never touches the user's tree.

    Raises ModelError, ConfigError, BudgetError, CheckError (check or linter cannot be started), Cancelled.
    """
    services, settings = work.services, work.settings
    book = _Book(services, services.clock(), work.snapshot.base)
    with book.phase("check-before"):
        book.before = check_before(services, work.issue)
        if book.before:
            book.notices += notices_about_check(book.before)
        book.lint_before = lint_before(services)
    work, book.conversation = _open_conversation(work, book)
    listen = partial(DraftListener if services.drafts else ProgressListener, work)
    left = {"misfit": settings.misfits, "refused": settings.misfits, "check": settings.attempts}
    left |= {"size": 1, "empty": 1}
    while True:
        with book.phase("ask"):
            try:
                answer = converse(book.conversation, work, book.started, listen)
            except ContextTooLongError:
                # The model's row, or the account's tokens a minute, allow less than we thought: once with less.
                if book.turns or work.settings.context_tokens < _LEAST_CONTEXT:
                    raise
                fewer = work.settings.context_tokens // 3
                work = replace(work, settings=replace(work.settings, context_tokens=fewer, context="files"))
                book.notices.append(f"the request was too long: sent again with {fewer} tokens of context")
                book.is_afresh = True
                work, book.conversation = _open_conversation(work, book)
                continue
            book.conversation = answer.conversation
        step = _consider(answer, work, book)
        if isinstance(step, Proved):
            return _proposal(step, book)
        services.report(Event("place", f"sent back: {step.reason}", draft=Draft()))
        book.turns.append(step.turn)
        book.refused = step.proposed if step.kind == "check" else PatchSet()
        left[step.kind] -= 1
        is_over = step.final or answer.gave_up or answer.finish in {"content_filter", "refusal"}
        if is_over or left[step.kind] < 0:
            return _end(step, answer, book)
        results = answer_calls(answer.patch_calls, step.turn.misfits)
        book.conversation = book.conversation.said(*results, step.message)


def _open_conversation(work: Work, book: _Book) -> tuple[Work, Conversation]:
    """The first messages: what is asked, what is shown, what the check says now; and the work with the project's rules
    on what is shown."""
    services, settings = work.services, work.settings
    follow = work.follow
    if follow and follow.earlier and not book.is_afresh:
        services.report(Event("ask", "going on with the conversation", percentage=15))
        is_whole = any(prompt.ALL_FILES in message.text for message in follow.earlier[:2])
        named = {mention.text for mention in work.issue.mentions} & {*work.snapshot.paths}
        work = work.under_rules_for((*follow.last.paths, *sorted(named)))
        conversation = Conversation((*follow.earlier, _next_request(work, follow)), partial=not is_whole)
        return work, conversation
    services.report(Event("context", "choosing what the model is shown", percentage=10))
    with book.phase("context"):
        snapshot, budget = work.shown.readable(), settings.context_tokens
        context = choose_for_traces(work.issue, snapshot, budget, settings.context, estimate, work.focus, services.logs)
        rules = work.rules.told(context, estimate)
        conflicts = work.rules.resolved(work.issue, context.paths).conflicts
        work = work.under_rules_for(context.paths)
        messages = prompt.first_messages(
            work.issue,
            context,
            services.form,
            before=book.before,
            images=services.images,
            files=services.files,
            logs=services.logs,
            rules=work.rules.settings,
            rules_files=rules.texts,
            rounds=settings.steps if settings.tools else 0,
        )
    book.notices += (*context.notices, *rules.cut, *conflicts)
    files = "1 file" if len(context.paths) == 1 else f"{len(context.paths)} files"
    services.report(Event("ask", f"asking with {files}", percentage=15))
    if follow:
        opening, request = messages[-1], _next_request(work, follow)
        messages = (*messages[:-1], replace(opening, text=f"{opening.text}\n{request.text}"))
    return work, Conversation(messages, partial=not context.whole)


def _next_request(work: Work, follow: FollowUp) -> Message:
    """The message with what a person says to the proposal so far."""
    held, about = (render(assemble(follow.last, changes)) for changes in (follow.held, follow.asked_about))
    return prompt.after_proposal(
        follow.said, render(follow.last), work.issue, about=about, held=held, edited=follow.edited
    )


def _consider(answer: ModelAnswer, work: Work, book: _Book) -> Proved | Rejected:
    """One reply: does it fit, and does it prove itself?"""
    with book.phase("place"):
        step = propose(answer, work, book.refused)
    book.conversation = replace(book.conversation, usage=book.conversation.usage + step.judge_usage)
    if isinstance(step, Rejected):
        return step
    with book.phase("check-after"):
        linted = lint_patch(step, book.lint_before, work)
        if isinstance(linted, Rejected):
            return linted
        proved = prove(linted, book.before, work)
        if isinstance(proved, Rejected) or proved.candidate.patch == step.patch:
            return proved
        # The check has dropped changes or brought some back: what is delivered is what the linter has to see.
        linted = lint_patch(replace(proved.candidate, notices=step.notices), book.lint_before, work)
        return linted if isinstance(linted, Rejected) else replace(proved, candidate=linted)


def _proposal(proved: Proved, book: _Book) -> Proposal:
    chosen = proved.candidate
    book.turns.append(chosen.turn)
    book.notices += (*chosen.notices, *proved.notices)
    evidence = book.evidence(proved.after, proved.comparison, chosen.lint)
    return Proposal(chosen.proposed, chosen.patch, chosen.verdicts, evidence, chosen.summary)


def _end(step: Rejected, answer: ModelAnswer, book: _Book) -> Outcome:
    """The limits are reached."""
    if answer.gave_up:
        return GaveUp("model", step.reason, book.evidence(), step.proposed, step.verdicts)
    if step.kind == "empty":
        return NoChange(step.reason, book.evidence(), step.verdicts)
    declined = answer.finish in {"content_filter", "refusal"}
    rejected = "refused" if step.kind == "size" else step.kind
    after = step.turn.check
    return GaveUp(
        "model" if declined else rejected,
        step.reason,
        book.evidence(after, step.comparison),
        step.proposed,
        step.verdicts,
    )
