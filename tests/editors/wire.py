"""The client's end of the wire: a server process, requests and replies in order of arrival, no LSP knowledge."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import prepared

COMMAND = prepared.COMMANDS["lsp"]
"""How a test starts the server afresh."""


class ServerError(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Wire:
    """Speaks to one server over pipes. `on_message` sees what the server says by itself, in the reader's thread."""

    def __init__(self, env: dict[str, str], cwd: Path, *flags: str) -> None:
        self.log = cwd / "server.log"
        self._stderr = self.log.open("ab")
        self.process = prepared.start(
            "lsp", *(flags or ("--stdio",)), cwd=cwd, env={**os.environ, **env}, stderr=self._stderr
        )
        self.on_message: Callable[[dict[str, Any]], None] = lambda message: None
        self.changed = threading.Condition()
        self.replies: dict[Any, dict[str, Any]] = {}
        self.open_requests: set[Any] = set()
        self.double_replies: list[Any] = []
        self.stray: list[bytes] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def send(self, message: dict[str, Any]) -> None:
        self.send_bytes(json.dumps({"jsonrpc": "2.0", **message}).encode())

    def send_bytes(self, body: bytes) -> None:
        assert self.process.stdin is not None
        with self._lock:
            self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            self.process.stdin.flush()

    def send_raw(self, data: bytes) -> None:
        assert self.process.stdin is not None
        with self._lock:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def request(self, method: str, params: Any = None) -> int:
        number = next(self._ids)
        with self.changed:
            self.open_requests.add(number)
        self.send({"id": number, "method": method, "params": params})
        return number

    def wait(self, number: Any, seconds: float = 20.0) -> Any:
        with self.changed:
            arrived = self.changed.wait_for(lambda: number in self.replies, seconds)
            assert arrived, f"no reply to {number} in {seconds} s; server: {self.process.poll()}"
            reply = self.replies[number]
        if "error" in reply:
            raise ServerError(reply["error"]["code"], reply["error"]["message"])
        return reply["result"]

    def call(self, method: str, params: Any = None, seconds: float = 20.0) -> Any:
        return self.wait(self.request(method, params), seconds)

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"method": method, "params": params})

    def wait_until(self, there: Callable[[], bool], seconds: float = 20.0, what: str = "") -> None:
        end = time.monotonic() + seconds
        with self.changed:
            while not there():
                left = end - time.monotonic()
                assert left > 0, f"not so in {seconds} s: {what}"
                self.changed.wait(min(left, 0.05))

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            length = 0
            while (line := stream.readline()).strip():
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                elif name.lower() != b"content-type":
                    self.stray.append(line)
            if not line:
                return
            message = json.loads(stream.read(length))
            with self.changed:
                if "method" not in message:
                    if message["id"] in self.replies and message["id"] is not None:
                        self.double_replies.append(message["id"])
                    self.replies[message["id"]] = message
                    self.open_requests.discard(message["id"])
                self.changed.notify_all()
            if "method" in message:
                with contextlib.suppress(BrokenPipeError):  # the server is gone while we answer it
                    self.on_message(message)
                with self.changed:
                    self.changed.notify_all()

    def children(self) -> list[int]:
        """Processes that the server started, in whichever of its threads, and that still run."""
        found: list[int] = []
        for listed in Path(f"/proc/{self.process.pid}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # the thread is gone
                found += map(int, listed.read_text().split())
        return found

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._thread.join(5)
        for stream in (self.process.stdin, self.process.stdout, self._stderr):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
