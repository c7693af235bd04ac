"""A reply's lines in the encoding of the file that they go to, which is what the engine's texts hold.

What has no sign in that encoding, or was shown as U+FFFD and cannot be told, is refused: it would be lost for good.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from fretsaw.core.locate.explain import unwritable
from fretsaw.core.locate.misfit import Misfit
from fretsaw.core.locate.only import only
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.text.encodings import by_evidence, encoding_of, in_encoding, is_utf8
from fretsaw.core.text.lines import body, split_lines

_BYTES = re.compile(r"[\x00-\x7f\udc80-\udcff]*")
_LOST = "\N{REPLACEMENT CHARACTER}"


def in_file_encoding(text: str, path: str, blocks: Sequence[EditBlock]) -> tuple[list[EditBlock], Misfit | None]:
    """The blocks as the file has its lines, or why one of them cannot be written into it."""
    lines = [line for block in blocks for line in (*block.search, *block.replace) if not line.isascii()]
    if not lines:
        return list(blocks), None
    writer = _Writer(text, path, lines)
    done = [
        replace(
            block,
            search=tuple(map(writer.in_file, block.search)),
            replace=tuple(map(writer.to_write, block.replace)),
            others=tuple(
                (tuple(map(writer.in_file, old)), tuple(map(writer.to_write, new))) for old, new in block.others
            ),
        )
        for block in blocks
    ]
    return done, writer.problem


class _Writer:
    """Writes lines in the encoding of one file."""

    def __init__(self, text: str, path: str, lines: Sequence[str]) -> None:
        self._path = path
        self._keeps_lost = _LOST in text
        self._bodies = [body(line) for line in split_lines(text)]
        self._encoding: str | None = "utf-8"
        if not is_utf8(text):
            first = encoding_of(text)
            self._encoding = by_evidence(self._bodies, lines, first) or first
        self.problem: Misfit | None = None

    def in_file(self, line: str) -> str:
        """A line that the file is said to hold; as it is where it cannot be written, since it is not there then."""
        if line.isascii():
            return line
        found = self._restored(line)
        return in_encoding(found, self._encoding or "utf-8") or found

    def to_write(self, line: str) -> str:
        """A line for the file; the first one that cannot be written is the problem."""
        if line.isascii():
            return line
        found = self._restored(line)
        if _LOST in found and not self._keeps_lost:
            self._refuse("U+FFFD, which stands for a sign that could not be read,", found)
            return line
        if self._encoding is None:
            if not _only_bytes(found):
                self._refuse("signs beyond ASCII, and the file is not UTF-8 and does not say what it is,", found)
            return found
        written = in_encoding(found, self._encoding)
        if written is None:
            self._refuse(f"a sign that the file's encoding ({self._encoding}) does not have,", found)
            return line
        return written

    def _restored(self, line: str) -> str:
        """A line whose U+FFFD stand for bytes of the one line of the file that it is otherwise."""
        if _LOST not in line or self._keeps_lost:
            return line
        parts = map(re.escape, re.split(f"{_LOST}+", line.strip()))
        pattern = re.compile("[^\\x00-\\x7f]+".join(parts))
        likely = only({other.strip() for other in self._bodies if pattern.fullmatch(other.strip())})
        return line if likely is None else line.replace(line.strip(), likely)

    def _refuse(self, what: str, line: str) -> None:
        if self.problem is None:
            self.problem = unwritable(self._path, what, line)


def _only_bytes(line: str) -> bool:
    """Return True if all that is not ASCII in a line are bytes of the file itself."""
    return _BYTES.fullmatch(line) is not None
