"""JSON as a tree, with or without comments."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from dataclasses import dataclass, field

from fretsaw.core.prune.data.tree import Document, Entry, Node, value_of

_TOKEN = re.compile(
    r'\s*(?:(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<string>"(?:\\.|[^"\\\n])*")|(?P<bare>[-+\w.]+)|(?P<sign>[{}\[\]:,]))',
    re.DOTALL,
)


class MalformedError(Exception):
    """The text is not in the format."""


def read_json(text: str) -> Document | None:
    """Read JSON; None where it is malformed or a key is there twice."""
    reader = _Reader(text)
    try:
        reader.advance()
        root = reader.value()
    except (MalformedError, ValueError, RecursionError):
        return None
    return Document(text, root, tuple(reader.comments)) if not reader.kind else None


@dataclass(slots=True)
class _Reader:
    text: str
    at: int = 0
    start: int = 0
    kind: str = ""
    """The kind of the next word; "" at the end."""
    word: str = ""
    comments: list[str] = field(default_factory=list)

    def advance(self) -> None:
        """Go to the next word."""
        while found := _TOKEN.match(self.text, self.at):
            self.kind = found.lastgroup or ""
            self.word = found[self.kind]
            self.start, self.at = found.span(self.kind)
            if self.kind != "comment":
                return
            self.comments.append(" ".join(self.word.split()))
        if self.text[self.at :].strip():
            raise MalformedError
        self.kind = self.word = ""

    def value(self) -> Node:
        """Read a value."""
        start, word, end = self.start, self.word, self.at
        if word in ("{", "["):
            return self._container(start, is_object=word == "{")
        if self.kind not in ("string", "bare"):
            raise MalformedError
        self.advance()
        return Node(start, end, _scalar(word))

    def _container(self, start: int, *, is_object: bool) -> Node:
        closing = "}" if is_object else "]"
        entries: list[Entry] = []
        self.advance()
        while self.word != closing:
            entries.append(self._member() if is_object else self._item())
            if self.word == ",":
                self.advance()
            elif self.word != closing:
                raise MalformedError
        end = self.at
        self.advance()
        if is_object and len({entry.key for entry in entries}) < len(entries):
            raise MalformedError
        value = ("{" if is_object else "[", value_of(entries, is_ordered=not is_object))
        return Node(start, end, value, tuple(entries), is_ordered=not is_object, kind=closing)

    def _member(self) -> Entry:
        start, key_end = self.start, self.at
        if self.kind != "string":
            raise MalformedError
        key = json.loads(self.word)
        self.advance()
        if self.word != ":":
            raise MalformedError
        self.advance()
        node = self.value()
        return Entry(start, node.end, node, key=key, key_end=key_end)

    def _item(self) -> Entry:
        node = self.value()
        return Entry(node.start, node.end, node)


def _scalar(word: str) -> Hashable:
    value = json.loads(word)
    return type(value).__name__, value


def plain_json(text: str) -> Hashable:
    """The data of strict JSON as another parser reads it; None where there are comments."""
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except (ValueError, RecursionError):
        return None
