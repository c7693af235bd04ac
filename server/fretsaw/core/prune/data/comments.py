"""Comments among the entries of data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from fretsaw.core.prune.data.tree import Document, Entry, Node


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment and its place."""

    start: int
    end: int
    text: str

    def as_entry(self) -> Entry:
        """The comment as an entry that counts for nothing."""
        node = Node(self.start, self.end, ("#", self.text))
        return Entry(self.start, self.end, node, key=("#", self.text), is_comment=True)


def with_comments(text: str, root: Node, places: Iterable[tuple[int, int]]) -> Document:
    """The document with each comment in the innermost container around it."""
    comments = [Comment(start, end, " ".join(text[start:end].split())) for start, end in places]
    return Document(text, _placed(root, comments), tuple(comment.text for comment in comments))


def _placed(node: Node, comments: Sequence[Comment]) -> Node:
    if not node.entries or not comments:
        return node
    entries = [_with_inner(entry, comments) for entry in node.entries]
    entries += _between(node, comments)
    return replace(node, entries=tuple(sorted(entries, key=lambda entry: entry.start)))


def _with_inner(entry: Entry, comments: Sequence[Comment]) -> Entry:
    inner = [one for one in comments if entry.node.start <= one.start < entry.node.end]
    return replace(entry, node=_placed(entry.node, inner)) if inner else entry


def _between(node: Node, comments: Sequence[Comment]) -> Iterator[Entry]:
    """The comments that lie in no entry."""
    entries = node.entries or ()
    for comment in comments:
        is_inside = any(entry.start <= comment.start < entry.end for entry in entries)
        if not is_inside:
            yield comment.as_entry()
