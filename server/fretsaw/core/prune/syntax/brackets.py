"""Brackets that formatters add and take away, and the places where they mean something."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fretsaw.core.prune.syntax.nodes import child_types, children_but, only_one, type_of

if TYPE_CHECKING:
    from tree_sitter import Node

PARENTHESES = frozenset({"parenthesized_expression", "parenthesized_statements", "parenthesized_type"})
_BRACES = frozenset({"{", "}"})
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
_NEEDS_BRACKETS = frozenset({"??", "**"})
"""Operators that JavaScript does not let stand beside some others without brackets."""
_VALUES = frozenset({"identifier", "scoped_identifier", "macro_invocation", "self", "unit_expression"})


def is_one_name(node: Node) -> bool:
    """Return True if these are the parameters of an arrow function that is `(x) => ...`, which `x => ...` is as
    well."""
    kind = node.type
    if kind == "required_parameter":
        parent = node.parent
        has_no_type = len(node.children) == 1
        return has_no_type and parent is not None and is_one_name(parent)
    if kind != "formal_parameters" or type_of(node.parent) != "arrow_function":
        return False
    parameter = only_one(node.named_children)
    return type_of(parameter) == "identifier" or child_types(parameter) == ["identifier"]


def is_value_of_arm(node: Node) -> bool:
    """Return True if this is the block of `A => { value }` in a `match` of Rust, which `A => value` is as well."""
    if node.type != "block" or type_of(node.parent) != "match_arm":
        return False
    value_type = type_of(only_one(children_but(node, _BRACES)))
    return value_type in _VALUES or value_type.endswith(("expression", "literal"))


def may_matter(parent: Node, child: Node, language: str) -> bool:
    """Return True if brackets around the child, should it be in brackets, may mean something."""
    if child.type not in PARENTHESES:
        return False
    in_brackets = child.named_children
    if not in_brackets:
        return True
    is_looked_into = parent.type in _LOOKS_INTO and parent.children[0] == child
    if is_looked_into or _is_taken_as_text(parent, in_brackets[0], language):
        return True
    signs_around = child_types(parent) + child_types(in_brackets[0])
    return not _NEEDS_BRACKETS.isdisjoint(signs_around)


def _is_taken_as_text(parent: Node, in_brackets: Node, language: str) -> bool:
    """Tell whether every bracket counts right in the parent: in Rust's comparisons only brackets around a cast."""
    if parent.type not in _TAKES_TEXT.get(language, ()):
        return False
    return parent.type != "binary_expression" or in_brackets.type == "type_cast_expression"
