"""Answer a question in words: about the repository, a selection, a change of a run or a diff. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable

from fretsaw import repo, run_store
from fretsaw.cancel import Cancel
from fretsaw.core.chat import Request, Usage
from fretsaw.core.context.choose import choose
from fretsaw.core.issue import parse
from fretsaw.core.patch import assemble, render
from fretsaw.core.prompt.question import question_messages
from fretsaw.core.run import Event
from fretsaw.core.secrets.masked import mask_issue, mask_snapshot
from fretsaw.core.text.tokens import estimate
from fretsaw.errors import ModelError, UsageError
from fretsaw.model.budget import Budget
from fretsaw.session.deliver import proposal_of, with_halves
from fretsaw.session.history import load_run
from fretsaw.session.model_connection import open_model
from fretsaw.session.models import choose_model
from fretsaw.session.open import Session
from fretsaw.session.pointed_files import Place
from fretsaw.session.secret_mask import learn_local_secrets


def ask_question(
    session: Session,
    question: str,
    report: Callable[[Event], None],
    cancel: Cancel,
    places: tuple[Place, ...] = (),
    patch: str = "",
) -> tuple[str, Usage]:
    """The model's answer and what it cost. Secrets are kept back as for a fix; the limits on cost hold."""
    issue = parse(question)
    if not issue.text:
        raise UsageError("the question is empty", hint='ask in words: agent ask "why is the total rounded?"')
    settings = session.settings
    snapshot = repo.snapshot(session.repo, None, settings.reveal)
    learn_local_secrets(session, snapshot)
    shown = mask_snapshot(snapshot, session.mask).readable()
    asked = mask_issue(issue, session.mask)
    report(Event("context", "choosing what the model is shown", percentage=10))
    context = choose(asked, shown, settings.context_tokens, "files", estimate, places)
    messages = question_messages(asked, context, session.mask.mask(patch, "the change"))
    budget = Budget(
        settings.max_usd,
        max_usd_day=settings.max_usd_day,
        day=lambda dollars: run_store.add_spent(session.state, dollars),
    )
    row = choose_model(session.resolved.places, settings).row
    report(Event("ask", f"asking {row.id}", percentage=20))
    with open_model(session.state, settings, row, cancel, budget) as ask:
        answer = ask(Request(messages, cache_key=snapshot.cache_key), lambda piece: None)
    if not answer.text.strip():
        raise ModelError("the model gave no answer", hint="ask again, or another model: --model")
    return answer.text, answer.usage


def patch_of_run(session: Session, run_id: str | None, change: int | None = None) -> str:
    """The patch of a run, or of one of its changes, to ask about. UsageError where there is none."""
    stored = load_run(session, run_id)
    proposal = proposal_of(stored)
    if change is None:
        return render(proposal.patch)
    known = {item.change.id for item in proposal.verdicts}
    if change not in known:
        raise UsageError(f"run {stored.run.id} has no change {change}", hint=f"see `agent show {stored.run.id}`")
    wanted = with_halves(proposal, frozenset({change}))
    return render(assemble(proposal.proposed, [item.change for item in proposal.verdicts if item.change.id in wanted]))
