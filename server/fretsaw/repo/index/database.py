"""The SQLite file of an index: opened, made, and thrown away where it is broken or of another version."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from fretsaw import system

VERSION = 1
"""Of the tables and of what the records mean; it goes up with every change of either."""
_NAME = "index.sqlite"
_BUSY_SECONDS = 0.5
_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE files (id INTEGER PRIMARY KEY, key TEXT UNIQUE);
CREATE TABLE records (id INTEGER PRIMARY KEY, data BLOB);
CREATE TABLE postings (term INTEGER, segment INTEGER, data BLOB, PRIMARY KEY (term, segment)) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""

BROKEN = "the index of this repository was broken; it is built anew"
FOREIGN = "the index of this repository is of another version of Fretsaw; it is built anew"


def has_index(folder: Path) -> bool:
    """Return True if there is an index in a folder."""
    return (folder / _NAME).is_file()


def open_index(folder: Path) -> tuple[sqlite3.Connection, bytes, str]:
    """The index in a folder, made where there is none, and its salt.

    The text, for a person: why the one that was there is gone; empty where nothing is to be said. Raises sqlite3.Error
    and OSError where there can be none (a full disk, no right to write).
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    reason = ""
    with suppress(sqlite3.DatabaseError):
        connection = _connect(folder)
        reason = _fault(connection)
        if not reason:
            return connection, _salt(connection), ""
        connection.close()
    if not reason and not _is_broken(folder):
        raise sqlite3.OperationalError("the index is in use")
    clear_index(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    connection = _connect(folder)
    return connection, _salt(connection), reason or BROKEN


def clear_index(folder: Path) -> bool:
    """Remove an index; False where there is none. A process that has it open works on with what it had."""
    is_there = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    return is_there


def size_of(connection: sqlite3.Connection) -> int:
    """Bytes of the file."""
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size)


def _connect(folder: Path) -> sqlite3.Connection:
    path = folder / _NAME
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | system.NO_LINK | system.CLOSE_ON_EXEC, 0o600))
    connection = sqlite3.connect(path, _BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # What a crash of the machine loses is made again; a crash of the process loses nothing.
        connection.execute("PRAGMA synchronous = OFF")
        if not connection.execute("PRAGMA user_version").fetchone()[0]:
            _make(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _make(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process has just made them."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            for statement in filter(str.strip, _TABLES.split(";")):
                connection.execute(statement)
            connection.execute("INSERT INTO meta VALUES ('salt', ?)", (secrets.token_bytes(32),))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _fault(connection: sqlite3.Connection) -> str:
    """Say why an index cannot be used, empty where it can."""
    if connection.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        return FOREIGN
    with suppress(sqlite3.Error):
        if connection.execute("SELECT value FROM meta WHERE key = 'salt'").fetchone():
            connection.execute("SELECT 1 FROM files, records, postings LIMIT 1").fetchall()
            return ""
    return BROKEN


def _is_broken(folder: Path) -> bool:
    """Return True if the file is no database, rather than one that is in use or on a full disk."""
    try:
        with closing(sqlite3.connect(folder / _NAME, _BUSY_SECONDS)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError:
        return False
    except sqlite3.DatabaseError:
        return True
    return False


def _salt(connection: sqlite3.Connection) -> bytes:
    return bytes(connection.execute("SELECT value FROM meta WHERE key = 'salt'").fetchone()[0])
