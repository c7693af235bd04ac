"""Runs one command to its end, whatever it does: watches time, memory, processes, disk and the wish to stop.

The command that it is given is already the sandboxed one.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from fretsaw.cancel import Cancel
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
    try:
        command.started()
        with cancel.on_set(lambda: _tell(process, command)):
            end, reason = _follow(process, ring, watch, begun + limits.seconds, cancel)
    finally:
        _end(process, command, ring)
    seconds = time.monotonic() - begun
    code = process.returncode if end == "exit" else None
    code = 128 - code if code is not None and code < 0 else code
    return Ran(end, code, seconds, ring.text(), reason)


def _follow(
    process: subprocess.Popen[bytes], ring: Ring, watch: _Watch, deadline: float, cancel: Cancel
) -> tuple[End, str]:
    """Read what it prints until it ends by itself or has to be ended."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while process.poll() is None:
            if selector.get_map():
                for _key, _events in selector.select(_TICK):
                    if _drain(process.stdout.fileno(), ring):
                        selector.unregister(process.stdout)  # it closed its output and goes on
            else:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_TICK)
            if cancel.is_set():
                return "cancelled", "interrupted"
            if time.monotonic() > deadline:
                return "timeout", f"it had not ended after {watch.limits.seconds:g} seconds"
            if exceeded := watch.look():
                return exceeded
    return ("cancelled", "interrupted") if cancel.is_set() else ("exit", "")


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


def _tell(process: subprocess.Popen[bytes], command: Command) -> None:
    """Ask it to end; a sandbox takes everything inside with it."""
    process.send_signal(signal.SIGTERM if command.gentle else signal.SIGKILL)


def _end(process: subprocess.Popen[bytes], command: Command, ring: Ring) -> None:
    """Kill what is left, wait until it is dead, and take its last words."""
    assert process.stdout is not None
    left = descendants(process.pid)
    if process.poll() is None:
        _tell(process, command)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
    if command.group or process.poll() is None:
        _signal(os.killpg, process.pid)
        process.wait()
    deadline = time.monotonic() + 2
    while any(alive(pid) for pid in left) and time.monotonic() < deadline:
        for pid in left:
            _signal(os.kill, pid)
        time.sleep(0.005)
    os.set_blocking(process.stdout.fileno(), False)
    _drain(process.stdout.fileno(), ring)
    process.stdout.close()


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
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize
