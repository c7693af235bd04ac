"""From a reply to a patch that may be tried: read, place, derive, prune, policy, trial. Knows no model and no check.

Every way to fail is a `Back`: a sentence for the model and the record of the turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from fretsaw.core import locate, prompt, prune, reply
from fretsaw.core.chat import Message, Usage
from fretsaw.core.context import paths_with
from fretsaw.core.issue import Issue
from fretsaw.core.locate.misfit import Misfit, Placing
from fretsaw.core.patch import derive_set, select, texts
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.prune.verdict import Pruned, Verdict
from fretsaw.core.reply.edit_block import Reading
from fretsaw.core.run import Draft, Event, Turn
from fretsaw.core.snapshot import Snapshot
from fretsaw.fix.restrictions import check_restrictions
from fretsaw.fix.services import Services
from fretsaw.fix.triage import ask_judge
from fretsaw.settings import Settings


@dataclass(frozen=True, slots=True)
class Rejected:
    """The reply does not do; the message says to the model why."""

    kind: Literal["misfit", "refused", "empty", "check"]
    message: Message
    reason: str
    """For a person."""
    turn: Turn
    proposed: PatchSet = PatchSet()
    verdicts: tuple[Verdict, ...] = ()
    judge_usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reply that fits, pruned and accepted by policy, ledger and git."""

    proposed: PatchSet
    patch: PatchSet
    verdicts: tuple[Verdict, ...]
    turn: Turn
    summary: str
    """What the model says of it."""
    notices: tuple[str, ...] = ()
    judge_usage: Usage = Usage()


def propose(
    said: str,
    finish: str,
    issue: Issue,
    snapshot: Snapshot,
    world: Services,
    settings: Settings,
    before: PatchSet = PatchSet(),
) -> Candidate | Rejected:
    """Read one reply and make a patch of it.

    `before`: the patch that the check refused a turn ago. A model that corrects that one, instead of sending the whole
    change again, is understood, where its edits fit nowhere else.
    """
    if finish in {"content_filter", "refusal"}:
        turn = Turn(said, refused="the model declined to answer")
        return Rejected("refused", prompt.after_refusal(("declined",), issue), "the model declined to answer", turn)
    reading = reply.read(said)
    world.report(Event("place", "placing the edits", percentage=65))
    placing = locate.place(reading, snapshot.read, snapshot.paths)
    if placing.misfits and before:
        placing = _on_top(reading, snapshot, before) or placing
    turn = Turn(said, reading.grammars, placing.misfits, placing.located)
    if finish in {"length", "truncated"} or placing.misfits:
        misfits = placing.misfits or (_cut(finish),)
        turn = Turn(said, reading.grammars, misfits, placing.located)
        reason = " ".join(misfit.for_person for misfit in misfits[:3])
        return Rejected("misfit", prompt.after_misfits(misfits, issue), reason, turn)
    proposed = derive_set(snapshot.read, placing.after, placing.modes)
    if not proposed:
        reason = reading.ignored.strip() or "the model proposed no edit"
        return Rejected("empty", prompt.after_empty(issue), reason, turn)
    return _accept(proposed, turn, reading.ignored, issue, snapshot, world, settings)


def _on_top(reading: Reading, snapshot: Snapshot, before: PatchSet) -> Placing | None:
    """The edits placed in the texts of the patch before, which they then contain; None when they do not fit there."""
    now = texts(before)
    paths = sorted({*snapshot.paths, *before.paths} - {path for path, text in now.items() if text is None})
    placing = locate.place(reading, lambda path: now[path] if path in now else snapshot.read(path), paths)
    return None if placing.misfits else replace(placing, after={**now, **placing.after})


def _accept(
    proposed: PatchSet,
    turn: Turn,
    prose: str,
    issue: Issue,
    snapshot: Snapshot,
    world: Services,
    settings: Settings,
) -> Candidate | Rejected:
    """Prune what landed, then hold it against ledger, policy and git."""
    world.report(Event("prune", "dropping what nobody asked for", percentage=70))
    pruned = prune.prune(proposed, issue, settings.prune, snapshot.read, partial(paths_with, snapshot))
    proposed = pruned.proposed
    spent = Usage()
    if world.judge is not None:
        verdicts, spent = ask_judge(pruned.verdicts, issue, world.judge)
        verdicts = prune.settle(proposed, verdicts)
        if verdicts != pruned.verdicts:
            kept = frozenset(item.change.id for item in verdicts if item.decision != "drop")
            pruned = Pruned(select(proposed, kept), verdicts, proposed)
    if not pruned.patch:
        reason = "only unrelated changes: " + "; ".join(verdict.reason for verdict in pruned.verdicts[:3])
        back = prompt.after_refusal((reason,), issue)
        return Rejected("refused", back, reason, _refused(turn, reason), proposed, pruned.verdicts, spent)
    may = check_restrictions(pruned.patch, issue, snapshot, world)
    if may.reason:
        back = prompt.after_refusal(may.for_model, issue)
        return Rejected("refused", back, may.reason, _refused(turn, may.reason), proposed, pruned.verdicts, spent)
    world.trial(pruned.patch)
    draft = Draft(proposed, pruned.patch, pruned.verdicts)
    world.report(Event("trial", "git has applied it in a private place", percentage=75, draft=draft))
    return Candidate(proposed, pruned.patch, pruned.verdicts, turn, prose.strip(), may.notices, spent)


def _cut(finish: str) -> Misfit:
    """Why an answer that ended early is not used, even when what there is of it would fit."""
    why = "at its output limit" if finish == "length" else "before its end"
    return Misfit(
        "truncated",
        None,
        f"the model's answer was cut off {why}",
        f"Your answer was cut off {why}, so none of it was used. Send smaller sections, without unchanged lines.",
    )


def _refused(turn: Turn, reason: str) -> Turn:
    return Turn(turn.reply, turn.grammars, turn.misfits, turn.located, refused=reason)
