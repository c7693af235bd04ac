"""Notice which files of some folders were opened since the last question, by anybody (inotify).

For what a change time does not tell: a file in memory (tmpfs) keeps it when it is written through a mapping. A mapping
needs an opened file, and opening it by another name needs a link, which changes the change time.
"""

from __future__ import annotations

import ctypes
import os
import struct
import weakref
from pathlib import Path

_OPEN, _ONLYDIR, _DONT_FOLLOW, _OVERFLOW = 0x20, 0x0100_0000, 0x0200_0000, 0x4000
_HEAD = struct.Struct("iIII")


class Opens:
    """Watches folders; where it cannot, or where there was more than can be told, it says so with None."""

    def __init__(self) -> None:
        self._paths: dict[int, str] = {}
        self._fd = -1
        try:
            self._libc = ctypes.CDLL(None, use_errno=True)
            self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, AttributeError, TypeError):
            return  # a system without it
        if self._fd >= 0:
            weakref.finalize(self, os.close, self._fd)

    def watch(self, folder: Path, path: str) -> None:
        """Also tell of the files of this folder, under this path; one that is watched already stays so."""
        if self._fd < 0:
            return
        number = self._libc.inotify_add_watch(self._fd, os.fsencode(folder), _OPEN | _ONLYDIR | _DONT_FOLLOW)
        if number < 0:
            self._fd = -1  # too many for this user: then nothing is known of any
        else:
            self._paths[number] = f"{path}/" if path else ""

    def since(self) -> set[str] | None:
        """Paths of what was opened since the last call, folders too; None when that is not known."""
        if self._fd < 0:
            return None
        found: set[str] | None = set()
        while True:
            try:
                data = os.read(self._fd, 1 << 16)
            except BlockingIOError:
                return found
            at = 0
            while at < len(data):
                number, mask, _, size = _HEAD.unpack_from(data, at)
                name = data[at + _HEAD.size : at + _HEAD.size + size].rstrip(b"\0")
                at += _HEAD.size + size
                if mask & _OVERFLOW:
                    found = None
                if found is not None and mask & _OPEN and number in self._paths:
                    found.add(self._paths[number] + os.fsdecode(name))
