"""One completion: the `complete` model asked about one place, with the day's and the run's caps. Keeps no run.

Knows nothing of editors.
"""

from __future__ import annotations

from contextlib import closing

from fretsaw import repo, run_store
from fretsaw.cancel import Cancel
from fretsaw.core import completion
from fretsaw.core.policy.path_lists import is_secret
from fretsaw.model.budget import Budget
from fretsaw.model.live import connect
from fretsaw.session.models import choose_model
from fretsaw.session.open import Session


def complete_text(session: Session, path: str, texts: tuple[str, str], cancel: Cancel) -> str:
    """The text to offer between the text before and the text after a place of a file, "" for none.

    A secret, an ignored or an untracked file is never sent. Raises ModelError, ConfigError, BudgetError, Cancelled.
    """
    if is_secret(path) or path not in repo.snapshot(session.repo).paths:
        return ""
    cancel.check()
    settings = session.with_settings(role="complete", model=None).settings
    row = choose_model(session.resolved.places, settings).row
    budget = Budget(
        settings.max_usd,
        max_usd_day=settings.max_usd_day,
        day=lambda dollars: run_store.add_spent(session.state, dollars),
    )
    before, after = texts
    with closing(connect(settings, row, cancel, budget=budget)) as ask:
        answer = ask(completion.request(path, before, after), lambda _: None)
    return completion.offered(answer.text, before, after)
