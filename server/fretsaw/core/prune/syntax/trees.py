"""Syntax trees of languages other than Python: do two texts have the same one? Knows no rule and no patch."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_GRAMMARS = {
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "go": ("tree_sitter_go", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "java": ("tree_sitter_java", "language"),
    "c": ("tree_sitter_c", "language"),
    "cpp": ("tree_sitter_cpp", "language"),
    "ruby": ("tree_sitter_ruby", "language"),
}
_PAREN = frozenset({"parenthesized_expression", "parenthesized_statements"})
_STRINGS = frozenset({"string", "string_literal", "interpreted_string_literal"})
_FREE_QUOTES = frozenset({"javascript", "typescript", "tsx"})
MOST = 400_000
"""Bytes of a file up to which it is parsed: about 70 ms."""


def same_syntax(one: str, other: str, language: str, without: Collection[str] = ()) -> bool | None:
    """Whether two texts have the same syntax tree but for layout; None where there is no parser or it found errors.

    `without`: types of nodes that are left out on both sides.

    Layout: blanks, line breaks, a comma before a closing bracket, brackets around a whole expression, and quotes
    where the language has two kinds for the same string. Comments count.
    """
    left, right = tree(one, language), tree(other, language)
    if left is None or right is None:
        return None
    return list(_signs(left, language, without)) == list(_signs(right, language, without))


def parses(text: str, language: str) -> bool | None:
    """Whether the text parses without an error; None where there is no parser."""
    parser = _parser(language)
    if parser is None or len(text) > MOST:
        return None
    return not parser.parse(text.encode("utf-8", "surrogateescape")).root_node.has_error


def tree(text: str, language: str) -> Node | None:
    """The root of the text's tree; None where there is no parser, it found errors, or the text is too long."""
    parser = _parser(language)
    if parser is None or len(text) > MOST:
        return None
    root = parser.parse(text.encode("utf-8", "surrogateescape")).root_node
    return None if root.has_error else root


@lru_cache(maxsize=16)
def _parser(language: str) -> Parser | None:
    row = _GRAMMARS.get(language)
    if row is None:
        return None
    try:
        from tree_sitter import Language, Parser

        module: Any = import_module(row[0])
    except ImportError:
        return None
    return Parser(Language(getattr(module, row[1])()))


def _signs(root: Node, language: str, without: Collection[str]) -> Iterator[str]:
    """The tree as a row of signs: node types open, leaf texts, closings. What is layout leaves no sign."""
    waiting: list[Node | None] = [root]
    while waiting:
        node = waiting.pop()
        if node is None:
            yield ")"
            continue
        if language in _FREE_QUOTES and node.type in _STRINGS:
            yield _plain((node.text or b"").decode("utf-8", "surrogateescape"))
        elif not node.children:
            yield (node.text or b"").decode("utf-8", "surrogateescape").rstrip()
        else:
            children = [child for child in _meaningful(node, language) if child.type not in without]
            if node.type not in _PAREN:
                yield node.type
                waiting.append(None)
            waiting += reversed(children)


def _meaningful(node: Node, language: str) -> list[Node]:
    """The children without brackets around a whole expression, a comma before a closing bracket and, where a line's end
    does as well, a semicolon."""
    children = list(node.children)
    if node.type in _PAREN:
        return [child for child in children if child.type not in ("(", ")")]
    return [
        child
        for at, child in enumerate(children)
        if child.type not in ("\n", "line_continuation")
        and not (child.type == ";" and language in _FREE_QUOTES and node.type != "for_statement")
        and not (child.type == "," and at + 1 < len(children) and children[at + 1].type in (")", "]", "}"))
    ]


def _plain(string: str) -> str:
    body = string[1:-1]
    return '"' + body.replace("\\'", "'").replace('\\"', '"') + '"'
