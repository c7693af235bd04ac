"""The best files: their records where an index has them, their texts when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from fretsaw.core.context.file_record import FileRecord
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.lines import is_binary

_MOST_TEXT = 6_000_000
"""Characters of the files that are looked at closely."""
_LONGEST_FILE = 1_000_000


class Texts(Mapping[str, str]):
    """Path → text, of files that may be shown. One that an index knows is read only when its text is asked for."""

    def __init__(self, snapshot: Snapshot, unfit: Callable[[str], str]) -> None:
        """`unfit` says why a text may not be shown."""
        self._snapshot = snapshot
        self._unfit = unfit
        self._texts: dict[str, str] = {}
        self._size = 0
        self.records: dict[str, FileRecord] = {}
        self.sizes: dict[str, int] = {}
        """Path → characters."""
        self.unread: dict[str, str] = {}
        """Path of a file that is not shown → the reason."""

    def __getitem__(self, path: str) -> str:
        """The text; empty where it is gone since it was indexed."""
        if path not in self._texts:
            if path not in self.sizes:
                raise KeyError(path)
            self._texts[path] = self._snapshot.read(path) or ""
        return self._texts[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sizes)

    def __len__(self) -> int:
        return len(self.sizes)

    def __contains__(self, path: object) -> bool:
        return path in self.sizes

    def may_hold(self, path: str, name: str) -> bool:
        """Return False if a record says that the file does not hold a name."""
        record = self.records.get(path)
        return record is None or record.ids.of(f"={name}") in record.terms

    def add(self, paths: Iterable[str]) -> None:
        """Look at further files."""
        index = self._snapshot.index
        for path in paths:
            if path in self.sizes or path in self.unread:
                continue
            record = index.record(path) if index is not None else None
            if record is not None:
                if self._has_room(record.size):
                    self._keep(path, record.size)
                    self.records[path] = record
            else:
                self._read(path)

    def _read(self, path: str) -> None:
        text = self._snapshot.read(path)
        if text is None:
            return
        reason = self._unfit(text)
        if reason:
            self.unread[path] = reason
        elif self._has_room(len(text)) and not is_binary(text):
            self._texts[path] = text
            self._keep(path, len(text))

    def _has_room(self, size: int) -> bool:
        return self._size + size <= _MOST_TEXT and size <= _LONGEST_FILE

    def _keep(self, path: str, size: int) -> None:
        self.sizes[path] = size
        self._size += size

    def among(self, order: Iterable[str]) -> Texts:
        """The same, only those of these paths and in their order."""
        self.sizes = {path: self.sizes[path] for path in order if path in self.sizes}
        return self
