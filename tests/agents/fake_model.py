"""Serve a scripted model on loopback: Anthropic Messages, OpenAI Responses and Chat Completions, Gemini.

The script is a list of steps, one for each model turn. A step is {"tool": NAME, "args": {...}} (a JSON tool call),
{"tool": NAME, "input": "text"} (a freeform tool call, Responses only) or {"text": "..."} (the end of a turn).
Which step comes next is read from the request: the number of assistant items that it already holds. So a retry repeats
its step, and steps behind a text are reached only when a hook holds the end of the turn.
"""

from __future__ import annotations

import json
import pathlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LAST = {"text": "Done."}


def items_of(body: Any) -> list[Any]:
    """Return the conversation of a request, whichever protocol it is in."""
    items = body.get("messages", body.get("input", body.get("contents", [])))
    return items if isinstance(items, list) else []


def is_assistant(item: Any) -> bool:
    return bool(item.get("role") in ("assistant", "model") or item.get("type") in ("function_call", "custom_tool_call"))


class FakeModel:
    """A running server; `url` is its base without /v1, `requests` the bodies of the turns that carried tools."""

    def __init__(self, steps: list[Any], log: pathlib.Path, port: int = 0) -> None:
        self.steps, self.log = steps, log
        self.requests: list[Any] = []
        self.lock, self.count = threading.Lock(), 0
        self.log.mkdir(parents=True, exist_ok=True)
        handler = type("Handler", (_Handler,), {"model": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def record(self, method: str, path: str, body: Any) -> int:
        with self.lock:
            self.count += 1
            number = self.count
            if body.get("tools"):
                self.requests.append(body)
        name = f"{number:03d}-{method}-{path.split('?', maxsplit=1)[0].strip('/').replace('/', '_')}.json"
        (self.log / name).write_text(json.dumps(body, indent=1))
        return number

    def step(self, body: Any) -> Any:
        """Answer a side question (no tools: a title, a summary) with text, else with the script's next step."""
        if not body.get("tools"):
            return {"text": "ok"}
        done = sum(is_assistant(item) for item in items_of(body))
        return self.steps[done] if done < len(self.steps) else LAST


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    model: FakeModel

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.model.record("GET", self.path, {})
        self.send(404, "application/json", b'{"error": {"message": "not here"}}')

    do_HEAD = do_GET

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        try:
            body = json.loads(raw)
        except ValueError:
            body = {"unreadable": raw.decode("utf-8", "replace")}
        number = self.model.record("POST", self.path, body)
        path = self.path.split("?")[0]
        if path.endswith("/count_tokens"):
            self.send(200, "application/json", b'{"input_tokens": 100}')
            return
        if path.endswith(("GenerateContent", ":generateContent")):
            whole, events = gemini(self.model.step(body))
            if path.endswith(":generateContent"):
                self.send(200, "application/json", json.dumps(whole).encode())
            else:
                self.send(200, "text/event-stream", events.encode())
            return
        for end, reply in (("/messages", anthropic), ("/responses", responses), ("/chat/completions", chat)):
            if path.endswith(end):
                whole, events = reply(self.model.step(body), number, body.get("model", "fake"))
                if not body.get("stream"):
                    self.send(200, "application/json", json.dumps(whole).encode())
                else:
                    self.send(200, "text/event-stream", events.encode())
                return
        self.send(404, "application/json", b'{"error": {"message": "not here"}}')

    def send(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)


def sse(events: list[Any], named: bool = True) -> str:
    head = "event: {}\n" if named else ""
    return "".join(head.format(event.get("type")) + f"data: {json.dumps(event)}\n\n" for event in events)


def anthropic(step: Any, number: int, model: str) -> tuple[Any, str]:
    if "text" in step:
        start: dict[str, Any] = {"type": "text", "text": ""}
        delta: dict[str, Any] = {"type": "text_delta", "text": step["text"]}
        block: dict[str, Any]
        block, stop = {"type": "text", "text": step["text"]}, "end_turn"
    else:
        start = {"type": "tool_use", "id": f"toolu_{number:03d}", "name": step["tool"], "input": {}}
        delta = {"type": "input_json_delta", "partial_json": json.dumps(step["args"])}
        block, stop = {**start, "input": step["args"]}, "tool_use"
    usage = {"input_tokens": 10, "output_tokens": 10}
    whole = {
        "id": f"msg_{number:03d}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [block],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": usage,
    }
    opened = {**whole, "content": [], "stop_reason": None}
    return whole, sse(
        [
            {"type": "message_start", "message": opened},
            {"type": "content_block_start", "index": 0, "content_block": start},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage},
            {"type": "message_stop"},
        ]
    )


def responses(step: Any, number: int, model: str) -> tuple[Any, str]:
    name = step.get("tool")
    call = {"id": f"item_{number:03d}", "call_id": f"call_{number:03d}", "status": "completed", "name": name}
    item: dict[str, Any]
    if "text" in step:
        item = {
            "id": f"item_{number:03d}",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": step["text"], "annotations": []}],
        }
    elif "input" in step:
        item = {"type": "custom_tool_call", **call, "input": step["input"]}
    else:
        item = {"type": "function_call", **call, "arguments": json.dumps(step["args"])}
    usage = {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 10,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 20,
    }
    whole = {
        "id": f"resp_{number:03d}",
        "object": "response",
        "created_at": 0,
        "model": model,
        "status": "completed",
        "output": [item],
        "usage": usage,
    }
    opened = {**whole, "status": "in_progress", "output": [], "usage": None}
    return whole, sse(
        [
            {"type": "response.created", "sequence_number": 0, "response": opened},
            {"type": "response.output_item.added", "sequence_number": 1, "output_index": 0, "item": item},
            {"type": "response.output_item.done", "sequence_number": 2, "output_index": 0, "item": item},
            {"type": "response.completed", "sequence_number": 3, "response": whole},
        ]
    )


def gemini(step: Any) -> tuple[Any, str]:
    call = {"functionCall": {"name": step.get("tool"), "args": step.get("args")}}
    part = {"text": step["text"]} if "text" in step else call
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 10, "totalTokenCount": 20}
    answer = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
    whole = {"candidates": [answer], "usageMetadata": usage, "modelVersion": "fake"}
    return whole, sse([whole], named=False)


def chat(step: Any, number: int, model: str) -> tuple[Any, str]:
    message: dict[str, Any] = {"role": "assistant", "content": step.get("text")}
    stop = "stop"
    if "text" not in step:
        function = {"name": step["tool"], "arguments": json.dumps(step["args"])}
        message["tool_calls"] = [{"id": f"call_{number:03d}", "type": "function", "function": function}]
        stop = "tool_calls"
    delta = {**message, "tool_calls": [{**c, "index": i} for i, c in enumerate(message.get("tool_calls", []))]}
    if not delta["tool_calls"]:
        del delta["tool_calls"]
    base = {"id": f"chatcmpl-{number:03d}", "created": 0, "model": model}
    usage = {"prompt_tokens": 10, "completion_tokens": 10, "total_tokens": 20}
    chunk = {**base, "object": "chat.completion.chunk"}
    whole = {
        **base,
        "object": "chat.completion",
        "usage": usage,
        "choices": [{"index": 0, "message": message, "finish_reason": stop}],
    }
    return whole, sse(
        [
            {**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
            {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": stop}]},
            {**chunk, "choices": [], "usage": usage},
        ],
        named=False,
    ) + "data: [DONE]\n\n"
