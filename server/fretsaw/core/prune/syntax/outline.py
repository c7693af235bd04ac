"""A file's imports, declarations, guards and catch clauses as plain values with their rows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain, repeat
from typing import TYPE_CHECKING

from fretsaw.core.prune.syntax.guards import IFS, exits_early, missing
from fretsaw.core.prune.syntax.imported_names import brought
from fretsaw.core.prune.syntax.node_types import NODE_TYPES, NodeTypes
from fretsaw.core.prune.syntax.nodes import (
    child_types,
    children_of_type,
    named_children_of,
    only_one,
    text_of,
    type_of,
)
from fretsaw.core.prune.syntax.trees import tree

if TYPE_CHECKING:
    from tree_sitter import Node

MOST = 200_000
"""Characters of a file up to which it is outlined."""
_WORD = re.compile(r"[^\W\d][\w$]*")
_NO_NAMES = frozenset({"type", "right", "value", "default_value", "key", "size", "parameters", "return_type", "body"})
"""Fields of a pattern that hold no names that it declares."""
_FUNCTION_VALUES = frozenset({"arrow_function", "function_expression"})
_SHORTHANDS = frozenset(
    {
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
        "shorthand_field_initializer",
        "shorthand_field_identifier",
    }
)
"""Nodes that name a field and a variable at once."""
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
    if grammar is None or len(text) > MOST:
        return None
    root = tree(text, language)
    if root is None:
        return None
    found = _Found(grammar, language, root)
    wanted = _types_with_parts(language)
    for node, scope in _walk(root, grammar, wanted):
        found.add_names(node, scope)
        found.add_shapes(node, scope)
    return found.outline()


@cache
def _types_with_parts(language: str) -> frozenset[str]:
    """Types of nodes that may be a part of an outline; most are not, and are not looked at."""
    grammar = NODE_TYPES[language]
    return IFS.union(grammar.imports, grammar.locals, grammar.wide, grammar.helpers, grammar.catches, _SHORTHANDS)


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
        if kind in self.grammar.imports:
            self._add_import(node)
        if self.grammar.field_with_names(kind) is not None:
            self.declared += _declared(node, self.grammar, scope)
        if kind in _SHORTHANDS:
            self.shorthands.update(_WORD.findall(text_of(node)))

    def _add_import(self, node: Node) -> None:
        names = brought(node, self.language)
        row = node.start_point[0]
        self.declared += [Declared(name, row, wide=False, scope=None) for name in names]
        if names:
            self.imports.append(_part(node, names))

    def add_shapes(self, node: Node, scope: Node | None) -> None:
        """Add the helper, the guard or the catch clause that a node is."""
        kind = node.type
        helper = _helper(node, self.grammar, self.language) if kind in self.grammar.helpers else ""
        if helper:
            self.helpers.append(_part(node, (helper,)))
        guarded = missing(node, scope or self.root) if exits_early(node) else ""
        if guarded:
            self.guards.append(_part(node, (guarded,)))
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


def _walk(root: Node, grammar: NodeTypes, wanted: Collection[str]) -> Iterator[tuple[Node, Node | None]]:
    """The named nodes of the wanted types in order, each with the function that it stands in."""
    waiting: list[tuple[Node, Node | None]] = [(root, None)]
    while waiting:
        node, scope = waiting.pop()
        kind = node.type
        if kind in wanted:
            yield node, scope
        scope_inside = node if kind in grammar.functions else scope
        waiting += zip(reversed(node.named_children), repeat(scope_inside))


def _part(node: Node, names: tuple[str, ...]) -> Part:
    # A node that ends at the start of a row does not stand on that row.
    first, (end, end_column) = node.start_point[0], node.end_point
    last = end if end_column else end - 1
    return Part(first, max(first, last), names)


def _declared(node: Node, grammar: NodeTypes, scope: Node | None) -> Iterator[Declared]:
    """Each name that a node declares: a and b of `const { a, c: [b] } = f()`."""
    field_name = grammar.field_with_names(node.type)
    is_wide = node.type in grammar.wide
    rows = None if is_wide else _rows_of_scope(node, scope)
    tops = node.children_by_field_name(field_name) if field_name else [node]
    for leaf in chain.from_iterable(map(_leaves, tops)):
        is_own = leaf.type == "identifier" and type_of(leaf.parent) != "keyword_parameter"
        own_rows = rows if is_own else None
        for name in _WORD.findall(text_of(leaf)):
            yield Declared(name, leaf.start_point[0], wide=is_wide or scope is None, scope=own_rows)


def _rows_of_scope(node: Node, scope: Node | None) -> tuple[int, int] | None:
    """Rows of the function that a variable or a parameter belongs to; None at the top."""
    is_parameters = node.type == "formal_parameters"
    owner = scope or (node.parent if is_parameters else None)
    return (owner.start_point[0], owner.end_point[0]) if owner is not None else None


def _leaves(node: Node) -> Iterator[Node]:
    """The nodes of a pattern that hold names which it declares."""
    if not node.named_children:
        yield node
    for at, child in enumerate(node.children):
        may_declare = child.is_named and node.field_name_for_child(at) not in _NO_NAMES
        if may_declare:
            yield from _leaves(child)


def _helper(node: Node, grammar: NodeTypes, language: str) -> str:
    """The name of a function or type that is of use only where it is named; "" for any other."""
    is_at_top = type_of(node.parent) in grammar.tops
    if not is_at_top:
        return ""
    is_marked = type_of(node.prev_named_sibling) in _MARKS
    if is_marked or _is_open(node, language):
        return ""
    name = _named(node)
    is_exported = language == "go" and not name[:1].islower()
    return "" if is_exported else name


def _is_open(node: Node, language: str) -> bool:
    """Tell whether other files may use a function or type, by its modifiers or for the lack of them."""
    if "visibility_modifier" in child_types(node):
        return True
    if language == "java":
        return _is_open_in_java(node)
    if language in ("c", "cpp"):
        storage_classes = map(text_of, children_of_type(node, "storage_class_specifier"))
        return "static" not in storage_classes
    return False


def _is_open_in_java(node: Node) -> bool:
    """Tell whether a method is not private, or has an annotation, by which somebody may find it."""
    modifiers = " ".join(map(text_of, children_of_type(node, "modifiers"))).split()
    return "private" not in modifiers or any(word.startswith("@") for word in modifiers)


def _named(node: Node) -> str:
    """The one name that a declaration gives."""
    declaration = _one_declaration(node)
    name = text_of(_name_node(declaration)) if declaration is not None else ""
    return name if _WORD.fullmatch(name) else ""


def _one_declaration(node: Node) -> Node | None:
    """The node with the name: `f = () => 1` of `const f = () => 1`. None of two at once, or of no function."""
    if node.type not in ("lexical_declaration", "type_declaration"):
        return node
    inner = only_one(node.named_children)
    if inner is None or node.type == "type_declaration":
        return inner
    value = inner.child_by_field_name("value")
    return inner if type_of(value) in _FUNCTION_VALUES else None


def _name_node(node: Node) -> Node | None:
    """The field `name`, or in C the innermost declarator: f of `*f(int a)`."""
    name = node.child_by_field_name("name")
    if name is not None:
        return name
    declarator = node.child_by_field_name("declarator")
    while declarator is not None and declarator.type != "identifier":
        declarator = declarator.child_by_field_name("declarator")
    return declarator


def _catch(node: Node, grammar: NodeTypes, language: str) -> tuple[int, tuple[str, ...], int]:
    """The row of a catch clause, its types, and how much they catch."""
    types = tuple(_CAUGHT[language](node))
    widest = max(grammar.widest.get(kind, 0) for kind in types or ("",))
    return node.start_point[0], types, widest


def _caught_in_java(clause: Node) -> Iterator[str]:
    """Of `catch (A | B e)`: A and B."""
    for parameter in clause.named_children:
        for types in children_of_type(parameter, "catch_type"):
            yield from map(text_of, types.named_children)


def _caught_in_ruby(clause: Node) -> Iterator[str]:
    """Of `rescue A, B => e`: A and B."""
    exceptions = clause.child_by_field_name("exceptions")
    return map(text_of, named_children_of(exceptions))


def _caught_in_cpp(clause: Node) -> Iterator[str]:
    """Of `catch (const A& e)`: A."""
    for parameter in named_children_of(clause.child_by_field_name("parameters")):
        yield text_of(parameter.child_by_field_name("type"))


_CAUGHT = {"java": _caught_in_java, "ruby": _caught_in_ruby, "cpp": _caught_in_cpp}
"""Language → the types that one of its catch clauses names."""
