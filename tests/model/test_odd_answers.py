"""Answers in shapes that nobody documents: what is clear is read, on both APIs."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.model.support import READ, question
from tests.model.test_odd_endpoints import DONE, STOP, TEXT, Answered, body, delta, endpoint, event, stream

from fretsaw.model import responses

WHOLE = {"choices": [{"message": {"content": TEXT}, "finish_reason": "stop"}]}
PRETTY = json.dumps({"choices": [{"index": 0, "delta": {"content": TEXT}, "finish_reason": "stop"}]}, indent=1)
EVENTS = delta(TEXT) + STOP + DONE
CHAT: dict[str, Answered] = {
    "usage behind the end mark": stream(delta(TEXT), STOP, DONE, event({"choices": [], "usage": None})),
    "empty choices first": stream(event({"choices": []}), delta(None, role="assistant"), delta(TEXT), STOP, DONE),
    "carriage returns": (200, "text/event-stream", EVENTS.replace(b"\n", b"\r\n")),
    "one JSON a line": (200, "application/x-ndjson", b"".join(part[6:-1] for part in (delta(TEXT), STOP))),
    "a stream named as text": (200, "text/plain; charset=utf-8", EVENTS),
    "a stream named as JSON": (200, "application/json", b": ready\n\n" + EVENTS),
    "an event over lines": (
        200,
        "text/event-stream",
        "".join(f"data: {line}\n" for line in PRETTY.splitlines()).encode() + b"\n" + DONE,
    ),
    "two answers": stream(
        event({"choices": [{"delta": {"content": TEXT}}, {"index": 1, "delta": {"content": "X"}}]}), STOP, DONE
    ),
    "counts that are no whole numbers": stream(
        delta(TEXT), STOP, event({"choices": [], "usage": {"prompt_tokens": 5.0, "completion_tokens": 3.0}}), DONE
    ),
    "an error that is null": body({"error": None, **WHOLE}),
    "the end in capitals": body({"choices": [{"message": {"content": TEXT}, "finish_reason": "STOP"}]}),
    "calls that are null": stream(delta(TEXT, tool_calls=None, function_call=None), STOP, DONE),
    "a mark before JSON": (200, "application/json", b"\xef\xbb\xbf" + json.dumps(WHOLE).encode()),
    "blanks before JSON": (200, "application/json", b"\n\n   \n" + json.dumps(WHOLE).encode()),
}


def response(**more: Any) -> dict[str, Any]:
    content = [{"type": "output_text", "text": TEXT, "annotations": []}]
    message = {"type": "message", "role": "assistant", "content": content}
    return {"object": "response", "status": "completed", "output": [message], **more}


MESSAGE = response()["output"][0]
RESPONSES: dict[str, Answered] = {
    "an item of the future": body(response(output=[{"type": "hologram", "x": [1]}, MESSAGE])),
    "a part of the future": body(
        response(output=[{**MESSAGE, "content": [{"type": "smell", "text": None}, *MESSAGE["content"]]}])
    ),
    "content that is a text": body(response(output=[{**MESSAGE, "content": TEXT}])),
    "the text beside no items": body({"status": "completed", "output": None, "output_text": TEXT}),
    "all that may be null": body(response(error=None, incomplete_details=None, usage=None, metadata=None)),
    "events without a kind": (
        200,
        "text/event-stream",
        b"event: response.completed\ndata: " + json.dumps({"response": response()}).encode() + b"\n\n",
    ),
    "a stream without its last event": stream(event({"type": "response.output_text.delta", "delta": TEXT}), DONE),
    "annotations": body(
        response(
            output=[
                {
                    **MESSAGE,
                    "content": [
                        {
                            "type": "output_text",
                            "text": TEXT,
                            "annotations": [{"type": "url_citation", "url": "u", "start_index": 0}],
                        }
                    ],
                }
            ]
        )
    ),
}


@pytest.mark.parametrize("name", CHAT)
def test_on_chat(name: str) -> None:
    with endpoint(lambda _sent: CHAT[name]) as (ask, _seen):
        answer = ask(question(), lambda piece: None)
    assert (answer.text, answer.finish) == (TEXT, "stop")


@pytest.mark.parametrize("name", RESPONSES)
def test_on_responses(name: str) -> None:
    with endpoint(lambda _sent: RESPONSES[name]) as (ask, _seen):
        ask._api = responses
        answer = ask(question(), lambda piece: None)
    assert (answer.text, answer.finish) == (TEXT, "stop")


def test_arguments_of_a_call_on_responses_may_be_an_object() -> None:
    call = {"type": "function_call", "name": "read_file", "arguments": {"path": "a"}}
    with endpoint(lambda _sent: body(response(output=[call, call]))) as (ask, _seen):
        ask._api = responses
        calls = ask(replace(question(), tools=(READ,)), lambda piece: None).tool_calls
    assert [(call.id, call.arguments) for call in calls] == [("call_0", '{"path": "a"}'), ("call_1", '{"path": "a"}')]


def test_calls_without_an_id_get_one_each() -> None:
    call = {"type": "function", "function": {"name": "read_file", "arguments": "{}"}}
    message = {"content": None, "tool_calls": [call, call]}
    with endpoint(lambda _sent: body({"choices": [{"message": message, "finish_reason": "tool_calls"}]})) as (ask, _):
        calls = ask(replace(question(), tools=(READ,)), lambda piece: None).tool_calls
    assert [call.id for call in calls] == ["call_0", "call_1"]
