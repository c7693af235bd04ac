"""Count how deep in blocks and expressions the lines of a text are."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

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
    for statement, depth in _statements(tree.body, 1):
        decorators = getattr(statement, "decorator_list", ())
        first = min([statement.lineno, *(one.lineno for one in decorators)])
        out[first - 1 : statement.end_lineno] = [depth] * ((statement.end_lineno or first) - first + 1)
    for at in range(len(lines) - 1, -1, -1):
        if is_comment(lines[at], "python"):
            out[at] = _of_comment(lines, out, at)
    return out


def _statements(body: Sequence[ast.stmt], depth: int) -> Iterator[tuple[ast.stmt, int]]:
    """Each statement and how many hold it, outer ones first. Walks a list of its own: `elif` nests without end."""
    waiting = [(statement, depth) for statement in reversed(body)]
    while waiting:
        statement, at = waiting.pop()
        yield statement, at
        parts = list(ast.iter_child_nodes(statement))
        clauses = [part for part in parts if isinstance(part, (ast.ExceptHandler, ast.match_case))]
        inner = [part for part in (*parts, *(p for one in clauses for p in one.body)) if isinstance(part, ast.stmt)]
        waiting += [(one, at + 1) for one in reversed(inner)]


def _of_comment(lines: Sequence[str], depths: Sequence[int], at: int) -> int:
    """A comment is as deep as the code below it; where that is indented less, as the deeper one of those around it.

    `if a:`, `    b()`, `    # c`, `d()`: the comment stands deeper than d, so it is as deep as b.
    """
    below = next((i for i in range(at + 1, len(lines)) if lines[i].strip()), None)
    if below is not None and _indent(lines[below]) >= _indent(lines[at]):
        return depths[below]
    above = next((i for i in range(at - 1, -1, -1) if _is_code(lines[i])), None)
    around = [depths[i] for i in (above, below) if i is not None]
    return max(around, default=0)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not is_comment(line, "python")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
