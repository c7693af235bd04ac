"""TOML as a tree: keys and tables in the order of the text."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import lru_cache

from fretsaw.core.prune.data.comments import with_comments
from fretsaw.core.prune.data.json_tree import MalformedError
from fretsaw.core.prune.data.tree import Document, Entry, Node, value_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_BLANK = re.compile(r"\s+|#[^\n]*")
_STRING = r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
_SCALAR = re.compile(rf"{_STRING}|\d{{4}}-\d\d-\d\d \d\d:[\d:.+Z-]+|[^\s,\]}}#]+", re.DOTALL)
_PART = rf"(?:[\w-]+|{_STRING})"
_KEY = re.compile(rf"{_PART}(?:[ \t]*\.[ \t]*{_PART})*", re.DOTALL)
_HEADER = re.compile(rf"(\[\[?)[ \t]*({_KEY.pattern})[ \t]*\]\]?", re.DOTALL)
_EQUALS = re.compile(r"[ \t]*=[ \t]*")


def read_toml(text: str) -> Document | None:
    """Read TOML; None where it is malformed."""
    if plain_toml(text) is None:
        return None
    reader = _Reader(text)
    try:
        root = reader.document()
    except (MalformedError, ValueError, RecursionError):
        return None
    return with_comments(text, root, reader.comments)


def plain_toml(text: str) -> Hashable:
    """The data as another parser reads it; None where it is malformed."""
    try:
        return repr(_sorted(tomllib.loads(text)))
    except (ValueError, RecursionError):
        return None


def _sorted(value: object) -> object:
    if isinstance(value, dict):
        return [(key, _sorted(inner)) for key, inner in sorted(value.items())]
    return list(map(_sorted, value)) if isinstance(value, list) else value


@lru_cache(maxsize=4096)
def _scalar(text: str) -> Hashable:
    return repr(tomllib.loads(f"x = {text}")["x"])


@lru_cache(maxsize=4096)
def _path(key: str) -> tuple[str, ...]:
    """The parts of a dotted key."""
    value: object = tomllib.loads(f"{key} = 0")
    parts: list[str] = []
    while isinstance(value, dict):
        (part, value), *_ = value.items()
        parts.append(part)
    return tuple(parts)


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    comments: list[tuple[int, int]] = field(default_factory=list)

    def _skip(self) -> None:
        """Go over blanks and comments."""
        while found := _BLANK.match(self.text, self.at):
            if found[0].startswith("#"):
                self.comments.append((found.start(), found.start() + len(found[0].rstrip())))
            self.at = found.end()

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str]:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise MalformedError
        self.at = found.end()
        return found

    def document(self) -> Node:
        """Read the whole text: keys, then tables."""
        entries = self._pairs()
        seen: Counter[Hashable] = Counter()
        while self.at < len(self.text):
            entries.append(self._table(seen))
        value = value_of(entries, is_ordered=False)
        return Node(0, len(self.text), value, tuple(entries), layout="lines", kind="document")

    def _table(self, seen: Counter[Hashable]) -> Entry:
        header = self._take(_HEADER)
        name = (header[1], _path(header[2]))
        seen[name] += 1
        pairs = self._pairs()
        start = pairs[0].start if pairs else header.end()
        end = pairs[-1].end if pairs else header.end()
        node = Node(start, end, value_of(pairs, is_ordered=False), tuple(pairs), layout="lines", kind="table")
        return Entry(header.start(), end, node, key=("table", *name, seen[name]), key_end=header.end())

    def _pairs(self) -> list[Entry]:
        """Read keys with their values up to the next table."""
        pairs: list[Entry] = []
        self._skip()
        while self.at < len(self.text) and self.text[self.at] != "[":
            pairs.append(self._pair())
            self._skip()
        return pairs

    def _pair(self) -> Entry:
        key = self._take(_KEY)
        self._take(_EQUALS)
        node = self._value()
        return Entry(key.start(), node.end, node, key=("key", _path(key[0])), key_end=key.end())

    def _value(self) -> Node:
        sign = self.text[self.at : self.at + 1]
        if sign in ("[", "{"):
            return self._container(is_array=sign == "[")
        found = self._take(_SCALAR)
        return Node(found.start(), found.end(), _scalar(found[0]))

    def _container(self, *, is_array: bool) -> Node:
        start = self.at
        closing = "]" if is_array else "}"
        entries: list[Entry] = []
        self.at += 1
        self._skip()
        while self.text[self.at : self.at + 1] != closing:
            entries.append(self._item() if is_array else self._pair())
            self._skip()
            if self.text[self.at : self.at + 1] == ",":
                self.at += 1
                self._skip()
        self.at += 1
        value = (closing, value_of(entries, is_ordered=is_array))
        return Node(start, self.at, value, tuple(entries), is_ordered=is_array, kind=closing)

    def _item(self) -> Entry:
        node = self._value()
        return Entry(node.start, node.end, node)
