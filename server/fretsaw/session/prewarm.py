"""Lets the endpoint cache what every run in a repository begins with, before one is asked for; opt-in of an editor."""

from __future__ import annotations

from dataclasses import replace

from fretsaw import repo, run_store
from fretsaw.cancel import Cancel
from fretsaw.core import prompt, tools
from fretsaw.core.chat import Request
from fretsaw.core.context.choose import choose
from fretsaw.core.issue import Issue
from fretsaw.core.prompt.cached_prefix import cached_tokens
from fretsaw.core.secrets.masked import mask_snapshot
from fretsaw.core.text.tokens import estimate
from fretsaw.key_command import with_key
from fretsaw.model.budget import Budget
from fretsaw.session.model_connection import adapt_row, open_model
from fretsaw.session.models import choose_model
from fretsaw.session.open import Session
from fretsaw.session.secret_mask import learn_local_secrets


def prewarm_cache(session: Session, cancel: Cancel) -> bool:
    """Send the prefix that the next run will begin with; False where there is none, and nothing is sent.

    There is one where the model's row has `prewarm` and the repository is shown whole: which files are shown otherwise
    depends on the issue. Raises ModelError, ConfigError, BudgetError, RepoError, Cancelled.
    """
    settings = session.settings
    row = adapt_row(session.state, settings, choose_model(session.resolved.places, settings).row)
    if not row.can.prewarm or row.api_for(settings) != "responses":
        return False
    snapshot = repo.snapshot(session.repo, reveal=settings.reveal)
    learn_local_secrets(session, snapshot)
    snapshot = mask_snapshot(snapshot, session.mask)
    nothing = Issue("", "")
    context = choose(nothing, snapshot.readable(), settings.context_tokens, settings.context, estimate)
    if not context.whole or not context.parts:
        return False
    form = row.form_for(settings)
    system, user = prompt.first_messages(nothing, context, form, rounds=settings.steps if settings.tools else 0)
    documents_end = user.cache_ends[-2]
    ends = tuple(end for end in user.cache_ends if end <= documents_end)
    if not cached_tokens(system.text + user.text, len(system.text) + documents_end, (), by_breakpoints=False):
        return False
    request = Request(
        (system, replace(user, text=user.text[:documents_end], cache_ends=ends)),
        tools.tools_for(form, partial=False) if settings.tools else (),
        cache_key=snapshot.cache_key,
        prewarm=True,
        offers_patch_tool=form == "apply-patch-tool",
    )
    cancel.check()
    settings = with_key(settings)
    budget = Budget(
        settings.max_usd,
        max_usd_day=settings.max_usd_day,
        day=lambda dollars: run_store.add_spent(session.state, dollars),
    )
    with open_model(session.state, settings, row, cancel, budget) as ask:
        ask(request, lambda _: None)
    return True
