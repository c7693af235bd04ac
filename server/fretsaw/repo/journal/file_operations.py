"""Every change of the file system, one small function each, all with a hook before and after.

The hook is how the tests kill, fail or disturb us between any two changes; it is None
outside of tests. Names are relative to an open folder, so no path is walked a second time.
"""

from __future__ import annotations

import ctypes  # 5 ms; this module is imported when something is delivered
import errno
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from fretsaw import system
from fretsaw.repo.journal import folders
from fretsaw.repo.journal.safe_read import Access, attributes_of

HOOK: Callable[[str, str], None] | None = None
"""Called with ("before mkdir", name) and ("after mkdir", name); may raise, may not return."""

_EXCHANGE = 2
_NOREPLACE = 1
_UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP)
KEEP = ".keep"
"""Ending of the second name that a file has for a moment where a disk cannot exchange two names."""


def _point(when: str, name: str) -> None:
    if HOOK is not None:
        HOOK(when, name)


def make_folder(folder: int, name: str, mode: int = 0o777) -> None:
    """mkdir."""
    _point("before mkdir", name)
    folders.FOLDERS.mkdir(folder, name, mode)
    _point("after mkdir", name)


def remove_folder(folder: int, name: str) -> None:
    """rmdir: only ever an empty one."""
    _point("before rmdir", name)
    folders.FOLDERS.rmdir(folder, name)
    _point("after rmdir", name)


@dataclass(frozen=True, slots=True)
class Original:
    """A file's mode, owner and other facts beside its bytes, for the file that takes its place."""

    status: os.stat_result
    attributes: tuple[tuple[str, bytes], ...] = ()


def original(folder: int, name: str) -> Original:
    """Owner, permissions and extended attributes (ACLs among them, as far as they can be read) of a regular file."""
    handle = folders.FOLDERS.open(folder, name, system.READ)
    try:
        return Original(os.fstat(handle), attributes_of(handle))
    finally:
        os.close(handle)


def write_new(
    folder: int,
    name: str,
    data: bytes,
    mode: int = 0o666,
    like: Original | None = None,
    access: Access | None = None,
) -> None:
    """A new file with these bytes, on disk when this returns; with owner and permissions of `like` and exec of `mode`.

    `access` is what the file had before, for undo: all of it without `like`, else the bits that replacing took away.
    FileExistsError when there is something already.
    """
    _point("before create", name)
    handle = folders.FOLDERS.open(folder, name, system.WRITE_NEW, mode if like is None else 0o600)
    try:
        _point("after create", name)
        half = len(data) // 2
        for part in (data[:half], data[half:]):
            _write_all(handle, part)
            _point("after write", name)
        if like is not None:
            _take_after(handle, like, mode)
            _point("after chmod", name)
        if access is not None:
            _give_back(handle, access, whole=like is None)
        os.fsync(handle)
        _point("after fsync", name)
    except OSError as error:
        error.filename = error.filename or name  # a write knows no name, a person needs one
        raise
    finally:
        os.close(handle)


def sync_folder(folder: int, name: str = ".") -> None:
    """Make names that were added or removed last through a power cut."""
    _point("before fsync", name)
    try:
        folders.FOLDERS.sync(folder)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:  # some file systems cannot sync a folder
            raise
    _point("after fsync", name)


def remove(folder: int, name: str) -> None:
    """unlink."""
    _point("before unlink", name)
    folders.FOLDERS.unlink(folder, name)
    _point("after unlink", name)


def rename_over(source: int, name: str, target: int, new: str) -> None:
    """rename, replacing what is there; only for files and folders of our own."""
    _point("before rename", name)
    folders.FOLDERS.replace(source, name, target, new)
    _point("after rename", name)


def exchange(folder: int, one: str, other: str) -> None:
    """The two names swap what they stand for, at one instant where the disk can do that."""
    _point("before exchange", other)
    if not _renameat2(folder, one, other, _EXCHANGE):
        _exchange_by_links(folder, one, other)
    _point("after exchange", other)


