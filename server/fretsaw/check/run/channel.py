"""The ear of a check's reporters: a socket pair whose other end is descriptor `CHANNEL` inside.

Records are packets, so that none can be torn, and nothing that was sent can be taken back or read again. A reporter
asks for a key first; what comes without one that was given is a forgery, and counted.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import threading
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from fretsaw.core.text.safe_text import safe_text

_PACKET = 1 << 18
_MOST_TESTS = 500_000
_LARGEST_ANSWER = 100_000
"""Characters of an answer: a longer selection is not made, all tests run."""
_OUTCOMES = {"passed", "failed", "skipped", "deselected"}


@dataclass(slots=True)
class Report:
    """The report of one runner."""

    runner: str
    tests: dict[str, str] = field(default_factory=dict)
    """Test id → "passed" | "failed" | "skipped" | "deselected"."""
    ended: bool = False
    altered: tuple[str, ...] = ()
    """Parts of the runner, or of what tests rely on, that were altered when it ended; a sentence each."""
    turned: tuple[str, ...] = ()
    """Tests that raised and were reported as passed all the same."""


@dataclass(slots=True)
class Heard:
    """All that was said during one run."""

    reports: list[Report] = field(default_factory=list)
    forged: int = 0
    """Records without a key that was given."""


class Channel:
    """One run's socket: made before the start, heard until every process that holds its other end is gone."""

    def __init__(self, only: Collection[str] | None = None, *, reverse: bool = False) -> None:
        self._ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._heard = Heard()
        self._reports: dict[str, Report] = {}
        self._tests = 0
        answer: dict[str, Any] = {"only": None if only is None else sorted(only), "reverse": reverse}
        self._answer = answer if len(json.dumps(answer)) < _LARGEST_ANSWER else {"only": None, "reverse": reverse}
        self._thread = threading.Thread(target=self._listen, name="fretsaw-channel", daemon=True)
        self._thread.start()

    def close(self) -> Heard:
        """Stop listening, when all processes have ended: what was heard."""
        self.theirs.close()
        self._thread.join(2.0)
        with contextlib.suppress(OSError):
            self._ours.shutdown(socket.SHUT_RDWR)  # somebody still holds the other end: that one is not waited for
        self._thread.join(2.0)
        self._ours.close()
        return self._heard

    def _listen(self) -> None:
        while True:
            try:
                packet = self._ours.recv(_PACKET)
            except OSError:
                return
            if not packet:
                return
            self._take(packet)

    def _take(self, packet: bytes) -> None:
        try:
            record = json.loads(packet)
            what = record["do"]
        except (ValueError, KeyError, TypeError, RecursionError):
            self._heard.forged += 1
            return
        if what == "hello":
            self._give_key()
            return
        report = self._reports.get(str(record.get("key")))
        if report is None or not self._note(report, what, record):
            self._heard.forged += 1

    def _give_key(self) -> None:
        key = secrets.token_hex(16)
        self._reports[key] = Report("")
        with contextlib.suppress(OSError):
            self._ours.send(json.dumps({**self._answer, "key": key}).encode())

    def _note(self, report: Report, what: str, record: dict[str, Any]) -> bool:
        """Write one record down; False where it is not what a reporter says."""
        if what == "begin" and not report.runner:
            report.runner = str(record.get("runner"))[:40] or "?"
            self._heard.reports.append(report)
            return True
        if not report.runner or report.ended:
            return False
        if what == "test" and record.get("outcome") in _OUTCOMES and self._tests < _MOST_TESTS:
            self._tests += 1
            report.tests[str(record.get("id"))] = record["outcome"]
            return True
        if what == "end" and record.get("count") == len(report.tests):
            report.ended = True
            report.altered, report.turned = _names(record.get("altered")), _names(record.get("turned"))
            return True
        return False


def _names(value: Any) -> tuple[str, ...]:
    return tuple(safe_text(str(name)[:200]) for name in value[:20]) if isinstance(value, list) else ()
