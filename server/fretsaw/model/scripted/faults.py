"""Ways in which an endpoint goes wrong, on purpose: each is one row of `FAULTS`.

Every function is given the request (a live HTTP handler) and the reply's whole body, and answers in its own bad way.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeAlias

STREAM = "text/event-stream"
PIECE = b'data: {"object":"chat.completion.chunk","model":"m","choices":[{"index":0,"delta":{"content":"cut "}}]}\n\n'
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome to the hotel</body></html>"


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad answer. `kind` is a row of `FAULTS`; the rest is what that row needs."""

    kind: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    """Sent as JSON unless it is bytes."""
    seconds: float = 0.0
    """Seconds of a drip or a stall (it ends early when the server stops)."""


Bad: TypeAlias = Callable[["Fault", BaseHTTPRequestHandler, bytes, threading.Event], None]


def send(
    http: BaseHTTPRequestHandler, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None
) -> None:
    """A whole answer with its length, in one write."""
    http.send_response_only(status)
    http.send_header("Content-Type", kind)
    http.send_header("Content-Length", str(len(body)))
    for name, value in (headers or {}).items():
        http.send_header(name, value)
    http.end_headers()
    http.wfile.write(body)
    http.wfile.flush()


def _status(fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, _stop: threading.Event) -> None:
    """Any status with any body: D1-D8."""
    body = fault.body if isinstance(fault.body, bytes) else json.dumps(fault.body or {}).encode()
    kind = "text/html" if body.lstrip().startswith(b"<") else "application/json"
    send(http, fault.status, body, kind, fault.headers)


def _echo_key(fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, _stop: threading.Event) -> None:
    """D5: repeats the key it was given."""
    said = f"Incorrect API key provided: {http.headers.get('Authorization', '')} / {http.headers.get('api-key', '')}"
    body = {"error": {"message": said, "type": "invalid_request_error", "code": "invalid_api_key"}}
    send(http, fault.status if fault.status != 200 else 401, json.dumps(body).encode(), "application/json")


def _html(fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, _stop: threading.Event) -> None:
    """D15: a captive portal."""
    send(http, fault.status, HTML, "text/html; charset=utf-8", fault.headers)


def _raw(fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, _stop: threading.Event) -> None:
    """D12, D16: a stream of these bytes, however odd."""
    _begin(http)
    _write(http, fault.body)


def _json(fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, _stop: threading.Event) -> None:
    """D16: a whole body that claims to be JSON."""
    body = fault.body if isinstance(fault.body, bytes) else json.dumps(fault.body).encode()
    send(http, fault.status, body, "application/json", fault.headers)


def _eof(_fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, _stop: threading.Event) -> None:
    """D10: ends cleanly in the middle of the answer."""
    _begin(http)
    _write(http, PIECE)


def _half_event(_fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, _stop: threading.Event) -> None:
    """D10: ends in the middle of an event."""
    _begin(http)
    _write(http, PIECE + PIECE[:60])


def _half_good(_fault: Fault, http: BaseHTTPRequestHandler, good: bytes, _stop: threading.Event) -> None:
    """D10: the right answer, cut in half."""
    _begin(http)
    _write(http, good[: len(good) // 2])


def _reset(fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, _stop: threading.Event) -> None:
    """D11: resets the connection after a piece, or after `body`."""
    _begin(http)
    _write(http, fault.body or PIECE)
    _hang_up(http)


def _refuse(_fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, _stop: threading.Event) -> None:
    """D11: hangs up before a single byte."""
    _hang_up(http)


def _stall(fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, stop: threading.Event) -> None:
    """D13: a piece, and then nothing."""
    _begin(http)
    _write(http, PIECE)
    stop.wait(fault.seconds)


def _silence(fault: Fault, _http: BaseHTTPRequestHandler, _good: bytes, stop: threading.Event) -> None:
    """D13: not even a status line."""
    stop.wait(fault.seconds)


def _drip(fault: Fault, http: BaseHTTPRequestHandler, _good: bytes, stop: threading.Event) -> None:
    """D14: keeps the connection alive with comments, for ever."""
    _begin(http)
    _write(http, PIECE)
    for _ in range(int(fault.seconds / 0.02)):
        if stop.wait(0.02):
            return
        _write(http, b": keep-alive\n\n")


FAULTS: dict[str, Bad] = {
    "status": _status,
    "echo-key": _echo_key,
    "html": _html,
    "raw": _raw,
    "json": _json,
    "eof": _eof,
    "half-event": _half_event,
    "half-good": _half_good,
    "reset": _reset,
    "refuse": _refuse,
    "stall": _stall,
    "silence": _silence,
    "drip": _drip,
}


def error(status: int, code: str | None, message: str, **headers: str) -> Fault:
    """A status with an error in OpenAI's form; `retry_after="1"` becomes the header `retry-after`."""
    body = {"error": {"message": message, "type": code, "param": None, "code": code}}
    return Fault("status", status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def trickle(http: BaseHTTPRequestHandler, events: Iterable[bytes], pause: Callable[[], bool]) -> None:
    """A right answer, one event after another; `pause` tells whether the server stops."""
    _begin(http)
    for event in events:
        _write(http, event)
        if pause():
            return


def _begin(http: BaseHTTPRequestHandler) -> None:
    http.send_response(200)
    http.send_header("Content-Type", STREAM)
    http.send_header("Connection", "close")
    http.end_headers()
    http.close_connection = True


def _write(http: BaseHTTPRequestHandler, data: bytes) -> None:
    http.wfile.write(data)
    http.wfile.flush()


def _hang_up(http: BaseHTTPRequestHandler) -> None:
    """RST instead of FIN."""
    http.close_connection = True
    http.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    http.connection.close()
