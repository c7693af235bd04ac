"""What goes over the wire in both APIs, and what comes back from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from tests.model.support import KEY, READ, bench, question

from fretsaw.cancel import Cancel
from fretsaw.core.chat import Image, Message, Request, ToolCall
from fretsaw.errors import Cancelled
from fretsaw.model.scripted import Call, Fault, Reply

APIS = ["chat", "responses"]


@pytest.mark.parametrize("api", APIS)
def test_text_streams_and_adds_up(api: str) -> None:
    text = "naïve → 日本語 🎉\n" * 40
    with bench(text, api=api) as live:
        answer = live()
        assert answer.text == text == "".join(filter(None, live.pieces))
        assert len(live.pieces) > 1
        assert (answer.finish, answer.scripted, answer.model) == ("stop", True, "scripted/gpt-4.1")


@pytest.mark.parametrize("api", APIS)
def test_several_tool_calls_arrive_whole(api: str) -> None:
    calls = (Call("read_file", {"path": "a/b.py", "why": "x" * 200}), Call("read_file", "{not json"))
    with bench([Reply("Let me look.", calls=calls)], api=api) as live:
        answer = live(question(tools=(READ,)))
        assert answer.finish == "tool_calls"
        assert json.loads(answer.tool_calls[0].arguments) == {"path": "a/b.py", "why": "x" * 200}
        assert answer.tool_calls[1].arguments == "{not json"
        assert len({call.id for call in answer.tool_calls}) == 2


def test_a_conversation_as_chat() -> None:
    request = Request(
        (
            Message("system", "S"),
            Message("user", "U", images=(Image("data:image/png;base64,AA==", 10, 10, 255),)),
            Message("assistant", "", tool_calls=(ToolCall("c1", "read_file", '{"path":"a"}'),)),
            Message("tool", "text of a", tool_call_id="c1"),
        ),
        tools=(READ,),
        cache_key="fix-1",
        schema={"type": "object"},
        max_output_tokens=500,
    )
    with bench("ok") as live:
        live(request)
        body = live.server.requests[0].body
    assert [message["role"] for message in body["messages"]] == ["system", "user", "assistant", "tool"]
    assert body["messages"][1]["content"][1] == {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64,AA=="},
    }
    assert body["messages"][2]["content"] is None
    assert body["messages"][2]["tool_calls"][0]["function"] == {"name": "read_file", "arguments": '{"path":"a"}'}
    assert body["messages"][3]["tool_call_id"] == "c1"
    assert (body["prompt_cache_key"], body["max_completion_tokens"]) == ("fix-1", 500)
    assert body["stream_options"] == {"include_usage": True}
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert "reasoning_effort" not in body


def test_a_conversation_as_responses() -> None:
    request = Request(
        (
            Message("system", "S"),
            Message("user", "U", images=(Image("data:image/png;base64,AA==", 10, 10, 255),)),
            Message("assistant", "hm", tool_calls=(ToolCall("c1", "read_file", "{}"),)),
            Message("tool", "text of a", tool_call_id="c1"),
        ),
        cache_key="fix-1",
        schema={"type": "object"},
    )
    with bench("ok", api="responses", model="gpt-6-luna") as live:
        live(request)
        body = live.server.requests[0].body
    kinds = [item.get("role") or item["type"] for item in body["input"]]
    assert kinds == ["system", "user", "assistant", "function_call", "function_call_output"]
    assert body["input"][2]["type"] == "message"
    assert body["input"][1]["content"][1]["type"] == "input_image"
    assert body["store"] is False
    assert body["reasoning"] == {"effort": "none"}
    assert body["text"]["format"]["type"] == "json_schema"


def test_an_endpoint_of_which_nothing_is_known_is_sent_only_what_all_understand() -> None:
    with bench("ok", model="llama-4-local") as live:
        live(question(cache_key="k"))
        body = live.server.requests[0].body
    assert "max_tokens" in body
    assert not {"prompt_cache_key", "max_completion_tokens", "reasoning_effort"} & body.keys()


@pytest.mark.parametrize("api", APIS)
def test_usage_and_dollars(api: str) -> None:
    with bench([Reply("x", usage=(10_000, 8_000, 500))], api=api) as live:
        usage = live().usage
    assert (usage.calls, usage.input_tokens, usage.cached_tokens, usage.output_tokens) == (1, 10_000, 8_000, 500)
    assert usage.dollars == pytest.approx(2_000 * 2e-6 + 8_000 * 0.5e-6 + 500 * 8e-6)
    assert not usage.estimated


def test_a_prefix_that_was_sent_before_is_cached() -> None:
    """As the real endpoint does: from 1,024 tokens on, in steps of 128."""
    prefix = "def f(): return 1\n" * 400
    with bench(["one", "two"]) as live:
        live(question(prefix + "A"))
        usage = live(question(prefix + "B")).usage
    assert usage.cached_tokens >= 1024
    assert usage.cached_tokens % 128 == 0


def test_a_whole_body_instead_of_a_stream_is_read() -> None:
    whole = {"choices": [{"message": {"content": "All", "tool_calls": None}, "finish_reason": "stop"}], "usage": None}
    with bench("unused", Fault("json", body=whole)) as live:
        answer = live()
        assert (answer.text, answer.finish, answer.usage.estimated) == ("All", "stop", True)


def test_text_that_is_not_unicode_can_be_sent() -> None:
    with bench("ok") as live:
        live(question("a byte \udce9 and " + "\ud800"))
        assert live.server.requests[0].body["messages"][1]["content"].startswith("a byte ")


def test_nothing_but_our_own_headers_leaves() -> None:
    with bench("ok") as live:
        live()
        headers = {name.lower() for name in live.server.requests[0].headers}
        assert live.server.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    ours = "host accept accept-encoding connection content-type content-length user-agent authorization"
    assert headers <= set(ours.split())


ENVIRONMENT = """
import sys
from tests.model.support import bench
with bench("ok", api_key=None) as live, bench("evil") as other:
    assert live().text == "ok"
    assert not other.server.requests
    seen = live.server.requests[0]
    print({name.lower(): value for name, value in seen.headers.items()}, seen.path)
