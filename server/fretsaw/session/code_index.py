"""The index of a repository: a run reads it, it is finished while a model answers, and it is cleared on demand."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

from fretsaw.core.chat import Answer, Ask, OnText, Request
from fretsaw.core.snapshot import Snapshot
from fretsaw.repo import Repo
from fretsaw.repo.index.child import Builder
from fretsaw.repo.index.database import clear_index, has_index
from fretsaw.repo.index.lookup import find_index
from fretsaw.session.open import Session
from fretsaw.user_dirs import cache_dir, repo_id

LEAST_FILES = 400
"""Files from which on an index pays: fewer are searched and read in no time."""
_DELAY = 1.0


def index_folder(repo: Repo) -> Path:
    """The folder of a repository's index, one for all its worktrees."""
    return cache_dir() / "index" / repo_id(repo.common_dir)


def with_index(session: Session, snapshot: Snapshot) -> tuple[Snapshot, tuple[str, ...]]:
    """The snapshot with what its index knows, where there is one, and what is to be said of it."""
    folder = index_folder(session.repo)
    if len(snapshot.paths) < LEAST_FILES or not has_index(folder):
        return snapshot, ()
    try:
        index, reason = find_index(session.repo, snapshot, folder)
    except (OSError, sqlite3.Error):  # in use, no right to read, a full disk: it is only faster with one
        return snapshot, ()
    return replace(snapshot, index=index), (reason,) if reason else ()


def make_builder(session: Session, snapshot: Snapshot) -> Builder | None:
    """The child that finishes the index; None where it lacks nothing."""
    known = snapshot.index.paths if snapshot.index is not None else ()
    if len(snapshot.paths) < LEAST_FILES or len(known) == len(snapshot.paths):
        return None
    arguments = (str(session.root), str(index_folder(session.repo)))
    return Builder("fretsaw.session.build_index", arguments, os.environ, _DELAY)


def begin_with(builder: Builder | None, ask: Ask) -> Ask:
    """An `Ask` with whose first request a builder is begun."""
    if builder is None:
        return ask

    def asked(request: Request, on_text: OnText) -> Answer:
        builder.begin()
        return ask(request, on_text)

    return asked


def clear(repo: Repo) -> bool:
    """Remove the index of a repository; False where there is none."""
    return clear_index(index_folder(repo))
