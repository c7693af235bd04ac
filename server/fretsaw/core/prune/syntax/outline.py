"""A file's imports, declarations, guards and catch clauses as plain values with their rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from fretsaw.core.prune.syntax.guards import exits_early, missing
from fretsaw.core.prune.syntax.imported_names import brought, said
from fretsaw.core.prune.syntax.node_types import NODE_TYPES, NodeTypes
from fretsaw.core.prune.syntax.trees import tree

if TYPE_CHECKING:
    from tree_sitter import Node

MOST = 200_000
"""Characters of a file up to which it is outlined."""
_WORD = re.compile(r"[^\W\d][\w$]*")
_NO_NAMES = frozenset({"type", "right", "value", "default_value", "key", "size", "parameters", "return_type", "body"})
"""Fields of a pattern that hold no names that it declares."""
_MARKS = frozenset({"attribute_item", "decorator"})
"""Siblings before a function that may say who calls it."""


@dataclass(frozen=True, slots=True)
class Part:
    """Something with a name on rows [first, last], counted from 0."""

    first: int
    last: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """A name and where it is declared."""

    name: str
    row: int
    wide: bool
    """True if other files may use it."""
    scope: tuple[int, int] | None
    """Rows of the function that a variable or a parameter belongs to, where its name is its own affair."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The parts of a file that rules ask about."""

    imports: tuple[Part, ...]
    """Whose names are all that the statement is good for."""
    declared: tuple[Declared, ...]
    helpers: tuple[Part, ...]
    """Functions and types that are no use to anybody who does not name them."""
    guards: tuple[Part, ...]
    """Ifs that only end a function or a turn of a loop early when something is missing."""
    catches: tuple[tuple[int, tuple[str, ...], int], ...]
    """(row, types, how much they catch) of each catch clause."""
    shorthands: frozenset[str]
    """Names that are a field's name as well as a variable's."""


@lru_cache(maxsize=8)
def outline(text: str, language: str) -> Outline | None:
    """The outline; None where the language has no row, or the text does not parse or is too long."""
    grammar = NODE_TYPES.get(language)
    root = tree(text, language) if grammar is not None and len(text) <= MOST else None
    if grammar is None or root is None:
        return None
    found = _Found(grammar, language, root)
    for node, scope in _walk(root, grammar):
        found.add_names(node, scope)
        found.add_shapes(node, scope)
    return found.outline()


@dataclass(slots=True)
class _Found:
    """The parts of an outline, while its tree is walked."""

    grammar: NodeTypes
    language: str
    root: Node
    imports: list[Part] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)
    helpers: list[Part] = field(default_factory=list)
    guards: list[Part] = field(default_factory=list)
    catches: list[tuple[int, tuple[str, ...], int]] = field(default_factory=list)
    shorthands: set[str] = field(default_factory=set)

    def add_names(self, node: Node, scope: Node | None) -> None:
        """Add what a node imports or declares; `scope`: the function it stands in."""
        kind = node.type
        if kind in self.grammar.imports and (names := brought(node, self.language)):
            self.imports.append(_part(node, names))
            self.declared += [Declared(name, node.start_point[0], False, None) for name in names]
        if kind in self.grammar.locals or kind in self.grammar.wide:
            self.declared += _declared(node, self.grammar, scope)
        if "shorthand" in kind:
            self.shorthands |= set(_WORD.findall(said(node)))

    def add_shapes(self, node: Node, scope: Node | None) -> None:
        """Add the helper, the guard or the catch clause that a node is."""
        kind = node.type
        if kind in self.grammar.helpers and (name := _helper(node, self.grammar, self.language)):
            self.helpers.append(_part(node, (name,)))
        if exits_early(node) and (name := missing(node, scope or self.root)):
            self.guards.append(_part(node, (name,)))
        if kind in self.grammar.catches:
            self.catches.append(_catch(node, self.grammar, self.language))

    def outline(self) -> Outline:
        """The parts as one value."""
        return Outline(
            tuple(self.imports),
            tuple(self.declared),
            tuple(self.helpers),
            tuple(self.guards),
            tuple(self.catches),
            frozenset(self.shorthands),
        )


