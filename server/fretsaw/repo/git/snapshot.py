"""Takes a snapshot: the tracked files of a worktree as the user has them now. Changes nothing.

Only the list is made at once; a text is read when it is first asked for and kept, so that
it stays the same whatever happens on disk.
"""

from __future__ import annotations

import os
import stat
import subprocess
import threading
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from fretsaw import system
from fretsaw.core.policy import is_secret
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.disk_encodings import FileEncoding, by_attribute, by_bytes
from fretsaw.errors import RepoError
from fretsaw.repo.git.last_changes import last_changes
from fretsaw.repo.git.line_ends import line_ends
from fretsaw.repo.git.line_history import line_history
from fretsaw.repo.git.pipes import refuse_pipes_in
from fretsaw.repo.git.program import killed
from fretsaw.repo.git.search import Searcher
from fretsaw.repo.journal import folders
from fretsaw.repo.journal.safe_read import read_beneath
from fretsaw.repo.repository import Repo
from fretsaw.user_dirs import repo_id

LARGEST = 1_000_000
"""Bytes of a file that may be shown and edited at most."""

_LFS = b"version https://git-lfs.github.com/spec/"
_ENCODING = "working-tree-encoding"
_CONVERTING = ("filter", _ENCODING)
"""Attributes by which git keeps another text than the one on the disk."""
_SYSTEM_ATTRIBUTES = Path("/etc/gitattributes")
"""The attributes of most systems; read to see if git has to be asked at all."""


class Entry(NamedTuple):
    """One line of the index; a tuple, since there are thousands."""

    path: str
    mode: str
    blob: str
    stage: int
    tag: str
    """`git ls-files -v`: "S" when the path is outside a sparse checkout; a small letter when git is told to assume that
    it does not change."""


def snapshot(repo: Repo, overlay: Mapping[str, str] | None = None, reveal: Iterable[str] = ()) -> Snapshot:
    """The worktree as it is now, with `overlay` (path → unsaved text) over it. RepoError when the index is broken.

    `reveal`: globs of files that are shown although their names say that they hold secrets.
    """
    refuse_pipes_in(repo.root, ())
    hidden = Hidden(repo)
    try:
        entries = index_entries(repo)
        refuse_pipes_in(repo.root, (entry.path for entry in entries))
    except RepoError:
        hidden.drop()
        raise
    attributes = Attributes(repo, entries)
    left_out = _unfit(entries, hidden, attributes)
    left_out.update(_odd_on_disk(repo, [entry.path for entry in entries if entry.path not in left_out]))
    unsaved = dict(overlay or {})
    fit = sorted({entry.path for entry in entries} - left_out.keys())
    secrets = _secrets_of(fit, tuple(reveal))
    for path in secrets:
        unsaved.pop(path, None)
    paths = tuple(sorted(set(fit) - set(secrets))) if secrets else tuple(fit)
    reader = Reader(repo, attributes)
    searcher = Searcher(repo, frozenset(paths), MappingProxyType(unsaved))
    return Snapshot(
        base=repo.head,
        repository=repo_id(repo.common_dir),
        paths=paths,
        reader=reader,
        overlay=MappingProxyType(unsaved),
        secrets=secrets,
        left_out=MappingProxyType(left_out),
        untracked=lambda path: _untracked(repo, path),
        line_ends=lambda path: line_ends(repo, path),
        encoding=reader.encoding,
        executable=frozenset(entry.path for entry in entries if entry.mode == "100755"),
        history=lambda path, first, last: line_history(repo, path, first, last),
        last_changes=lambda: last_changes(repo),
        blobs=MappingProxyType({entry.path: entry.blob for entry in entries if entry.tag == "H"}),
        searcher=searcher,
        counter=searcher.count,
    )


