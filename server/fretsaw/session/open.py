"""Opens a repository with its settings. The first thing a command does, and the last that may fail cheaply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from fretsaw import config, repo, run_store
from fretsaw.config import Resolved
from fretsaw.core.secrets.mask import SecretMask
from fretsaw.core.secrets.value_texts import change_texts
from fretsaw.model.redaction import hide_key
from fretsaw.repo import Repo
from fretsaw.settings import Settings
from fretsaw.user_dirs import user_dirs

RECORD = "the run's record"
"""The place of a secret that is found in the record of a run, not in a request."""


@dataclass(frozen=True, slots=True)
class Session:
    """A repository, the settings that hold in it, and the runs that were made in it."""

    repo: Repo
    resolved: Resolved
    store: run_store.RunStore
    mask: SecretMask
    """Keeps secrets back from the model and from what is stored, and knows what stands for which."""

    @property
    def settings(self) -> Settings:
        """The settings that hold here."""
        return self.resolved.settings

    @property
    def root(self) -> Path:
        """The worktree's folder."""
        return self.repo.root

    @property
    def state(self) -> Path:
        """The user's state directory."""
        return self.resolved.places.state

    def with_settings(self, **changes: Any) -> Session:
        """The same with other values of some settings."""
        settings = replace(self.settings, **changes)
        store = replace(self.store, clean=partial(_clean, self.mask, settings.api_key))
        return replace(self, resolved=replace(self.resolved, settings=settings), store=store)


def open_session(
    directory: Path,
    flags: Mapping[str, Any] | None = None,
    editor: Mapping[str, Any] | None = None,
    *,
    lenient: bool = False,
) -> Session:
    """Open the repository that `directory` lies in. Finishes or rolls back what a crash left half-applied.

    `lenient`: a file of settings that cannot be used is a notice. Raises RepoError, ConfigError.
    """
    opened = repo.open_repo(directory)
    # Before anything can be wrong with the settings: a repository's file must not keep files half-applied.
    told = repo.recover(opened, run_store.store(user_dirs().state, opened.root).folder)
    resolved = config.resolve(flags or {}, opened.root, editor=editor, lenient=lenient)
    mask = SecretMask(partial(run_store.mask_key, resolved.places.state), resolved.settings.reveal)
    store = run_store.store(resolved.places.state, opened.root, partial(_clean, mask, resolved.settings.api_key))
    return Session(opened, replace(resolved, notices=(*told, *resolved.notices)), store, mask)


def _clean(mask: SecretMask, key: str | None, record: Any) -> Any:
    """A record without the API key and with a marker for every other secret."""

    def without(texts: list[str]) -> list[str]:
        masked = mask.mask_all(texts, RECORD)
        together = "\n".join(masked)
        return masked if hide_key(together, key) == together else [hide_key(text, key) for text in masked]

    return change_texts(record, without)
