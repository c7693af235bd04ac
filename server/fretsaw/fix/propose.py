"""From a reply to a patch that may be tried: read, place, derive, prune, policy, trial.

Every way to fail is a `Rejected`: a sentence for the model and the record of the turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from fretsaw.core import prompt, reply
from fretsaw.core.chat import Message, Usage
from fretsaw.core.edit import close_drops, place_edit, prune_edit
from fretsaw.core.follow_up import hold, settle
from fretsaw.core.locate.misfit import Misfit
from fretsaw.core.patch import select
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.proof.compare import Comparison
from fretsaw.core.prune.verdict import Pruned, Verdict
from fretsaw.core.run import Draft, Event, Turn
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import BudgetError, ConfigError, ModelError
from fretsaw.fix.converse import ModelAnswer
from fretsaw.fix.restrictions import Restrictions, check_restrictions
from fretsaw.fix.triage import ask_judge
from fretsaw.fix.work import Work


@dataclass(frozen=True, slots=True)
class Rejected:
    """A reply that goes back to the model; the message says why."""

    kind: Literal["misfit", "refused", "size", "empty", "check"]
    """size: more than a patch may hold, which is worth only one further call."""
    message: Message
    reason: str
    """For a person."""
    turn: Turn
    proposed: PatchSet = PatchSet()
    verdicts: tuple[Verdict, ...] = ()
    judge_usage: Usage = Usage()
    comparison: Comparison | None = None
    """The comparison of the check's results; None where it was not run."""
    final: bool = False
    """The model can do nothing about it: it is not asked again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reply that fits, pruned and accepted by policy, ledger and git."""

    proposed: PatchSet
    patch: PatchSet
    verdicts: tuple[Verdict, ...]
    turn: Turn
    summary: str
    """The model's own summary of the patch."""
    notices: tuple[str, ...] = ()
    lint: CheckResult | None = None
    """The linter's result on the patch, where a linter is set."""
    judge_usage: Usage = Usage()


def propose(answer: ModelAnswer, work: Work, correcting: PatchSet = PatchSet()) -> Candidate | Rejected:
    """Read one reply and make a patch of it.

    `correcting`: the patch that the check refused a turn ago. A model that corrects that one, instead of sending the
    whole change again, is understood, where its edits fit nowhere else.
    """
    issue, finish = work.issue, answer.finish
    if finish in {"content_filter", "refusal"}:
        who = "the model" if finish == "refusal" else "the endpoint's filter"
        declined = f"{who} declined to answer"
        why = f"{declined}: {safe_text(answer.reason)}" if answer.reason else declined
        turn = Turn(answer.text, refused=why)
        return Rejected("refused", prompt.after_refusal(("declined",), issue), why, turn)
    if answer.gave_up:
        return Rejected("empty", prompt.after_empty(issue), answer.gave_up, Turn(answer.text, refused=answer.gave_up))
    reading = reply.read(answer.text)
    work.services.report(Event("place", "placing the edits", percentage=65))
    edit = place_edit(reading, work.snapshot, correcting, work.follow.last if work.follow else PatchSet())
    misfits = edit.placing.misfits
    if finish in {"length", "truncated"}:
        misfits = misfits or (_cut(finish, answer.reason),)
    turn = Turn(answer.text, reading.grammars, misfits, edit.placing.located)
    if misfits:
        reason = " ".join(misfit.for_person for misfit in misfits[:3])
        return Rejected("misfit", prompt.after_misfits(misfits, issue), reason, turn)
    if not edit.patch:
        reason = reading.ignored.strip() or "the model proposed no edit"
        return Rejected("empty", prompt.after_empty(issue), reason, turn)
    notices = tuple(notice.for_person for notice in edit.placing.notices)
    patch = edit.patch
    if work.follow:
        patch, overridden = hold(patch, work.follow)
        notices += tuple(f"{path}: the reply changed what you had settled; that stays as it is" for path in overridden)
    return _accept(patch, turn, reading.ignored, notices, work)


def _accept(proposed: PatchSet, turn: Turn, prose: str, notices: tuple[str, ...], work: Work) -> Candidate | Rejected:
    """Prune a patch that fits, then hold it against ledger, policy and git."""
    services = work.services
    services.report(Event("prune", "dropping what nobody asked for", percentage=70))
    work = work.under_rules_for(proposed.paths)
    pruned = prune_edit(proposed, work.snapshot, work.issue, work.settings.prune)
    if work.follow:
        pruned = _with_verdicts(pruned, settle(pruned, work.follow), work)
    pruned, spent, told = _judge(pruned, work)
    if pruned.patch:
        restrictions = check_restrictions(pruned.patch, work)
    else:
        reason = "only unrelated changes: " + "; ".join(verdict.reason for verdict in pruned.verdicts[:3])
        restrictions = Restrictions(reason, (reason,))
    if restrictions.reason:
        message = prompt.after_refusal(restrictions.for_model, work.issue)
        turn = replace(turn, refused=restrictions.reason)
        kind: Literal["size", "refused"] = "size" if restrictions.too_large else "refused"
        return Rejected(kind, message, restrictions.reason, turn, pruned.proposed, pruned.verdicts, spent)
    services.trial(pruned.patch)
    draft = Draft(pruned.proposed, pruned.patch, pruned.verdicts)
    services.report(Event("trial", "git has applied it in a private place", percentage=75, draft=draft))
    notices = (*notices, *restrictions.notices, *told)
    return Candidate(pruned.proposed, pruned.patch, pruned.verdicts, turn, prose.strip(), notices, None, spent)


def _judge(pruned: Pruned, work: Work) -> tuple[Pruned, Usage, tuple[str, ...]]:
    """The verdicts after the triage model was asked, where `--judge` is set, what that cost, and a notice for a person.

    The reply was paid for: a judge that cannot be asked leaves what is flagged flagged.
    """
    if work.services.judge is None:
        return pruned, Usage(), ()
    try:
        verdicts, spent = ask_judge(pruned.verdicts, work.issue, work.services.judge, work.settings.judge_threshold)
    except (ModelError, BudgetError, ConfigError) as error:
        return pruned, Usage(), (f"the judge could not be asked, so no flagged change was dropped: {error}",)
    if verdicts == pruned.verdicts:
        unread = ("the judge's answer cannot be read, so no flagged change was dropped",) if spent.calls else ()
        return pruned, spent, unread
    return _with_verdicts(pruned, verdicts, work), spent, ()


def _with_verdicts(pruned: Pruned, verdicts: tuple[Verdict, ...], work: Work) -> Pruned:
    """The patch by other verdicts, none of which tears something."""
    verdicts = close_drops(pruned.proposed, verdicts, work.snapshot)
    kept = frozenset(item.change.id for item in verdicts if item.decision != "drop")
    return Pruned(select(pruned.proposed, kept), verdicts, pruned.proposed)


def _cut(finish: str, reason: str) -> Misfit:
    """Say why an answer that ended early is not used, even when what there is of it would fit."""
    why = "at its output limit" if finish == "length" else "before its end"
    told = f" ({safe_text(reason)})" if reason else ""
    return Misfit(
        "truncated",
        None,
        f"the model's answer was cut off {why}{told}",
        f"Your answer was cut off {why}, so none of it was used. Send smaller sections, without unchanged lines.",
    )
