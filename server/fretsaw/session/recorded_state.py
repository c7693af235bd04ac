"""The files as a run saw them, kept so that it can be repeated after its patch was applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fretsaw import run_store
from fretsaw.core.chat import Answer, Request
from fretsaw.core.follow_up import FollowUp
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import RepoError
from fretsaw.repo.git.state_diff import read_states, texts_before
from fretsaw.repo.git.states import WORKTREE, States, find_states
from fretsaw.session.open import Session
from fretsaw.session.task import Task

BASE, FOLLOW = "base", "follow"
"""Notes of a run: the commit with the texts that differed from it, and the thread that it followed."""
_FIRST = 2
"""Messages of a conversation that begins: the standing words and the request."""
_MOST = 2_000_000
"""Characters of text that differs from the commit, up to which a state is kept."""


def record_state(session: Session, folder: run_store.RunFolder, task: Task, snapshot: Snapshot) -> None:
    """Keep what differs from the commit that is checked out: edits that are not committed, unsaved buffers."""
    try:
        diff = read_states(session.repo, find_states(session.repo))
    except RepoError:
        return
    changed: dict[str, str | None] = {
        file.path: file.after for file in diff.patch.files if file.path in snapshot.paths or not file.after
    }
    changed |= {**snapshot.overlay, **{path: None for path, text in task.under.items() if text is None}}
    if sum(len(text or "") for text in changed.values()) <= _MOST:
        folder.write_note(BASE, {"head": session.repo.head, "texts": changed})
    if task.follow:
        follow = {"follow": run_store.to_plain(task.follow), "now": dict(task.now)}
        folder.write_note(FOLLOW, follow)


def recorded_task(session: Session, folder: run_store.RunFolder, calls: tuple[tuple[Request, Answer], ...]) -> Task:
    """The task of a run as it was; on the files as they are now where its state is not known any more."""
    note = folder.note(FOLLOW)
    follow = run_store.from_plain(note["follow"], FollowUp) if note else None
    if follow and calls:
        opening = calls[0][0].messages
        # What it went on with: all but the last message of the first request.
        follow = replace(follow, earlier=opening[:-1] if len(opening) > _FIRST else ())
    return Task(
        folder.issue(), under=_state(session, folder.note(BASE)), now=note["now"] if note else {}, follow=follow
    )


def _state(session: Session, note: Mapping[str, Any] | None) -> dict[str, str | None]:
    """Path → text that makes the worktree the recorded state."""
    if note is None:
        return {}
    repo = session.repo
    head = note["head"] or find_states(repo).before
    try:
        laid, _, _ = texts_before(repo, read_states(repo, States("", head, WORKTREE)))
    except RepoError:
        return {}
    return {**laid, **note["texts"]}
