"""CSV and TSV as rows of fields."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from fretsaw.core.prune.data.tree import Document, Entry, Node

_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_FEWEST = 5
"""Delimiters with a blank behind each from which on the blanks belong to the layout."""


@dataclass(frozen=True, slots=True)
class _Dialect:
    delimiter: str
    has_blanks: bool
    """True if a blank behind a delimiter belongs to it."""


def _dialect(text: str) -> _Dialect:
    bare = _QUOTED.sub('""', text)
    header = bare.lstrip("\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=header.count)
    delimiters = bare.count(delimiter)
    has_blanks = delimiters >= _FEWEST and bare.count(delimiter + " ") == delimiters
    return _Dialect(delimiter, has_blanks)


def read_csv(text: str) -> Document | None:
    """Read CSV; None where a quote stands within a field that is not quoted, or is not closed."""
    dialect = _dialect(text)
    delimiter = re.escape(dialect.delimiter)
    blank = " ?" if dialect.has_blanks else ""
    field = re.compile(rf'{blank}("(?:[^"]|"")*"|[^"\n{delimiter}]*)({delimiter}|\n|\Z)')
    rows: list[Entry] = []
    fields: list[Entry] = []
    at = 0
    while at < len(text):
        found = field.match(text, at)
        if found is None:
            return None
        fields.append(_field(found))
        at = found.end()
        ends_row = found[2] != dialect.delimiter or at == len(text)
        if ends_row:
            rows.append(_row(fields))
            fields = []
    value = tuple(row.identity for row in rows)
    return Document(text, Node(0, len(text), value, tuple(rows), is_ordered=True, layout="lines", kind="rows"))


def _field(found: re.Match[str]) -> Entry:
    start, end = found.span(1)
    content = found[1][1:-1].replace('""', '"') if found[1].startswith('"') else found[1]
    return Entry(start, end, Node(start, end, content))


def _row(fields: Sequence[Entry]) -> Entry:
    start, end = fields[0].start, fields[-1].end
    value = tuple(field.node.value for field in fields)
    node = Node(start, end, value, tuple(fields), is_ordered=True, kind="row")
    return Entry(start, end, node)


def _quoted(content: str) -> str:
    return '"' + content.replace('"', '""') + '"'


def write_row(entry: Entry, old: Document, like: str) -> str:
    """A new row with the file's delimiter, each field quoted as those of its column are; a field as another one is."""
    dialect = _dialect(old.text)
    if entry.node.entries is None:
        return _written(str(entry.node.value), [like], delimiter=dialect.delimiter)
    separator = dialect.delimiter + " " * dialect.has_blanks
    contents = (str(field.node.value) for field in entry.node.entries)
    return separator.join(
        _written(content, list(_column(old, column))[1:], delimiter=dialect.delimiter)
        for column, content in enumerate(contents)
    )


def _written(content: str, samples: Sequence[str], *, delimiter: str) -> str:
    """A field in quotes where all samples are, or it needs them."""
    is_quoted_column = bool(samples) and all(sample.startswith('"') for sample in samples)
    is_quoted = is_quoted_column or any(sign in content for sign in ('"', "\n", delimiter))
    return _quoted(content) if is_quoted else content


def _column(old: Document, column: int) -> Iterator[str]:
    """The fields of a column as they are written."""
    for row in old.root.entries or ():
        fields = row.node.entries or ()
        for field in fields[column : column + 1]:
            yield old.text[field.start : field.end]


def rows_of(text: str) -> Hashable:
    """The rows as the standard library's parser reads them."""
    import csv  # for a table only
    import io

    dialect = _dialect(text)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=dialect.delimiter, skipinitialspace=dialect.has_blanks)
    try:
        return tuple(map(tuple, reader))
    except csv.Error:
        return None
