"""Syntax trees of languages other than Python: do two texts have the same one?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib import import_module
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from fretsaw.core.languages import BY_SYNTAX
from fretsaw.core.prune.lexer import FREE_QUOTES, OPTIONAL_SEMICOLON, unspaced

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_PAREN = frozenset({"parenthesized_expression", "parenthesized_statements", "parenthesized_type"})
_LOOKS_INTO = frozenset(
    {
        "call_expression",
        "member_expression",
        "subscript_expression",
        "field_expression",
        "non_null_expression",
        "expression_statement",
    }
)
"""Whose first child may mean more in brackets: `(a?.b).c`, Rust's `(a.f)()`, a macro of C, `('use strict')`."""
_TAKES_TEXT = {
    "c": frozenset({"argument_list"}),
    "cpp": frozenset({"argument_list", "decltype"}),
    "rust": frozenset({"binary_expression"}),
}
"""Nodes in which every bracket counts: a macro may be called, `decltype((x))` is a reference, `(a as b) < c` needs
them."""
_STRINGS = frozenset({"string", "string_literal", "interpreted_string_literal"})
_VERBATIM = frozenset({"raw_string_literal", "lifetime", "label", "ERROR"})
"""Nodes whose whole text counts, not only that of their children."""
_LINE_ENDS = frozenset({"\n", "line_continuation"})
_STATEMENT_ENDS = _LINE_ENDS | {";"}
_IDLE_STATEMENTS = _STATEMENT_ENDS | {"empty_statement"}
_TUPLES = frozenset({"tuple_type", "tuple_pattern"})
"""A comma makes the one item in these a tuple."""
_ENDS_BLANK = frozenset({"hash_bang_line"})
_MACRO = re.compile(
    r"""\w*"(?:\\.|[^"\\])*"|\w*'(?:\\.|[^'\\])*'|\.?\d(?:[eEpP][-+]|[\w.])*|\w+|\\\r?\n|"""
    r"""\+\+|--|->|<<|>>|&&|\|\||\#\#|::|[-+*/%&|^<>=!]=|/\*.*?\*/|//[^\n]*|\S""",
    re.DOTALL,
)
"""Tokens of a macro's body, which the preprocessor takes without asking what is between them."""
_DIRECTIVE = re.compile(r"//(?:go:|export |\s*\+build)")
"""Comments of Go that mean what stands right below them, or nothing, as does one above `import "C"`."""
_STATEMENTS = frozenset({"program", "statement_block"})
"""In which a semicolon alone is nothing; elsewhere it is the body of a loop."""
_CLAUSES = frozenset({"match_arm", "where_clause"})
"""Nodes that Rust ends with a comma or without."""
_VALUES = frozenset({"identifier", "scoped_identifier", "macro_invocation", "self", "unit_expression"})
_KEYED = frozenset({"pair", "property_signature"})
"""In which a name in quotes is a name."""
MOST = 400_000
"""Bytes of a file up to which it is parsed: about 70 ms."""


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
    root = _root(text, language)
    return None if root is None else tuple(_signs(root, language, without))


def parses(text: str, language: str) -> bool | None:
    """Tell whether the text parses without an error; None where there is no parser."""
    parser = _parser(language)
    if parser is None or len(text) > MOST:
        return None
    return not parser.parse(text.encode("utf-8", "surrogatepass")).root_node.has_error


def tree(text: str, language: str) -> Node | None:
    """The root of the text's tree; None where there is no parser, it found errors, or the text is too long."""
    root = _root(text, language)
    return None if root is None or root.has_error else root


def depths_of_lines(text: str, language: str) -> list[int] | None:
    """For each line how many nodes hold the first leaf that begins on it, -1 where none does; None without a tree.

    Round brackets of a whole expression do not count.
    """
    root = tree(text, language)
    if root is None:
        return None
    out = [-1] * (text.count("\n") + 1)
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        row = node.start_point[0]
        if not node.children:
            out[row] = depth if out[row] < 0 else out[row]
            continue
        inner = depth + (node.type not in _PAREN and not _is_one_name(node))
        waiting += [(child, inner) for child in reversed(node.children)]
    return out


def _root(text: str, language: str) -> Node | None:
    parser = _parser(language)
    if parser is None or len(text) > MOST:
        return None
    return parser.parse(text.encode("utf-8", "surrogatepass")).root_node


@lru_cache(maxsize=16)
def _parser(language: str) -> Parser | None:
    row = BY_SYNTAX[language].parser if language in BY_SYNTAX else None
    if row is None:
        return None
    try:
        from tree_sitter import Language, Parser

        module: Any = import_module(row[0])
    except ImportError:
        return None
    return Parser(Language(getattr(module, row[1])()))


def _signs(root: Node, language: str, without: Collection[str]) -> Iterator[str]:
    """The tree as a row of signs: node types open, leaf texts, closings. What is layout leaves no sign.

    Comments come last, each with the number of leaves before it: to which node a comment belongs depends on whether a
    semicolon stands before it.
    """
    comments: list[str] = []
    leaves = 0
    waiting: list[tuple[Node | None, bool]] = [(root, True)]
    while waiting:
        node, whole = waiting.pop()
        if node is None:
            yield ")"
        elif "comment" in node.type:
            comments += [str(leaves), *_leaf(node, language)]
        elif node.type in _VERBATIM or not node.children or (language in FREE_QUOTES and node.type in _STRINGS):
            leaves += 1
            yield from _leaf(node, language)
        else:
            layout = (node.type in _PAREN and not whole) or _is_one_name(node) or _is_value_of_arm(node)
            children = _meaningful(node, language, layout)
            if not layout:
                yield node.type
                waiting.append((None, False))
            waiting += reversed(
                [(child, _counts(node, child, language)) for child in children if child.type not in without]
            )
    yield from comments


