"""Open folders: a number stands for a folder, and every name is looked up in it and not on a path walked again.

Where the system can (Linux, macOS), the number is a descriptor, which also leads to a folder that was moved meanwhile.
Elsewhere (Windows) it stands for a path and for what was there when it was opened: something else in its place is an
error, so a folder that was exchanged is noticed, though one that was moved is not followed.
"""

from __future__ import annotations

import errno
import itertools
import os
import stat
from contextlib import suppress
from typing import Protocol

from fretsaw import system

_FOLDER = os.O_RDONLY | system.CLOSE_ON_EXEC | system.NO_LINK | getattr(os, "O_DIRECTORY", 0)


class Folders(Protocol):
    """The ways to work in open folders.

    Operations on names in an open folder; each raises OSError as the call of the system that it is named after.
    """

    are_descriptors: bool
    """True if the numbers are the system's own, for calls of the kernel."""

    def open_top(self, path: str) -> int:
        """Open a folder by its path, through links."""

    def open_below(self, folder: int, name: str) -> int:
        """Open a folder in a folder; a link is an error."""

    def duplicate(self, folder: int) -> int:
        """Open the same folder again."""

    def close(self, folder: int) -> None:
        """Close it."""

    def identity(self, folder: int) -> tuple[int, int]:
        """Device and number of the folder that was opened."""

    def names(self, folder: int) -> list[str]:
        """List what is in it."""

    def sync(self, folder: int) -> None:
        """Write its names to the disk."""

    def open(self, folder: int, name: str, flags: int, mode: int = 0o777) -> int:
        """Open a file; the answer is a descriptor."""

    def stat(self, folder: int, name: str) -> os.stat_result:
        """Ask of a name, never through a link."""

    def mkdir(self, folder: int, name: str, mode: int) -> None:
        """Make a folder."""

    def rmdir(self, folder: int, name: str) -> None:
        """Remove an empty folder."""

    def unlink(self, folder: int, name: str) -> None:
        """Remove a name of a file."""

    def replace(self, source: int, name: str, target: int, new: str) -> None:
        """Rename, over what is there."""

    def rename(self, folder: int, name: str, new: str) -> None:
        """Rename; over what is there, but on Windows an error then."""

    def link(self, folder: int, name: str, new: str) -> None:
        """Give a file a second name; an error if that is taken."""


class _ByDescriptor:
    """Folders as descriptors, each operation relative to one."""

    are_descriptors = True

    def open_top(self, path: str) -> int:
        return os.open(path, os.O_RDONLY | system.CLOSE_ON_EXEC)

    def open_below(self, folder: int, name: str) -> int:
        return os.open(name, _FOLDER, dir_fd=folder)

    def duplicate(self, folder: int) -> int:
        return os.dup(folder)

    def close(self, folder: int) -> None:
        os.close(folder)

    def identity(self, folder: int) -> tuple[int, int]:
        status = os.fstat(folder)
        return status.st_dev, status.st_ino

    def names(self, folder: int) -> list[str]:
        return os.listdir(folder)

    def sync(self, folder: int) -> None:
        os.fsync(folder)

    def open(self, folder: int, name: str, flags: int, mode: int = 0o777) -> int:
        return os.open(name, flags, mode, dir_fd=folder)

    def stat(self, folder: int, name: str) -> os.stat_result:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)

    def mkdir(self, folder: int, name: str, mode: int) -> None:
        os.mkdir(name, mode, dir_fd=folder)

    def rmdir(self, folder: int, name: str) -> None:
        os.rmdir(name, dir_fd=folder)

    def unlink(self, folder: int, name: str) -> None:
        os.unlink(name, dir_fd=folder)

    def replace(self, source: int, name: str, target: int, new: str) -> None:
        os.rename(name, new, src_dir_fd=source, dst_dir_fd=target)

    def rename(self, folder: int, name: str, new: str) -> None:
        os.rename(name, new, src_dir_fd=folder, dst_dir_fd=folder)

    def link(self, folder: int, name: str, new: str) -> None:
        os.link(name, new, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)


class _ByPath:
    """Folders as paths with what stood there when they were opened."""

    are_descriptors = False

    def __init__(self) -> None:
        self._opened: dict[int, tuple[str, tuple[int, int]]] = {}
        self._numbers = itertools.count(1 << 20)

    def open_top(self, path: str) -> int:
        real = os.path.realpath(path)
        return self._add(real, os.lstat(real))

    def open_below(self, folder: int, name: str) -> int:
        path = self._at(folder, name)
        return self._add(path, os.lstat(path))

    def duplicate(self, folder: int) -> int:
        path = self._at(folder)
        return self._add(path, os.lstat(path))

    def close(self, folder: int) -> None:
        self._opened.pop(folder)

    def identity(self, folder: int) -> tuple[int, int]:
        return self._opened[folder][1]

    def names(self, folder: int) -> list[str]:
        return os.listdir(self._at(folder))

    def sync(self, folder: int) -> None:
        self._at(folder)  # Windows writes names at once; there is no call for a folder

    def open(self, folder: int, name: str, flags: int, mode: int = 0o777) -> int:
        path = self._at(folder, name)
        with suppress(FileNotFoundError):
            _refuse_link(os.lstat(path), path)
        return os.open(path, flags, mode)

    def stat(self, folder: int, name: str) -> os.stat_result:
        return os.lstat(self._at(folder, name))

    def mkdir(self, folder: int, name: str, mode: int) -> None:
        os.mkdir(self._at(folder, name), mode)

    def rmdir(self, folder: int, name: str) -> None:
        os.rmdir(self._at(folder, name))

    def unlink(self, folder: int, name: str) -> None:
        os.unlink(self._at(folder, name))

    def replace(self, source: int, name: str, target: int, new: str) -> None:
        os.replace(self._at(source, name), self._at(target, new))

    def rename(self, folder: int, name: str, new: str) -> None:
        os.rename(self._at(folder, name), self._at(folder, new))

    def link(self, folder: int, name: str, new: str) -> None:
        os.link(self._at(folder, name), self._at(folder, new))

    def _add(self, path: str, status: os.stat_result) -> int:
        _refuse_link(status, path)
        if not stat.S_ISDIR(status.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
        number = next(self._numbers)
        self._opened[number] = (path, (status.st_dev, status.st_ino))
        return number

    def _at(self, folder: int, name: str = "") -> str:
        """Return the path of a name in the folder; an error when something else stands in the folder's place."""
        path, known = self._opened[folder]
        status = os.lstat(path)
        if (status.st_dev, status.st_ino) != known:
            raise FileNotFoundError(errno.ENOENT, "the folder was exchanged", path)
        return os.path.join(path, name) if name else path


def _refuse_link(status: os.stat_result, path: str) -> None:
    """OSError for a symbolic link, or a junction of Windows."""
    if stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)


_JUNCTION = 0xA000_0003
"""IO_REPARSE_TAG_MOUNT_POINT of Windows."""


def by_path() -> Folders:
    """Make the way of systems without descriptors of folders."""
    return _ByPath()


FOLDERS: Folders = _ByDescriptor() if os.open in os.supports_dir_fd else by_path()
"""The way that this system has."""
