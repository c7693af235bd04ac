"""The Decisions API: questions about messages as a body, their probabilities as an answer. It does not stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fretsaw.core.chat import Message, Request
from fretsaw.core.text.safe_text import sendable
from fretsaw.model.parse import Collected, as_list, as_map, as_text, shape_error, token_counts
from fretsaw.model.row import Row

PATH = "/decisions"
MOST_QUESTIONS = 400
"""Questions that one call takes."""


def body(request: Request, row: Row, max_output: int) -> dict[str, Any]:  # noqa: ARG001 - as of the other two APIs
    """The JSON body of a call. Each question is a statement whose probability is wanted."""
    data: dict[str, Any] = {
        "model": row.id,
        "input": [_message(message) for message in request.messages],
        "questions": [
            {"type": "predicate", "name": question.name, "instructions": sendable(question.statement)}
            for question in request.questions
        ],
    }
    if request.cache_key and row.can.cache != "none":
        data["prompt_cache_key"] = request.cache_key
    return data


def leave_out(body: dict[str, Any], name: str) -> None:
    """Take a field out of a body, since the endpoint refused it."""
    body.pop(name, None)


def take(event: object, so_far: Collected) -> str:
    """The same as `take_whole`: there is one event, the whole answer."""
    return take_whole(event, so_far)


def take_whole(event: object, so_far: Collected) -> str:
    """Add a whole `decision` to what was collected, as JSON: `{"answers": [{"name": …, "probability": …}]}`.

    A question that the model declined to answer has the probability null. ModelError on a wrong shape.
    """
    data = as_map(event)
    if "answers" not in data:
        raise shape_error("it has no answers")
    answers = [_answer(as_map(item)) for item in as_list(data["answers"])]
    so_far.model = as_text(data.get("model")) or so_far.model
    so_far.scripted = so_far.scripted or so_far.model.startswith("scripted/")
    so_far.usage = token_counts(data.get("usage"), "input", "output") or so_far.usage
    so_far.text = [json.dumps({"answers": answers})]
    so_far.finish = "stop"
    return so_far.text[0]


def _answer(item: Mapping[str, Any]) -> dict[str, Any]:
    probability = item.get("probability") if item.get("type") == "predicate" else None
    return {"name": as_text(item.get("name")), "probability": probability}


def _message(message: Message) -> dict[str, Any]:
    return {"type": "message", "role": message.role, "content": sendable(message.text)}
