"""The scripted model as a real HTTP server on loopback. What it says is in `script`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from fretsaw.core.text.short import common_head
from fretsaw.core.text.tokens import estimate
from fretsaw.model.scripted import wire
from fretsaw.model.scripted.faults import FAULTS, STREAM, Fault, send, trickle
from fretsaw.model.scripted.script import Order, Reply, Script, as_reply


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    """Decoded JSON, None when there was none."""
    raw: bytes


class ScriptedServer(ThreadingHTTPServer):
    """A scripted endpoint: a context manager, serving while the block runs.

    `base_url` is what a client is given, `requests` is everything that was asked, in order.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self,
        scripts: Sequence[Script],
        *,
        port: int = 0,
        faults: Iterable[Fault] = (),
        models: Iterable[str | Mapping[str, Any]] = (),
        log: Path | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.scripts = tuple(scripts)
        self.requests: list[Seen] = []
        self.models = tuple(models)
        self.stopping = threading.Event()
        self.hung_up = threading.Semaphore(0)
        """Released for each client that closed its connection before the end of the answer."""
        self._log = log
        self._faults = list(faults)
        self._hidden: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._prompts: list[str] = []

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT/v1`."""
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def server_bind(self) -> None:
        """Bind without asking the resolver for our own name, which can take seconds."""
        import socketserver

        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "localhost", int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A client that hangs up is counted, not reported."""
        self.hung_up.release()

    def start(self) -> ScriptedServer:
        """Serve in a thread."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def stop(self) -> None:
        """End every stall, stop serving, free the port."""
        self.stopping.set()
        self.shutdown()
        self.server_close()

    def __enter__(self) -> ScriptedServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def hide(self, path: str, fault: Fault) -> None:
        """Let every request of a path meet this fault, as an endpoint does that lacks an API."""
        self._hidden[path] = fault

    def note(self, seen: Seen) -> Fault | None:
        """Record a request; the fault that it meets: that of its path, else the next one if one is left."""
        with self._lock:
            self.requests.append(seen)
            if self._log is not None and seen.raw:
                with self._log.open("ab") as log:
                    log.write(seen.raw + b"\n")
            hidden = next((fault for path, fault in self._hidden.items() if seen.path.endswith(path)), None)
            if hidden is not None:
                return hidden
            return self._faults.pop(0) if self._faults and seen.method == "POST" else None

    def reply_to(self, messages: Sequence[Any]) -> Reply:
        """The reply of the first script that speaks of this."""
        text = json.dumps(messages, ensure_ascii=False)
        for script in self.scripts:
            if not script.match or json.dumps(script.match, ensure_ascii=False)[1:-1] in text:
                return script.next(messages)
        return Reply("I have no reply to that in my script.")

    def count(self, messages: Sequence[Any], reply: Reply) -> tuple[int, int, int]:
        """Input, cached and output tokens: a prefix that was sent before is cached from 1,024 tokens on."""
        text = "".join(_texts(messages))
        with self._lock:
            shared = max((common_head(text, earlier) for earlier in self._prompts[-8:]), default=0)
            self._prompts.append(text)
            del self._prompts[:-8]
        cached = estimate(text[:shared]) // 128 * 128
        said = reply.text + "".join(wire.arguments(call) for call in reply.calls)
        return estimate(text), cached if cached >= 1024 else 0, estimate(said)


def serve(
    replies: Sequence[Reply | str | Mapping[str, Any] | Script] | Reply | str,
    *,
    order: Order = "question",
    faults: Iterable[Fault] = (),
    port: int = 0,
    models: Iterable[str | Mapping[str, Any]] = (),
) -> ScriptedServer:
    """A server for these replies (or scripts), not yet started: `with serve(["..."]) as server: server.base_url`.

    `faults` are met first, one by each POST, before the script is asked anything.
    """
    items = [replies] if isinstance(replies, Reply | str) else list(replies)
    scripts = [item for item in items if isinstance(item, Script)]
    plain = tuple(as_reply(item) for item in items if not isinstance(item, Script))
    if plain:
        scripts.append(Script(plain, order))
    return ScriptedServer(scripts, port=port, faults=faults, models=models)


class _Handler(BaseHTTPRequestHandler):
    """One connection. Answers go out in one write, without Nagle's delay."""

    server: ScriptedServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server_version = "fretsaw-scripted"
    sys_version = ""

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.server.note(Seen("GET", self.path, dict(self.headers), None, b""))
        if self.path.split("?")[0].rstrip("/").endswith("/models"):
            head = {"object": "model", "created": 0, "owned_by": "scripted"}
            data = [{**head, **({"id": one} if isinstance(one, str) else one)} for one in self.server.models]
            self._json(200, {"object": "list", "data": data})
        else:
            self._no_such_path()

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        fault = self.server.note(Seen("POST", self.path, dict(self.headers), body, raw))
        if not isinstance(body, dict):
            return self._json(
                400, {"error": {"message": "the body is not a JSON object", "type": "invalid_request_error"}}
            )
        path = self.path.split("?")[0]
        if path.endswith("/chat/completions"):
            return self._answer(body, body.get("messages") or [], fault, chat=True)
        if path.endswith("/responses/input_tokens"):
            if fault is not None:
                return FAULTS[fault.kind](fault, self, b"", self.server.stopping)
            items = body.get("input") or []
            texts = _texts([{"content": items}] if isinstance(items, str) else items)
            return self._json(200, {"object": "response.input_tokens", "input_tokens": estimate("".join(texts))})
        if path.endswith("/responses"):
            objection = wire.objection(body)
            if objection:
                return self._json(400, {"error": {"message": objection, "type": "invalid_request_error"}})
            return self._answer(body, body.get("input") or [], fault, chat=False)
        if path.endswith("/decisions"):
            return self._decide(body, fault)
        return self._no_such_path()

    def _decide(self, body: dict[str, Any], fault: Fault | None) -> None:
        if fault is not None:
            return FAULTS[fault.kind](fault, self, b"", self.server.stopping)
        items = body.get("input") or []
        messages = [{"role": "user", "content": items}] if isinstance(items, str) else items
        reply = self.server.reply_to(messages)
        questions = "".join(str(question.get("instructions")) for question in body.get("questions") or ())
        tokens_in = estimate("".join(_texts(messages)) + questions)
        return self._json(200, wire.decision(reply, body, (tokens_in, 0, 0)))

    def _answer(self, body: dict[str, Any], messages: Any, fault: Fault | None, *, chat: bool) -> None:
        messages = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
        if fault is not None:
            # The script does not go on: the question is asked again.
            events = wire.chat_events if chat else wire.response_events
            text = b"".join(events(Reply("a right answer, " * 40), body, (0, 0, 0)))
            return FAULTS[fault.kind](fault, self, text, self.server.stopping)
        reply = self.server.reply_to(messages)
        counted = self.server.count(messages, reply)
        if reply.delay:
            self.server.stopping.wait(reply.delay)
        if not body.get("stream"):
            return self._json(200, (wire.chat if chat else wire.responses)(reply, body, counted))
        stream = (wire.chat_events if chat else wire.response_events)(reply, body, counted)
        if reply.pause:
            return trickle(self, stream, lambda: self.server.stopping.wait(reply.pause))
        return send(self, 200, b"".join(stream), STREAM)

    def _json(self, status: int, body: Any) -> None:
        send(self, status, json.dumps(body).encode(), "application/json")

    def _no_such_path(self) -> None:
        self._json(404, {"error": {"message": f"Unknown request URL: {self.path}", "type": "invalid_request_error"}})


def _texts(messages: Sequence[Any]) -> Iterable[str]:
    """Everything in the messages that is text."""
    for message in messages:
        content = message.get("content") if isinstance(message, dict) else message
        if isinstance(content, str):
            yield content
        elif isinstance(content, list):
            yield from (
                part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
            )
        if isinstance(message, dict) and isinstance(message.get("output"), str):
            yield message["output"]
