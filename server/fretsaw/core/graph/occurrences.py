"""List where names stand in a text, as what, and inside which definition: by the syntax tree, else by words."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from fretsaw.core.context.outline import Definition, outline
from fretsaw.core.languages import syntax_of
from fretsaw.core.prune.syntax.trees import any_tree

if TYPE_CHECKING:
    from tree_sitter import Node

Kind = Literal["definition", "call", "reference", "base", "import"]

_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_COMMENT = re.compile(r"^\s*(?:#|//|\*|/\*|--|;|%)")
_IMPORT = re.compile(r"^\s*(?:from|import|use|using|package|require|include|#include)\b")
_MEMBERS = frozenset(
    str.split(
        "member_expression selector_expression field_expression scoped_identifier qualified_identifier generic_type "
        "scoped_type_identifier generic_function nested_identifier parenthesized_expression"
    )
)
_CALLS = frozenset(
    str.split(
        "call_expression call method_invocation new_expression object_creation_expression macro_invocation "
        "decorator annotation marker_annotation"
    )
)
_CALLED_FIELDS = ("function", "method", "name", "constructor", "type", "macro")
_BASES = frozenset(
    str.split("superclass super_interfaces extends_clause class_heritage base_class_clause implements_clause")
)
_IMPORTS = frozenset(
    str.split("import_statement import_declaration use_declaration import_spec preproc_include export_clause")
)


class Occurrence(NamedTuple):
    """One place of a name."""

    name: str
    line: int
    """From 1."""
    kind: Kind
    scope: str
    """The definition around it, as `Class.method`; for a definition the one around that; empty at the top."""


def occurrences(path: str, text: str, only: str = "") -> list[Occurrence]:
    """All names of a text but those in comments and strings, in the order of lines. Never fails.

    `only`: places of this name alone; to tell the scope of each name of a large file takes minutes.
    """
    found = _of_python(text) if syntax_of(path) == "python" else _of_tree(path, text, only)
    found = found if found is not None else _of_words(path, text, only)
    return sorted((each for each in found if only in ("", each.name)), key=lambda each: each.line)


def _of_python(text: str) -> list[Occurrence] | None:
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    out: list[Occurrence] = []
    waiting: list[tuple[ast.AST, str]] = [(module, "")]
    while waiting:
        node, scope = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = f"{scope}.{node.name}" if scope else node.name
            bases = node.bases if isinstance(node, ast.ClassDef) else []
            out.append(Occurrence(node.name, node.lineno, "definition", scope))
            out += [Occurrence(name, line, "base", inner) for name, line in map(_named, bases) if name]
            waiting += [(each, scope) for each in (*node.decorator_list, *bases)]
            waiting += [(each, inner) for each in _inside(node, bases)]
        else:
            out += _of_node(node, scope)
            waiting += [(each, scope) for each in _below(node)]
    return out


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below one; of a call, whose name is told of already, what the name is taken from."""
    for each in ast.iter_child_nodes(node):
        if isinstance(node, ast.Call) and each is node.func and isinstance(each, ast.Name | ast.Attribute):
            if isinstance(each, ast.Attribute):
                yield each.value
        else:
            yield each


def _inside(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, bases: list[ast.expr]) -> Iterator[ast.AST]:
    """The nodes of a definition that belong to its own scope."""
    outer = set(map(id, (*node.decorator_list, *bases)))
    return (each for each in ast.iter_child_nodes(node) if id(each) not in outer)


def _of_node(node: ast.AST, scope: str) -> Iterator[Occurrence]:
    if isinstance(node, ast.Call):
        name, line = _named(node.func)
        if name:
            yield Occurrence(name, line, "call", scope)
    elif isinstance(node, ast.Name | ast.Attribute):
        yield Occurrence(*_named(node), "reference", scope)
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield Occurrence(alias.name.rpartition(".")[2], alias.lineno, "import", scope)


def _named(node: ast.expr) -> tuple[str, int]:
    """The last name of an expression and its line; empty where it has none."""
    if isinstance(node, ast.Name):
        return node.id, node.lineno
    if isinstance(node, ast.Attribute):
        return node.attr, node.end_lineno or node.lineno
    if isinstance(node, ast.Subscript):
        return _named(node.value)
    return "", 0


def _of_tree(path: str, text: str, only: str) -> list[Occurrence] | None:
    language = syntax_of(path)
    root = any_tree(text, language) if language else None
    if root is None:
        return None
    scopes = _Scopes(path, text)
    out = []
    waiting = [root]
    while waiting:
        node = waiting.pop()
        waiting += node.children
        if not node.children and ("identifier" in node.type or node.type in ("constant", "word")):
            name, line = (node.text or b"").decode("utf-8", "replace"), node.start_point[0] + 1
            if only not in ("", name):
                continue
            kind: Kind = "definition" if scopes.defines(line, name) else _kind(node)
            out.append(Occurrence(name, line, kind, scopes.around(line, outside=kind == "definition")))
    return out


def _kind(node: Node) -> Kind:
    """Tell what a name is by the nodes around it: `a.b(c)` calls b, and refers to a and c."""
    target, parent = node, node.parent
    while parent is not None and parent.type in _MEMBERS and parent.children[-1] in (target, None):
        target, parent = parent, parent.parent
    if parent is None:
        return "reference"
    if parent.type in _CALLS and any(parent.child_by_field_name(field) == target for field in _CALLED_FIELDS):
        return "call"
    for _ in range(5):
        if parent is None:
            break
        if parent.type in _BASES:
            return "base"
        if parent.type in _IMPORTS:
            return "import"
        parent = parent.parent
    return "reference"


def _of_words(path: str, text: str, only: str) -> list[Occurrence]:
    scopes = _Scopes(path, text)
    out = []
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > 2_000 or _COMMENT.match(line):
            continue
        is_import = _IMPORT.match(line) is not None
        for found in _NAME.finditer(line):
            if only not in ("", found[0]):
                continue
            kind: Kind = "import" if is_import else "reference"
            if scopes.defines(number, found[0]):
                kind = "definition"
            elif line[found.end() :].lstrip().startswith("(") and not is_import:
                kind = "call"
            out.append(Occurrence(found[0], number, kind, scopes.around(number, outside=kind == "definition")))
    return out


class _Scopes:
    """The definitions of a text, by line, as `core/context/outline.py` has them."""

    def __init__(self, path: str, text: str) -> None:
        self._definitions: Sequence[Definition] = outline(path, text.replace("\r\n", "\n").split("\n"))
        self._headers = [each.header for each in self._definitions]
        self._names = {(each.header, each.name) for each in self._definitions}

    def defines(self, line: int, name: str) -> bool:
        """Return True if the line is the header of a definition of this name."""
        return (line, name) in self._names

    def around(self, line: int, *, outside: bool) -> str:
        """The names of the definitions that hold a line; `outside`: without the one that it begins."""
        at = bisect_right(self._headers, line)
        holding = [
            each for each in self._definitions[:at] if each.last >= line and not (outside and each.header == line)
        ]
        return ".".join(each.name for each in holding)
