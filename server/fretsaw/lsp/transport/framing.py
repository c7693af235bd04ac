"""Bytes to messages and back: framing, and the two threads that keep a slow client from blocking the server."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable
from typing import IO

MOST_BYTES = 64 * 1024 * 1024
"""A longer body is a broken frame: nothing an editor says is that long."""
_MOST_HEADER = 8192


class BrokenFrameError(Exception):
    """The stream is out of step for ever; the connection has to end."""


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next body, None at the end of the stream. Raises BrokenFrameError."""
    length: int | None = None
    seen = 0
    while True:
        line = stream.readline(_MOST_HEADER)
        if not line:
            return None
        seen += len(line)
        if seen > _MOST_HEADER or not line.endswith(b"\n"):
            raise BrokenFrameError(f"a header that is cut off or longer than {_MOST_HEADER} bytes")
        if not line.strip():
            if length is not None:
                break
            raise BrokenFrameError("a header without Content-Length")
        name, colon, value = line.partition(b":")
        if not colon or not name.isascii():
            raise BrokenFrameError("something that is not a header")
        if name.strip().lower() == b"content-length":
            length = _length(value.strip())
    return _read_exactly(stream, length)


def _length(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > 12 or int(digits) > MOST_BYTES:
        raise BrokenFrameError(f"Content-Length is not a number up to {MOST_BYTES}")
    return int(digits)


def _read_exactly(stream: IO[bytes], length: int) -> bytes | None:
    parts: list[bytes] = []
    while length:
        part = stream.read(min(length, 1 << 20))
        if not part:
            return None
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def frame(body: bytes) -> bytes:
    """The body with its header."""
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def start_reader(stream: IO[bytes], on_body: Callable[[bytes], None], on_end: Callable[[str], None]) -> None:
    """Read frames in a thread of their own; `on_end` is called once, with why ("" for a plain end of the stream)."""

    def loop() -> None:
        why = ""
        try:
            while (body := read_frame(stream)) is not None:
                on_body(body)
        except BrokenFrameError as error:
            why = str(error)
        except (OSError, ValueError):
            pass  # the other side is gone, or we closed it
        # The loop that we report to may be closed already when the server ends by itself.
        with contextlib.suppress(RuntimeError):
            on_end(why)

    threading.Thread(target=_quiet(loop), name="lsp-reader", daemon=True).start()


def _quiet(loop: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        with contextlib.suppress(RuntimeError):
            loop()

    return run


class Writer:
    """Writes in a thread of its own, in order, so that a client that does not read blocks nobody."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="lsp-writer", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Queue one frame."""
        self._queue.put(data)

    def close(self, seconds: float = 1.0) -> None:
        """Write what is left, but wait no longer than this."""
        self._queue.put(None)
        self._thread.join(seconds)

    def _loop(self) -> None:
        broken = False
        while (data := self._queue.get()) is not None:
            if broken:
                continue  # the reader's end of stream ends the server
            try:
                self._stream.write(data)
                self._stream.flush()
            except (OSError, ValueError):
                broken = True
