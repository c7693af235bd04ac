"""Limits of one run of a check. `command.py` and the launcher hold them."""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw import system

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one run; sizes in bytes, times in seconds."""

    seconds: float = 300.0
    memory: int = max(GIB, system.total_memory() * 6 // 10)
    """Resident memory of all its processes together."""
    processes: int = 1024
    output: int = MIB
    """Of what it prints, this much of the head and as much of the tail is kept."""
    scratch: int = max(256 * MIB, min(4 * GIB, system.total_memory() // 4))
    """Bytes that it may write into the copy of the tree, and again into its `/tmp`; both are in memory where
    possible."""
    file: int = 2 * GIB
    """The largest single file."""
    disk_growth: int = 2 * GIB
    """Bytes that a copy on a disk may fill; as many always stay free."""

    def rlimits(self, *, root: bool) -> dict[str, int]:
        """Limits that the kernel holds; that of processes may count the user's other ones too, hence the slack."""
        held = {"CORE": 0, "FSIZE": self.file}
        return held if root else held | {"NPROC": self.processes + 8192}
