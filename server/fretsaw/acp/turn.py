"""One turn: a prompt becomes a run, its proposal is shown as diffs, and what is permitted is applied at once."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from functools import partial

from acp import schema, start_tool_call, text_block, tool_content, tool_diff_content, update_tool_call

from fretsaw import repo
from fretsaw.acp.apply import Applied, apply_changes
from fretsaw.acp.client import Client
from fretsaw.acp.conversation import Conversation
from fretsaw.acp.offers import Offer, dropped_lines, offers_of
from fretsaw.acp.progress import Progress
from fretsaw.acp.prompts import Asked
from fretsaw.cancel import Cancel
from fretsaw.core.chat import Usage
from fretsaw.core.context.choose import choose
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.run import Event, GaveUp, NoChange, Outcome, Proposal
from fretsaw.core.text.safe_text import safe_text, sendable
from fretsaw.core.text.tokens import estimate
from fretsaw.session.deliver import may_apply, unproved_proposal
from fretsaw.session.fix import run_fix
from fretsaw.session.models import choose_model
from fretsaw.session.open import Session
from fretsaw.session.task import FinishedRun, Task
from fretsaw.threads import in_thread, until_cancelled

MOST_READ = 40
"""Files whose text the editor is asked for before a run: what is linked, then what the model would be shown."""
_ACCEPT, _ACCEPT_ALL, _REJECT, _REJECT_ALL = "accept", "accept-all", "reject", "reject-all"
_OPTIONS = [
    schema.PermissionOption(option_id=_ACCEPT, name="Apply", kind="allow_once"),
    schema.PermissionOption(option_id=_ACCEPT_ALL, name="Apply all that are left", kind="allow_always"),
    schema.PermissionOption(option_id=_REJECT, name="Leave out", kind="reject_once"),
    schema.PermissionOption(option_id=_REJECT_ALL, name="Leave out all that are left", kind="reject_always"),
]


@dataclass(slots=True)
class Turn:
    """One turn of a session, with all that it needs."""

    client: Client
    conversation: Conversation
    session: Session
    cancel: Cancel

    async def run(self, asked: Asked) -> Usage:
        """From request to applied changes. Raises Cancelled and what a run raises; nothing is applied then."""
        issue = self.conversation.follow_up(asked.issue)
        overlay = await self._unsaved(Asked(issue, asked.places, asked.overlay))
        size = (await in_thread(lambda: choose_model(self.session.resolved.places, self.session.settings))).row.context
        progress = Progress(self.client, self._id, size, has_check=bool(self.session.settings.check))
        loop = asyncio.get_running_loop()

        def report(event: Event) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
                loop.call_soon_threadsafe(progress.take, event)

        task = Task(issue, overlay, asked.places, source="issue")
        try:
            work = in_thread(lambda: run_fix(self.session, task, report, self.cancel))
            finished = await until_cancelled(self.cancel, work)
            progress.show(-1)
            self.conversation.runs.append(finished.run.id)
            became = await self._conclude(finished)
            progress.show(progress.done)
        finally:
            await progress.close()
        self.conversation.turns.append((asked.issue, became))
        await in_thread(partial(self.conversation.keep, self.session))
        return finished.run.usage

    @property
    def _id(self) -> str:
        return self.conversation.id

    async def _say(self, text: str) -> None:
        await self.client.say(self._id, text)

    async def _unsaved(self, asked: Asked) -> dict[str, str]:
        """The unsaved texts of the files that the run is about to look at."""
        overlay = dict(asked.overlay)
        if not self.client.can_read:
            return overlay
        paths = await until_cancelled(self.cancel, in_thread(partial(_likely_paths, self.session, asked)))
        wanted = [path for path in paths if path not in overlay][:MOST_READ]
        overlay |= await self.client.unsaved(self._id, self.session.root, wanted)
        return overlay

    # The outcome

    async def _conclude(self, finished: FinishedRun) -> str:
        """Show what came of the run, ask for permission, apply. What became of it, in a sentence."""
        outcome = finished.real or finished.outcome
        await self._show_evidence(outcome)
        if isinstance(outcome, NoChange):
            await self._say(f"No change: {outcome.reason}")
            return f"No change was made: {outcome.reason}"
        if isinstance(outcome, GaveUp):
            return await self._show_unproved(finished, outcome)
        if outcome.summary:
            await self._say(outcome.summary)
        if not may_apply(self.session, outcome):
            await self._show_offers(outcome)
            await self._say(f"NOT PROVED, so nothing was changed. {_apply_hint(finished.run.id)}")
            return "Nothing was changed: the check did not prove the patch."
        return await self.offer(finished.run.id, outcome)

    async def _show_unproved(self, finished: FinishedRun, outcome: GaveUp) -> str:
        await self._say(f"No acceptable patch: {outcome.reason}")
        if outcome.refused:
            await self._show_offers(unproved_proposal(outcome))
            await self._say(f"Nothing was changed. {_apply_hint(finished.run.id)}")
        return f"Nothing was changed: {outcome.reason}"

    async def _show_evidence(self, outcome: Outcome) -> None:
        evidence = outcome.evidence
        for name, result in (("before", evidence.before), ("after", evidence.after)):
            if result is not None:
                await self._show_check(name, result)
        if evidence.notices:
            await self._say("\n".join(f"- {notice}" for notice in evidence.notices))
        dropped = dropped_lines(getattr(outcome, "verdicts", ()))
        if dropped:
            await self._say("\n".join(["Dropped, since nobody asked for it:", *dropped]))

    async def _show_check(self, name: str, result: CheckResult) -> None:
        call = self.conversation.next_call()
        told = safe_text(f"{result.state} in {result.seconds:.1f} s\n{result.reason or result.output}".strip())
        status: schema.ToolCallStatus = "completed" if result.state in ("green", "red") else "failed"
        title = safe_text(f"Check {name}: {result.state}: {' '.join(result.argv)}")
        content = [tool_content(text_block(told))]
        await self.client.update(self._id, start_tool_call(call, title, kind="execute", status=status, content=content))

    # Permission

    async def _show_offers(self, proposal: Proposal) -> None:
        """Show diffs that cannot be accepted."""
        for offer in offers_of(proposal, self.conversation.per):
            shown = self._call(offer)
            await self.client.update(
                self._id,
                start_tool_call(
                    shown.tool_call_id,
                    f"Not applied: {shown.title}",
                    kind="edit",
                    status="failed",
                    content=shown.content,
                    locations=shown.locations,
                ),
            )

    async def offer(self, run_id: str, proposal: Proposal) -> str:
        """Ask for each offer, then apply what was accepted as one. What became of it, in a sentence."""
        offers = offers_of(proposal, self.conversation.per)
        calls = [self._call(offer) for offer in offers]
        accepted = await self._ask(offers, calls)
        chosen = frozenset[int]().union(*(offer.numbers for offer in accepted))
        applied, error = Applied(), None
        if chosen:
            self.cancel.check()
            try:
                applied = await apply_changes(self.client, self._id, self.session, run_id, proposal, chosen)
            except Exception as caught:  # the calls are closed first, whatever it was
                error = caught
        for offer, call in zip(offers, calls, strict=True):
            is_done = offer in accepted and error is None
            status: schema.ToolCallStatus = "completed" if is_done else "failed"
            await self.client.update(self._id, update_tool_call(call.tool_call_id, status=status))
        if error is not None:
            raise error
        told = _became(offers, accepted)
        await self._say("\n".join([told, *_ways_back(run_id, applied), *_unverified(proposal, offers, accepted)]))
        return told

    async def _ask(self, offers: tuple[Offer, ...], calls: list[schema.ToolCallUpdate]) -> list[Offer]:
        accepted: list[Offer] = []
        rest: str | None = None
        for offer, call in zip(offers, calls, strict=True):
            await self.client.update(
                self._id,
                start_tool_call(
                    call.tool_call_id,
                    call.title or "",
                    kind=call.kind,
                    status="pending",
                    content=call.content,
                    locations=call.locations,
                ),
            )
            answer = rest or await self._permission(call)
            rest = answer if answer in (_ACCEPT_ALL, _REJECT_ALL) else rest
            if answer in (_ACCEPT, _ACCEPT_ALL):
                accepted.append(offer)
        return accepted

    async def _permission(self, call: schema.ToolCallUpdate) -> str:
        answer = await until_cancelled(self.cancel, self.client.ask(self._id, call, _OPTIONS), grace=0)
        if answer is None:
            self.cancel.set()
        self.cancel.check()
        return str(answer)

    def _call(self, offer: Offer) -> schema.ToolCallUpdate:
        """An offer as a tool call: the whole texts before and after, and why it is there."""
        root = self.session.root
        diffs = [
            tool_diff_content(str(root / file.path), sendable(file.after or ""), _before(file.before))
            for file in offer.patch.files
            if file.hunks or file.op != "edit"
        ]
        places = [
            schema.ToolCallLocation(path=str(root / file.path), line=file.hunks[0].start + 1 if file.hunks else 1)
            for file in offer.patch.files
        ]
        reasons = tool_content(text_block(safe_text("\n".join(offer.reasons))))
        return schema.ToolCallUpdate(
            tool_call_id=self.conversation.next_call(),
            title=safe_text(offer.title),
            kind="delete" if all(file.op == "delete" for file in offer.patch.files) else "edit",
            status="pending",
            content=[*diffs, reasons],
            locations=places,
        )


def _before(text: str | None) -> str | None:
    return None if text is None else sendable(text)


def _likely_paths(session: Session, asked: Asked) -> list[str]:
    """The paths that a person points to, and then those that the model would be shown."""
    settings = session.settings
    snapshot = repo.snapshot(session.repo, asked.overlay, settings.reveal).readable()
    context = choose(asked.issue, snapshot, settings.context_tokens, settings.context, estimate, asked.places)
    named = [mention.text for mention in asked.issue.mentions if mention.text in snapshot.paths]
    return list(dict.fromkeys([*(path for path, _, _ in asked.places), *named, *context.paths]))


def _became(offers: tuple[Offer, ...], accepted: list[Offer]) -> str:
    rejected = [offer for offer in offers if offer not in accepted]
    told = [f"Applied: {', '.join(offer.title for offer in accepted)}."] if accepted else ["Nothing was changed."]
    if rejected:
        told.append(f"Left out by you: {', '.join(offer.title for offer in rejected)}.")
    return " ".join(told)


def _ways_back(run_id: str, applied: Applied) -> list[str]:
    lines = [f"`/undo` takes it back (run {run_id})."] if applied.by_journal else []
    if applied.by_editor:
        lines.append(
            f"Written by the editor, which had unsaved edits there: {', '.join(applied.by_editor)}; undo there."
        )
    return [*lines, *applied.notices]


def _unverified(proposal: Proposal, offers: tuple[Offer, ...], accepted: list[Offer]) -> list[str]:
    """Say that a part was not checked where only the whole was."""
    if proposal.evidence.after is None or not accepted or len(accepted) == len(offers):
        return []
    return ["UNVERIFIED: the check was not run on this choice of changes."]


def _apply_hint(run_id: str) -> str:
    return f"`/apply` applies it all the same; `agent show {run_id}` shows it."
