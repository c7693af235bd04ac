"""The editor's open buffers: their texts, versions and what was typed since a run looked at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lsprotocol import types

from fretsaw.lsp.state import positions
from fretsaw.review.track import Edit

_MOST_EDITS = 4000


@dataclass(slots=True)
class Document:
    """One open buffer."""

    uri: str
    """As the client spells it."""
    path: str | None
    """Absolute path with symlinks resolved; None for `untitled:` and the like."""
    language: str
    version: int
    text: str
    lone_cr: bool = False
    encoding: positions.Encoding = "utf-16"
    edits: list[Edit] = field(default_factory=list)
    """Edits since it was opened, oldest first; the first `dropped` of them are forgotten."""
    dropped: int = 0
    _starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """Offsets of the protocol's lines."""
        if self._starts is None:
            self._starts = positions.line_starts(self.text, self.lone_cr)
        return self._starts

    def offset(self, position: types.Position) -> int:
        """The offset of a position, clamped."""
        return positions.to_offset(self.text, self.starts, position, self.encoding)

    def range(self, start: int, end: int) -> types.Range:
        """The range between two offsets."""
        return types.Range(
            positions.to_position(self.text, self.starts, start, self.encoding),
            positions.to_position(self.text, self.starts, end, self.encoding),
        )

    def lines_of(self, wanted: types.Range) -> tuple[int, int]:
        """First and last line, from 1, in our own lines (they end at a newline only)."""
        start, end = self.offset(wanted.start), self.offset(wanted.end)
        last = max(start, end - 1) if end > start and self.text[end - 1 : end] == "\n" else max(start, end)
        return self.text.count("\n", 0, start) + 1, self.text.count("\n", 0, last) + 1

    def change(self, changes: Sequence[types.TextDocumentContentChangeEvent], version: int) -> list[Edit]:
        """Take the client's changes in order; gives them as edits."""
        edits = [self._change(change) for change in changes]
        self.version = version
        self.edits += edits
        surplus = len(self.edits) - _MOST_EDITS
        if surplus > 0:
            del self.edits[:surplus]
            self.dropped += surplus
        return edits

    def _change(self, change: types.TextDocumentContentChangeEvent) -> Edit:
        if isinstance(change, types.TextDocumentContentChangePartial):
            start, end = self.offset(change.range.start), self.offset(change.range.end)
            edit = Edit(min(start, end), max(start, end), change.text)
        else:
            edit = Edit.between(self.text, change.text)
        self.text = edit.on(self.text)
        self._starts = None
        return edit

    def mark(self) -> int:
        """A mark for `since`."""
        return self.dropped + len(self.edits)

    def since(self, mark: int) -> list[Edit] | None:
        """The edits after a mark, None when some of them are forgotten."""
        return None if mark < self.dropped else self.edits[mark - self.dropped :]


class Documents:
    """All open buffers."""

    def __init__(self) -> None:
        self.encoding: positions.Encoding = "utf-16"
        self.lone_cr = True
        self._by_uri: dict[str, Document] = {}

    def all(self) -> list[Document]:
        """Every open buffer."""
        return list(self._by_uri.values())

    def open(self, item: types.TextDocumentItem, path: str | None) -> Document:
        """Keep a buffer that the client opened."""
        document = Document(
            item.uri, path, item.language_id, item.version, item.text, lone_cr=self.lone_cr, encoding=self.encoding
        )
        self._by_uri[item.uri] = document
        return document

    def get(self, uri: str) -> Document | None:
        """The buffer with a URI."""
        return self._by_uri.get(uri)

    def close(self, uri: str) -> Document | None:
        """Forget a buffer; gives it."""
        return self._by_uri.pop(uri, None)

    def at(self, path: str) -> Document | None:
        """The open buffer of a file, however its URI is spelled."""
        return next((document for document in self._by_uri.values() if document.path == path), None)
