"""Ifs that end early when something is missing: how they look in each language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fretsaw.core.prune.syntax.nodes import first_field, named_children_of, only_one, text_of, type_of

if TYPE_CHECKING:
    from tree_sitter import Node

IFS = frozenset({"if_statement", "if_expression", "if", "unless", "if_modifier", "unless_modifier"})
_NEGATED_IFS = frozenset({"unless", "unless_modifier"})
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
    if node.type not in IFS or first_field(node, "alternative", "initializer"):
        return False
    statement = _only_statement(first_field(node, "consequence", "body"))
    return type_of(statement) in _EXITS


def _only_statement(body: Node | None) -> Node | None:
    """The one statement of a body, out of the nodes around it: `return` of `{ return; }`. None where there are more."""
    while type_of(body) in _WRAPS:
        statements = [child for child in named_children_of(body) if "comment" not in child.type]
        body = only_one(statements)
    return body


def missing(node: Node, scope: Node) -> str:
    """The thing whose absence the if asks for; "" where it asks for anything else.

    `a.user == null` asks for user. `!x` says that x is missing, and not that it is false, only where x is gone into in
    the same function.
    """
    asked = _condition(node)
    if node.type in _NEGATED_IFS:
        path = _used_path(asked, _BARE, scope)
    else:
        path = _path_held_against_nothing(asked) or _used_path(asked, _FALSY, scope)
    name = re.split(r"\W+", path)[-1]
    # In Go an `err` that is nil is no missing value.
    return "" if name == "err" else name


def _condition(node: Node) -> str:
    """The condition of an if on one line, without brackets around it."""
    condition = text_of(node.child_by_field_name("condition"))
    asked = " ".join(condition.split())
    while asked.startswith("(") and asked.endswith(")"):
        asked = asked[1:-1].strip()
    return asked


def _path_held_against_nothing(asked: str) -> str:
    """The path that a condition holds against null or the like; "" where it does not."""
    for pattern in _MISSING:
        if found := pattern.fullmatch(asked):
            return found["name"]
    return ""


def _used_path(asked: str, pattern: re.Pattern[str], scope: Node) -> str:
    """The path that is the whole condition, if something is read from behind it; "" otherwise."""
    found = pattern.fullmatch(asked)
    if found is None or not _goes_into(text_of(scope), found["name"]):
        return ""
    return found["name"]


def _goes_into(text: str, path: str) -> bool:
    """Return True if something is read from behind the name."""
    name = re.escape(path)
    return re.search(rf"(?<![\w.]){name}(?:\.\w|->|\[|\?\.|&\.)|(?<![\w)\] ])\*{name}(?!\w)", text) is not None