def _secrets_of(paths: list[str], reveal: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(path for path in paths if is_secret(path) and not any(fnmatchcase(path, glob) for glob in reveal))


class Attributes:
    """The attributes of tracked paths by which git keeps another text than the one on the disk.

    git is asked only where an attributes file speaks of them.
    """

    def __init__(self, repo: Repo, entries: list[Entry]) -> None:
        self._repo = repo
        files = [entry.path for entry in entries if entry.path.rpartition("/")[2] == ".gitattributes"]
        texts = [_raw(repo.root / path) for path in files] + [_raw(repo.common_dir / "info" / "attributes")]
        texts += [_raw(Path(repo.git.attributes_file)), _raw(_SYSTEM_ATTRIBUTES)]
        self._names = [name for name in _CONVERTING if any(name.encode() in text for text in texts)]
        self._found = self._ask([entry.path for entry in entries]) if self._names else {}

    def of(self, path: str, name: str) -> str:
        """The value that a path has for `filter` or `working-tree-encoding`; empty where none is set."""
        if name not in self._names:
            return ""
        if (path, name) not in self._found:
            self._found |= self._ask([path])
        return self._found[path, name]

    def _ask(self, paths: list[str]) -> dict[tuple[str, str], str]:
        rows = self._repo.git.attributes(paths, self._names)
        return {(path, name): "" if value in ("unspecified", "unset") else value for path, name, value in rows}


class Reader:
    """Path → text as it was when it was first asked for."""

    def __init__(self, repo: Repo, attributes: Attributes) -> None:
        self._root = str(repo.root)
        self._attributes = attributes
        self._texts: dict[str, str | None] = {}
        self._encodings: dict[str, FileEncoding | None] = {}
        self._lock = threading.Lock()

    def __call__(self, path: str) -> str | None:
        """The text, None when there is none to show."""
        with self._lock:
            if path not in self._texts:
                self._texts[path] = self._read(path)
            return self._texts[path]

    def encoding(self, path: str) -> FileEncoding | None:
        """The encoding of a path's file, or of a new one; None where the text is the file's bytes."""
        self(path)
        return self._encodings.get(path)

    def _read(self, path: str) -> str | None:
        data = self._bytes(path)
        told = self._attributes.of(path, _ENCODING)
        if told:
            self._encodings[path] = by_attribute(told, data)
        if data is None:
            return None
        encoding = self._encodings.setdefault(path, by_bytes(data))
        if encoding is not None:
            return encoding.decode(data)
        return None if b"\0" in data[:8000] else data.decode("utf-8", "surrogateescape")

    def _bytes(self, path: str) -> bytes | None:
        """The bytes of a file that may be shown; None: too large, a pointer of LFS, or none that can be read."""
        root = folders.FOLDERS.open_top(self._root)
        try:
            image = read_beneath(root, path)
        except OSError:  # a link, a pipe, no right to read: there is no text to show
            return None
        finally:
            folders.FOLDERS.close(root)
        return None if image is None or len(image.data) > LARGEST or image.data.startswith(_LFS) else image.data


def index_entries(repo: Repo, *args: str) -> list[Entry]:
    """The index, in order. RepoError with git's reason when it cannot be read."""
    done = repo.git.run("ls-files", "-z", "--stage", "-v", *args)
    if done.code != 0:
        raise RepoError(f"the index cannot be read: {done.reason}", hint="see `git status`")
    entries = []
    for line in os.fsdecode(done.out).split("\0"):
        if line:
            head, _, path = line.partition("\t")
            tag, mode, blob, stage = head.split(" ")
            entries.append(Entry(path, mode, blob, int(stage), tag))
    return entries


def ignored(repo: Repo, paths: Iterable[str]) -> frozenset[str]:
    """Those of `paths` that the repository's ignore rules hide."""
    asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
    plain = {"GIT_LITERAL_PATHSPECS": "0"}  # this command does not know the setting
    done = repo.git.run("check-ignore", "-z", "--stdin", "--no-index", stdin=asked, env=plain)
    if done.code not in (0, 1):  # 1: none is
        raise RepoError(f"the ignore rules cannot be read: {done.reason}")
    return frozenset(_paths(done.out))


def _paths(listed: bytes) -> list[str]:
    return [path for path in os.fsdecode(listed).split("\0") if path]


class Hidden:
    """Tracked paths that the ignore rules hide; git looks for them while the index is read."""

    def __init__(self, repo: Repo) -> None:
        self._seconds = repo.git.seconds
        self._child = repo.git.start("ls-files", "-z", "--cached", "--ignored", "--exclude-standard")

    def paths(self) -> list[str]:
        """The paths. RepoError when git fails or takes too long."""
        try:
            listed, _ = self._child.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.communicate()
            raise RepoError("git ls-files did not finish") from None
        if self._child.returncode < 0:
            raise killed("ls-files", -self._child.returncode)
        if self._child.returncode != 0:
            raise RepoError("the index cannot be read", hint="see `git status`")
        return _paths(listed)

    def drop(self) -> None:
        """Not needed after all."""
        self._child.kill()
        self._child.communicate()


def _untracked(repo: Repo, path: str) -> str:
    """Say why a path that is not in the index is not edited, where something is there on the disk."""
    try:
        status = os.lstat(repo.root / path)
    except (OSError, ValueError):
        return ""
    if stat.S_ISDIR(status.st_mode):
        return "it is a folder"
    if not stat.S_ISREG(status.st_mode):
        return _odd_file(status)
    if ignored(repo, [path]):
        return "git does not track it, since .gitignore hides it"
    return "git does not track it; `git add` it first"


def _unfit(entries: list[Entry], hidden: Hidden, attributes: Attributes) -> dict[str, str]:
    """Say why entries are not shown, as far as git's own lists tell."""
    kinds = {"120000": "a symbolic link", "160000": "a submodule"}
    unfit: dict[str, str] = {}
    for entry in entries:
        if entry.mode in kinds:
            unfit[entry.path] = kinds[entry.mode]
        elif entry.stage:
            unfit[entry.path] = "unmerged"
        elif entry.tag in ("S", "s"):
            unfit[entry.path] = "outside the sparse checkout"
    for path in hidden.paths():
        unfit.setdefault(path, "tracked, but .gitignore hides it")
    for entry in entries:
        if filtered := attributes.of(entry.path, "filter"):  # LFS, encryption: what is on disk is not what git keeps
            unfit.setdefault(entry.path, f"kept through the filter {filtered}")
    return unfit


def _raw(path: os.PathLike[str]) -> bytes:
    """A small file's bytes, empty when there is no regular file to read."""
    try:
        handle = os.open(path, system.READ)
    except OSError:
        return b""
    try:
        return os.read(handle, LARGEST) if stat.S_ISREG(os.fstat(handle).st_mode) else b""
    except OSError:
        return b""
    finally:
        os.close(handle)


def _odd_on_disk(repo: Repo, paths: list[str]) -> dict[str, str]:
    """Say why paths are not shown, as far as the disk tells: gone, not a regular file, behind a link, too large."""
    root = str(repo.root)
    folders: dict[str, str] = {"": ""}
    odd: dict[str, str] = {}
    for path in paths:
        reason = _odd_folder(root, path.rpartition("/")[0], folders)
        if not reason:
            try:
                status = os.lstat(f"{root}/{path}")
            except OSError:
                reason = "deleted in the worktree"
            else:
                reason = _odd_file(status)
        if reason:
            odd[path] = reason
    return odd


def _odd_file(status: os.stat_result) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "a symbolic link on disk" if stat.S_ISLNK(status.st_mode) else "not a regular file on disk"
    return f"larger than {LARGEST // 1000:,} kB" if status.st_size > LARGEST else ""


def _odd_folder(root: str, folder: str, known: dict[str, str]) -> str:
    """Say why nothing below a folder is read, empty when all is well; `known` remembers the answers."""
    if folder not in known:
        reason = _odd_folder(root, folder.rpartition("/")[0], known)
        if not reason:
            try:
                is_folder = stat.S_ISDIR(os.lstat(f"{root}/{folder}").st_mode)
                reason = "" if is_folder else "behind a symbolic link on disk"
            except OSError:
                reason = "deleted in the worktree"
        known[folder] = reason
    return known[folder]
