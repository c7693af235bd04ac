"""The encoding of a file whose bytes cannot stand for themselves in the engine: UTF-16, UTF-32, and what git converts.

Of any other file the engine's text is its bytes (`encodings.py`). A file in UTF-16 holds a NUL beside every letter, and
one with the attribute `working-tree-encoding` is UTF-8 for git and something else on the disk. Their texts are decoded
when a snapshot is taken and encoded again when they are written.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Marks at a file's start; those of UTF-32 first, since one of them begins with one of UTF-16."""

_MARKED = {
    "utf-16": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "utf-16le-bom": (codecs.BOM_UTF16_LE, "utf-16-le"),
    "utf-16be-bom": (codecs.BOM_UTF16_BE, "utf-16-be"),
    "utf-32": (codecs.BOM_UTF32_LE, "utf-32-le"),
}
"""Names of gitattributes(5) for encodings with a mark -> the mark that a new file gets, and the codec behind it."""

_PLAIN_SHARE = 0.8
"""The share of ASCII letters, digits, signs and blanks from which bytes without a mark are believed to be UTF-16."""


@dataclass(frozen=True, slots=True)
class FileEncoding:
    """One file's encoding on the disk."""

    codec: str
    """Python's name of it, without a mark: `utf-16-le`, `shift_jis`."""
    mark: bytes = b""
    """The byte order mark before the text; no part of the text."""
    stored_as_utf8: bool = False
    """True where git keeps the file as UTF-8 and converts it at every checkout (`working-tree-encoding`)."""

    def decode(self, data: bytes) -> str | None:
        """Return the text of a file's bytes; None where they are not in this encoding, or would not come back equal."""
        if not data.startswith(self.mark):
            return None
        try:
            text = data[len(self.mark) :].decode(self.codec)
            return text if self.encode(text) == data else None
        except UnicodeError:
            return None

    def encode(self, text: str) -> bytes:
        """Return the file's bytes of a text. Raises UnicodeEncodeError for a sign that the encoding does not have."""
        return self.mark + text.encode(self.codec)

    def lacking(self, line: str) -> str:
        """Return the first sign of a line that the encoding does not have; empty where it has them all."""
        try:
            line.encode(self.codec)
        except UnicodeEncodeError as error:
            return line[error.start]
        return ""


def by_attribute(value: str, data: bytes | None) -> FileEncoding | None:
    """Return the encoding that a `working-tree-encoding` names; None for UTF-8 and for one that Python does not know.

    `data`: the file's bytes, whose own mark tells the order of bytes where the name leaves it open; None: a new file.
    """
    name = value.lower()
    if name in _MARKED:
        mark, codec = _MARKED[name]
        if name in ("utf-16", "utf-32") and data is not None:
            mark, codec = next((row for row in _MARKS if data.startswith(row[0])), (mark, codec))
        return FileEncoding(codec, mark, stored_as_utf8=True)
    try:
        found = codecs.lookup(name)
    except LookupError:
        return None
    if not found._is_text_encoding or found.name == "utf-8":
        return None
    return FileEncoding(found.name, stored_as_utf8=True)


def by_bytes(data: bytes) -> FileEncoding | None:
    """Return the encoding of bytes that hold NULs and are text all the same: UTF-16 and UTF-32; None of other bytes."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            marked = FileEncoding(codec, mark)
            return marked if _is_text(marked.decode(data)) else None
    if b"\0" not in data[:8000]:
        return None
    unmarked = (FileEncoding("utf-16-le"), FileEncoding("utf-16-be"))
    return next((one for one in unmarked if _is_mostly_ascii(one.decode(data))), None)


def _is_text(text: str | None) -> bool:
    return text is not None and "\0" not in text


def _is_mostly_ascii(text: str | None) -> bool:
    """Return True if a text has hardly anything but ASCII: a wrong order of bytes gives signs from everywhere."""
    if not text or not _is_text(text):
        return False
    plain = sum(sign.isascii() and (sign.isprintable() or sign in "\t\r\n\f") for sign in text)
    return plain >= _PLAIN_SHARE * len(text)
