"""XML as a row of tags and texts; a tag is a set of attributes.

Blanks between two tags are layout, unless the element around them holds text as well, or is one of text.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

from fretsaw.core.prune.data.tree import Document, Entry, Node, value_of

_TOKEN = re.compile(
    r"(?P<comment><!--.*?-->)|(?P<cdata><!\[CDATA\[.*?\]\]>)|(?P<head><\?.*?\?>|<!DOCTYPE[^<>\[\]]*>)"
    r"|(?P<end></[^\s<>/]+\s*>)|(?P<start><[^\s<>/!?\"'=]+(?:\s+[^\s<>=\"'/]+\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'))*\s*/?>)"
    r"|(?P<text>[^<]+)",
    re.DOTALL,
)
_NAME = re.compile(r"</?([^\s<>/]+)")
_ATTRIBUTE = re.compile(r"\s+([^\s<>=\"'/]+)\s*=\s*(\"[^\"<]*\"|'[^'<]*')")
_ENTITY = re.compile(r"&(?:#(\d{1,6})|#x([0-9a-fA-F]{1,5})|(lt|gt|amp|quot|apos));")
_ENTITIES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_SPACE = re.compile(r"\sxml:space\s*=\s*[\"'](\w+)")
_INDENTED_EDGE = re.compile(r"\A[ \t]*\n\s*|\s*\n[ \t]*\Z")
_OF_TEXT = frozenset(
    "text tspan textPath pre code script style xsl:text programlisting screen literallayout".split()  # noqa: SIM905
)
"""Elements in which blanks are shown."""
_DOCUMENT = -1
"""The parent of what stands outside of all elements."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    start: int
    end: int
    name: str
    parent: int
    """The index of the start tag around it."""
    keeps_blanks: bool
    """True of an element of text or with `xml:space="preserve"`, and of what is in one."""


def read_xml(text: str) -> Document | None:
    """Read XML; None where it is not well-formed or declares entities of its own."""
    row = _tokens(text)
    if row is None:
        return None
    mixed = {token.parent for token in row if _is_text(text, token)}
    entries = [_entry_of(text, token) for token in row if not _is_layout(text, token, row, mixed)]
    value = value_of(entries, is_ordered=True)
    root = Node(0, len(text), value, tuple(entries), is_ordered=True, layout="blanks", kind="document")
    return Document(text, root)


def _tokens(text: str) -> list[_Token] | None:
    """The tokens in order; None where something is none, or an element is not closed by its own end."""
    row: list[_Token] = []
    open_tags: list[int] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return None
        at = found.end()
        name = _name_of(found)
        if found.lastgroup == "end" and (not open_tags or row[open_tags.pop()].name != name):
            return None
        parent = open_tags[-1] if open_tags else _DOCUMENT
        inherits = bool(open_tags) and row[parent].keeps_blanks
        row.append(_token(found, name, parent, inherits=inherits))
        if found.lastgroup == "start" and not found[0].endswith("/>"):
            open_tags.append(len(row) - 1)
    return None if open_tags else row


def _name_of(found: re.Match[str]) -> str:
    """The name of a tag; "" of anything else."""
    name = _NAME.match(found[0]) if found.lastgroup in ("start", "end") else None
    return name[1] if name else ""


def _token(found: re.Match[str], name: str, parent: int, *, inherits: bool) -> _Token:
    told = _SPACE.search(found[0]) if found.lastgroup == "start" else None
    keeps_blanks = told[1] == "preserve" if told else name in _OF_TEXT or inherits
    return _Token(found.lastgroup or "", found.start(), found.end(), name, parent, keeps_blanks)


def _is_text(text: str, token: _Token) -> bool:
    is_blank = token.kind == "text" and text[token.start : token.end].isspace()
    return token.kind == "cdata" or (token.kind == "text" and not is_blank)


def _is_layout(text: str, token: _Token, row: Sequence[_Token], mixed: set[int]) -> bool:
    """Tell whether a token is blanks between two tags of an element that holds no text."""
    if token.kind != "text" or token.parent in mixed or token.keeps_blanks:
        return False
    if token.parent == _DOCUMENT:
        return True
    around = row[token.parent]
    is_all = text.startswith("</", token.end) and token.start == around.end
    return not is_all


def _entry_of(text: str, token: _Token) -> Entry:
    written = text[token.start : token.end]
    if token.kind == "start":
        return _start_tag(written, token)
    value: Hashable = written
    if token.kind == "end":
        value = token.name
    elif token.kind == "text":
        value = _plain(written if token.keeps_blanks else _without_indentation(written))
    elif token.kind in ("comment", "head"):
        value = " ".join(written.split())
    return Entry(token.start, token.end, Node(token.start, token.end, (token.kind, value)), key=token.kind)


def _start_tag(written: str, token: _Token) -> Entry:
    attributes = list(_attributes(written, token))
    closes = written.endswith("/>")
    value = (token.name, closes, value_of(attributes, is_ordered=False))
    node = Node(token.start, token.end, value, tuple(attributes), layout="blanks", kind=("tag", token.name, closes))
    return Entry(token.start, token.end, node, key=("start", token.name))


def _attributes(written: str, token: _Token) -> Iterator[Entry]:
    for found in _ATTRIBUTE.finditer(written, len(token.name) + 1):
        start, end = token.start + found.start(1), token.start + found.end()
        node = Node(token.start + found.start(2), end, _plain(found[2][1:-1]))
        yield Entry(start, end, node, key=found[1], key_end=token.start + found.end(1))


def _without_indentation(written: str) -> str:
    """A single line of text on a line of its own without its indentation: that is the element's layout, not data."""
    is_one_line = "\n" not in written.strip()
    return _INDENTED_EDGE.sub("\n", written) if is_one_line else written


def _plain(written: str) -> str:
    """The text with the entities that each XML has as signs."""
    return _ENTITY.sub(lambda entity: _sign(*entity.groups("")), written)


def _sign(decimal: str, hexadecimal: str, name: str) -> str:
    return _ENTITIES[name] if name else chr(int(decimal or hexadecimal, 10 if decimal else 16))