def _leaf(node: Node, language: str) -> Iterator[str]:
    """A leaf as it stands, but for blanks that end a comment, quotes, and blanks of JSX that a browser never sees."""
    said = (node.text or b"").decode("utf-8", "surrogateescape")
    if node.is_missing or node.type == "ERROR":
        yield f"wrong: {said}"
    elif node.type == "jsx_text":
        yield from _jsx_lines(said)
    elif language in FREE_QUOTES and node.type in _STRINGS:
        yield _string(node, said)
    elif "comment" in node.type:
        yield from _comment(node, said, language)
    elif node.type == "preproc_arg":
        yield from (token for token in _MACRO.findall(said) if token[0] != "\\")
    elif said.startswith("#") and language in ("c", "cpp"):
        yield "#" + said[1:].lstrip()
    else:
        yield said.rstrip() if node.type in _ENDS_BLANK else said


def _jsx_lines(said: str) -> Iterator[str]:
    """The lines of a text in JSX without the blanks at line breaks; those at its own two ends count."""
    first, *rest = said.split("\n")
    lines = [first, *(line.lstrip() for line in rest)]
    yield from filter(None, [*(line.rstrip() for line in lines[:-1]), lines[-1]])


def _string(node: Node, said: str) -> str:
    """A string in the one kind of quotes; as the name of a property without: `{"a": 1}` is `{a: 1}`."""
    is_key = node.parent is not None and node.parent.type in _KEYED and node.parent.children[0] == node
    return said[1:-1] if is_key and said[1:-1].isidentifier() else _plain(said)


def _comment(node: Node, said: str, language: str) -> Iterator[str]:
    """A comment without its place in the code; in Go first whether it is apart from what it may direct."""
    following = node.next_sibling if language == "go" and node.type == "comment" else None
    if following is not None and (_DIRECTIVE.match(said) or following.type == "import_declaration"):
        yield f"{following.start_point[0] - node.end_point[0] > 1}"
    yield _unindented(said if language == "go" else unspaced(said))


def _is_one_name(node: Node) -> bool:
    """Return True if these are the parameters of an arrow function that is `(x) => ...`, which `x => ...` is as
    well."""
    if node.type == "required_parameter" and node.parent is not None:
        return len(node.children) == 1 and _is_one_name(node.parent)
    if node.type != "formal_parameters" or node.parent is None or node.parent.type != "arrow_function":
        return False
    inside = node.named_children
    return len(inside) == 1 and (
        inside[0].type == "identifier" or [c.type for c in inside[0].children] == ["identifier"]
    )


def _is_value_of_arm(node: Node) -> bool:
    """Return True if this is the block of `A => { value }` in a `match` of Rust, which `A => value` is as well."""
    if node.type != "block" or node.parent is None or node.parent.type != "match_arm":
        return False
    inside = [child for child in node.children if child.type not in ("{", "}")]
    kind = inside[0].type if len(inside) == 1 else ""
    return kind in _VALUES or kind.endswith(("expression", "literal"))


def _unindented(comment: str) -> str:
    """A comment without its place in the code: blanks at its end, the indentation that its further lines share."""
    first, *rest = comment.rstrip().split("\n")
    if all(line.lstrip().startswith("*") for line in rest):
        return "\n".join([first, *(line.strip() for line in rest)])
    return "\n".join([first, dedent("\n".join(line.rstrip() for line in rest))])


def _counts(parent: Node, child: Node, language: str) -> bool:
    """Return True if brackets around the child, should it be in brackets, may mean something."""
    if child.type not in _PAREN:
        return False
    inner = child.named_children
    if not inner or (parent.type in _LOOKS_INTO and parent.children[0] == child):
        return True
    takes_text = parent.type in _TAKES_TEXT.get(language, ())
    if takes_text and (parent.type != "binary_expression" or inner[0].type == "type_cast_expression"):
        return True
    return any(part.type in ("??", "**") for node in (parent, inner[0]) for part in node.children)


def _meaningful(node: Node, language: str, layout: bool) -> list[Node]:
    """The children without brackets around a whole expression, a comma before a closing bracket and, where a line's end
    does as well, a semicolon."""
    children = list(node.children)
    if layout:
        return [child for child in children if child.type not in ("(", ")", ",", "{", "}")]
    if children[-1].type == "," and node.type in _CLAUSES:
        children.pop()
    idle = _idle(node, language)
    return [
        child
        for at, child in enumerate(children)
        if child.type not in idle
        and not (child.type == "," and _is_last(children, at) and not _makes_tuple(node, children))
    ]


def _idle(node: Node, language: str) -> frozenset[str]:
    """Types of children that say nothing: line breaks, and semicolons where a line break ends a statement as well."""
    if language not in OPTIONAL_SEMICOLON or node.type == "for_statement":
        return _LINE_ENDS
    return _IDLE_STATEMENTS if node.type in _STATEMENTS else _STATEMENT_ENDS


def _is_last(children: list[Node], at: int) -> bool:
    """Return True if the comma at this place stands before a closing bracket and after an item: `[,]` has a hole."""
    before, after = (children[i].type if 0 <= i < len(children) else "" for i in (at - 1, at + 1))
    return after in (")", "]", "}", ">") and before not in (",", "(", "[", "{", "<")


def _makes_tuple(node: Node, children: list[Node]) -> bool:
    """Return True if the last comma says something: to a tuple of one, or to a macro of Rust."""
    one = node.type in _TUPLES and sum(child.type == "," for child in children) == 1
    return one or node.type == "token_tree"


def _plain(string: str) -> str:
    body = string[1:-1]
    return '"' + body.replace("\\'", "'").replace('\\"', '"') + '"'
