"""Reads the one file that the inside may write for us: what was covered.

It comes from inside the sandbox: its size is bounded, a link is not followed, and nonsense is no report.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from fretsaw import system

_MOST = 64 << 20


def read_file(path: Path) -> bytes | None:
    """Read the report's file that the inside wrote; None when it is empty, too large or not a plain file."""
    try:
        fd = os.open(path, system.READ)
    except OSError:
        return None
    try:
        state = os.fstat(fd)
        if not stat.S_ISREG(state.st_mode) or not 0 < state.st_size <= _MOST:
            return None
        with open(fd, "rb", closefd=False) as handle:
            return handle.read(_MOST)
    finally:
        os.close(fd)
