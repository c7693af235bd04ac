"""HTML as a row of tags and texts; a tag is a set of attributes."""

from __future__ import annotations

import html
import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field

from fretsaw.core.prune.data.css_tree import read_css
from fretsaw.core.prune.data.tree import Document, Entry, Node, value_of
from fretsaw.core.prune.lexer import spans

_ATTRIBUTE = re.compile(r"\s+([^\s=>\"'/{}<]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>=<`{}]+))?")
_TOKEN = re.compile(
    r"(?P<comment><!--.*?-->)|(?P<doctype><![^>]*>|<\?.*?\?>)|(?P<end></[a-zA-Z][^>]*>)"
    r"|(?P<start><[a-zA-Z](?:\"[^\"]*\"|'[^']*'|\{\{.*?\}\}|\{%.*?%\}|[^>\"'])*>)"
    r"|(?P<text>(?:\{\{.*?\}\}|\{%.*?%\}|[^<])+|<)",
    re.DOTALL,
)
_NAME = re.compile(r"</?([a-zA-Z][\w:.-]*)")
_RAW = frozenset({"script", "style", "textarea", "title", "pre", "listing", "xmp"})
VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()  # noqa: SIM905
)
_BLOCKS = frozenset(
    """address article aside base blockquote body br caption center col colgroup dd details dialog dir div dl dt
    fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li
    link main menu meta nav noscript ol optgroup option p pre script section style summary table tbody td
    template tfoot th thead title tr ul""".split()  # noqa: SIM905
)
"""Elements beside which blanks are not shown."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    start: int
    end: int
    name: str = ""
    """The tag's name in lower case."""

    @property
    def hides_blanks(self) -> bool:
        """Tell whether blanks beside it are not shown."""
        return self.name in _BLOCKS or self.kind == "doctype"


def read_html(text: str) -> Document | None:
    """Read HTML; None where an element whose text is its own is not closed."""
    tokens = _Tokens(text)
    row = list(tokens.all())
    if tokens.is_open:
        return None
    entries: list[Entry] = []
    for at, token in enumerate(row):
        entries += _entries_of(text, row, at=at, token=token)
    value = value_of(entries, is_ordered=True)
    root = Node(0, len(text), value, tuple(entries), is_ordered=True, layout="blanks", kind="document")
    return Document(text, root)


@dataclass(slots=True)
class _Tokens:
    text: str
    is_open: bool = False
    waiting: list[_Token] = field(default_factory=list)

    def all(self) -> Iterator[_Token]:
        """Yield the tokens; the content of an element of text is one."""
        at = 0
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if found is None:
                self.is_open = True
                return
            kind = found.lastgroup or ""
            name = _NAME.match(found[0])
            token = _Token(kind, found.start(), found.end(), name[1].lower() if name else "")
            yield token
            at = token.end
            if kind == "start" and token.name in _RAW and not found[0].endswith("/>"):
                end = re.compile(rf"</{token.name}\s*>", re.IGNORECASE).search(self.text, at)
                if end is None:
                    self.is_open = True
                    return
                if at < end.start():
                    yield _Token("raw", at, end.start(), token.name)
                at = end.start()


def _entries_of(text: str, row: Sequence[_Token], *, at: int, token: _Token) -> Iterator[Entry]:
    written = text[token.start : token.end]
    if token.kind == "text":
        yield from _text(written, row, at=at, token=token)
        return
    if token.kind == "start":
        yield _start_tag(written, token)
        return
    value: Hashable = written
    if token.kind == "end":
        value = token.name
    elif token.kind == "doctype":
        value = " ".join(written.lower().split())
    elif token.kind == "comment":
        value = " ".join(written.split())
    elif token.name == "script":
        if "`" not in written and not _HOLDS_LINES.search(written):
            yield _script_of_lines(written, token)
            return
        value = _script(written)
    elif token.name == "style":
        value = _style(written)
    yield _entry(token.kind, token.start, token.end, value)


def _entry(kind: str, start: int, end: int, value: Hashable) -> Entry:
    return Entry(start, end, Node(start, end, (kind, value)), key=kind)


