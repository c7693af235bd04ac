"""Talk back to a proposal: the task of the next turn of its thread, and its outcome against the files as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from fretsaw.core.follow_up import FollowUp, find_held, moved_changes
from fretsaw.core.issue import Issue
from fretsaw.core.issue.thread_rules import StandingRule, join_turns, standing_rules
from fretsaw.core.patch import derive_set, split
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.run import Draft, Proposal, Run
from fretsaw.errors import UsageError
from fretsaw.session.deliver import with_halves
from fretsaw.session.history import load_run, read_run
from fretsaw.session.open import Session
from fretsaw.session.pointed_files import Place
from fretsaw.session.task import Task
from fretsaw.session.thread import (
    ThreadRun,
    ThreadTexts,
    added_texts,
    read_texts,
    read_thread,
    requests_of,
    thread_runs,
)

P = TypeVar("P", Proposal, Draft)


@dataclass(frozen=True, slots=True)
class Reply:
    """The words of a person to a proposal."""

    said: Issue
    run_id: str | None = None
    """A run of the thread; None: the newest of the repository."""
    change: int | None = None
    """The change that it is about; every other one then stays as it is. None: the proposal as a whole."""
    folder: Path | None = None
    overlay: Mapping[str, str] = field(default_factory=dict)
    """Unsaved buffers: path → text."""


def _rejected(turn: ThreadRun, state: ThreadTexts) -> tuple[Change, ...]:
    return moved_changes(turn.rejected, turn.proposal.proposed, state.base) if turn.proposal else ()


def follow_task(session: Session, reply: Reply, places: tuple[Place, ...] = ()) -> Task:
    """The task of the next turn; `places` are shown in any case.

    UsageError where there is nothing to talk back to, or no such change.
    """
    turns = read_thread(session, reply.run_id)
    state = read_texts(session, turns, reply.overlay)
    last = derive_set(state.base.get, state.top, _modes(turns, state))
    about, note = _asked_about(turns[-1], last, reply.change)
    held = _held(turns, last, about, one=reply.change is not None)
    follow = FollowUp(
        said=f"{reply.said.text}{note}",
        last=last,
        held=held,
        rejected=tuple(change for turn in turns for change in _rejected(turn, state)),
        asked_about=about,
        edited=_edited(turns, state),
    )
    issue = join_turns([*(turn.said for turn in turns), reply.said])
    apart = [path for path, text in state.now.items() if text != state.base[path]]
    newest = turns[-1].stored
    return Task(
        issue,
        overlay=reply.overlay,
        focus=places,
        folder=reply.folder,
        under={path: state.base[path] for path in apart},
        now={path: state.now[path] for path in apart},
        follow=follow,
        said=reply.said,
        follows=newest.run,
        before=newest.folder,
    )


def _modes(turns: list[ThreadRun], state: ThreadTexts) -> dict[str, tuple[str, str]]:
    """The modes of the files that the thread made."""
    made = (file for turn in turns if turn.proposal for file in turn.proposal.proposed.files if file.before is None)
    return {
        file.path: file.mode for file in made if file.mode and state.base[file.path] is None and state.top[file.path]
    }


def _asked_about(turn: ThreadRun, last: PatchSet, change: int | None) -> tuple[tuple[Change, ...], str]:
    """The changes of the thread that a reply is about, and a remark on one that is not among them."""
    if change is None:
        return (), ""
    verdicts = {item.change.id: item for item in turn.proposal.verdicts} if turn.proposal else {}
    if turn.proposal is None or change not in verdicts:
        raise UsageError(
            f"run {turn.stored.run.id} has no change {change}", hint=f"see `agent show {turn.stored.run.id}`"
        )
    numbers = turn.applied | turn.pending
    wanted = with_halves(turn.proposal, frozenset({change})) & numbers
    if wanted:
        return find_held(last, added_texts(turn, numbers, wanted)), ""
    hunk = verdicts[change].change.hunk
    lines = (
        [f"-{line.rstrip()}" for line in hunk.removed] + [f"+{line.rstrip()}" for line in hunk.added] if hunk else []
    )
    shown = "\n".join((f"(About this change to {verdicts[change].change.path}, which was left out:", *lines[:60]))
    return (), f"\n\n{shown})"


def _held(turns: list[ThreadRun], last: PatchSet, about: tuple[Change, ...], *, one: bool) -> tuple[Change, ...]:
    """The changes that stay: those that were accepted, and all others where a reply is about one."""
    free = {change.id for change in about}
    if one:
        return tuple(change for change in split(last) if change.id not in free)
    accepted = [item for turn in turns for item in added_texts(turn, turn.applied, turn.accepted)]
    return find_held(last, accepted) if accepted else ()


def _edited(turns: list[ThreadRun], state: ThreadTexts) -> dict[str, str]:
    """The files of the thread whose own text is another one than at first, with all that the thread did to them."""
    first: dict[str, str | None] = {}
    for turn in turns:
        for file in turn.proposal.proposed.files if turn.proposal else ():
            first.setdefault(file.path, file.before)
    return {path: text for path, text in state.top.items() if text is not None and state.base[path] != first[path]}


def rules_of(session: Session, run: Run) -> tuple[StandingRule, ...]:
    """The rules of a thread up to one of its runs, with those that were taken back."""
    said = []
    for one in thread_runs(session, load_run(session, run.id).run):
        if one.id > run.id or (one.id != run.id and one.state in ("failed", "cancelled")):
            continue
        said.append(requests_of(session, read_run(session, session.store.get(one.id))))
    return standing_rules(said)
