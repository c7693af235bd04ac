"""A way to stop work that is under way, from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fretsaw.errors import Cancelled


class Cancel:
    """Set once, never unset. Long-running work looks at it often and registers how to be woken.

    >>> cancel = Cancel()
    >>> with cancel.on_set(lambda: print("closing")):
    ...     cancel.set()
    closing
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def is_set(self) -> bool:
        """Return True if the work should stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` when the work should stop."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> bool:
        """Sleep, but wake at once when cancelled; True when cancelled."""
        return self._event.wait(seconds)

    def set(self) -> None:
        """Ask to stop: runs what was registered, in this thread, once each."""
        with self._lock:
            self._event.set()
            callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback()

    @contextmanager
    def on_set(self, callback: Callable[[], None]) -> Iterator[None]:
        """Call `callback` when cancelled while the block runs (at once when it already is)."""
        with self._lock:
            late = self._event.is_set()
            if not late:
                self._callbacks.append(callback)
        if late:
            callback()
        try:
            yield
        finally:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)
