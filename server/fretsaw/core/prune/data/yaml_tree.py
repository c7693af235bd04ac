"""YAML as a tree, from the events of its parser: places, anchors and tags are still there."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from fretsaw.core.prune.data.comments import with_comments
from fretsaw.core.prune.data.insertion import in_other_quotes
from fretsaw.core.prune.data.json_tree import MalformedError
from fretsaw.core.prune.data.tree import Document, Entry, Layout, Node, scalars_of, value_of

if TYPE_CHECKING:
    import yaml

MOST_TEXT = 300_000
_COMMENT = re.compile(r"(?<!\S)#[^\n]*")
_DASH = re.compile(r"-(?=\s)")
_NUMBER_1_2 = re.compile(r"0o[0-7]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
"""Numbers of YAML 1.2, of which the parser, which knows 1.1, takes some for text."""
_STR, _NULL, _BOOL = (f"tag:yaml.org,2002:{name}" for name in ("str", "null", "bool"))


def read_yaml(text: str) -> Document | None:
    """Read YAML, one document or several; None where it is malformed, too large, or no parser is installed."""
    try:
        import yaml  # 20 ms, for YAML files only
    except ImportError:
        return None
    if len(text) > MOST_TEXT:
        return None
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        events = list(yaml.parse(text, Loader=loader))
        root = _Reader(text, events, yaml.SafeLoader("")).stream()
    except (yaml.YAMLError, MalformedError, RecursionError, ValueError):
        return None
    return with_comments(text, root, _comments(text, root))


@dataclass(slots=True)
class _Reader:
    text: str
    events: Sequence[Any]
    resolver: yaml.SafeLoader
    at: int = 0

    def _next(self) -> Any:
        event = self.events[self.at]
        self.at += 1
        return event

    def _name(self) -> str:
        """The kind of the next event."""
        return type(self.events[self.at]).__name__

    def stream(self) -> Node:
        """Read all documents."""
        entries: list[Entry] = []
        self._next()
        while self._name() == "DocumentStartEvent":
            header = self._next()
            node = self._node()
            directives = (header.version, tuple(sorted((header.tags or {}).items())))
            entries.append(Entry(node.start, node.end, node, key=("document", directives)))
            self._next()
        value = tuple(entry.identity for entry in entries)
        return Node(0, len(self.text), value, tuple(entries), is_ordered=True, layout="lines", kind="stream")

    def _node(self) -> Node:
        event = self._next()
        name = type(event).__name__
        if name == "AliasEvent":
            return Node(event.start_mark.index, event.end_mark.index, ("*", event.anchor))
        if name == "ScalarEvent":
            return self._scalar(event)
        is_ordered = name == "SequenceStartEvent"
        entries = list(self._items(event) if is_ordered else self._members())
        end = self._next().end_mark.index
        if not event.flow_style:
            end = entries[-1].end
        start = event.start_mark.index
        if not event.flow_style and not (event.anchor or event.tag):
            start = entries[0].start
        value = (event.anchor, event.tag, is_ordered, value_of(entries, is_ordered=is_ordered))
        layout: Layout = "comma" if event.flow_style else "lines"
        kind = (event.anchor, event.tag)
        return Node(start, end, value, tuple(entries), is_ordered=is_ordered, layout=layout, kind=kind)

    def _scalar(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        end = start + len(self.text[start:end].rstrip())
        return Node(start, end, (event.anchor, *self._resolved(event)))

    def _resolved(self, event: Any) -> tuple[str, Hashable]:
        import yaml

        is_plain = event.implicit[0]
        resolver: Any = self.resolver
        tag = event.tag or resolver.resolve(yaml.ScalarNode, event.value, event.implicit)
        if tag == _NULL and is_plain:
            return tag, None
        if tag == _BOOL and is_plain:
            return tag, event.value.lower()
        if tag == _STR and is_plain and _NUMBER_1_2.fullmatch(event.value):
            return "number of 1.2", event.value
        return tag, event.value

    def _items(self, container: Any) -> Iterator[Entry]:
        place = container.start_mark.index
        while self._name() != "SequenceEndEvent":
            node = self._node()
            start = node.start
            if not container.flow_style:
                dashes = [found.start() for found in _DASH.finditer(self.text, place, node.start + 1)]
                dashes = [dash for dash in dashes if dash < node.start] or [max(node.start - 1, 0)]
                start = dashes[-1]
            yield Entry(start, max(node.end, start + 1), node)
            place = max(node.end, start + 1)

    def _members(self) -> Iterator[Entry]:
        keys: set[Hashable] = set()
        while self._name() != "MappingEndEvent":
            key, node = self._node(), self._node()
            is_complex = key.entries is not None or key.value in keys
            if is_complex:
                raise MalformedError
            keys.add(key.value)
            yield Entry(
                key.start, max(node.end, self._colon_end(key)), self._after_colon(node, key), key.value, key.end
            )

    def _colon_end(self, key: Node) -> int:
        colon = re.compile(r"\s*:").match(self.text, key.end)
        return colon.end() if colon else key.end

    def _after_colon(self, node: Node, key: Node) -> Node:
        """A value that is not written begins right behind the colon."""
        if node.start < node.end:
            return node
        place = self._colon_end(key)
        return replace(node, start=place, end=place)


def _comments(text: str, root: Node) -> Iterator[tuple[int, int]]:
    """The places of the comments: what begins with # outside of all scalars."""
    scalars = sorted((node.start, node.end) for node in scalars_of(root))
    starts = [start for start, _ in scalars]
    for found in _COMMENT.finditer(text):
        at = bisect_right(starts, found.start()) - 1
        if at < 0 or found.start() >= scalars[at][1]:
            yield found.start(), found.start() + len(found[0].rstrip())


def yaml_scalars(text: str, like: str) -> Sequence[str]:
    """A scalar as another one is written: in its quotes, or without."""
    is_quoted = text[:1] in ("'", '"')
    if like[:1] in ("'", '"'):
        return in_other_quotes(text, like) if is_quoted else (*in_other_quotes(f"'{text}'", like)[:1], text)
    return (text[1:-1], text) if is_quoted else (text,)
