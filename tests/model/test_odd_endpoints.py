"""Servers that people run and that answer otherwise than the API says: what is clear is read, the rest is said."""

# ruff: noqa: E501 - bodies as servers send them
from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.model.support import KEY, READ, question

from fretsaw.cancel import Cancel
from fretsaw.errors import ConfigError, ContextTooLongError, ModelError
from fretsaw.model.budget import Budget
from fretsaw.model.live import Live, Pace, connect
from fretsaw.model.registry import load_registry
from fretsaw.settings import Settings

Answered = tuple[int, str, bytes]
"""Status, content type, body."""

TEXT = "b = 20, naïve"


def event(data: Any) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


def delta(content: Any = None, finish: str | None = None, key: str = "delta", **more: Any) -> bytes:
    return event({"choices": [{"index": 0, key: {"content": content, **more}, "finish_reason": finish}]})


def stream(*events: bytes) -> Answered:
    return 200, "text/event-stream", b"".join(events)


def body(data: Any, status: int = 200) -> Answered:
    return status, "application/json", json.dumps(data).encode()


DONE = b"data: [DONE]\n\n"
STOP = delta(finish="stop")


@contextmanager
def endpoint(answer: Callable[[dict[str, Any]], Answered]) -> Iterator[tuple[Live, list[dict[str, Any]]]]:
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            status, kind, data = answer(seen[-1])
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    settings = Settings(base_url=f"http://127.0.0.1:{server.server_port}/v1", api_key=KEY, timeout=20.0, retries=0)
    ask = connect(settings, load_registry().generic("m"), Cancel(), budget=Budget(9.0), pace=Pace(random=lambda: 0.0))
    try:
        yield ask, seen
    finally:
        ask.close()
        server.shutdown()
        server.server_close()


