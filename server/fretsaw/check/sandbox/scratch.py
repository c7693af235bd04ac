"""Private temporary folders that go with the process, also when it was killed: the next one sweeps them away."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
import time
import weakref
from contextlib import suppress
from pathlib import Path

from fretsaw import system

_PREFIX = "fretsaw-check-"
_LOCK = ".lock"
_MEMORY = Path("/dev/shm")


class ScratchFolder:
    """A new folder of ours (0700), held by a lock while this process lives; removed with this object."""

    def __init__(self, above: Path | None = None) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=above)).resolve()
        unnamed = self.path / f"{_LOCK}.new"
        held = os.open(unnamed, os.O_CREAT | os.O_RDWR | system.CLOSE_ON_EXEC, 0o600)
        system.try_lock(held)
        # Named only when it is held: another process that sweeps would take a free one for that of a killed process.
        unnamed.rename(self.path / _LOCK)
        self.remove = weakref.finalize(self, _drop, self.path, held)


class Scratch(ScratchFolder):
    """Temporary places of one check's runs beside the tree: the overlay's mount point, the report, temporary files."""

    def __init__(self) -> None:
        sweep()
        super().__init__()
        self.stage = self.path / "stage"
        self.stage.mkdir()
        self.report = self.path / "report"
        self.tmp = self.path / "tmp"
        self.compiled = self.path / "compiled"
        """The folder of what Go compiled in the run on the base; otherwise each run compiles Go's own library."""
        self.lock = threading.Lock()
        """Held during a run: runs of one check do not overlap."""

    def renew(self) -> None:
        """An empty report and an empty folder for temporary files."""
        self.report.unlink(missing_ok=True)
        self.report.touch()
        remove(self.tmp)
        self.tmp.mkdir()


def sweep() -> None:
    """Remove what processes of ours that were killed left behind."""
    for above in {Path(tempfile.gettempdir()), _MEMORY}:
        with suppress(OSError), os.scandir(above) as entries:
            for entry in entries:
                # Another process may sweep the same places: what has gone already is not ours to remove.
                with suppress(FileNotFoundError):
                    if entry.name.startswith(_PREFIX) and system.is_mine(entry.stat(follow_symlinks=False)):
                        _sweep(Path(entry.path))


def _sweep(folder: Path) -> None:
    """Remove one folder unless a living process holds its lock, or may be about to."""
    try:
        held = os.open(folder / _LOCK, os.O_RDWR | system.NO_LINK | system.CLOSE_ON_EXEC)
    except OSError:
        if folder.is_dir() and time.time() - folder.lstat().st_mtime > 3600:
            remove(folder)
        return
    try:
        if system.try_lock(held):  # else it is in use
            remove(folder)
    finally:
        os.close(held)


def _drop(path: Path, held: int) -> None:
    remove(path)
    os.close(held)
    if path.exists():  # Windows removes no file that is open, as the lock was
        remove(path)


def remove(path: Path) -> None:
    """Remove a file or a whole folder, whatever its mode, if it is there; a link is not followed."""
    if not path.is_dir() or path.is_symlink():
        path.unlink(missing_ok=True)
        return
    path.chmod(0o700)
    for folder, names, _ in os.walk(path):
        for name in names:
            inside = Path(folder, name)
            if not inside.is_symlink():
                inside.chmod(0o700)
    shutil.rmtree(path, ignore_errors=True)
