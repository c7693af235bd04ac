"""One exchange with an endpoint, in a thread of its own: it ends on cancel or at its deadline whatever the
network does.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fretsaw.cancel import Cancel
from fretsaw.errors import Cancelled
from fretsaw.model.client import ApiClient

_MOST_WAITING = 256
"""Events that wait to be read at most: an endpoint that sends faster than they are read has to wait, not our memory."""


class OutOfTime(Exception):  # noqa: N818
    """Too long a silence, or the deadline came before the end of the answer."""


class _Cut(Exception):  # noqa: N818
    """The exchange was cut before it began."""


@dataclass(slots=True)
class _Exchange:
    """One exchange under way. `done`: its thread will not touch the connection any more."""

    events: queue.Queue[tuple[str, Any]] = field(default_factory=lambda: queue.Queue(_MOST_WAITING))
    stopped: bool = False
    done: bool = False


def _put(this: _Exchange, event: tuple[str, Any]) -> bool:
    """Hand an event over as soon as there is room for it; False once nobody reads any more."""
    while not this.stopped:
        with suppress(queue.Full):
            this.events.put(event, timeout=0.2)
            return True
    return False


class Exchange:
    """A connection to one endpoint, opened when first used and kept for the next exchange."""

    def __init__(self, open_client: Callable[[], ApiClient]) -> None:
        self._open = open_client
        self._client: ApiClient | None = None
        self._lock = threading.Lock()

    def exchange(
        self, talk: Callable[[ApiClient], Iterator[Any]], seconds: float, cancel: Cancel, silence: float | None = None
    ) -> Generator[Any, None, None]:
        """Yield the results of `talk`, within so many seconds, of which `silence` may pass without an item.

        Raises Cancelled, OutOfTime, or what the library raised.
        """
        this = _Exchange()

        def cut() -> None:
            self._cut(this)
            with suppress(queue.Full):  # then what waits is read first, and `cancel` is looked at with each
                this.events.put_nowait(("cancelled", None))

        end = time.monotonic() + seconds
        pause = seconds if silence is None else silence
        deadline = min(end, time.monotonic() + pause)
        threading.Thread(target=self._work, args=(talk, this), name="model-call", daemon=True).start()
        ended = False
        try:
            with cancel.on_set(cut):
                while True:
                    kind, item = this.events.get(timeout=max(0.0, deadline - time.monotonic()))
                    if kind == "item":
                        if cancel.is_set():
                            raise Cancelled
                        if time.monotonic() > end:
                            raise queue.Empty
                        yield item
                        deadline = min(end, time.monotonic() + pause)
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
                self._cut(this)

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _work(self, talk: Callable[[ApiClient], Iterator[Any]], this: _Exchange) -> None:
        """The thread: every end of it is an event."""
        try:
            client = self._ready(this)
            try:
                for item in talk(client):
                    if not _put(this, ("item", item)):
                        break
            finally:
                with self._lock:
                    this.done = True
                if this.stopped:
                    client.close()
            _put(this, ("end", None))
        except Exception as error:
            _put(this, ("failed", error))

    def _ready(self, this: _Exchange) -> ApiClient:
        """The client; the first time it is made here, in the thread, since importing the library takes a while."""
        client = self._client or self._open()
        with self._lock:
            if not this.stopped:
                self._client = client
                return client
        client.close()
        raise _Cut

    def _cut(self, this: _Exchange) -> None:
        """End the exchange; the next one begins with a new connection."""
        with self._lock:
            this.stopped = True
            done = this.done
            client, self._client = self._client, None
        if client is not None:
            client.cut()
        if client is not None and done:
            client.close()
