"""Syntax trees of languages other than Python: parse a text, count how deep its lines are."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from itertools import repeat
from typing import TYPE_CHECKING, Any

from fretsaw.core.languages import BY_SYNTAX
from fretsaw.core.prune.syntax.brackets import PARENTHESES, is_one_name

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

MOST = 400_000
"""Bytes of a file up to which it is parsed: about 70 ms."""


def parses(text: str, language: str) -> bool | None:
    """Tell whether the text parses without an error; None where there is no parser."""
    root = any_tree(text, language)
    return None if root is None else not root.has_error


def tree(text: str, language: str) -> Node | None:
    """The root of the text's tree; None where there is no parser, it found errors, or the text is too long."""
    root = any_tree(text, language)
    return None if root is None or root.has_error else root


@lru_cache(maxsize=4)
def any_tree(text: str, language: str) -> Node | None:
    """The root of the text's tree, with nodes for errors where there are some; None without a parser or for too long
    a text. Kept for a moment: several rules ask for the same one."""
    parser = _parser(language)
    if parser is None or len(text) > MOST:
        return None
    return parser.parse(text.encode("utf-8", "surrogatepass")).root_node


def depths_of_lines(text: str, language: str) -> list[int] | None:
    """For each line how many nodes hold the first leaf that begins on it, -1 where none does; None without a tree.

    Round brackets of a whole expression do not count.
    """
    root = tree(text, language)
    if root is None:
        return None
    depths = [-1] * (text.count("\n") + 1)
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        children = node.children
        row = node.start_point[0]
        if children:
            is_a_level = node.type not in PARENTHESES and not is_one_name(node)
            waiting += zip(reversed(children), repeat(depth + is_a_level))
        elif depths[row] < 0:
            depths[row] = depth
    return depths


@lru_cache(maxsize=16)
def _parser(language: str) -> Parser | None:
    """The parser of a language; None where it has none, or it is not installed."""
    record = BY_SYNTAX.get(language)
    if record is None or record.parser is None:
        return None
    module_name, grammar_name = record.parser
    try:
        from tree_sitter import Language, Parser

        module: Any = import_module(module_name)
    except ImportError:
        return None
    grammar = getattr(module, grammar_name)
    return Parser(Language(grammar()))
