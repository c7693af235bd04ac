"""One answer of the model: calls, read-only tools, calls again, until it answers. Knows no model and reads no reply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fretsaw.core import tools
from fretsaw.core.chat import Answer, Message, OnText, Request, ToolCall, Usage
from fretsaw.core.patch_call import patch_text
from fretsaw.core.run import Event
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import BudgetError
from fretsaw.fix.work import Work

_LAST_STEP = "No more tool calls: answer now with the edit."


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said so far, and what it cost. The messages only ever grow, so the prefix stays cached."""

    messages: tuple[Message, ...]
    usage: Usage = Usage()
    steps: int = 0
    """Rounds of tool calls taken, over all turns."""
    model: str = ""
    scripted: bool = False

    def said(self, *messages: Message) -> Conversation:
        """With these at its end."""
        return Conversation((*self.messages, *messages), self.usage, self.steps, self.model, self.scripted)


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """The model's answer, whole."""

    text: str
    """The edit, as text or as the arguments of `submit_edit`, with the prose around it."""
    finish: str
    conversation: Conversation
    patch_calls: tuple[ToolCall, ...] = ()
    """Calls of the apply_patch tool, which wait for their answer until their edits were placed."""
    reason: str = ""
    """Why it ended early or declined, in the endpoint's words."""


def converse(conversation: Conversation, work: Work, started: float, listen: Callable[[], OnText]) -> ModelAnswer:
    """Ask until the model gives an answer. Raises BudgetError when the run's time is used up.

    `listen` makes the one that hears an answer as it streams in.
    """
    while True:
        _check_limits(work, started)
        last = conversation.steps >= work.settings.steps
        answer, conversation = _ask(conversation, work, listen(), last=last)
        submitted = [call for call in answer.tool_calls if call.name == tools.SUBMIT]
        patches = tuple(call for call in answer.tool_calls if call.kind == "apply_patch")
        looked_up = [call for call in answer.tool_calls if call not in (*submitted, *patches)]
        if not looked_up or last or submitted or patches:
            edits = [*map(tools.edits_of, submitted), *map(patch_text, patches)]
            text = "\n\n".join(part for part in (answer.text, *edits) if part)
            # Every tool call needs its answer, or the endpoint refuses the next turn.
            closing = tuple(Message("tool", "received", tool_call_id=call.id) for call in (*submitted, *looked_up))
            return ModelAnswer(text, answer.finish, conversation.said(*closing), patches, answer.reason)
        conversation = _answered(conversation, looked_up, work)


def _check_limits(work: Work, started: float) -> None:
    """Raise Cancelled, or BudgetError when the run's time is used up."""
    work.services.cancel.check()
    if work.services.clock() - started > work.settings.max_seconds:
        raise BudgetError(
            f"the run took longer than {work.settings.max_seconds:.0f} s",
            hint="raise --max-seconds, or narrow the issue",
        )


def _ask(conversation: Conversation, work: Work, hear: OnText, *, last: bool) -> tuple[Answer, Conversation]:
    """Call the model once, without tools where it is the last time, and keep what it said."""
    offered = tools.TOOLS if work.settings.tools and not last else ()
    request = Request(
        conversation.messages,
        offered,
        cache_key=_cache_key(work.snapshot),
        offers_patch_tool=work.services.form == "apply-patch-tool",
    )
    answer = work.services.ask(request, hear)
    work.services.record(request, answer)
    conversation = Conversation(
        (*conversation.messages, _message(answer)),
        conversation.usage + answer.usage,
        conversation.steps,
        answer.model or conversation.model,
        conversation.scripted or answer.scripted,
    )
    percentage = min(60, 20 + 4 * conversation.usage.calls)
    work.services.report(Event("ask", _what(answer), conversation.usage, percentage))
    return answer, conversation


def _message(answer: Answer) -> Message:
    """The answer as the conversation keeps it."""
    return Message("assistant", answer.text, tool_calls=answer.tool_calls, items=answer.items)


def _answered(conversation: Conversation, calls: list[ToolCall], work: Work) -> Conversation:
    results = tuple(Message("tool", tools.run_tool(call, work.snapshot), tool_call_id=call.id) for call in calls)
    steps = conversation.steps + 1
    if steps >= work.settings.steps:
        results += (Message("user", _LAST_STEP),)
    return Conversation(
        conversation.messages + results, conversation.usage, steps, conversation.model, conversation.scripted
    )


def _what(answer: Answer) -> str:
    if answer.tool_calls:
        names = ", ".join(dict.fromkeys(call.name for call in answer.tool_calls))
        return f"the model calls {names}"
    return "the model has answered"


def _cache_key(snapshot: Snapshot) -> str:
    return f"fretsaw-{(snapshot.base or 'unborn')[:12]}"
