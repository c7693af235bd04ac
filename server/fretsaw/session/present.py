"""A follow-up with markers for secrets, and its outcome against the files as they are now."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from fretsaw.core.follow_up import FollowUp, rebase
from fretsaw.core.patch import derive_set, split
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.run import Draft, GaveUp, NoChange, Outcome, Proposal
from fretsaw.core.secrets.mask import SecretMask
from fretsaw.session.task import Task

P = TypeVar("P", Proposal, Draft)


def masked_follow(follow: FollowUp, mask: SecretMask) -> FollowUp:
    """The thread as the model sees it: with markers for secrets."""
    files = follow.last.files
    before = {file.path: _masked(file.before, mask, file.path) for file in files}
    after = {file.path: _masked(file.after, mask, file.path) for file in files}
    if all(before[file.path] == file.before and after[file.path] == file.after for file in files):
        return replace(follow, said=mask.mask(follow.said, "the request"))
    last = derive_set(before.get, after, {file.path: file.mode for file in files if file.mode})
    known = {change.id: change for change in split(last)}

    def those(changes: tuple[Change, ...]) -> tuple[Change, ...]:
        return tuple(known[change.id] for change in changes if change.id in known)

    edited = {path: mask.mask(text, path) for path, text in follow.edited.items()}
    said = mask.mask(follow.said, "the request")
    held, about = those(follow.held), those(follow.asked_about)
    return replace(follow, said=said, last=last, held=held, asked_about=about, edited=edited)


def _masked(text: str | None, mask: SecretMask, path: str) -> str | None:
    return text if text is None else mask.mask(text, path)


def against_present(outcome: Outcome, task: Task, mask: SecretMask) -> Outcome:
    """The outcome of a turn as a change of the files as they are, which may hold the change of the turns before."""
    if not task.now:
        return outcome
    if isinstance(outcome, Proposal):
        placed = draft_against_present(outcome, task, mask)
        if placed.patch:
            return placed
        dropped = [item.reason for item in placed.verdicts if item.decision == "drop"][:3]
        why = f"; dropped: {'; '.join(dropped)}" if dropped else ""
        return NoChange(f"the files are already as the reply has them{why}", outcome.evidence, placed.verdicts)
    if isinstance(outcome, GaveUp) and outcome.proposed:
        draft = draft_against_present(Draft(outcome.proposed, outcome.refused, outcome.verdicts), task, mask)
        return replace(outcome, proposed=draft.proposed, verdicts=draft.verdicts)
    return outcome


def draft_against_present(proposal: P, task: Task, mask: SecretMask) -> P:
    """The same for what a person looks at while the model still writes."""
    base = {path: _masked(text, mask, path) for path, text in task.under.items() if path in task.now}
    now = {path: _masked(text, mask, path) for path, text in task.now.items()}
    return rebase(proposal, base, now)
