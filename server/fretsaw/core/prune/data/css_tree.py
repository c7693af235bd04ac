"""CSS, SCSS and LESS as rules and declarations."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from fretsaw.core.prune.data.comments import with_comments
from fretsaw.core.prune.data.json_tree import MalformedError
from fretsaw.core.prune.data.tree import Document, Entry, Node, value_of

_STRING = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
_BLOCK_COMMENT = r"/\*.*?\*/"
_URL = r"url\(\s*[^'\"()\s][^()]*\)"
_PIECE = re.compile(
    rf"(?P<comment>{_BLOCK_COMMENT})|(?P<text>{_STRING}|{_URL}|\\.|[^\"'(){{}};/\\#]+|/|\#(?!\{{)|(?P<open>\(|\#\{{)|\))|(?P<sign>[{{}};])",
    re.DOTALL | re.IGNORECASE,
)
_LINE_COMMENT = re.compile(r"//[^\n]*")
_DECLARATION = re.compile(r"([-\w$@*]+|--[^\s:]+)\s*:(?!:)\s*")
_WORD = re.compile(rf"(?P<string>{_STRING})|(?P<url>{_URL})|(?P<blank>\s+)|(?P<other>[-\w.#%]+|.)", re.DOTALL)
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})")
_NUMBER = re.compile(r"(-?)0*(\d*)\.(\d+?)0*([a-zA-Z%]*)")


def read_css(text: str) -> Document | None:
    """Read CSS; None where brackets or strings are left open."""
    return _read(text, has_line_comments=False)


def read_scss(text: str) -> Document | None:
    """Read SCSS or LESS, in which // begins a comment."""
    return _read(text, has_line_comments=True)


def _read(text: str, *, has_line_comments: bool) -> Document | None:
    reader = _Reader(text, has_line_comments)
    try:
        entries = reader.block(is_outermost=True)
    except (MalformedError, RecursionError):
        return None
    value = value_of(entries, is_ordered=True)
    root = Node(0, len(text), value, tuple(entries), is_ordered=True, layout="braces", kind="sheet")
    return with_comments(text, root, reader.comments)


@dataclass(slots=True)
class _Reader:
    text: str
    has_line_comments: bool
    at: int = 0
    comments: list[tuple[int, int]] = field(default_factory=list)

    def block(self, *, is_outermost: bool) -> list[Entry]:
        """Read statements up to the brace that closes their block."""
        entries: list[Entry] = []
        while True:
            start, end, sign = self._statement()
            if start < end:
                entries.append(self._entry(start, end, sign=sign))
            if sign in ("}", ""):
                if bool(sign) == is_outermost:
                    raise MalformedError
                return entries

    def _statement(self) -> tuple[int, int, str]:
        """Read up to the sign that ends a statement or opens its block: [start, end) without blanks, and the sign."""
        start = end = self.at
        open_brackets: list[str] = []
        while self.at < len(self.text):
            piece, kind = self._piece()
            if kind == "comment" or not piece.strip():
                start = start if start < end else self.at
                continue
            is_end = kind == "sign" and not open_brackets
            if is_end:
                return start, end, piece
            if start >= end:
                start = self.at - len(piece.lstrip())
            end = self.at - len(piece) + len(piece.rstrip())
            _follow_brackets(open_brackets, piece)
        if open_brackets:
            raise MalformedError
        return start, end, ""

    def _piece(self) -> tuple[str, str]:
        found = _LINE_COMMENT.match(self.text, self.at) if self.has_line_comments else None
        if found is None:
            found = _PIECE.match(self.text, self.at)
            kind = (found.lastgroup or "") if found else ""
        else:
            kind = "comment"
        if found is None:
            raise MalformedError
        if kind == "comment":
            self.comments.append((found.start(), found.end()))
        self.at = found.end()
        return found[0], kind

    def _entry(self, start: int, end: int, *, sign: str) -> Entry:
        head = self.text[start:end]
        if sign == "{":
            return self._rule(start, head)
        stop = self.at if sign == ";" else end
        declaration = None if head.startswith("@") and ":" not in head.split("(")[0] else _DECLARATION.match(head)
        if declaration is None:
            return Entry(start, stop, Node(start, end, canonical_value(head)), key=None)
        name = declaration[1]
        key = name if name.startswith(("-", "$", "@")) else name.lower()
        node = Node(start + declaration.end(), end, canonical_value(head[declaration.end() :], is_raw=name[:2] == "--"))
        return Entry(start, stop, node, key=("property", key), key_end=start + len(name))

    def _rule(self, start: int, head: str) -> Entry:
        opened = self.at - 1
        inner = self.block(is_outermost=False)
        value = ("{", value_of(inner, is_ordered=True))
        node = Node(opened, self.at, value, tuple(inner), is_ordered=True, layout="braces", kind="block")
        return Entry(start, self.at, node, key=("rule", canonical_prelude(head)), key_end=start + len(head))