def _walk(root: Node, grammar: NodeTypes) -> Iterator[tuple[Node, Node | None]]:
    """All named nodes in order, each with the function that it stands in."""
    waiting: list[tuple[Node, Node | None]] = [(root, None)]
    while waiting:
        node, scope = waiting.pop()
        yield node, scope
        inner = node if node.type in grammar.functions else scope
        waiting += [(child, inner) for child in reversed(node.named_children)]


def _part(node: Node, names: tuple[str, ...]) -> Part:
    # A node that ends at the start of a row does not stand on that row.
    end = node.end_point[0] - (node.end_point[1] == 0)
    return Part(node.start_point[0], max(end, node.start_point[0]), names)


def _declared(node: Node, grammar: NodeTypes, scope: Node | None) -> Iterator[Declared]:
    wide = node.type in grammar.wide
    at = grammar.wide.get(node.type) if wide else grammar.locals.get(node.type)
    owner = scope or (node.parent if node.type == "formal_parameters" else None)
    rows = (owner.start_point[0], owner.end_point[0]) if owner is not None and not wide else None
    for top in node.children_by_field_name(at) if at else [node]:
        for leaf in _leaves(top):
            for name in _WORD.findall(said(leaf)):
                own = leaf.type == "identifier" and leaf.parent is not None and leaf.parent.type != "keyword_parameter"
                yield Declared(name, leaf.start_point[0], wide or scope is None, rows if own else None)


def _leaves(node: Node) -> Iterator[Node]:
    if not node.named_children:
        yield node
    for at, child in enumerate(node.children):
        if child.is_named and node.field_name_for_child(at) not in _NO_NAMES:
            yield from _leaves(child)


def _helper(node: Node, grammar: NodeTypes, language: str) -> str:
    """The name of a function or type that is of use only where it is named; "" for any other."""
    above = node.parent
    if above is None or above.type not in grammar.tops:
        return ""
    before = node.prev_named_sibling
    if (before is not None and before.type in _MARKS) or _is_open(node, language):
        return ""
    name = _named(node)
    return "" if language == "go" and not name[:1].islower() else name


def _is_open(node: Node, language: str) -> bool:
    """Tell whether other files may use a function or type, by its modifiers or for the lack of them."""
    if any(child.type == "visibility_modifier" for child in node.children):
        return True
    if language == "java":
        marks = next((said(child).split() for child in node.children if child.type == "modifiers"), [])
        return "private" not in marks or any(mark.startswith("@") for mark in marks)
    if language in ("c", "cpp"):
        return not any(child.type == "storage_class_specifier" and said(child) == "static" for child in node.children)
    return False


def _named(node: Node) -> str:
    """The one name that a declaration gives."""
    if node.type in ("lexical_declaration", "type_declaration"):
        inner = node.named_children
        value = inner[0].child_by_field_name("value") if len(inner) == 1 else None
        functions = ("arrow_function", "function_expression")
        if len(inner) != 1 or (node.type == "lexical_declaration" and (value is None or value.type not in functions)):
            return ""
        node = inner[0]
    name = node.child_by_field_name("name")
    if name is None:
        name = node.child_by_field_name("declarator")
        while name is not None and name.type != "identifier":
            name = name.child_by_field_name("declarator")
    found = said(name) if name is not None else ""
    return found if _WORD.fullmatch(found) else ""


def _catch(node: Node, grammar: NodeTypes, language: str) -> tuple[int, tuple[str, ...], int]:
    types = tuple(_caught(node, language))
    return node.start_point[0], types, max((grammar.widest.get(one, 0) for one in types or ("",)), default=0)


def _caught(node: Node, language: str) -> Iterator[str]:
    if language == "java":
        found = [each for child in node.named_children for each in child.named_children if each.type == "catch_type"]
        yield from (said(each) for one in found for each in one.named_children)
    elif language == "ruby":
        listed = node.child_by_field_name("exceptions")
        yield from (said(each) for each in (listed.named_children if listed is not None else []))
    else:
        listed = node.child_by_field_name("parameters")
        for each in listed.named_children if listed is not None else []:
            kind = each.child_by_field_name("type")
            yield said(kind) if kind is not None else ""
