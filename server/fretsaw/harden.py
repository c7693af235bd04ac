"""Keeps this process's memory and first environment from other processes of the same user."""

from __future__ import annotations

import ctypes
import sys

_PR_SET_DUMPABLE = 4


def harden() -> bool:
    """Make `/proc/<us>/environ`, `/proc/<us>/mem` and ptrace unreachable for our user's other processes.

    To be called once, early. It also means: no core dump, and no debugger can attach. True where it took effect.
    """
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) == 0)
