"""The one place that asks which operating system this is: how files are opened, locked and owned there."""

from __future__ import annotations

import os
import sys

CLOSE_ON_EXEC = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
NO_WAIT = getattr(os, "O_NONBLOCK", 0)
BINARY = getattr(os, "O_BINARY", 0)
"""Windows would translate line ends else."""
READ = os.O_RDONLY | CLOSE_ON_EXEC | NO_LINK | NO_WAIT | BINARY
"""Opens a file to read it: never through a link, never waiting for a pipe."""
WRITE_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | CLOSE_ON_EXEC | NO_LINK | BINARY
"""Opens a file that must not be there yet."""


def try_lock(handle: int, *, shared: bool = False) -> bool:
    """Lock an open file until it is closed or its process ends; False if another process holds it.

    `shared`: with others who share it; Windows has no such lock, there it excludes.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


_LOCKED_BYTE = 1 << 30
"""Far behind what a lock file says of its holder: what is locked cannot be read on Windows."""


def is_mine(status: os.stat_result) -> bool:
    """Return True if the file belongs to the user that we are; on Windows its folder's rights decide that."""
    return not hasattr(os, "geteuid") or status.st_uid == os.geteuid()


def is_root() -> bool:
    """Return True if we may read what others cannot."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def total_memory() -> int:
    """Bytes of memory of this machine; 8 GiB where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 << 30


def is_open_to_others(status: os.stat_result) -> bool:
    """Return True if the mode lets others in; Windows keeps that in lists of rights, which a mode does not show."""
    return os.name == "posix" and bool(status.st_mode & 0o077)