_CLOSING_BRACKETS = {"(": ")", "#{": "}"}


def _follow_brackets(open_brackets: list[str], piece: str) -> None:
    """Note the brackets that a piece opens or closes: `(`, and `#{` of an interpolation."""
    if piece in _CLOSING_BRACKETS:
        open_brackets.append(_CLOSING_BRACKETS[piece])
    elif piece in open_brackets[-1:]:
        open_brackets.pop()


def canonical_value(text: str, *, is_raw: bool = False) -> Hashable:
    """A value up to blanks, quotes, letters of hex colours and noughts that say nothing.

    >>> canonical_value("0.50em  'a',#FFF") == canonical_value('.5em "a", #fff')
    True
    """
    if is_raw:
        pieces = ((found.lastgroup, found[0]) for found in _WORD.finditer(text.strip()))
        return "".join(" " if kind == "blank" else piece for kind, piece in pieces)
    return re.sub(r" ?([,()!]) ?", _tightened, "".join(_canonical_words(text)).strip())


def _tightened(found: re.Match[str]) -> str:
    """A sign without the blanks that say nothing: those after `)` and before `(` part two words."""
    sign = found[1]
    before = " " if sign in "(!" and found[0].startswith(" ") else ""
    after = " " if sign == ")" and found[0].endswith(" ") else ""
    return ("" if sign == "!" else before) + sign + after


def _canonical_words(text: str) -> Iterator[str]:
    for found in _WORD.finditer(text):
        word = found[0]
        if found.lastgroup == "blank":
            yield " "
        elif found.lastgroup == "string":
            yield in_double_quotes(word)
        else:
            yield _canonical_word(word)


def _canonical_word(word: str) -> str:
    if _HEX.fullmatch(word):
        return _long_hex(word.lower())
    number = _NUMBER.fullmatch(word)
    if number is None:
        return word
    sign, whole, part, unit = number.groups()
    return f"{sign}{whole or '0'}.{part}{unit}"


def _long_hex(colour: str) -> str:
    """A colour with two digits a channel: `#fff` is `#ffffff`."""
    digits = colour[1:]
    return "#" + "".join(digit * 2 for digit in digits) if len(digits) < 6 else colour


def in_double_quotes(string: str) -> str:
    """A string in double quotes where nothing in it forbids that."""
    body = string[1:-1]
    return string if "\\" in body or '"' in body else f'"{body}"'


def canonical_prelude(text: str) -> Hashable:
    """A selector or an at-rule up to blanks that say nothing; ids keep their letters."""
    words = "".join(
        " " if found.lastgroup == "blank" else in_double_quotes(found[0]) if found.lastgroup == "string" else found[0]
        for found in _WORD.finditer(text)
    ).strip()
    tight = re.sub(r" ?([,>~]) ?|(?<=[(\[]) | (?=[)\]])", lambda found: found[1] or "", words)
    if text.startswith("@"):
        return re.sub(r" ?: ?", ":", tight)
    return re.sub(r" ?\+ ?", "+", tight)


def css_scalars(text: str, like: str) -> tuple[str, ...]:
    """A value with the quotes, and the letters of hex colours, of the one that it replaces."""
    styled = text
    quotes = {word[0] for word in re.findall(_STRING, like)}
    if len(quotes) == 1:
        quote = quotes.pop()
        styled = re.sub(_STRING, lambda found: _requoted(found[0], quote), styled)
    if _HEX.search(like) and like == like.lower():
        styled = _HEX.sub(lambda found: found[0].lower(), styled)
    return styled, text


def _requoted(string: str, quote: str) -> str:
    body = string[1:-1]
    return string if re.search(r"[\\\"']", body) else quote + body + quote
