"""Runs one command to its end, whatever it does: watches time, memory, processes, disk and the wish to stop.

The command that it is given is already the sandboxed one.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any, Literal

from fretsaw.cancel import Cancel
from fretsaw.check.run.job_object import Job
from fretsaw.check.run.limits import GIB, MIB, Limits
from fretsaw.check.run.output import Ring
from fretsaw.check.run.processes import alive, descendants, memory_of

End = Literal["exit", "timeout", "memory", "processes", "disk", "cancelled"]

_TICK = 0.05
_WATCH_EVERY = 0.25


@dataclass(frozen=True, slots=True)
class Command:
    """A command to start: its words, folder, environment and limits."""

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    fds: tuple[int, ...] = ()
    """Descriptors that it inherits."""
    disk: Path | None = None
    """A folder on a disk that it may fill; None where its writes are bounded already."""
    started: Callable[[], None] = field(default=lambda: None, repr=False)
    """Called once it runs: closes this side's copies of `fds`."""
    group: bool = False
    """It has nobody to clean up after it: what is left of its process group is killed at the end."""
    gentle: bool = False
    """It kills all that it started itself when it is told to end, and is given half a second for that."""


@dataclass(frozen=True, slots=True)
class Ran:
    """The end of a command, with its output."""

    end: End
    exit_code: int | None
    """Its own exit code, 128 + n when signal n ended it; None when it was stopped here."""
    seconds: float
    output: str
    reason: str = ""
    """The limit that was exceeded, for a person."""


def run(command: Command, limits: Limits, cancel: Cancel) -> Ran:
    """Start it with `/dev/null` as standard input, in a session of its own, and return when all of it is dead.

    Raises `OSError` when it cannot be started.
    """
    begun = time.monotonic()
    process = subprocess.Popen(
        command.argv,
        env=dict(command.env),
        cwd=command.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=command.fds,
        start_new_session=True,
        bufsize=0,
    )
    ring = Ring(limits.output)
    watch = _Watch(process.pid, limits, command.disk)
    started = _Started(process, command, None)
    try:
        started = replace(started, job=_job(process, limits))
        command.started()
        with cancel.on_set(started.tell), _reader(process, ring) as reader:
            end, reason = _follow(process, reader, watch, begun + limits.seconds, cancel)
    finally:
        started.end(ring)
    seconds = time.monotonic() - begun
    code = process.returncode if end == "exit" else None
    code = 128 - code if code is not None and code < 0 else code
    return Ran(end, code, seconds, ring.text(), reason)


def _follow(
    process: subprocess.Popen[bytes], read: Callable[[], None], watch: _Watch, deadline: float, cancel: Cancel
) -> tuple[End, str]:
    """Read what it prints until it ends by itself or has to be ended."""
    while process.poll() is None:
        read()
        if cancel.is_set():
            return "cancelled", "interrupted"
        if time.monotonic() > deadline:
            return "timeout", f"it had not ended after {watch.limits.seconds:g} seconds"
        if exceeded := watch.look():
            return exceeded
    return ("cancelled", "interrupted") if cancel.is_set() else ("exit", "")


@contextlib.contextmanager
def _reader(process: subprocess.Popen[bytes], ring: Ring) -> Iterator[Callable[[], None]]:
    """A function that waits a moment for output and takes what is there."""
    assert process.stdout is not None
    if sys.platform == "win32":  # a pipe cannot be waited for there
        pump = Thread(target=_pump, args=(process.stdout.fileno(), ring), daemon=True)
        pump.start()
        yield lambda: _wait(process)
        pump.join(1.0)
        return
    os.set_blocking(process.stdout.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        yield lambda: _select(process, selector, ring)


def _select(process: subprocess.Popen[bytes], selector: selectors.BaseSelector, ring: Ring) -> None:
    assert process.stdout is not None
    if not selector.get_map():
        _wait(process)
        return
    for _key, _events in selector.select(_TICK):
        if _drain(process.stdout.fileno(), ring):
            selector.unregister(process.stdout)  # it closed its output and goes on


def _wait(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_TICK)


def _pump(fd: int, ring: Ring) -> None:
    """Take all that is printed, until the last of the processes has closed its output."""
    with contextlib.suppress(OSError):  # closed on our side at the end
        while data := os.read(fd, 65536):
            ring.add(data)


def _drain(fd: int, ring: Ring) -> bool:
    """Take what is there, 4 MiB at most at a time; True at the end of the stream."""
    for _ in range(64):
        try:
            data = os.read(fd, 65536)
        except BlockingIOError:
            return False
        if not data:
            return True
        ring.add(data)
    return False


@dataclass(frozen=True, slots=True)
class _Started:
    """A process that runs, and the ways to end it."""

    process: subprocess.Popen[bytes]
    command: Command
    job: Job | None
    """On Windows: all that it starts."""

    def tell(self) -> None:
        """Ask it to end; a sandbox takes everything inside with it."""
        if sys.platform == "win32":
            self.process.kill()
        else:
            self.process.send_signal(signal.SIGTERM if self.command.gentle else signal.SIGKILL)

    def end(self, ring: Ring) -> None:
        """Kill what is left, wait until it is dead, and take its last words."""
        process, output = self.process, self.process.stdout
        assert output is not None
        left = descendants(process.pid)
        if process.poll() is None:
            self.tell()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
        if self.job is not None:
            self.job.end()
        if sys.platform == "win32":
            process.wait()
            output.close()
            return
        if self.command.group or process.poll() is None:
            _signal(os.killpg, process.pid)
            process.wait()
        deadline = time.monotonic() + 2
        while any(alive(pid) for pid in left) and time.monotonic() < deadline:
            for pid in left:
                _signal(os.kill, pid)
            time.sleep(0.005)
        os.set_blocking(output.fileno(), False)
        _drain(output.fileno(), ring)
        output.close()


def _job(process: subprocess.Popen[bytes], limits: Limits) -> Job | None:
    handle: Any = getattr(process, "_handle", None)  # on Windows only
    return None if handle is None else Job(limits, int(handle))


def _signal(send: Callable[[int, int], None], pid: int) -> None:
    try:
        send(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return  # it is dead already, or its number belongs to somebody else by now


class _Watch:
    """Looks now and then at what the processes use."""

    def __init__(self, pid: int, limits: Limits, disk: Path | None) -> None:
        self.limits = limits
        self._pid = pid
        self._disk = disk
        self._free = _free(disk) if disk else 0
        self._next = time.monotonic() + _WATCH_EVERY

    def look(self) -> tuple[End, str] | None:
        """Find the limit that is exceeded now, if any."""
        now = time.monotonic()
        if now < self._next:
            return None
        self._next = now + _WATCH_EVERY
        pids = descendants(self._pid)
        if len(pids) > self.limits.processes:
            return "processes", f"it started more than {self.limits.processes} processes"
        if memory_of(pids, self.limits.memory) > self.limits.memory:
            return "memory", f"it used more than {self.limits.memory // MIB:,} MiB of memory"
        if self._disk:
            free = _free(self._disk)
            if free < min(GIB, self._free // 2) or self._free - free > self.limits.disk_growth:
                return "disk", f"it wrote more than {self.limits.disk_growth // MIB:,} MiB, or filled the disk"
        return None


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free
