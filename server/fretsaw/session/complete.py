"""One completion: the `complete` model asked about one place, with the day's and the run's caps. Keeps no run."""

from __future__ import annotations

from fretsaw import repo, run_store
from fretsaw.cancel import Cancel
from fretsaw.core import completion
from fretsaw.core.policy.secret_paths import is_secret
from fretsaw.core.secrets.mask import MARKER
from fretsaw.key_command import with_key
from fretsaw.model.budget import Budget
from fretsaw.session.model_connection import open_model
from fretsaw.session.models import choose_model
from fretsaw.session.open import Session
from fretsaw.session.secret_mask import learn_local_secrets


def complete_text(session: Session, path: str, texts: tuple[str, str], cancel: Cancel) -> str:
    """The text to offer between the text before and the text after a place of a file, "" for none.

    A secret, an ignored or an untracked file is never sent. Raises ModelError, ConfigError, BudgetError, Cancelled.
    """
    snapshot = repo.snapshot(session.repo)
    if is_secret(path) or path not in snapshot.paths:
        return ""
    cancel.check()
    session = session.with_settings(role="complete", model=None, api_key=with_key(session.settings).api_key)
    settings = session.settings
    row = choose_model(session.resolved.places, settings).row
    budget = Budget(
        settings.max_usd,
        max_usd_day=settings.max_usd_day,
        day=lambda dollars: run_store.add_spent(session.state, dollars),
    )
    learn_local_secrets(session, snapshot)
    before, after = session.mask.mask_all(list(texts), path)
    with open_model(session.state, settings, row, cancel, budget) as ask:
        answer = ask(completion.request(path, before, after), lambda _: None)
    text = session.mask.reveal(completion.offered(answer.text, before, after))
    return "" if MARKER.search(text) else text
