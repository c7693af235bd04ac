"""A copy of the user's tree that is kept between runs and put right again by copying only what differs.

For where no overlay can be mounted. Everything is copied but caches and repositories' records;
folders of installed packages are named, not copied.

What a run changed is seen by the change time of each file and folder, which nobody can set back. A file in memory
(tmpfs) keeps its change time when it is written through a mapping; there, what was opened is read and compared.
"""

from __future__ import annotations

import mmap
import os
import shutil
import stat
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from fretsaw.check.sandbox.bwrap import RECORDS
from fretsaw.check.sandbox.opened_files import Opens
from fretsaw.check.sandbox.scratch import ScratchFolder, remove
from fretsaw.errors import CheckError

MOST_FILES, MOST_BYTES = 200_000, 4 << 30
INSTALLED = frozenset((".venv", "venv", "node_modules", ".tox", ".nox"))
"""Folders that a check reads and that are too large to copy: they are shown read-only from where they are."""
_LEFT_OUT = frozenset((".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".gradle"))

_COPIED = (stat.S_IFREG, stat.S_IFLNK)
_TICK = 0.011
"""Seconds of the coarsest clock of change times (100 Hz): what happens within one may look like one change."""

Mark: TypeAlias = tuple[int, int, int]
"""Inode, change time, mode: differs whenever a file's content, name, mode, times or attributes were changed."""


@dataclass(slots=True)
class Scan:
    """The files of a tree: path → facts by which a change is noticed."""

    files: dict[str, Mark] = field(default_factory=dict)
    """Regular files and symlinks; of a copy, whatever is no folder."""
    folders: dict[str, Mark] = field(default_factory=dict)
    """The top is among them, as ""."""
    installed: list[str] = field(default_factory=list)
    size: int = 0
    """Bytes of all files."""


class WarmCopy:
    """One tree's copy; `put_right()` before each run makes it equal to the tree as it was at first."""

    def __init__(self, root: Path, *, link: bool) -> None:
        """`link`: installed packages are links to where they are; else empty folders, to mount something on."""
        self._root = root
        source = scan(root, records=False)
        if len(source.files) > MOST_FILES or source.size > MOST_BYTES:
            raise CheckError(
                f"the tree is too large to copy for a check ({len(source.files):,} files, {source.size >> 20:,} MiB)",
                hint="allow user namespaces: then no copy is needed",
            )
        self.installed = tuple(sorted(source.installed))
        """Paths of the tree that are not copied but have to be shown: the copy has an empty folder for each."""
        self._links = frozenset(self.installed if link else ())
        self._files = source.files.keys() | self._links
        self._folders = source.folders.keys() | frozenset(() if link else self.installed)
        self._known = Scan()
        self._written = 0.0
        self._folder = ScratchFolder(_place(source.size))
        self._opens = None if tells_mapped_writes(self._folder.path) else Opens()
        self.path = self._folder.path / "tree"
        self.path.mkdir(mode=0o700)
        self.remove = self._folder.remove

    def put_right(self) -> None:
        """Undo what the last run did: only what differs is written. What the user did since is not looked for."""
        try:
            self._mend(scan(self.path, records=True))
        except OSError:  # the last run left what cannot even be looked at, or removed one by one
            self._begin_anew()
            self._mend(scan(self.path, records=True))
        if self._opens:
            self._opens.since()  # what was opened until now, was by us
        time.sleep(max(0.0, self._written + _TICK - time.monotonic()))

    def _begin_anew(self) -> None:
        remove(self.path)
        self.path.mkdir(mode=0o700)
        self._known = Scan()

    def _mend(self, here: Scan) -> None:
        """Make the copy, which is `here` now, what it was; folders last, since each change inside shows at them."""
        known = self._known
        if known.folders and here.folders[""][0] != known.folders[""][0]:
            raise OSError("the folder of the copy was replaced")
        files, folders, extra = self._differences(here)
        if not files and not folders and not extra:
            return
        for path in sorted(folders & here.folders.keys()):
            (self.path / path).chmod(0o700)
        self._remove_extra(extra)
        for path in sorted(folders - here.folders.keys()):
            remove(self.path / path)
            (self.path / path).mkdir()
        touched = {path.rpartition("/")[0] for path in (*files, *extra, *folders)}
        for path in files:
            self._file(path)
        for path in folders | (touched & self._folders):
            self._dress(path)
        self._written = time.monotonic()

    def _differences(self, here: Scan) -> tuple[set[str], set[str], set[str]]:
        """Files and folders of the tree that the copy has not or not as they were, and what is in the copy only.

        The tree has a, b/c; a run wrote a, removed b/c and made d/e: files {a, b/c}, folders {"", b}, extra {d, d/e}.
        """
        known = self._known
        changed = {path for path, _ in here.files.items() ^ known.files.items()}
        files = (changed & self._files) | (self._files - known.files.keys())
        files |= {path for path in self._opened() - files if self._differs(path)}
        other = {path for path, _ in here.folders.items() ^ known.folders.items()}
        folders = (other & self._folders) | (self._folders - known.folders.keys())
        return files, folders, (changed - self._files) | (other - self._folders)

    def _remove_extra(self, extra: set[str]) -> None:
        """Remove what a run left, the inner ones first. Raises OSError for what stays."""
        for path in sorted(extra, reverse=True):
            remove(self.path / path)
            if os.path.lexists(self.path / path):
                raise OSError(f"files that a check left behind cannot be removed: {path}")

    def _opened(self) -> set[str]:
        """Files that the last run may have written without a trace."""
        found = self._opens.since() if self._opens else set()
        return {*self._known.files} & found if found is not None else {*self._known.files}

    def _differs(self, path: str) -> bool:
        try:
            return (self.path / path).read_bytes() != (self._root / path).read_bytes()
        except OSError:
            return True

    def _file(self, path: str) -> None:
        source, target = self._root / path, self.path / path
        remove(target)
        try:
            state = source.lstat()
            if path in self._links:
                _link_folder(source, target)
            elif stat.S_ISLNK(state.st_mode):
                target.symlink_to(os.readlink(source))
            else:
                shutil.copyfile(source, target, follow_symlinks=False)
                target.chmod(stat.S_IMODE(state.st_mode) | stat.S_IRUSR | stat.S_IWUSR)
                os.utime(target, ns=(state.st_atime_ns, state.st_mtime_ns))
        except (FileNotFoundError, PermissionError):
            self._known.files.pop(path, None)
            return  # it went away meanwhile, or nobody may read it: it is not there for the check
        self._known.files[path] = _mark(target.lstat())

    def _dress(self, path: str) -> None:
        """Give a folder the mode and times of its source, and no attributes of the run's."""
        target = self.path / path
        for name in os.listxattr(target) if hasattr(os, "listxattr") else ():
            with suppress(OSError):  # those that the system itself gives cannot be removed
                os.removexattr(target, name)
        with suppress(FileNotFoundError):
            state = (self._root / path).lstat()
            target.chmod(stat.S_IMODE(state.st_mode) | stat.S_IRWXU)
            os.utime(target, ns=(state.st_atime_ns, state.st_mtime_ns))
        if self._opens:
            self._opens.watch(target, path)
        self._known.folders[path] = _mark(target.lstat())


def _link_folder(source: Path, target: Path) -> None:
    """Make a link, on Windows a junction: a link needs a right there that few have."""
    if sys.platform == "win32":
        import _winapi

        _winapi.CreateJunction(str(source), str(target))
    else:
        target.symlink_to(source)


def scan(root: Path, *, records: bool) -> Scan:
    """Look at a whole tree without reading a file; nothing is followed. (Plain strings: this is most of a warm run.)

    `records`: also what a copy of a user's tree leaves out.
    """
    found = Scan()
    files, folders = found.files, found.folders
    top = f"{root}/"
    folders[""] = _mark(root.lstat())
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
                mode = state.st_mode
                kind = mode & 0o170000
                if kind == stat.S_IFDIR and not records and name in INSTALLED:
                    found.installed.append(path)
                elif kind == stat.S_IFDIR:
                    folders[path] = (state.st_ino, state.st_ctime_ns, mode)
                    waiting.append(path + "/")
                elif records or kind in _COPIED:
                    files[path] = (state.st_ino, state.st_ctime_ns, mode)
                    found.size += state.st_size
    return found


def _mark(state: os.stat_result) -> Mark:
    return (state.st_ino, state.st_ctime_ns, state.st_mode)


def tells_mapped_writes(folder: Path) -> bool:
    """Return True if a file in this folder gets a new change time when it is written through a mapping that was read
    first."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"a")
            file.flush()
            with mmap.mmap(file.fileno(), 1) as mapped:
                read = mapped[0]
                before = os.fstat(file.fileno()).st_ctime_ns
                time.sleep(2 * _TICK)
                mapped[0] = read + 1
            return os.fstat(file.fileno()).st_ctime_ns != before
    except OSError:
        return False


def _place(size: int) -> Path | None:
    """In memory where there is plenty of it, else where temporary files go."""
    try:
        free = shutil.disk_usage("/dev/shm").free
    except OSError:
        return None
    plenty = os.access("/dev/shm", os.W_OK) and size * 4 < free
    return Path("/dev/shm") if plenty else None
