"""Ifs that end early when something is missing: how they look in each language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fretsaw.core.prune.syntax.imported_names import said

if TYPE_CHECKING:
    from tree_sitter import Node

_IFS = frozenset({"if_statement", "if_expression", "if", "unless", "if_modifier", "unless_modifier"})
_EXITS = frozenset(
    [
        "return_statement",
        "return_expression",
        "return",
        "continue_statement",
        "continue_expression",
        "continue",
        "break_statement",
        "break_expression",
        "break",
        "next",
    ]
)
_WRAPS = frozenset({"block", "statement_block", "compound_statement", "statement_list", "then", "expression_statement"})
_PATH = r"(?P<name>[\w$@]+(?:(?:\.|->|::|\?\.|&\.)\w+)*)"
_NOTHING = r"(?:null|undefined|nil|NULL|nullptr)"
_MISSING = (
    re.compile(rf"{_PATH} ?={{2,3}} ?{_NOTHING}"),
    re.compile(rf"{_NOTHING} ?={{2,3}} ?{_PATH}"),
    re.compile(rf"typeof {_PATH} ?={{2,3}} ?[\"']undefined[\"']"),
    re.compile(rf"{_PATH}\.(?:is_none\(\)|nil\?)"),
)
_FALSY = re.compile(rf"! ?{_PATH}")
_BARE = re.compile(_PATH)


def exits_early(node: Node) -> bool:
    """Return True if the node is an if without an else, whose body is one statement that leaves a function or a
    turn."""
    if node.type not in _IFS or node.child_by_field_name("alternative") or node.child_by_field_name("initializer"):
        return False
    body = node.child_by_field_name("consequence") or node.child_by_field_name("body")
    while body is not None and body.type in _WRAPS:
        inner = [child for child in body.named_children if "comment" not in child.type]
        body = inner[0] if len(inner) == 1 else None
    return body is not None and body.type in _EXITS


def missing(node: Node, scope: Node) -> str:
    """The thing whose absence the if asks for; "" where it asks for anything else.

    `!x` says that x is missing, and not that it is false, only where x is gone into in the same function.
    """
    condition = node.child_by_field_name("condition")
    asked = " ".join(said(condition).split()) if condition is not None else ""
    while asked.startswith("(") and asked.endswith(")"):
        asked = asked[1:-1].strip()
    negated = node.type in ("unless", "unless_modifier")
    found = None
    if not negated:
        found = next((match for pattern in _MISSING if (match := pattern.fullmatch(asked))), None)
    if found is None:
        found = (_BARE if negated else _FALSY).fullmatch(asked)
        if found is None or not _goes_into(said(scope), found["name"]):
            return ""
    name = re.split(r"\W+", found["name"])[-1]
    # In Go an `err` that is nil is no missing value.
    return "" if name == "err" else name


def _goes_into(text: str, path: str) -> bool:
    """Return True if something is read from behind the name."""
    name = re.escape(path)
    return re.search(rf"(?<![\w.]){name}(?:\.\w|->|\[|\?\.|&\.)|(?<![\w)\] ])\*{name}(?!\w)", text) is not None
