"""The journal's folder of one worktree, and its lock."""

from __future__ import annotations

import hashlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fretsaw import system
from fretsaw.errors import RepoError
from fretsaw.repo.journal import file_operations, folders

LONGEST_WAIT = 10.0
"""Seconds that one delivery waits for another to end: each takes a moment, and comes after minutes of work."""
_PARTS = ("tx", "undo", "conflicts")


@dataclass(frozen=True, slots=True)
class JournalFolder:
    """Open and locked; the numbers are open folders (`folders.py`)."""

    path: Path
    root_path: str
    root: int
    """The worktree."""
    tx: int
    undo: int
    conflicts: int


def journal_path(state_dir: Path, root: Path) -> Path:
    """Return the folder of a worktree's journal; another folder at the same path has another one."""
    status = root.stat()
    name = hashlib.sha256(f"{root}\0{status.st_dev}\0{status.st_ino}".encode("utf-8", "surrogateescape")).hexdigest()
    return state_dir / "journal" / name[:24]


@contextmanager
def open_journal(state_dir: Path, root: Path) -> Iterator[JournalFolder]:
    """Make, check, lock and open it. RepoError when it cannot be made, is not ours, or someone else has it."""
    path = journal_path(state_dir, root)
    lock: list[int] = []
    folder_numbers: list[int] = []
    try:
        try:
            for folder in (path.parent, path, *(path / part for part in _PARTS)):
                _make_own(folder)
            lock.append(_lock(path))
            folder_numbers += [folders.FOLDERS.open_top(str(at)) for at in (root, *(path / p for p in _PARTS))]
        except OSError as error:
            raise RepoError(
                f"the journal {path} cannot be used: {error.strerror}",
                hint="make your state folder writable, or set FRETSAW_STATE_DIR to another one",
            ) from None
        yield JournalFolder(path, str(root), *folder_numbers)
    finally:
        for number in reversed(folder_numbers):
            folders.FOLDERS.close(number)
        for handle in lock:
            os.close(handle)


def _make_own(folder: Path) -> None:
    """A folder that only we can read and write; RepoError when there is another one."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        parent = folders.FOLDERS.open_top(str(folder.parent))
        try:
            file_operations.make_folder(parent, folder.name, 0o700)
        except FileExistsError:
            pass  # someone was faster
        finally:
            folders.FOLDERS.close(parent)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or not system.is_mine(status) or system.is_open_to_others(status):
        raise RepoError(
            f"{folder} is not a private folder of yours",
            hint=f"move it away, or chmod 700 {folder}",
        )


def _lock(path: Path) -> int:
    """Lock for as long as the descriptor is open; the kernel lets go when the process ends, however it ends."""
    handle = os.open(
        path / "lock", os.O_RDWR | os.O_CREAT | system.CLOSE_ON_EXEC | system.NO_LINK | system.BINARY, 0o600
    )
    until = time.monotonic() + LONGEST_WAIT
    while not system.try_lock(handle):
        if time.monotonic() < until:
            time.sleep(0.05)
            continue
        os.lseek(handle, 0, os.SEEK_SET)
        who = os.read(handle, 200).decode("utf-8", "replace") or "another process"
        os.close(handle)
        raise RepoError(f"{who} is changing this repository", hint="try again")
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, f"process {os.getpid()} (since {time.strftime('%H:%M:%S')})".encode())
    return handle
