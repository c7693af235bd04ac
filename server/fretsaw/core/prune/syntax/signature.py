"""The syntax tree of a text as a row of signs without its layout: do two texts have the same one?"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import compress, count
from textwrap import dedent
from typing import TYPE_CHECKING

from fretsaw.core.prune.lexer import FREE_QUOTES, OPTIONAL_SEMICOLON, unspaced
from fretsaw.core.prune.syntax.brackets import PARENTHESES, is_one_name, is_value_of_arm, may_matter
from fretsaw.core.prune.syntax.nodes import children_but, text_of, type_of
from fretsaw.core.prune.syntax.trees import any_tree

if TYPE_CHECKING:
    from tree_sitter import Node

_STRINGS = frozenset({"string", "string_literal", "interpreted_string_literal"})
_VERBATIM = frozenset({"raw_string_literal", "lifetime", "label", "ERROR"})
"""Nodes whose whole text counts, not only that of their children."""
_LINE_ENDS = frozenset({"\n", "line_continuation"})
_STATEMENT_ENDS = _LINE_ENDS | {";"}
_IDLE_STATEMENTS = _STATEMENT_ENDS | {"empty_statement"}
_TUPLES = frozenset({"tuple_type", "tuple_pattern"})
"""A comma makes the one item in these a tuple."""
_MACRO = re.compile(
    r"""\w*"(?:\\.|[^"\\])*"|\w*'(?:\\.|[^'\\])*'|\.?\d(?:[eEpP][-+]|[\w.])*|\w+|"""
    r"""\+\+|--|->|<<|>>|&&|\|\||\#\#|::|[-+*/%&|^<>=!]=|/\*.*?\*/|//[^\n]*|[^\s\\]""",
    re.DOTALL,
)
"""Tokens of a macro's body, which the preprocessor takes without asking what is between them; a backslash is a line
break."""
_DIRECTIVE = re.compile(r"//(?:go:|export |\s*\+build)")
"""Comments of Go that mean what stands right below them, or nothing, as does one above `import "C"`."""
_IDLE_IN = {"for_statement": _LINE_ENDS, "program": _IDLE_STATEMENTS, "statement_block": _IDLE_STATEMENTS}
"""Node → children of it that say nothing. A semicolon alone is nothing among statements; elsewhere it is the body of a
loop."""
_CLAUSES = frozenset({"match_arm", "where_clause"})
"""Nodes that Rust ends with a comma or without."""
_KEYED = frozenset({"pair", "property_signature"})
"""In which a name in quotes is a name."""
_LAYOUT_SIGNS = frozenset({"(", ")", ",", "{", "}"})
"""Children of a node that is layout which say nothing."""
_CLOSING = frozenset({")", "]", "}", ">"})
_NO_ITEM = frozenset({"", ",", "(", "[", "{", "<"})
"""Signs after which a comma ends no item: `[,]` has a hole."""
_PREPROCESSED = frozenset({"c", "cpp"})


def same_syntax(one: str, other: str, language: str, without: Collection[str] = ()) -> bool | None:
    """Tell whether two texts have the same syntax tree but for layout; None without a parser or for too long a text.

    `without`: types of nodes that are left out on both sides.

    Layout: blanks, line breaks, a comma before a closing bracket, brackets around a whole expression, and quotes
    where the language has two kinds for the same string. Comments count, and what does not parse counts as it stands.
    """
    left = _signature(one, language, frozenset(without))
    return None if left is None else left == _signature(other, language, frozenset(without))


@lru_cache(maxsize=2)
def _signature(text: str, language: str, without: frozenset[str]) -> tuple[str, ...] | None:
    """The signs of the text's tree. Kept for a moment: of many trials one side is often the same."""
    root = any_tree(text, language)
    return None if root is None else tuple(_signs(root, language, without))


def _signs(root: Node, language: str, without: Collection[str]) -> Iterator[str]:
    """The tree as a row of signs: node types open, leaf texts, closings. What is layout leaves no sign.

    `f((x)) // y` of JavaScript: program, expression_statement, call_expression, f, arguments, x, ), ), ), ), 2, // y.
    Comments come last, each with the number of leaves before it: to which node a comment belongs depends on whether a
    semicolon stands before it.
    """
    comments: list[str] = []
    leaves = 0
    waiting: list[tuple[Node | None, bool]] = [(root, True)]
    while waiting:
        node, brackets_matter = waiting.pop()
        if node is None:
            yield ")"
        elif "comment" in node.type:
            comments += [str(leaves), *_comment(node, language)]
        elif _is_leaf(node, language):
            leaves += 1
            yield from _leaf(node, language)
        elif _is_layout(node, brackets_matter):
            waiting += _waiting_children(node, children_but(node, _LAYOUT_SIGNS), language, without)
        else:
            yield node.type
            waiting.append((None, False))
            waiting += _waiting_children(node, _meaningful(node, language), language, without)
    yield from comments


def _is_leaf(node: Node, language: str) -> bool:
    """Tell whether a node is looked at as a text and not by its children."""
    return not node.children or node.type in _VERBATIM or _is_free_string(node, language)


