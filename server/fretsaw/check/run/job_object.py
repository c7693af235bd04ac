"""A job object of Windows: limits for a process and all that it starts, and one call that ends them all.

It isolates nothing. Not yet run on a real Windows; the structures are tested by their sizes and values.
Source: winnt.h, "Job Objects" in Microsoft's documentation.
"""

from __future__ import annotations

import ctypes
from typing import Any

from fretsaw.check.run.limits import Limits

ACTIVE_PROCESS, JOB_MEMORY, DIE_ON_UNHANDLED_EXCEPTION, KILL_ON_JOB_CLOSE = 0x8, 0x200, 0x400, 0x2000
EXTENDED_LIMITS = 9
"""JobObjectExtendedLimitInformation."""


class _BasicLimits(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = (
        ("BasicLimitInformation", _BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


def limits_of_job(limits: Limits) -> ExtendedLimits:
    """Fill in the limits: memory and number of all processes together; all end when the job is closed."""
    filled = ExtendedLimits()
    basic = filled.BasicLimitInformation
    basic.LimitFlags = ACTIVE_PROCESS | JOB_MEMORY | DIE_ON_UNHANDLED_EXCEPTION | KILL_ON_JOB_CLOSE
    basic.ActiveProcessLimit = limits.processes
    filled.JobMemoryLimit = limits.memory
    return filled


class Job:
    """A job with one process in it; what that has started before it was put in is outside."""

    def __init__(self, limits: Limits, process: int) -> None:
        """`process`: the handle of a process. OSError where the system refuses."""
        self._kernel: Any = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
        self._kernel.CreateJobObjectW.restype = ctypes.c_void_p
        self._job = ctypes.c_void_p(self._kernel.CreateJobObjectW(None, None))
        filled = limits_of_job(limits)
        size = ctypes.sizeof(filled)
        done = self._kernel.SetInformationJobObject(self._job, EXTENDED_LIMITS, ctypes.byref(filled), size)
        if not (self._job and done and self._kernel.AssignProcessToJobObject(self._job, ctypes.c_void_p(process))):
            raise OSError("this system made no job for the check")

    def end(self) -> None:
        """End every process in it."""
        self._kernel.TerminateJobObject(self._job, 1)
        self._kernel.CloseHandle(self._job)
