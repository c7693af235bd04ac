"""Measures of the source that the house's tests hold: imports, branches, names without a use."""

from __future__ import annotations

import ast
import functools
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

Graph = Mapping[str, frozenset[str]]


@functools.cache
def import_graph(package: Path) -> Graph:
    """Module → the modules of the package that it imports, also inside functions; type-only imports aside."""
    names = {_module(package, path): path for path in package.rglob("*.py")}
    return {name: frozenset(_imported(parsed(path), names) - {name}) for name, path in names.items()}


def _module(package: Path, path: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(tree: ast.Module, names: Mapping[str, Path]) -> set[str]:
    found = set()
    for node in _without_type_checking(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in names else node.module for name in inner}
    return found & names.keys()


def _without_type_checking(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _without_type_checking(child)


def circles(graph: Graph) -> list[list[str]]:
    """Groups of modules of which each imports each other, by whatever way; empty in a house without circles."""
    reach = {name: _reached(graph, name) for name in graph}
    groups = {
        tuple(sorted(other for other in reach[name] if name in reach[other])) for name in graph if name in reach[name]
    }
    return [list(group) for group in sorted(groups)]


def _reached(graph: Graph, start: str) -> set[str]:
    """What `start` imports by one arrow or more."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for name in graph[waiting.pop()]:
            if name not in seen:
                seen.add(name)
                waiting.append(name)
    return seen


def arrows(graph: Graph, package: str) -> set[tuple[str, str]]:
    """Imports between the direct children of a package, each pair once."""
    depth = package.count(".") + 2

    def child(name: str) -> str:
        return ".".join(name.split(".")[:depth])

    inside = {name for name in graph if name.startswith(f"{package}.")}
    pairs = {(child(name), child(other)) for name in inside for other in graph[name] & inside}
    return {(one, other) for one, other in pairs if one != other}


def complexity(function: ast.AST) -> int:
    """Cyclomatic complexity as radon counts it: 1, and 1 for each branch, loop, handler, condition and `and`/`or`."""
    total = 1
    for node in ast.walk(function):
        if isinstance(node, (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.Assert)):
            total += 1
        elif isinstance(node, ast.comprehension):
            total += 1 + len(node.ifs)
        elif isinstance(node, ast.BoolOp):
            total += len(node.values) - 1
        elif isinstance(node, ast.match_case):
            total += 1
    return total


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module or a function, also inside classes and functions."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def docstrings(tree: ast.Module) -> Iterator[str]:
    """Every docstring of a module, a class or a function, and every text below an assignment that explains it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value.strip()


@functools.cache
def public_names(package: Path) -> tuple[tuple[str, Path, bool], ...]:
    """(name, file, True if its definition is a use of the name itself) of what a module or class defines openly."""
    return tuple(
        (name, path, is_assigned)
        for path in sorted(package.rglob("*.py"))
        for node in _definitions(parsed(path).body)
        for name, is_assigned in _defined(node)
        if not name.startswith("_")
    )


@functools.cache
def parsed(path: Path) -> ast.Module:
    """Parse a file, once for all measures."""
    return ast.parse(path.read_text("utf-8"))


def _definitions(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not node.bases:
            yield from _definitions(node.body)


def _defined(node: ast.stmt) -> Iterator[tuple[str, bool]]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name, False
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, True
    elif isinstance(node, ast.Assign):
        yield from ((target.id, True) for target in node.targets if isinstance(target, ast.Name))


def uses(package: Path) -> Counter[str]:
    """How often each name is read, called, passed by keyword or named in a string; imports and exports do not count."""
    counted: Counter[str] = Counter()
    for path in package.rglob("*.py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Name):
                counted[node.id] += 1
            elif isinstance(node, ast.Attribute):
                counted[node.attr] += 1
            elif isinstance(node, ast.keyword) and node.arg:
                counted[node.arg] += 1
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and path.name != "__init__.py":
                counted.update([node.value] if node.value.isidentifier() else [])
    return counted
