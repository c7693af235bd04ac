"""The processes below one, as `/proc` shows them. Without `/proc` it sees none."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def descendants(pid: int) -> list[int]:
    """Its children, their children and so on, without itself."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        below = _children(waiting.pop())
        found += below
        waiting += below
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(_PROC / str(pid) / "task"):
            found += map(int, (_PROC / str(pid) / "task" / task / "children").read_text().split())
    except OSError:
        return found  # it ended meanwhile
    return found


def alive(pid: int) -> bool:
    """Return True if it still runs (a zombie does not)."""
    try:
        stat = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return False
    return stat[stat.rindex(b")") + 2 : stat.rindex(b")") + 3] not in {b"Z", b"X"}


def wait_until_gone(pids: Iterable[int], seconds: float) -> None:
    """Return when none of them runs any more, or after so many seconds."""
    deadline = time.monotonic() + seconds
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.002)


def memory_of(pids: list[int], limit: int) -> int:
    """Bytes of memory that they hold together; pages that they share are counted once when it matters."""
    if not pids:
        return 0
    page = os.sysconf("SC_PAGE_SIZE")
    resident = sum(_number(_PROC / str(pid) / "statm", 1) for pid in pids) * page
    if resident <= limit:
        return resident
    return sum(_proportional(pid) for pid in pids)


def _number(path: Path, index: int) -> int:
    try:
        return int(path.read_text().split()[index])
    except (OSError, IndexError, ValueError):
        return 0


def _proportional(pid: int) -> int:
    """Bytes of a process with shared pages divided among those that share them."""
    try:
        for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return _number(_PROC / str(pid) / "statm", 1) * os.sysconf("SC_PAGE_SIZE")