"""


def test_the_environment_chooses_neither_endpoint_nor_key_nor_headers() -> None:
    """D19: a project's `.env` that got into the environment must not lead the key or the prompt elsewhere."""
    evil = {
        "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
        "OPENAI_API_KEY": "sk-from-the-environment",
        "OPENAI_ORG_ID": "org-evil",
        "OPENAI_PROJECT_ID": "proj-evil",
        "OPENAI_ADMIN_KEY": "sk-admin-evil",
        "OPENAI_CUSTOM_HEADERS": "X-Evil: 1\nHost: evil.example\nAuthorization: Bearer evil",
        "OPENAI_LOG": "debug",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
    }
    env = {**os.environ, **evil}
    for name in ("NO_PROXY", "no_proxy"):
        env.pop(name, None)
    done = subprocess.run([sys.executable, "-c", ENVIRONMENT], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for word in ("evil", "sk-from", "authorization", "x-stainless"):
        assert word not in done.stdout + done.stderr


def test_azure() -> None:
    with (
        bench("ok") as live,
        bench(
            azure=True,
            api_version="2024-10-21",
            base_url=live.server.base_url.removesuffix("/v1"),
            model="my-deployment",
        ) as azure,
    ):
        assert azure().text == "ok"
        seen = live.server.requests[0]
    assert seen.path == "/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21"
    assert seen.headers["api-key"] == KEY
    assert "Authorization" not in seen.headers


@pytest.mark.parametrize("kind", ["drip", "silence", "stall"])
def test_cancel_from_another_thread_ends_the_call_and_the_connection(kind: str) -> None:
    with bench("unused", Fault(kind, seconds=60), timeout=60.0) as live:
        threading.Timer(0.2, live.cancel.set).start()
        with pytest.raises(Cancelled):
            live()
        assert len(live.server.requests) == 1
        if kind == "drip":
            # Its minute is not over: it ended because nobody listens any more.
            assert live.server.hung_up.acquire(timeout=30)


def test_cancel_before_the_call_sends_nothing() -> None:
    with bench("unused") as live:
        live.cancel.set()
        with pytest.raises(Cancelled):
            live()
        assert live.server.requests == []


def test_cancel_wakes_from_a_pause() -> None:
    from dataclasses import replace

    from fretsaw.model.live import Live, Pace, connect
    from fretsaw.model.registry import load_registry
    from fretsaw.model.scripted import error, serve
    from fretsaw.settings import Settings

    cancel = Cancel()
    with serve("x", faults=[error(503, None, "busy", retry_after="50")]) as server:
        settings = replace(Settings(), base_url=server.base_url)
        ask: Live = connect(settings, load_registry().row("gpt-4.1"), cancel, pace=Pace())
        threading.Timer(0.2, cancel.set).start()
        began = time.monotonic()
        with pytest.raises(Cancelled):
            ask(question())
        # Far from a timed assertion: it would have slept for fifty seconds.
        assert time.monotonic() - began < 40
        ask.close()


def test_a_callback_that_raises_leaves_nothing_open() -> None:
    def bad(_piece: str | None) -> None:
        raise RuntimeError("the shell broke")

    with bench(["x" * 5000, "second"]) as live:
        with pytest.raises(RuntimeError, match="shell broke"):
            live.ask(question(), bad)
        answer: Any = live(question("again"))
        assert answer.text == "second"
