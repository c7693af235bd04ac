"""Data as a tree of values, each with its place in the text."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Layout = Literal["comma", "lines", "blanks", "braces"]
"""The signs between two entries: a comma, a line break, blanks, or those of CSS (`;` or nothing)."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value in a text: a scalar, or a container of entries."""

    start: int
    end: int
    value: Hashable
    """Equal for two values that mean the same, whatever their layout."""
    entries: tuple[Entry, ...] | None = None
    """The parts of a container in the order of the text, comments among them; None of a scalar."""
    is_ordered: bool = False
    """True where the order of the entries means something, as in a list."""
    layout: Layout = "comma"
    kind: Hashable = ""
    """Containers of one kind may be compared entry by entry: the name of a tag."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of a container."""

    start: int
    end: int
    node: Node
    key: Hashable = None
    key_end: int = 0
    is_comment: bool = False

    @property
    def identity(self) -> Hashable:
        """The key and the value."""
        return self.key, self.node.value


@dataclass(frozen=True, slots=True)
class Splice:
    """A part [start, end) of a text, and what stands there instead."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text that was read."""

    text: str
    root: Node
    comments: tuple[str, ...] = ()
    """The comments, each with its blanks as single ones."""


@dataclass(frozen=True, slots=True)
class DataFormat:
    """One row of `FORMATS`."""

    read: Callable[[str], Document | None]
    """None for a text that is not well-formed, or of which something is not understood."""
    scalars: Callable[[str, str], Sequence[str]] = lambda text, _like: (text,)
    """(a scalar as the reply has it, one of the file) → its spellings, the file's own way first."""
    quotes: str = ""
    """The signs of which the file may prefer one for its strings; "" for none."""
    proof: Callable[[str], Hashable] | None = None
    """A second parser, which has to agree that two texts mean the same; None where there is none."""
    sample: str = "{}"
    """A text of the format that holds nothing but one scalar."""
    write: Callable[[Entry, Document, str], str] | None = None
    """(a new entry, the file, the text that it replaces) → its text, where that is not the reply's in other quotes and
    indentation."""
    prepare: Callable[[str, str], str] = lambda _before, after: after
    """(text before, the reply's) → the reply's without what it changed as a by-product."""


def value_of(entries: Sequence[Entry], *, is_ordered: bool) -> Hashable:
    """The value of a container: comments do not count, and the order only in a list."""
    identities = (entry.identity for entry in entries if not entry.is_comment)
    return tuple(identities) if is_ordered else frozenset(identities)


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """The text with all splices; of two that begin at one place the first one comes first.

    >>> spliced("a: 1", [Splice(3, 4, "2"), Splice(4, 4, "!")])
    'a: 2!'
    """
    parts: list[str] = []
    at = 0
    for splice in sorted(splices, key=lambda one: (one.start, one.end)):
        parts += text[at : splice.start], splice.text
        at = max(at, splice.end)
    return "".join([*parts, text[at:]])


def scalars_of(node: Node) -> Iterator[Node]:
    """Yield the scalars below a node, and the node itself if it is one."""
    if node.entries is None:
        yield node
        return
    for entry in node.entries:
        yield from scalars_of(entry.node)
