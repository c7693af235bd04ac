"""A file's chunks with the terms in each: all that ranking needs of a text, without the text."""

from __future__ import annotations

import re
import struct
import zlib
from array import array
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import get_args

from fretsaw.core.context.chunks import Chunk, Kind, chunks_of
from fretsaw.core.context.outline import Definition
from fretsaw.core.context.terms import TermIds
from fretsaw.core.text.tokens import estimate

NAME = re.compile(r"[A-Za-z_]\w+", re.ASCII)
_KINDS: tuple[Kind, ...] = get_args(Kind)
_HEAD = struct.Struct("<6I")
_OF_DEFINITION, _OF_CHUNK = 5, 7
_MOST = 0xFFFF
"""Terms of a file, and times of one in a chunk."""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file, as an index keeps it."""

    size: int
    """Characters."""
    definitions: tuple[Definition, ...]
    chunks: tuple[Chunk, ...]
    tokens: tuple[int, ...]
    """Of each chunk: near enough to choose by; what is taken is counted exactly."""
    terms: array[int]
    """The numbers of the file's terms, each once."""
    starts: tuple[int, ...]
    """Chunk i holds the terms at `places[starts[i]:starts[i + 1]]`."""
    places: array[int]
    """Places in `terms`."""
    counts: array[int]
    """Times that the chunk holds the term."""
    ids: TermIds
    """Gives the numbers of terms."""

    def totals(self) -> dict[int, int]:
        """Number of a term → times in the file."""
        totals: dict[int, int] = {}
        for place, count in zip(self.places, self.counts, strict=True):
            term = self.terms[place]
            totals[term] = totals.get(term, 0) + count
        return totals


def record_of(path: str, text: str, ids: TermIds) -> FileRecord | None:
    """The record of a text; None where it has more terms than one holds."""
    chunks, definitions = chunks_of(path, text)
    lines = text.split("\n")
    ratio = estimate(text), max(1, len(text))
    places: dict[int, int] = {}
    of_name: dict[str, tuple[int, ...]] = {}
    tokens, starts, held, counts = [], [0], array("H"), array("H")
    for chunk in chunks:
        shown = "\n".join(lines[chunk.first - 1 : chunk.last]) + "\n"
        tokens.append(1 + len(shown) * ratio[0] // ratio[1])
        own: dict[int, int] = {}
        for name, times in Counter(NAME.findall(shown)).items():
            known = of_name.get(name)
            if known is None:
                known = of_name[name] = tuple(places.setdefault(term, len(places)) for term in ids.of_name(name))
            for place in known:
                own[place] = own.get(place, 0) + times
        if len(places) > _MOST:
            return None
        held.extend(own)
        counts.extend(min(times, _MOST) for times in own.values())
        starts.append(len(held))
    return FileRecord(
        len(text), definitions, chunks, tuple(tokens), array("q", places), tuple(starts), held, counts, ids
    )


def encode(record: FileRecord) -> bytes:
    """The record as bytes, compressed."""
    place = {each: at for at, each in enumerate(record.definitions)}
    names = "\n".join(each.name for each in record.definitions).encode("utf-8", "surrogatepass")
    numbers = array("i")
    for each in record.definitions:
        numbers.extend((each.first, each.header, each.last, each.indent, each.holds))
    for at, chunk in enumerate(record.chunks):
        owner = place[chunk.definition] if chunk.definition is not None else -1
        holder = place[chunk.holder] if chunk.holder is not None else -1
        length = record.starts[at + 1] - record.starts[at]
        numbers.extend((chunk.first, chunk.last, _KINDS.index(chunk.kind), owner, holder, record.tokens[at], length))
    head = _HEAD.pack(record.size, len(place), len(record.chunks), len(record.terms), len(record.places), len(names))
    arrays = (numbers, record.terms, record.places, record.counts)
    return zlib.compress(b"".join((head, names, *(each.tobytes() for each in arrays))), 1)


def decode(path: str, data: bytes, ids: TermIds) -> FileRecord:
    """The record of a path. ValueError where the bytes are none."""
    try:
        return _decode(path, zlib.decompress(data), ids)
    except (zlib.error, struct.error, IndexError, UnicodeError) as error:
        raise ValueError("no record of a file") from error


def _decode(path: str, data: bytes, ids: TermIds) -> FileRecord:
    size, definition_count, chunk_count, term_count, place_count, names_size = _HEAD.unpack_from(data)
    at = _HEAD.size + names_size
    names = data[_HEAD.size : at].decode("utf-8", "surrogatepass").split("\n") if definition_count else []

    def take(kind: str, count: int) -> array[int]:
        nonlocal at
        numbers = array(kind)
        end = at + count * numbers.itemsize
        numbers.frombytes(data[at:end])
        at = end
        return numbers

    numbers = take("i", definition_count * _OF_DEFINITION + chunk_count * _OF_CHUNK)
    terms, places, counts = take("q", term_count), take("H", place_count), take("H", place_count)
    if at != len(data) or len(names) != definition_count:
        raise ValueError("no record of a file")
    definitions = []
    for name, row in zip(names, range(0, definition_count * _OF_DEFINITION, _OF_DEFINITION), strict=True):
        first, header, last, indent, holds = numbers[row : row + _OF_DEFINITION]
        definitions.append(Definition(name, first, header, last, indent, bool(holds)))
    own = [*definitions, None]  # -1: none
    chunks, tokens, lengths = [], [], []
    for row in range(definition_count * _OF_DEFINITION, len(numbers), _OF_CHUNK):
        first, last, kind, owner, holder, count, length = numbers[row : row + _OF_CHUNK]
        chunks.append(Chunk(path, first, last, _KINDS[kind], own[owner], own[holder]))
        tokens.append(count)
        lengths.append(length)
    starts = tuple(accumulate(lengths, initial=0))
    return FileRecord(size, tuple(definitions), tuple(chunks), tuple(tokens), terms, starts, places, counts, ids)
