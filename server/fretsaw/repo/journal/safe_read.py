"""Reads files below a folder without ever following a symbolic link or opening a device. Changes nothing.

Every folder on the way is opened by itself, so one that was exchanged for a link is noticed.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from fretsaw import system
from fretsaw.repo.journal import folders


class NotRegularError(OSError):
    """There is something at the path that is not a regular file (link, folder, pipe, socket, device)."""


@dataclass(frozen=True, slots=True)
class Access:
    """The permissions of a file: for one that undo makes again, or that lost a bit when it was replaced."""

    mode: int
    """Permissions with setuid, setgid and sticky."""
    attributes: tuple[tuple[str, bytes], ...] = ()
    """Extended attributes, ACLs among them."""


@dataclass(frozen=True, slots=True)
class FileState:
    """All of a file that we keep: its bytes, whether it is executable, and who may do what with it."""

    data: bytes
    executable: bool = False
    access: Access | None = field(default=None, compare=False)
    """None: as usual for a new file, or as the file has it that is replaced."""


@contextmanager
def folder_of(root: int, path: str) -> Iterator[tuple[int, str]]:
    """The open folder that holds `path` and the last name. OSError when a folder is missing or a link."""
    *parents, name = path.split("/")
    at = folders.FOLDERS.duplicate(root)
    try:
        for part in parents:
            below = folders.FOLDERS.open_below(at, part)
            folders.FOLDERS.close(at)
            at = below
        yield at, name
    finally:
        folders.FOLDERS.close(at)


def look(folder: int, name: str) -> os.stat_result | None:
    """Return the status of a name without following a link; None when nothing is there."""
    try:
        return folders.FOLDERS.stat(folder, name)
    except FileNotFoundError:
        return None


def read_image(folder: int, name: str) -> FileState | None:
    """Bytes and mode of a regular file, None when there is nothing. NotRegularError for anything else."""
    try:
        handle = folders.FOLDERS.open(folder, name, system.READ)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.EMLINK):
            raise NotRegularError(error.errno, "not a regular file", name) from None
        raise
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise NotRegularError(errno.EINVAL, "not a regular file", name)
        access = Access(stat.S_IMODE(status.st_mode), attributes_of(handle))
        return FileState(_all_of(handle, status.st_size), bool(status.st_mode & stat.S_IXUSR), access)
    finally:
        os.close(handle)


def read_beneath(root: int, path: str) -> FileState | None:
    """`read_image` for a path below a folder; None also when a folder on the way is missing."""
    try:
        with folder_of(root, path) as (folder, name):
            return read_image(folder, name)
    except FileNotFoundError:
        return None


def _all_of(handle: int, size: int) -> bytes:
    """Every byte of an open file; `size` is only a guess, the file may grow while it is read."""
    parts = []
    while part := os.read(handle, max(size, 1 << 16) + 1):
        parts.append(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def attributes_of(handle: int) -> tuple[tuple[str, bytes], ...]:
    """Extended attributes of an open file that can be read; none where the system or the disk has none."""
    if not hasattr(os, "listxattr"):
        return ()
    kept = []
    with suppress(OSError):
        for name in os.listxattr(handle):
            with suppress(OSError):
                kept.append((name, os.getxattr(handle, name)))
    return tuple(kept)