def _style(written: str) -> Hashable:
    """A style sheet up to its layout, with its comments; as it is where it cannot be read."""
    sheet = read_css(written)
    return (sheet.root.value, sheet.comments) if sheet else written


_HOLDS_LINES = re.compile(r"\\\n|<pre|<textarea")
"""In a script: what holds lines whose indentation is its own."""
_LINE = re.compile(r"\S(?:[^\n]*\S)?")
_UNTOLD = frozenset({"`", "/"})
"""Signs that may belong to a text or a pattern that was not read as one."""


def _script(written: str) -> Hashable:
    """A script with texts in it up to blanks; as it is where such a text may hold lines that cannot be told."""
    if _HOLDS_LINES.search(written):
        return written
    words = tuple(_words_of_script(written))
    return written if not _UNTOLD.isdisjoint(words) else words


def _script_of_lines(written: str, token: _Token) -> Entry:
    """A script without texts over several lines, line by line; with one of another length it is not compared so."""
    lines = [
        _entry("line", token.start + found.start(), token.start + found.end(), found[0])
        for found in _LINE.finditer(written)
    ]
    value = ("script", value_of(lines, is_ordered=True))
    kind = ("script", len(lines))
    node = Node(token.start, token.end, value, tuple(lines), is_ordered=True, layout="lines", kind=kind)
    return Entry(token.start, token.end, node, key="raw")


def _words_of_script(written: str) -> Iterator[str]:
    """Yield the words, and the line breaks between them, for one may end a statement."""
    end = 0
    for start, stop, word in spans(written, "javascript"):
        if "\n" in written[end:start]:
            yield "\n"
        yield word
        end = stop


def _text(written: str, row: Sequence[_Token], *, at: int, token: _Token) -> Iterator[Entry]:
    """A text without the blanks that are not shown; nothing where there is nothing else."""
    is_first, is_last = at == 0, at == len(row) - 1
    bare_start, bare_end = len(written) - len(written.lstrip()), len(written.rstrip())
    start = bare_start if is_first or row[at - 1].hides_blanks else 0
    end = bare_end if is_last or row[at + 1].hides_blanks else len(written)
    if start < end:
        value = html.unescape(re.sub(r"\s+", " ", written[start:end]))
        yield _entry("text", token.start + start, token.start + end, value)


def _start_tag(written: str, token: _Token) -> Entry:
    attributes = list(_attributes(written, token))
    names = {attribute.key for attribute in attributes}
    end_of_attributes = attributes[-1].end - token.start if attributes else len(token.name) + 1
    rest = written[end_of_attributes:].strip()
    is_plain = rest in (">", "/>") and len(names) == len(attributes)
    if not is_plain:
        return _entry("start", token.start, token.end, written)
    closes = rest == "/>" and token.name not in VOID
    value = (token.name, closes, value_of(attributes, is_ordered=False))
    node = Node(token.start, token.end, value, tuple(attributes), layout="blanks", kind=("tag", token.name, closes))
    return Entry(token.start, token.end, node, key=("start", token.name))


def _attributes(written: str, token: _Token) -> Iterator[Entry]:
    at = len(token.name) + 1
    while found := _ATTRIBUTE.match(written, at):
        at = found.end()
        name = found[1].lower()
        start, name_end = token.start + found.start(1), token.start + found.end(1)
        node = Node(token.start + at, token.start + at, None)
        if found[2] is not None:
            node = Node(token.start + found.start(2), token.start + at, _attribute_value(name, found[2]))
        yield Entry(start, token.start + at, node, key=name, key_end=name_end)


def _attribute_value(name: str, written: str) -> Hashable:
    value = html.unescape(written.strip(written[0]) if written[0] in "\"'" else written)
    return " ".join(value.split()) if name == "class" else value


def html_scalars(text: str, like: str) -> Sequence[str]:
    """An attribute's value in the quotes of another one; a text as it is."""
    quote = like[:1]
    body = text[1:-1] if text[:1] in "\"'" else text
    is_value = quote in ("'", '"') and like[-1:] == quote and quote not in body and "<" not in text
    return (quote + body + quote, text) if is_value else (text,)
