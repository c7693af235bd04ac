"""A copy of the user's tree that is kept between runs and put right again by copying only what differs.

For where no overlay can be mounted. Knows nothing of git: everything is copied but caches and repositories' records;
folders of installed packages are named, not copied.
"""

from __future__ import annotations

import os
import shutil
import stat
from dataclasses import dataclass, field
from pathlib import Path

from fretsaw.check.bwrap import RECORDS
from fretsaw.check.scratch import Folder, remove
from fretsaw.errors import CheckError

MOST_FILES, MOST_BYTES = 200_000, 4 << 30
INSTALLED = frozenset((".venv", "venv", "node_modules", ".tox", ".nox"))
"""Folders that a check reads and that are too large to copy: they are shown read-only from where they are."""
_LEFT_OUT = frozenset((".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".gradle"))

_COPIED = (stat.S_IFREG, stat.S_IFLNK)


@dataclass(slots=True)
class Scan:
    """What lies in a tree: path → what tells whether it changed."""

    files: dict[str, os.stat_result] = field(default_factory=dict)
    """Regular files and symlinks."""
    folders: dict[str, os.stat_result] = field(default_factory=dict)
    installed: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(state.st_size for state in self.files.values())


class WarmCopy:
    """One tree's copy; `put_right()` before each run makes it equal to the tree as it was at first."""

    def __init__(self, root: Path, *, link: bool) -> None:
        """`link`: installed packages are links to where they are; else empty folders, to mount something on."""
        self._root = root
        self._link = link
        self._known: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {}
        self._source = source = scan(root, records=False)
        self.installed = tuple(sorted(source.installed))
        """Paths of the tree that are not copied but have to be shown: the copy has an empty folder for each."""
        if len(source.files) > MOST_FILES or source.size > MOST_BYTES:
            raise CheckError(
                f"the tree is too large to copy for a check ({len(source.files):,} files, {source.size >> 20:,} MiB)",
                hint="where user namespaces are allowed, no copy is needed",
            )
        place = _place(source.size)
        self._folder = Folder(place)
        self.path = self._folder.path / "tree"
        self.path.mkdir()
        self.on_disk = place is None
        self.remove = self._folder.remove

    def put_right(self) -> None:
        """Undo what the last run did: only what differs is written. What the user did since is not looked for."""
        source, copy = self._source, self._scan_copy()
        extra = {*copy.files} - {*source.files} | {*copy.folders} - {*source.folders}
        for path in sorted(extra, reverse=True):
            remove(self.path / path)
        for path in sorted({*source.folders} - {*copy.folders}):
            remove(self.path / path)
            (self.path / path).mkdir()
        for path in self.installed:
            self._installed(path)
        for path, state in source.files.items():
            here = copy.files.get(path)
            if here is None or self._known.get(path) != (_mark(state), _mark(here)):
                self._file(path, state)

    def _scan_copy(self) -> Scan:
        """What the last run left; where that cannot even be looked at, begin anew."""
        try:
            return scan(self.path, records=True)
        except OSError:
            remove(self.path)
            self.path.mkdir(mode=0o700)
            return Scan()

    def _installed(self, path: str) -> None:
        target = self.path / path
        if self._link:
            target.symlink_to(self._root / path)
        else:
            target.mkdir()

    def _file(self, path: str, state: os.stat_result) -> None:
        source, target = self._root / path, self.path / path
        remove(target)
        try:
            if stat.S_ISLNK(state.st_mode):
                target.symlink_to(os.readlink(source))
            else:
                shutil.copyfile(source, target, follow_symlinks=False)
                target.chmod(stat.S_IMODE(state.st_mode) | stat.S_IRUSR | stat.S_IWUSR)
                os.utime(target, ns=(state.st_atime_ns, state.st_mtime_ns))
        except (FileNotFoundError, PermissionError):
            return  # it went away meanwhile, or nobody may read it: it is not there for the check
        self._known[path] = (_mark(state), _mark(target.lstat()))


def scan(root: Path, *, records: bool) -> Scan:
    """Look at a whole tree without reading a file; nothing is followed. (Plain strings: this is most of a warm run.)"""
    found = Scan()
    top = f"{root}/"
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        with os.scandir(top + folder) as entries:
            for entry in entries:
                name = entry.name
                if not records and (name in _LEFT_OUT or (not folder and name in RECORDS)):
                    continue
                path = folder + name
                state = entry.stat(follow_symlinks=False)
                kind = state.st_mode & 0o170000
                if kind == stat.S_IFDIR and not records and name in INSTALLED:
                    found.installed.append(path)
                elif kind == stat.S_IFDIR:
                    found.folders[path] = state
                    waiting.append(path + "/")
                elif records or kind in _COPIED:
                    found.files[path] = state
    return found


def _mark(state: os.stat_result) -> tuple[int, ...]:
    """What changes whenever a file does; ctime is among it, which nobody can set back."""
    return (state.st_ino, state.st_mode, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


def _place(size: int) -> Path | None:
    """In memory where there is plenty of it, else where temporary files go."""
    try:
        state = os.statvfs("/dev/shm")
    except OSError:
        return None
    plenty = os.access("/dev/shm", os.W_OK) and size * 4 < state.f_bavail * state.f_frsize
    return Path("/dev/shm") if plenty else None