def move_away(folder: int, name: str, new: str) -> None:
    """Rename to a name of ours, which nobody foresees: whatever `name` stands for then is what is moved."""
    _point("before move", new)
    if not _renameat2(folder, name, new, _NOREPLACE):
        folders.FOLDERS.rename(folder, name, new)
    _point("after move", new)


def move_new(folder: int, name: str, new: str) -> None:
    """Rename a file of ours, but FileExistsError when something is there."""
    _point("before move", new)
    if _renameat2(folder, name, new, _NOREPLACE):
        pass
    elif sys.platform == "win32":  # its rename replaces nothing
        folders.FOLDERS.rename(folder, name, new)
    else:
        folders.FOLDERS.link(folder, name, new)
        _point("between link and unlink", new)
        folders.FOLDERS.unlink(folder, name)
    _point("after move", new)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _take_after(handle: int, replaced: Original, mode: int) -> None:
    """Owner, permissions, attributes of the file that is replaced; never setuid, setgid or sticky."""
    mine, like = os.fstat(handle), replaced.status
    for attribute, value in replaced.attributes:
        with suppress(OSError):
            os.setxattr(handle, attribute, value)
    if hasattr(os, "fchown") and (mine.st_uid, mine.st_gid) != (like.st_uid, like.st_gid):
        try:
            os.fchown(handle, like.st_uid, like.st_gid)
        except PermissionError:
            if mine.st_uid != like.st_uid:  # a group that is not ours is the lesser loss
                raise
    wanted = like.st_mode & 0o777
    if (mode ^ wanted) & 0o100:  # the owner's bit is what git knows; where it stays, all stay
        wanted = wanted | (wanted & 0o444) >> 2 if mode & 0o100 else wanted & 0o666
    if hasattr(os, "fchmod"):  # Windows keeps rights elsewhere: the new file has those of its folder
        os.fchmod(handle, wanted)


def _give_back(handle: int, access: Access, *, whole: bool) -> None:
    """Permissions and attributes as they were; not `whole`: only setuid, setgid and sticky."""
    now = stat.S_IMODE(os.fstat(handle).st_mode)
    if whole:
        for attribute, value in access.attributes:
            with suppress(OSError):
                os.setxattr(handle, attribute, value)
    wanted = access.mode if whole else now | (access.mode & _SPECIAL)
    if wanted != now and hasattr(os, "fchmod"):
        with suppress(PermissionError):  # a file that is not ours any more keeps what it has
            os.fchmod(handle, wanted)


_SPECIAL = stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX


def _exchange_by_links(folder: int, one: str, other: str) -> None:
    """`exchange` where the disk has no such call: `other` is never missing, but a write in between is lost late."""
    keep = one + KEEP
    folders.FOLDERS.link(folder, other, keep)
    _point("between link and rename", other)
    folders.FOLDERS.replace(folder, one, folder, other)
    _point("between rename and rename", other)
    folders.FOLDERS.replace(folder, keep, folder, one)


def _renameat2(folder: int, old: str, new: str, flags: int) -> bool:
    """The call of the kernel; False when the system or this disk does not have it."""
    call, translate = _kernel_call() if folders.FOLDERS.are_descriptors else (None, {})
    if call is None:
        return False
    ctypes.set_errno(0)
    if call(folder, os.fsencode(old), folder, os.fsencode(new), translate[flags]) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), new)


def _kernel_call() -> tuple[Callable[..., int] | None, dict[int, int]]:
    """The function and its flags: Linux has renameat2, macOS renameatx_np."""
    name, flags = ("renameatx_np", {1: 4, 2: 2}) if sys.platform == "darwin" else ("renameat2", {1: 1, 2: 2})
    library = ctypes.CDLL(None, use_errno=True)
    call = getattr(library, name, None)
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return call, flags
