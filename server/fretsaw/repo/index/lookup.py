"""Ask an index about the files of a snapshot."""

from __future__ import annotations

import os
import sqlite3
from array import array
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from fretsaw.core.context.file_record import FileRecord, decode
from fretsaw.core.context.terms import TermIds
from fretsaw.core.snapshot import Snapshot
from fretsaw.repo.index.database import open_index
from fretsaw.repo.repository import Repo


class Index:
    """`CodeIndex` of a snapshot: of the files that are as git's index has them, those that are indexed."""

    def __init__(self, connection: sqlite3.Connection, ids: TermIds, known: Mapping[str, int]) -> None:
        """`known`: path → the number that its text has in the database."""
        self._connection = connection
        self._ids = ids
        self._known = dict(known)

    @property
    def paths(self) -> Collection[str]:
        """The paths that it knows; none once the database has failed."""
        return self._known.keys()

    def counts(self, terms: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        """Term → path → times."""
        wanted = {self._ids.of(term): term for term in terms}
        by_file: dict[int, list[str]] = {}
        for path, file in self._known.items():
            by_file.setdefault(file, []).append(path)
        out: dict[str, dict[str, int]] = {}
        try:
            for number, data in self._postings(list(wanted)):
                held = out.setdefault(wanted[number], {})
                for file, times in _unpacked(data):
                    for path in by_file.get(file, ()):
                        held[path] = times
        except (sqlite3.Error, ValueError):
            self._known.clear()
            return {}
        return {term: held for term, held in out.items() if held}

    def _postings(self, numbers: list[int]) -> Iterable[tuple[int, bytes]]:
        for number in numbers:
            for (data,) in self._connection.execute("SELECT data FROM postings WHERE term = ?", (number,)):
                yield number, data

    def record(self, path: str) -> FileRecord | None:
        """The record of a file; None where there is none."""
        file = self._known.get(path)
        if file is None:
            return None
        try:
            row = self._connection.execute("SELECT data FROM records WHERE id = ?", (file,)).fetchone()
            return decode(path, row[0], self._ids) if row is not None else None
        except (sqlite3.Error, ValueError, TypeError):
            return None


def find_index(repo: Repo, snapshot: Snapshot, folder: Path) -> tuple[Index, str]:
    """The index of a snapshot, and what is to be said of it. Raises sqlite3.Error and OSError where there is none."""
    connection, salt, reason = open_index(folder)
    known = dict(connection.execute("SELECT key, id FROM files"))
    changed = changed_paths(repo) if known else frozenset()
    by_path = {
        path: known[key]
        for path, key in keys_of(snapshot).items()
        if key in known and path not in changed and path not in snapshot.overlay
    }
    return Index(connection, TermIds(salt), by_path), reason


def keys_of(snapshot: Snapshot) -> dict[str, str]:
    """Path → the key of its text in the index: how it is read depends on the end of its name."""
    blobs = snapshot.blobs
    return {path: f"{blobs[path]}.{path[-12:].rpartition('.')[2]}" for path in snapshot.paths if path in blobs}


def changed_paths(repo: Repo) -> frozenset[str]:
    """Tracked paths whose text on the disk is another one than git's index has."""
    return frozenset(os.fsdecode(repo.git.out("ls-files", "-z", "--modified")).split("\0"))


def packed(files: array[int], times: array[int]) -> bytes:
    """The files that hold a term, and how often each does, as bytes."""
    return files.tobytes() + times.tobytes()


def _unpacked(data: bytes) -> Iterable[tuple[int, int]]:
    files, times = array("I"), array("H")
    count = len(data) // (files.itemsize + times.itemsize)
    files.frombytes(data[: count * files.itemsize])
    times.frombytes(data[count * files.itemsize :])
    return zip(files, times, strict=True)
