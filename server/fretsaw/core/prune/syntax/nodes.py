"""Questions about single nodes of tree-sitter; no node, such as the parent of a root, has no type and no text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node


def text_of(node: Node | None) -> str:
    """Return the node's text; "" for no node."""
    source = node.text if node is not None else None
    return (source or b"").decode("utf-8", "surrogateescape")


def type_of(node: Node | None) -> str:
    """Return the node's type; "" for no node."""
    return node.type if node is not None else ""


def child_types(node: Node | None) -> list[str]:
    """Return the types of all children, signs such as `(` included; none for no node."""
    return [child.type for child in node.children] if node is not None else []


def children_but(node: Node, types: Collection[str]) -> list[Node]:
    """Return the children that have none of these types."""
    return [child for child in node.children if child.type not in types]


def children_of_type(node: Node, kind: str) -> list[Node]:
    """Return the children of one type."""
    return [child for child in node.children if child.type == kind]


def only_one(nodes: Sequence[Node]) -> Node | None:
    """Return the node where there is exactly one; None otherwise."""
    return nodes[0] if len(nodes) == 1 else None


def first_field(node: Node, *names: str) -> Node | None:
    """Return the first of these fields that the node has; None where it has none of them."""
    return next(filter(None, map(node.child_by_field_name, names)), None)


def named_children_of(node: Node | None) -> list[Node]:
    """Return the named children; none for no node."""
    return node.named_children if node is not None else []
