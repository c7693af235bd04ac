"""A server that refuses the fields that it does not know, one after the other: those are left out, and no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.model.support import READ, question
from tests.model.test_odd_endpoints import DONE, STOP, TEXT, Answered, body, delta, endpoint, event, stream

from fretsaw.core.chat import Request
from fretsaw.core.prompt.patch_grammar import PATCH_GRAMMAR
from fretsaw.model import responses
from fretsaw.model.capabilities import Capabilities
from fretsaw.model.live import Live
from fretsaw.model.registry import load_registry

EVERYTHING = Capabilities(
    effort="low",
    verbosity="low",
    keep_reasoning=True,
    strict_tools=True,
    parallel_tools=False,
    apply_patch_tool=True,
    grammar_tool=True,
    mode="pro",
    tier="flex",
    cache="breakpoints",
    cache_ttl="30m",
    files=True,
    predictions=True,
    completion_limit=True,
)
KNOWN = {
    "chat": {"model", "messages", "stream", "max_tokens", "tools"},
    "responses": {"model", "input", "stream", "max_output_tokens", "tools"},
}
Wording = Callable[[str], tuple[Any, int]]
WORDINGS: dict[str, Wording] = {
    "OpenAI": lambda field: (
        {"error": {"message": f"Unknown parameter: '{field}'.", "param": field, "code": None}},
        400,
    ),
    "no param": lambda field: ({"error": {"message": f"Unknown parameter: '{field}'."}}, 400),
    "FastAPI": lambda field: (
        {"detail": [{"loc": ["body", *field.split(".")], "msg": "Extra inputs are not permitted"}]},
        422,
    ),
    "a sentence": lambda field: ({"error": f"The parameter {field} is not supported by this server"}, 400),
}


def unknown_fields(sent: dict[str, Any], api: str, *, tools: bool) -> Iterator[str]:
    """Fields that a plain server of this API objects to, in the words of its schema."""
    known = KNOWN[api] if tools else KNOWN[api] - {"tools"}
    yield from (name for name in sent if name not in known)
    for at, tool in enumerate(sent.get("tools", ()) if tools else ()):
        if "strict" in tool or "strict" in tool.get("function", {}):
            yield f"tools[{at}].function.strict" if api == "chat" else f"tools[{at}].strict"
    if "prompt_cache_breakpoint" in json.dumps(sent):
        yield "messages[0].content[0].prompt_cache_breakpoint"


def can_all(ask: Live, api: str) -> None:
    ask.row = replace(ask.row, can=EVERYTHING, api="responses" if api == "responses" else "chat")
    if api == "responses":
        ask._api = responses


def whole(api: str) -> Answered:
    if api == "chat":
        return stream(delta(TEXT), STOP, DONE)
    content = [{"type": "output_text", "text": TEXT, "annotations": []}]
    done = {"status": "completed", "output": [{"type": "message", "role": "assistant", "content": content}]}
    return stream(event({"type": "response.completed", "response": done}))


@pytest.mark.parametrize("tools", [True, False])
@pytest.mark.parametrize("wording", WORDINGS)
@pytest.mark.parametrize("api", KNOWN)
@pytest.mark.parametrize("last", [True, False])
def test_one_after_the_other(api: str, wording: str, tools: bool, last: bool) -> None:
    def answer(sent: dict[str, Any]) -> Answered:
        refused = list(unknown_fields(sent, api, tools=tools))
        return body(*WORDINGS[wording](refused[-last])) if refused else whole(api)

    asked = replace(question(), tools=(READ,), cache_key="k", temperature=0.0, prediction=TEXT)
    asked = replace(asked, messages=(*asked.messages[:-1], replace(asked.messages[-1], cache_ends=(3,))))
    with endpoint(answer) as (ask, seen):
        can_all(ask, api)
        assert ask(asked).text == TEXT
        first = len(seen)
        assert ask(asked).text == TEXT
        assert len(seen) == first + 1, "asked without from then on"
        assert ("tools" in seen[-1]) == tools
        assert "store" not in seen[-1] or api == "chat"


PATCH_TOOLS = {
    "OpenAI": {
        "error": {
            "message": "Invalid value: 'apply_patch'. Supported values are: 'function'.",
            "param": "tools[1].type",
        }
    },
    "of a model": {"error": {"message": "Tool 'apply_patch' is not supported with this model.", "param": "tools"}},
    "FastAPI": {"detail": [{"loc": ["body", "tools", 1, "type"], "msg": "Input should be 'function'"}]},
    "what a function has": {"error": {"message": "Missing required parameter: 'tools[1].function'."}},
}


@pytest.mark.parametrize("wording", PATCH_TOOLS)
@pytest.mark.parametrize("form", [{"offers_patch_tool": True}, {"patch_grammar": PATCH_GRAMMAR}])
@pytest.mark.parametrize("tools", [(READ,), ()])
def test_a_tool_for_patches_is_left_out_and_no_other(
    wording: str, form: dict[str, Any], tools: tuple[Any, ...]
) -> None:
    def answer(sent: dict[str, Any]) -> Answered:
        kinds = {tool["type"] for tool in sent.get("tools", ())}
        return body(PATCH_TOOLS[wording], 400) if kinds - {"function"} else whole("responses")

    with endpoint(answer) as (ask, seen):
        can_all(ask, "responses")
        request: Request = replace(question(), tools=tools, **form)
        assert ask(request).text == TEXT
        assert [tool["name"] for tool in seen[-1].get("tools", ())] == [tool.name for tool in tools]
        assert ask.left_out == {"apply_patch"}


@pytest.mark.parametrize(
    "message",
    [
        "Unsupported media: please include a picture",
        "Unknown item: it is not stored, or the store is full",
        "This strict endpoint does not support that",
    ],
)
def test_a_word_of_a_sentence_is_no_field(message: str) -> None:
    def answer(_sent: dict[str, Any]) -> Answered:
        return body({"error": {"message": message}}, 400)

    with endpoint(answer) as (ask, seen):
        can_all(ask, "responses")
        with pytest.raises(Exception, match="refused the request"):
            ask(question())
        assert (len(seen), ask.left_out) == (1, set())
    assert load_registry().generic("m").plain
