"""Add what an index lacks of a snapshot, file by file, in transactions of a few hundred files."""

from __future__ import annotations

import os
import sqlite3
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fretsaw import system
from fretsaw.core.context.choose import unfit
from fretsaw.core.context.file_record import NAME, FileRecord, encode, record_of
from fretsaw.core.context.paths import prior
from fretsaw.core.context.terms import TermIds
from fretsaw.core.snapshot import Snapshot
from fretsaw.repo.index.database import clear_index, open_index, size_of
from fretsaw.repo.index.lookup import changed_paths, keys_of, packed
from fretsaw.repo.repository import Repo

MOST_BYTES = 400_000_000
"""Of the file, at which it is begun anew: about 200,000 files."""
_BATCH_FILES, _BATCH_TEXT = 600, 4_000_000
_MOST_SEGMENTS = 24
_MOST_STALE = 4
"""Texts of other commits, as a multiple of those of this one, with which an index is begun anew."""
_MOST_TIMES = 0xFFFF


@dataclass(frozen=True, slots=True)
class Built:
    """The end of one build."""

    added: int
    left: int
    """Files that are still missing."""
    why: str = ""
    """For a person: why they are; empty where none is."""


def build_index(
    repo: Repo,
    snapshot: Snapshot,
    folder: Path,
    seconds: float,
    most_bytes: int = MOST_BYTES,
    goes_on: Callable[[], bool] = lambda: True,
) -> Built:
    """Index the files of a snapshot that are not yet, those that are likeliest to be needed first.

    Its texts are those that may be shown: masked. `goes_on` is asked before each file. What was added stays, whatever
    ends it: the time, a signal, a full disk. Never raises for what is wrong with the disk or the database.
    """
    end = time.monotonic() + seconds

    def may_go_on() -> bool:
        return time.monotonic() < end and goes_on()

    try:
        with _alone(folder) as is_alone:
            if not is_alone:
                return Built(0, 0, "another process is at it")
            return _build(repo, snapshot, folder, most_bytes, may_go_on)
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
            clear_index(folder)  # broken where `open_index` does not look: else it would stay so for ever
        return Built(0, 0, f"the index cannot be written: {error}")


def _build(repo: Repo, snapshot: Snapshot, folder: Path, most_bytes: int, goes_on: Callable[[], bool]) -> Built:
    keys = keys_of(snapshot)
    connection, salt, _ = open_index(folder)
    known = {key for (key,) in connection.execute("SELECT key FROM files")}
    if size_of(connection) > most_bytes or len(known) > _MOST_STALE * (len(keys) + _BATCH_FILES):
        connection.close()
        clear_index(folder)
        connection, salt, _ = open_index(folder)
        known = set()
    changed = changed_paths(repo)
    missing = {key: path for path, key in reversed(keys.items()) if key not in known and path not in changed}
    wanted = sorted(missing.items(), key=lambda item: (-prior(item[1]), item[1]))
    ids = TermIds(salt)
    added, why = 0, ""
    for batch in _batches(wanted, snapshot.reader, ids, goes_on):
        try:
            _write(connection, batch)
        except sqlite3.OperationalError as error:
            why = f"the index cannot be written: {error}"
            break
        added += len(batch)
        if size_of(connection) > most_bytes:
            why = f"the index has reached {most_bytes // 1_000_000} MB"
            break
    left = len(wanted) - added
    if not left:
        with suppress(sqlite3.OperationalError):
            _merge(connection)
    connection.close()
    return Built(added, left, why or ("the time was up" if left else ""))


Batch = list[tuple[str, "FileRecord | None", Mapping[int, int]]]
"""Key, record (None where the text may not be shown) and terms of each file."""


def _batches(
    wanted: Sequence[tuple[str, str]], read: Callable[[str], str | None], ids: TermIds, goes_on: Callable[[], bool]
) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for key, path in wanted:
        if not goes_on():
            break
        text = read(path)
        record = record_of(path, text, ids) if text is not None and not unfit(text) else None
        batch.append((key, record, record.totals() if record is not None else _totals(text, ids)))
        size += len(text or "")
        if len(batch) >= _BATCH_FILES or size >= _BATCH_TEXT:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _totals(text: str | None, ids: TermIds) -> dict[int, int]:
    """The terms of a text that may not be shown: that it holds them says how rare they are."""
    totals: dict[int, int] = {}
    for name, times in Counter(NAME.findall(text or "")).items():
        for term in ids.of_name(name):
            totals[term] = totals.get(term, 0) + times
    return totals


def _write(connection: sqlite3.Connection, batch: Batch) -> None:
    """One transaction: files, records and a segment of postings."""
    encoded = [(key, totals, encode(record) if record is not None else None) for key, record, totals in batch]
    connection.execute("BEGIN IMMEDIATE")
    try:
        first = 1 + connection.execute("SELECT coalesce(max(id), 0) FROM files").fetchone()[0]
        connection.executemany(
            "INSERT INTO files VALUES (?, ?)", ((first + at, key) for at, (key, _, _) in enumerate(encoded))
        )
        connection.executemany(
            "INSERT INTO records VALUES (?, ?)",
            ((first + at, data) for at, (_, _, data) in enumerate(encoded) if data is not None),
        )
        postings: dict[int, tuple[array[int], array[int]]] = {}
        for at, (_, totals, _) in enumerate(encoded):
            for term, times in totals.items():
                files, numbers = postings.setdefault(term, (array("I"), array("H")))
                files.append(first + at)
                numbers.append(min(times, _MOST_TIMES))
        _insert(connection, first, {term: packed(*held) for term, held in postings.items()})
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _insert(connection: sqlite3.Connection, segment: int, postings: Mapping[int, bytes]) -> None:
    rows = ((term, segment, postings[term]) for term in sorted(postings))
    connection.executemany("INSERT INTO postings VALUES (?, ?, ?)", rows)


def _merge(connection: sqlite3.Connection) -> None:
    """Make one segment of many, so that a question reads one row a term."""
    segments = [row[0] for row in connection.execute("SELECT DISTINCT segment FROM postings")]
    if len(segments) <= _MOST_SEGMENTS:
        return
    held: dict[int, tuple[bytes, bytes]] = {}
    for term, data in connection.execute("SELECT term, data FROM postings ORDER BY term, segment"):
        cut = len(data) // 6 * 4
        files, times = held.get(term, (b"", b""))
        held[term] = files + data[:cut], times + data[cut:]
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("DELETE FROM postings")
        _insert(connection, max(segments), {term: files + times for term, (files, times) in held.items()})
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """True while no other process builds: a lock that ends with the process."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | system.NO_LINK | system.CLOSE_ON_EXEC, 0o600)
    try:
        yield system.try_lock(lock)
    finally:
        os.close(lock)
