"""Every answer that the package can build is read, and the scripted server builds only such answers."""

from __future__ import annotations

import itertools
import json
import types
import typing
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter

from fretsaw.model import chat, decisions, responses
from fretsaw.model.parse import Collected, StreamError
from fretsaw.model.prices import TokenCounts
from fretsaw.model.scripted import Call, Reply, wire

PATCH = {"type": "update_file", "path": "a.py", "diff": "@@\n-x\n+y\n"}
REPLIES = {
    "text": Reply("All is well."),
    "empty": Reply(""),
    "reasoning": Reply("Done.", reasoning="gAAAA"),
    "refusal": Reply("Well: ", refusal="I will not."),
    "calls": Reply("Looking.", (Call("read_file", {"path": "a"}), Call("search", "{broken"))),
    "patch": Reply("", (Call("apply_patch", PATCH), Call("apply_patch", {"type": "delete_file", "path": "b"}))),
    "grammar": Reply("", (Call("patch", "*** Begin Patch\n*** End Patch\n"),)),
    "cut": Reply("cut", finish="length"),
    "filtered": Reply("cut", finish="content_filter"),
    "tier": Reply("x", tier="priority", cache_write=7),
}
TOOLS = {"tools": [{"type": "apply_patch"}, {"type": "custom", "name": "patch", "custom": {"name": "patch"}}]}
BODY = {"model": "m", "stream_options": {"include_usage": True}, "include": ["reasoning.encrypted_content"], **TOOLS}
COUNTED = (10, 0, 5)


def events(raw: typing.Iterable[bytes]) -> list[Any]:
    datas = (line[6:] for piece in raw for line in piece.decode().splitlines() if line.startswith("data: "))
    return [json.loads(data) for data in datas if data != "[DONE]"]


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_the_scripted_server_answers_as_the_package_says(reply: Reply) -> None:
    from openai.types.chat import ChatCompletion, ChatCompletionChunk
    from openai.types.responses import Response, ResponseStreamEvent

    Response.model_validate(wire.responses(reply, BODY, COUNTED))
    each: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)
    for event in events(wire.response_events(reply, BODY, COUNTED)):
        if not event["type"].startswith(
            "response.apply_patch_call"
        ):  # OpenAI streams it, the package has no type for it
            each.validate_python(event)
    ChatCompletion.model_validate(wire.chat(reply, BODY, COUNTED))
    if not any(call.name == "patch" for call in reply.calls):  # the package has no type for a custom call in a stream
        for event in events(wire.chat_events(reply, BODY, COUNTED)):
            ChatCompletionChunk.model_validate(event)


def test_every_decision_is_read_and_the_scripted_server_makes_such() -> None:
    from openai.types.decision import Decision

    names = ("change-1", "change-2", "change-3")
    asked = {"model": "m", "questions": [{"type": "predicate", "name": name, "instructions": "x"} for name in names]}
    scripted = wire.decision(Reply('{"change-1": 0.25, "change-2": null}', usage=(9, 0, 3)), asked, COUNTED)
    Decision.model_validate(scripted)
    so_far = Collected()
    read = json.loads(decisions.take_whole(scripted, so_far))
    assert [item["probability"] for item in read["answers"]] == [0.25, None, 0.5]
    assert (so_far.finish, so_far.usage) == ("stop", TokenCounts(9, 0, 3))
    for whole in _models(Decision, 0):
        decisions.take_whole(whole, Collected())


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_streamed_or_whole_it_is_the_same_answer(reply: Reply, api: str) -> None:
    whole, streamed = Collected(), Collected()
    if api == "chat":
        chat.take_whole(wire.chat(reply, BODY, COUNTED), whole)
        for event in events(wire.chat_events(reply, BODY, COUNTED)):
            chat.take(event, streamed)
    else:
        responses.take_whole(wire.responses(reply, BODY, COUNTED), whole)
        for event in events(wire.response_events(reply, BODY, COUNTED)):
            responses.take(event, streamed)
    assert "".join(streamed.text) == "".join(whole.text)
    for name in ("calls", "items", "finish", "reason", "usage", "tier"):
        assert getattr(streamed, name) == getattr(whole, name), name


PLAIN: dict[Any, list[Any]] = {str: ["text"], int: [3], float: [0.5], bool: [True], type(None): [None]}


def built(kind: Any, depth: int = 0) -> list[Any]:
    """Values of a type as JSON: for a model one with all fields and one with the required ones, for each of a union."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is typing.Annotated:
        return built(arguments[0], depth)
    if origin in {typing.Union, types.UnionType}:
        return [value for one in arguments for value in built(one, depth)]
    if origin is typing.Literal:
        return list(arguments)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _models(kind, depth)
    if origin is list or kind is list:
        return [[], built(arguments[0], depth + 1)[:3]] if depth < 5 and arguments else [[]]
    if origin is dict or kind in {dict, object, Any}:
        return [{}]
    return PLAIN.get(kind, [None])


def _models(kind: type[BaseModel], depth: int) -> list[Any]:
    choices = {name: built(item.annotation, depth + 1) for name, item in kind.model_fields.items()}
    full = [
        {name: values[min(at, len(values) - 1)] for name, values in choices.items()}
        for at in range(min(4, max(map(len, choices.values()), default=1)))
    ]
    required = {name for name, item in kind.model_fields.items() if item.is_required()}
    return [*full, {name: value for name, value in full[0].items() if name in required}] if full else [{}]


def members(union: Any) -> list[type[BaseModel]]:
    return list(get_args(get_args(union)[0] if get_origin(union) is typing.Annotated else union))


def test_every_event_of_a_stream_is_read() -> None:
    from openai.types.responses import ResponseStreamEvent

    kinds = members(ResponseStreamEvent)
    assert len(kinds) > 40
    for kind in kinds:
        for event in _models(kind, 3):
            try:
                responses.take(event, Collected())
            except StreamError:
                assert event["type"] in {"error", "response.failed", "response.completed", "response.incomplete"}, event


def test_every_item_with_all_its_fields_is_read() -> None:
    from openai.types.responses import ResponseOutputItem

    kinds = members(ResponseOutputItem)
    assert len(kinds) > 15
    for kind in kinds:
        for item in _models(kind, 1):
            so_far = Collected()
            responses.take_whole({"status": "completed", "output": [item]}, so_far)
            assert so_far.finish in {"stop", "tool_calls"}, item


def test_every_chat_answer_is_read() -> None:
    from openai.types.chat import ChatCompletion, ChatCompletionChunk

    for whole, chunk in itertools.zip_longest(_models(ChatCompletion, 0), _models(ChatCompletionChunk, 0)):
        if whole and whole["choices"]:
            chat.take_whole(whole, Collected())
        if chunk:
            chat.take(chunk, Collected())
