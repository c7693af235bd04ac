"""The Responses API over several turns: reasoning comes encrypted and goes back in its place, and no end is silent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError
from tests.model.contract import validate_body
from tests.model.support import READ, Bench, bench, question

from fretsaw.core.chat import Answer, Message, OutputItem, Request, ToolCall
from fretsaw.model import responses
from fretsaw.model.parse import Collected
from fretsaw.model.registry import load_registry
from fretsaw.model.request_size import input_bound
from fretsaw.model.scripted import Call, Fault, Reply
from fretsaw.run_store import from_plain, to_plain

LUNA = "gpt-6-luna"
LOOK = (Call("read_file", {"path": "a"}), Call("read_file", {"path": "b"}))
TURNS = [Reply("Looking.", LOOK, reasoning=f"gAAAA{n}") for n in range(3)] + [Reply("Done.", reasoning="gAAAA3")]


def converse(live: Bench, turns: int) -> list[Answer]:
    """Ask so many times, each time with what was answered and an answer to each tool call."""
    request = question(tools=(READ,))
    answers = []
    for _ in range(turns):
        answer = live(request)
        answers.append(answer)
        said = Message("assistant", answer.text, tool_calls=answer.tool_calls, items=answer.items)
        results = tuple(Message("tool", "text", tool_call_id=call.id) for call in answer.tool_calls)
        request = Request((*request.messages, said, *results), tools=(READ,))
    return answers


def test_reasoning_goes_back_in_order_over_three_tool_turns() -> None:
    with bench(TURNS, model=LUNA, order="server") as live:
        answers = converse(live, 4)
        body = live.server.requests[3].body
    assert answers[-1].text == "Done."
    turn = ["reasoning", "message", "function_call", "function_call", "function_call_output", "function_call_output"]
    assert [item["type"] for item in body["input"][2:]] == turn * 3
    assert [item["encrypted_content"] for item in body["input"] if item["type"] == "reasoning"] == [
        "gAAAA0",
        "gAAAA1",
        "gAAAA2",
    ]
    assert (body["store"], body["include"]) == (False, ["reasoning.encrypted_content"])
    assert body["text"] == {"verbosity": "low"}


def test_without_the_column_no_reasoning_is_asked_for_or_sent_back() -> None:
    with bench(TURNS, model="gpt-4.1", api="responses", order="server") as live:
        answers = converse(live, 4)
        body = live.server.requests[3].body
    assert all(item.kind != "reasoning" for answer in answers for item in answer.items)
    assert not {"include", "reasoning", "text"} & body.keys()


def test_a_recorded_answer_keeps_its_items() -> None:
    with bench(TURNS, model=LUNA, order="server") as live:
        answer = converse(live, 1)[0]
    assert from_plain(json.loads(json.dumps(to_plain(answer))), Answer) == answer
    assert [item.kind for item in answer.items] == ["reasoning", "text", "call", "call"]


def test_a_record_of_before_has_no_items() -> None:
    plain = to_plain(Answer("x"))
    del plain["items"], plain["reason"]
    assert from_plain(plain, Answer).items == ()


def test_reasoning_that_nothing_follows_is_not_sent_back() -> None:
    cut = Message("assistant", "", items=(OutputItem("reasoning", "rs_0", "gAAAA"),))
    with bench("ok", model=LUNA) as live:
        live(Request((Message("user", "U"), cut, Message("user", "again"))))
        assert [item["role"] for item in live.server.requests[0].body["input"]] == ["user", "user"]


def test_phase_and_summary_go_back_as_they_came() -> None:
    items = (
        OutputItem("reasoning", "rs_1", "gAAAA", summary=("short",)),
        OutputItem("text", "msg_7", "hm", "commentary"),
        OutputItem("call", "c1"),
    )
    said = Message("assistant", "hm", tool_calls=(ToolCall("c1", "read_file", "{}"),), items=items)
    with bench("ok", model=LUNA) as live:
        live(Request((Message("user", "U"), said, Message("tool", "t", tool_call_id="c1"))))
        sent = live.server.requests[0].body["input"]
    assert sent[1]["summary"] == [{"type": "summary_text", "text": "short"}]
    assert (sent[2]["id"], sent[2]["phase"]) == ("msg_7", "commentary")


def test_reasoning_counts_as_input() -> None:
    row = load_registry().row(LUNA)
    plain, thinking = (
        Request((Message("assistant", "x", items=items),)) for items in ((), (OutputItem("reasoning", "r", "g" * 900),))
    )
    assert input_bound(thinking, row) >= input_bound(plain, row) + 900


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_refusal_is_told_in_the_words_of_the_model(api: str) -> None:
    with bench([Reply("Well: ", refusal="I will not.")], api=api) as live:
        answer = live()
    assert (answer.finish, answer.reason) == ("refusal", "I will not.")


@pytest.mark.parametrize(
    ("reply", "finish", "reason"),
    [
        (Reply("cut", finish="length"), "length", ""),
        (Reply("x" * 80, finish="length", reasoning="g"), "length", "tokens of it were reasoning"),
        (Reply("cut", finish="content_filter"), "content_filter", ""),
        (Reply("cut", incomplete="steered"), "truncated", "steered"),
    ],
)
def test_an_incomplete_answer_says_why(reply: Reply, finish: str, reason: str) -> None:
    with bench([reply], model=LUNA, retries=0) as live:
        answer = live()
    assert answer.finish == finish
    assert reason in answer.reason
    assert bool(reason) == bool(answer.reason)


def test_a_last_event_without_output_takes_what_was_streamed() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "read_file", "arguments": "{}"}
    events: list[dict[str, Any]] = [
        {"type": "response.output_item.done", "item": call},
        {"type": "response.completed", "response": {"status": "completed", "output": []}},
    ]
    body = b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)
    with bench("unused", Fault("raw", body=body), api="responses") as live:
        answer = live()
    assert (answer.finish, answer.tool_calls[0].name) == ("tool_calls", "read_file")


def test_every_item_that_the_package_can_build_is_read() -> None:
    from openai.types.responses import ResponseOutputItem

    members = ResponseOutputItem.__args__[0].__args__  # type: ignore[attr-defined]
    for member in members:
        item = {"type": member.model_fields["type"].annotation.__args__[0], "id": "x"}
        so_far = Collected()
        responses.take_whole({"status": "completed", "output": [item]}, so_far)
        assert so_far.finish in {"stop", "tool_calls"}, item


@pytest.mark.parametrize("more", [{"thoughts": 1}, {"text": {"verbosity": "terse"}}, {"reasoning": {"depth": 3}}])
def test_the_contract_refuses_what_the_types_do_not_have(more: dict[str, Any]) -> None:
    body = {"model": "m", "input": [], "stream": True}
    validate_body("/v1/responses", body)
    with pytest.raises((AssertionError, ValidationError)):
        validate_body("/v1/responses", {**body, **more})
