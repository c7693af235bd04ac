"""One answer of the model: calls, read-only tools, calls again, until it answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from fretsaw.core import tools
from fretsaw.core.chat import Answer, Message, OnText, Request, ToolCall, Usage
from fretsaw.core.patch_call import patch_text
from fretsaw.core.prompt.patch_grammar import PATCH_GRAMMAR
from fretsaw.core.run import Event
from fretsaw.core.text.safe_text import safe_text
from fretsaw.errors import BudgetError
from fretsaw.fix.work import Work

_AGAIN = "You have this already: it stands above and has not changed. Send the edit now."
_MOST_REPEATED = 1
"""Answers in a row that ask only for what was given before; after one more than these nothing more is asked."""
_MOST_CALLS = 32
"""Tool calls of one answer that are carried out."""
_LAST_STEP = "No more tool calls: answer now with the edit."


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages so far and their cost. They only ever grow, so the prefix stays cached."""

    messages: tuple[Message, ...]
    usage: Usage = Usage()
    steps: int = 0
    """Rounds of tool calls taken, over all turns."""
    model: str = ""
    scripted: bool = False
    partial: bool = False
    """True where the first message leaves something of the repository out."""

    def said(self, *messages: Message) -> Conversation:
        """With these at its end."""
        return replace(self, messages=(*self.messages, *messages))

    def with_answer(self, answer: Answer) -> Conversation:
        """With an answer of the model at its end, and what it cost."""
        message = Message("assistant", answer.text, tool_calls=answer.tool_calls, items=answer.items)
        return replace(
            self.said(message),
            usage=self.usage + answer.usage,
            model=answer.model or self.model,
            scripted=self.scripted or answer.scripted,
        )


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
    """The reason why it ended early or declined, in the endpoint's words."""
    gave_up: str = ""
    """The reason why nothing more is asked, for a person: the model only repeats what it asked before."""


def converse(conversation: Conversation, work: Work, started: float, listen: Callable[[], OnText]) -> ModelAnswer:
    """Ask until the model gives an answer. Raises BudgetError when the run's time is used up.

    `listen` makes the one that hears an answer as it streams in.
    """
    asked: Counter[tuple[str, str]] = Counter()
    repeated = 0
    while True:
        _check_limits(work, started)
        last = conversation.steps >= work.settings.steps
        answer, conversation = _ask(conversation, work, listen(), last=last)
        submitted = [call for call in answer.tool_calls if call.name == tools.SUBMIT]
        patches = [call for call in answer.tool_calls if call.kind != "function"]
        if submitted or patches or last or not answer.tool_calls:
            return _final_answer(conversation, answer, submitted, patches)
        calls = [(call.name, call.arguments) for call in answer.tool_calls]
        repeated = repeated + 1 if all(asked[call] for call in calls) else 0
        asked.update(calls)
        if repeated > _MOST_REPEATED:
            times = sum(asked.values())
            return ModelAnswer("", answer.finish, conversation, gave_up=_only_repeats(calls[0], times))
        conversation = _answered(conversation, answer.tool_calls, work, again=repeated > 0)


def _check_limits(work: Work, started: float) -> None:
    """Raise Cancelled, or BudgetError when the run's time is used up."""
    work.services.cancel.check()
    if work.services.clock() - started > work.settings.max_seconds:
        raise BudgetError.run_time(work.settings.max_seconds)


def _ask(conversation: Conversation, work: Work, hear: OnText, *, last: bool) -> tuple[Answer, Conversation]:
    """Call the model once, without tools where it is the last time, and keep what it said."""
    form = work.services.form
    offered = tools.tools_for(form, partial=conversation.partial) if work.settings.tools and not last else ()
    request = Request(
        conversation.messages,
        offered,
        cache_key=work.snapshot.cache_key,
        offers_patch_tool=form == "apply-patch-tool",
        patch_grammar=PATCH_GRAMMAR if form == "grammar-tool" else "",
        prediction="" if offered else _predicted(conversation, work),
    )
    answer = work.services.ask(request, hear)
    work.services.record(request, answer)
    left_out = len(answer.tool_calls) - _MOST_CALLS
    answer = _with_fewer_calls(answer)
    conversation = conversation.with_answer(answer)
    if left_out > 0:
        work.services.report(Event("ask", f"{left_out} tool calls of one answer are left out", conversation.usage))
    percentage = min(60, 20 + 4 * conversation.usage.calls)
    work.services.report(Event("ask", _what(answer), conversation.usage, percentage))
    return answer, conversation


def _predicted(conversation: Conversation, work: Work) -> str:
    """The last answer, which one that corrects it repeats for the most part, where a person waits: what is not repeated
    costs as much as what is said."""
    if work.settings.role != "quick":
        return ""
    said = (message.text for message in reversed(conversation.messages) if message.role == "assistant")
    return next(said, "")


def _with_fewer_calls(answer: Answer) -> Answer:
    """The answer with as many tool calls as are carried out: each of the others would be paid for at every turn."""
    if len(answer.tool_calls) <= _MOST_CALLS:
        return answer
    calls = answer.tool_calls[:_MOST_CALLS]
    known = {call.id for call in calls}
    items = tuple(item for item in answer.items if item.kind != "call" or item.id in known)
    return replace(answer, tool_calls=calls, items=items)


def _final_answer(
    conversation: Conversation, answer: Answer, submitted: list[ToolCall], patches: list[ToolCall]
) -> ModelAnswer:
    """The answer with the edits that were submitted, and the conversation closed so that another turn may follow.

    Every tool call needs its answer, or the endpoint refuses the next turn; patches get theirs when they are placed.
    """
    edits = [*map(tools.edits_of, submitted), *map(patch_text, patches)]
    text = "\n\n".join(part for part in (answer.text, *edits) if part)
    others = [call for call in answer.tool_calls if call not in patches]
    closing = tuple(Message("tool", "received", tool_call_id=call.id) for call in others)
    return ModelAnswer(text, answer.finish, conversation.said(*closing), tuple(patches), answer.reason)


def _only_repeats(call: tuple[str, str], times: int) -> str:
    name, arguments = call
    shown = safe_text(" ".join(f"{name} {arguments}".split()))[:80]
    return f"the model asked for the same again and again ({shown}; {times} calls) and sent no edit"


def _answered(conversation: Conversation, calls: tuple[ToolCall, ...], work: Work, *, again: bool) -> Conversation:
    """The conversation with the answers of the tools; `again`: all of them were given before."""
    shown = work.shown.readable()
    results = tuple(
        Message("tool", _AGAIN if again else tools.run_tool(call, shown), tool_call_id=call.id) for call in calls
    )
    steps = conversation.steps + 1
    if steps >= work.settings.steps:
        results += (Message("user", _LAST_STEP),)
    return replace(conversation.said(*results), steps=steps)


def _what(answer: Answer) -> str:
    if answer.tool_calls:
        names = ", ".join(dict.fromkeys(call.name for call in answer.tool_calls))
        return f"the model calls {names}"
    return "the model has answered"
