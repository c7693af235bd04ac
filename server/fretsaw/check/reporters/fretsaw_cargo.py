"""Run one test binary of cargo and report its tests: cargo starts this as the runner of its target.

The binary does not get the channel: libtest tells of each test in JSON on its output, which is read here and printed as
libtest prints it for people. A binary that is not libtest's, or is asked for something else, is run as it is.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

CHANNEL = 240
_OTHER = ("--list", "--format", "-q", "--quiet", "-Z", "--logfile", "--bench", "-h", "--help", "--color=always")
"""Options with which the output is somebody else's to read."""
_OUTCOMES = {"ok": "passed", "failed": "failed", "ignored": "skipped"}


class _Report:
    """One binary's report."""

    def __init__(self, label: str) -> None:
        os.write(CHANNEL, b'{"do": "hello"}')
        answer = json.loads(os.read(CHANNEL, 1 << 18))
        self.only: list[str] | None = answer.get("only")
        self.reverse = bool(answer.get("reverse"))
        self._key = answer["key"]
        self._label = label
        self._tests: set[str] = set()
        self._started: set[str] = set()
        self.forged = False
        """True once an event was seen that libtest does not write: of a test that was not asked for or not begun."""
        self.selected: set[str] | None = None
        """The tests that the binary was asked for; None for all."""
        self.suite = ""
        """ "ok" or "failed" once all tests were told of."""
        self.send("begin", runner="cargo test")

    def send(self, what: str, **values: Any) -> None:
        os.write(CHANNEL, json.dumps({"key": self._key, "do": what, **values}).encode("utf-8", "replace"))

    def started(self, name: str) -> None:
        wanted = self.selected is None or name in self.selected
        self.forged = self.forged or name in self._started or not wanted
        self._started.add(name)

    def test(self, name: str, outcome: str) -> None:
        self.forged = self.forged or bool(self.suite) or name in self._tests
        self.forged = self.forged or (outcome != "skipped" and name not in self._started)
        self._tests.add(name)
        self.send("test", id=f"{self._label} {name}"[:2000], outcome=outcome)

    def end(self, code: int) -> None:
        """Close the report where it is complete and the exit code says the same."""
        if self.suite and not self.forged and (self.suite == "ok") == (code == 0):
            self.send("end", count=len(self._tests), altered=[])


class _Printer:
    """Prints what libtest prints for people."""

    def __init__(self) -> None:
        self._failures: list[tuple[str, str]] = []

    def suite_started(self, event: dict[str, Any]) -> None:
        count = event.get("test_count", 0)
        print(f"\nrunning {count} test{'' if count == 1 else 's'}")

    def test(self, event: dict[str, Any]) -> None:
        word = {"failed": "FAILED"}.get(event["event"], event["event"])
        print(f"test {event['name']} ... {word}")
        if event["event"] == "failed":
            self._failures.append((event["name"], event.get("stdout") or event.get("message") or ""))

    def suite_ended(self, event: dict[str, Any]) -> None:
        if self._failures:
            print("\nfailures:\n")
            for name, text in self._failures:
                print(f"---- {name} stdout ----\n{text}\n")
            print("\nfailures:\n" + "".join(f"    {name}\n" for name, _ in sorted(self._failures)), end="")
        counts = "; ".join(
            f"{event.get(name.replace(' ', '_'), 0)} {name}"
            for name in ("passed", "failed", "ignored", "measured", "filtered out")
        )
        word = "ok" if event["event"] == "ok" else "FAILED"
        print(f"\ntest result: {word}. {counts}; finished in {event.get('exec_time', 0):.2f}s\n", flush=True)


def _is_libtest(binary: str) -> bool:
    try:
        with open(binary, "rb") as handle:
            return b"RUST_TEST_THREADS" in handle.read()
    except OSError:
        return False


def _hear(event: dict[str, Any], report: _Report, printer: _Printer) -> bool:
    """Take one event of libtest; False where it is none."""
    kind, what = event.get("type"), event.get("event")
    if kind == "test" and what == "started":
        report.started(str(event["name"]))
    elif kind == "suite" and what == "started":
        printer.suite_started(event)
    elif kind == "suite" and what in {"ok", "failed"}:
        report.suite = what
        printer.suite_ended(event)
    elif kind == "test" and what in _OUTCOMES:
        report.test(str(event["name"]), _OUTCOMES[what])
        printer.test(event)
    else:
        return kind in {"test", "suite"} and what in {"started", "timeout", "discovered"}
    return True


def _selection(report: _Report, given: list[str]) -> list[str]:
    words = ["-Z", "unstable-options", "--format", "json"]
    if report.reverse:
        words += ["--shuffle-seed", "7", "--test-threads", "1"]
    if report.only is not None and not any(not word.startswith("-") or word == "--exact" for word in given):
        report.selected = {name.rpartition(" ")[2] for name in report.only}
        words += ["--exact", *sorted(report.selected)]
    return words


def _run(binary: str, given: list[str], report: _Report) -> int:
    argv = [binary, *given, *_selection(report, given)]
    env = {**os.environ, "RUSTC_BOOTSTRAP": "1"}
    process = subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, text=True, errors="replace")
    assert process.stdout is not None
    printer = _Printer()
    for line in process.stdout:
        try:
            event = json.loads(line) if line.startswith("{") else None
        except ValueError:
            event = None
        if not isinstance(event, dict) or not _hear(event, report, printer):
            print(line, end="", flush=True)
    code = process.wait()
    report.end(code)
    return code


def main(binary: str, *given: str) -> None:
    """Run the binary and end as it ends."""
    report = None
    if not any(word.startswith(other) for word in given for other in _OTHER) and _is_libtest(binary):
        try:
            report = _Report(os.path.basename(binary))
        except (OSError, ValueError, KeyError):
            report = None
    if report is None:
        os.execv(binary, [binary, *given])  # the binary that cargo built, as cargo would start it
    code = _run(binary, list(given), report)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.stdout.flush()
    os._exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