def _is_free_string(node: Node, language: str) -> bool:
    """Tell whether a node is a string which may have either kind of quotes."""
    return language in FREE_QUOTES and node.type in _STRINGS


def _is_layout(node: Node, brackets_matter: bool) -> bool:
    """Tell whether a node is only brackets that may as well be missing."""
    if node.type in PARENTHESES:
        return not brackets_matter
    return is_one_name(node) or is_value_of_arm(node)


def _waiting_children(
    node: Node, children: Sequence[Node], language: str, without: Collection[str]
) -> Iterable[tuple[Node, bool]]:
    """The children, the last first, each with whether brackets around it may mean something."""
    wanted = (child for child in reversed(children) if child.type not in without)
    return [(child, may_matter(node, child, language)) for child in wanted]


def _leaf(node: Node, language: str) -> Iterable[str]:
    """A leaf as it stands, but for its quotes, and blanks of JSX that a browser never sees."""
    text = text_of(node)
    if node.is_missing or node.type == "ERROR":
        return [f"wrong: {text}"]
    signs_of_text = _SIGNS_OF_TEXT.get(node.type)
    if signs_of_text is not None:
        return signs_of_text(text)
    if _is_free_string(node, language):
        return [_string(node, text)]
    is_directive = language in _PREPROCESSED and text.startswith("#")
    return ["#" + text[1:].lstrip()] if is_directive else [text]


def _jsx_lines(text: str) -> Iterable[str]:
    """The lines of a text in JSX without the blanks at line breaks; those at its own two ends count."""
    first, *rest = text.split("\n")
    *ended, last = [first, *map(str.lstrip, rest)]
    return filter(None, [*map(str.rstrip, ended), last])


def _without_blanks_behind(text: str) -> Iterable[str]:
    return [text.rstrip()]


_SIGNS_OF_TEXT: Mapping[str, Callable[[str], Iterable[str]]] = {
    "jsx_text": _jsx_lines,
    "preproc_arg": _MACRO.findall,
    "hash_bang_line": _without_blanks_behind,
}
"""Type of a leaf of which some blanks say nothing → the signs of its text."""


def _string(node: Node, text: str) -> str:
    """A string in the one kind of quotes; as the name of a property without: `{"a": 1}` is `{a: 1}`."""
    content = text[1:-1]
    is_key = type_of(node.parent) in _KEYED and node.prev_sibling is None
    if is_key and content.isidentifier():
        return content
    return '"' + content.replace("\\'", "'").replace('\\"', '"') + '"'


def _comment(node: Node, language: str) -> Iterator[str]:
    """A comment without its place in the code; in Go first whether it is apart from what it may direct."""
    text = text_of(node)
    if language != "go":
        yield _unindented(unspaced(text))
        return
    following = node.next_sibling
    if following is not None and (_DIRECTIVE.match(text) or following.type == "import_declaration"):
        lines_down = following.start_point[0] - node.end_point[0]
        yield f"{lines_down > 1}"
    yield _unindented(text)


def _unindented(comment: str) -> str:
    """A comment without its place in the code: blanks at its end, the indentation that its further lines share."""
    first, *rest = comment.rstrip().split("\n")
    stripped = [line.strip() for line in rest]
    has_stars = all(line.startswith("*") for line in stripped)
    further = "\n".join(stripped) if has_stars else dedent("\n".join(map(str.rstrip, rest)))
    return "\n".join([first, further]) if rest else first


def _meaningful(node: Node, language: str) -> list[Node]:
    """The children without commas that may as well be missing and, where a line's end does as well, semicolons."""
    children = node.children
    types = [child.type for child in children]
    ends = _idle(node, language)
    commas = _idle_commas(node, types) if "," in types else ()
    return [child for at, child in enumerate(children) if types[at] not in ends and at not in commas]


def _idle(node: Node, language: str) -> frozenset[str]:
    """Types of children that say nothing: line breaks, and semicolons where a line break ends a statement as well."""
    if language not in OPTIONAL_SEMICOLON:
        return _LINE_ENDS
    return _IDLE_IN.get(node.type, _STATEMENT_ENDS)


def _idle_commas(node: Node, types: Sequence[str]) -> set[int]:
    """Places of the commas that may as well be missing: after an item and before a closing bracket, and at the end of a
    clause.

    `f(a, b,)` with children `(`, a, `,`, b, `,`, `)`: the one at 4. None of a tuple's `(a,)`, nor of a macro's text.
    """
    if _makes_tuple(node, types):
        return set()
    ends = map(_ends_items, ["", *types], types, [*types[1:], ""])
    places = set(compress(count(), ends))
    ends_clause = node.type in _CLAUSES and types[-1] == ","
    if ends_clause:
        places.add(len(types) - 1)
    return places


def _ends_items(before: str, sign: str, after: str) -> bool:
    """Tell whether a sign is a comma after an item and before a closing bracket."""
    is_last_comma = sign == "," and after in _CLOSING
    return is_last_comma and before not in _NO_ITEM


def _makes_tuple(node: Node, types: Sequence[str]) -> bool:
    """Return True if the last comma says something: to a tuple of one, or to a macro of Rust."""
    if node.type in _TUPLES:
        return types.count(",") == 1
    return node.type == "token_tree"
