"""One exchange with an endpoint, in a thread of its own: it ends on cancel or at its deadline whatever the
network does. Knows nothing of what is exchanged.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

from fretsaw.cancel import Cancel
from fretsaw.errors import Cancelled
from fretsaw.model.client import Client


class OutOfTime(Exception):  # noqa: N818
    """The deadline came before the end of the answer."""


class _Cut(Exception):  # noqa: N818
    """The exchange was cut before it began."""


class Line:
    """A connection to one endpoint, opened when first used and kept for the next exchange."""

    def __init__(self, open_client: Callable[[], Client]) -> None:
        self._open = open_client
        self._client: Client | None = None
        self._lock = threading.Lock()

    def exchange(
        self, talk: Callable[[Client], Iterator[Any]], seconds: float, cancel: Cancel
    ) -> Generator[Any, None, None]:
        """What `talk` yields. Raises Cancelled, OutOfTime, or what the library raised."""
        stop = threading.Event()
        events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()

        def cut() -> None:
            self._cut(stop)
            events.put(("cancelled", None))

        deadline = time.monotonic() + seconds
        threading.Thread(target=self._work, args=(talk, stop, events), name="model-call", daemon=True).start()
        ended = False
        try:
            with cancel.on_set(cut):
                while True:
                    kind, item = events.get(timeout=max(0.0, deadline - time.monotonic()))
                    if kind == "item":
                        yield item
                        continue
                    ended = kind in {"end", "failed"}
                    if cancel.is_set():
                        raise Cancelled
                    if kind == "failed":
                        raise item
                    return
        except queue.Empty:
            raise OutOfTime from None
        finally:
            if not ended:
                self._cut(stop)

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _work(
        self,
        talk: Callable[[Client], Iterator[Any]],
        stop: threading.Event,
        events: queue.SimpleQueue[tuple[str, Any]],
    ) -> None:
        """The thread: every end of it is an event."""
        try:
            client = self._ready(stop)
            try:
                for item in talk(client):
                    events.put(("item", item))
                    if stop.is_set():
                        break
            finally:
                if stop.is_set():
                    client.close()
            events.put(("end", None))
        except Exception as error:
            events.put(("failed", error))

    def _ready(self, stop: threading.Event) -> Client:
        """The client; the first time it is made here, in the thread, since importing the library takes a while."""
        client = self._client or self._open()
        with self._lock:
            if not stop.is_set():
                self._client = client
                return client
        client.close()
        raise _Cut

    def _cut(self, stop: threading.Event) -> None:
        """End the exchange; the next one begins with a new connection."""
        with self._lock:
            stop.set()
            client, self._client = self._client, None
        if client is not None:
            client.cut()
