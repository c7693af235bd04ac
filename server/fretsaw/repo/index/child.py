"""Runs the program that finishes an index, beside what the parent waits for, and ends it with that."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

_SECRET = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)


class Builder:
    """One child at most, begun after a delay: an answer that is there at once is not slowed down."""

    def __init__(self, module: str, arguments: tuple[str, ...], environ: Mapping[str, str], delay: float) -> None:
        # -I: nothing of a folder or a variable of the user's is imported.
        self._argv = [sys.executable, "-I", "-m", module, *arguments]
        self._environ = {name: value for name, value in environ.items() if not _SECRET.search(name)}
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(delay, self._start)
        self._timer.daemon = True

    def begin(self) -> None:
        """Count from now; does nothing when it is asked again."""
        with suppress(RuntimeError):
            self._timer.start()

    def _start(self) -> None:
        with self._lock:
            if self._timer.finished.is_set():  # ended meanwhile
                return
            with suppress(OSError):
                self._child = subprocess.Popen(
                    self._argv,
                    cwd="/",
                    env=self._environ,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )

    def end(self) -> None:
        """End the child; what it has written stays."""
        self._timer.cancel()
        with self._lock:
            if self._child is not None:
                self._child.terminate()
                self._child.wait()


@contextmanager
def ended(builder: Builder | None) -> Iterator[None]:
    """End a builder with what is done here."""
    try:
        yield
    finally:
        if builder is not None:
            builder.end()
