"""Count how deep in blocks and expressions the lines of a text are."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import repeat

from fretsaw.core.prune.indents import blanks_before
from fretsaw.core.prune.lexer import is_comment
from fretsaw.core.prune.python_meaning import parse
from fretsaw.core.prune.syntax import depths_of_lines
from fretsaw.core.text.lines import split_lines


def depths(text: str, language: str) -> Sequence[int] | None:
    """For each line how many statements or nodes of the tree hold what begins on it; None where nothing can be told.

    The numbers of two texts of one language can be compared. What a formatter adds, round brackets, does not count.
    """
    if language != "python":
        return depths_of_lines(text, language)
    tree = parse(text)
    if tree is None:
        return None
    lines = split_lines(text)
    out = [0] * len(lines)
    for statement, depth in _statements(tree.body):
        decorators: Sequence[ast.expr] = getattr(statement, "decorator_list", ())
        first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        last = statement.end_lineno or first
        out[first - 1 : last] = repeat(depth, last - first + 1)
    _set_comments(lines, out)
    return out


def _statements(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, int]]:
    """Each statement with its depth, 1 at the top; outer ones first. Walks a list of its own: `elif` nests without
    end."""
    waiting = [*zip(reversed(body), repeat(1))]
    while waiting:
        statement, depth = waiting.pop()
        yield statement, depth
        waiting += zip(reversed(_inner_statements(statement)), repeat(depth + 1))


def _inner_statements(statement: ast.stmt) -> list[ast.stmt]:
    """The statements right inside another one, those of clauses such as `except` included."""
    inner: list[ast.stmt] = []
    for part in ast.iter_child_nodes(statement):
        if isinstance(part, ast.stmt):
            inner.append(part)
        elif isinstance(part, (ast.ExceptHandler, ast.match_case)):
            inner += part.body
    return inner


def _set_comments(lines: Sequence[str], depths: list[int]) -> None:
    """Make each comment as deep as the code below it; where that is indented less, as the deeper one of those around.

    `if a:`, `    b()`, `    # c`, `d()`: the comment stands deeper than d, so it is as deep as b.
    """
    depth_below, indent_below = 0, -1  # of the end of the text
    for at in reversed(range(len(lines))):
        indent = len(blanks_before(lines[at]))
        if is_comment(lines[at], "python"):
            belongs_below = indent_below >= indent
            depths[at] = depth_below if belongs_below else max(depth_below, _depth_above(lines, depths, at))
        if lines[at].strip():
            depth_below, indent_below = depths[at], indent


def _depth_above(lines: Sequence[str], depths: Sequence[int], at: int) -> int:
    """The depth of the nearest line of code above; 0 where there is none."""
    return next((depths[above] for above in reversed(range(at)) if _is_code(lines[above])), 0)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not is_comment(line, "python")