READ_AS_MEANT: dict[str, Answered] = {
    "a list of parts": body(
        {"choices": [{"message": {"content": [{"type": "text", "text": TEXT}]}, "finish_reason": "stop"}]}
    ),
    "a list of texts": body({"choices": [{"message": {"content": ["b = 20, ", "naïve"]}, "finish_reason": "stop"}]}),
    "a text that is an object": stream(delta([{"type": "text", "text": {"value": TEXT}}]), STOP, DONE),
    "parts of thoughts beside the answer": stream(
        delta([{"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}]),
        delta([{"type": "text", "text": TEXT}]),
        STOP,
        DONE,
    ),
    "thoughts in a field of their own": stream(delta(None, reasoning_content="b = 3"), delta(TEXT), STOP, DONE),
    "no reason for the end, but its mark": stream(delta(TEXT), DONE),
    "a byte order mark before the stream": stream(b"\xef\xbb\xbf", delta(TEXT), STOP, DONE),
    "a message in place of a delta": stream(delta(TEXT, "stop", key="message"), DONE),
    "a null message beside a delta": stream(
        event({"choices": [{"delta": {"content": TEXT}, "message": None, "finish_reason": "stop"}]}), DONE
    ),
}


@pytest.mark.parametrize("name", READ_AS_MEANT)
def test_it_is_read_as_it_is_meant(name: str) -> None:
    with endpoint(lambda _: READ_AS_MEANT[name]) as (ask, _):
        answer = ask(question())
        assert (answer.text, answer.finish) == (TEXT, "stop")


CUT_OFF: dict[str, Answered] = {
    "neither a reason nor a mark": stream(delta(TEXT)),
    "a mark and nothing before it": stream(DONE),
    "the mark is a part of the text": stream(delta("data: [DONE")),
}


@pytest.mark.parametrize("name", CUT_OFF)
def test_what_was_cut_off_stays_so(name: str) -> None:
    with endpoint(lambda _: CUT_OFF[name]) as (ask, _):
        assert ask(question()).finish == "truncated"


@pytest.mark.parametrize("arguments", [{"path": "a.py"}, '{"path": "a.py"}'])
def test_arguments_of_a_call_may_be_an_object(arguments: Any) -> None:
    call = {"index": 0, "id": "c1", "type": "function", "function": {"name": "read_file", "arguments": arguments}}
    with endpoint(lambda _: stream(delta(None, tool_calls=[call]), delta(finish="tool_calls"), DONE)) as (ask, _):
        answer = ask(question(tools=(READ,)))
        assert json.loads(answer.tool_calls[0].arguments) == {"path": "a.py"}


NO_TOOLS: dict[str, Answered] = {
    "Ollama": body({"error": {"message": "registry.ollama.ai/library/x does not support tools"}}, 400),
    "vLLM": body(
        {"object": "error", "message": '"auto" tool choice requires --enable-auto-tool-choice to be set'}, 400
    ),
    "OpenRouter": body({"error": {"message": "No endpoints found that support tool use.", "code": 404}}, 404),
    "llama.cpp": body(
        {"error": {"code": 500, "message": "tools param requires --jinja flag", "type": "server_error"}}, 500
    ),
    "FastAPI": body({"detail": [{"loc": ["body", "tools"], "msg": "tools are not supported", "type": "x"}]}, 422),
}


@pytest.mark.parametrize("name", NO_TOOLS)
def test_an_endpoint_without_tools_is_asked_once_more_without(name: str) -> None:
    def answer(sent: dict[str, Any]) -> Answered:
        return NO_TOOLS[name] if "tools" in sent else stream(delta(TEXT), STOP, DONE)

    with endpoint(answer) as (ask, seen):
        assert ask(question(tools=(READ,))).text == TEXT
        assert [("tools" in sent, "parallel_tool_calls" in sent) for sent in seen][-1] == (False, False)
        assert len(seen) == 2
        assert "has no tools" in " ".join(ask.notices)
        ask(question(tools=(READ,)))
        assert len(seen) == 3, "it is remembered"


UNKNOWN_FIELD: dict[str, Answered] = {
    "FastAPI": body(
        {
            "detail": [
                {"type": "extra_forbidden", "loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}
            ]
        },
        422,
    ),
    "a text": body({"detail": "stream_options is not supported"}, 400),
    "a text under error": body({"error": "Unknown field: stream_options"}, 400),
    "Mistral": body(
        {
            "object": "error",
            "message": {"detail": [{"loc": ["body", "stream_options"], "msg": "Extra inputs are not permitted"}]},
        },
        422,
    ),
    "a list": body([{"error": {"code": 400, "message": "Unknown name stream_options: unsupported"}}], 400),
}


@pytest.mark.parametrize("name", UNKNOWN_FIELD)
def test_a_field_that_is_not_known_is_left_out(name: str) -> None:
    def answer(sent: dict[str, Any]) -> Answered:
        return UNKNOWN_FIELD[name] if "stream_options" in sent else stream(delta(TEXT), STOP, DONE)

    with endpoint(answer) as (ask, seen):
        assert ask(question()).text == TEXT
        assert len(seen) == 2


TOO_LONG = {
    "vLLM": {
        "object": "error",
        "message": "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens",
    },
    "vLLM, newer": {
        "error": {"message": "The decoder prompt (length 9000) is longer than the maximum model length of 4096."}
    },
    "Ollama": {"error": {"message": "prompt too long; exceeded max context length by 90 tokens"}},
    "llama.cpp": {
        "error": {
            "code": 400,
            "message": "the request exceeds the available context size. try increasing it",
            "type": "exceed_context_size_error",
        }
    },
    "LM Studio": {
        "error": "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens"
    },
    "OpenRouter": {
        "error": {
            "message": "This endpoint's maximum context length is 32768 tokens. However, you requested about 90000 tokens",
            "code": 400,
        }
    },
    "Gemini": [
        {
            "error": {
                "code": 400,
                "message": "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
                "status": "INVALID_ARGUMENT",
            }
        }
    ],
    "Anthropic": {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "prompt is too long: 210000 tokens > 200000 maximum"},
    },
    "Mistral": {
        "object": "error",
        "message": "Prompt contains 90000 tokens, too large for model with 32768 maximum context length",
        "type": "invalid_request_error",
    },
}


@pytest.mark.parametrize("name", TOO_LONG)
def test_a_prompt_that_is_too_long_is_known_as_that(name: str) -> None:
    with endpoint(lambda _: body(TOO_LONG[name], 400)) as (ask, _), pytest.raises(ContextTooLongError) as error:
        ask(question())
    assert "--context-tokens" in error.value.hint


@pytest.mark.parametrize(
    ("answered", "kind", "words"),
    [
        ((400, "text/event-stream", b'data: {"error": {"message": "bad seed"}}\n\n'), ModelError, "bad seed"),
        (body({"detail": "Not Found"}, 404), ConfigError, "--base-url"),
        (body({"error": {"message": "The model `m` was not found"}}, 404), ConfigError, "agent models --remote"),
        (body({"error": {"message": "max_tokens is too large: 99999"}}, 400), ModelError, "max_tokens is too large"),
    ],
)
def test_what_went_wrong_is_said_without_the_raw_body(answered: Answered, kind: type[Exception], words: str) -> None:
    with endpoint(lambda _: answered) as (ask, _), pytest.raises(kind) as error:
        ask(question())
    shown = f"{error.value} {getattr(error.value, 'hint', '')}"
    assert words in shown and "data:" not in shown and "{" not in shown
