"""Count how deep in blocks and expressions the lines of a text are."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, repeat

from fretsaw.core.prune.lexer import is_comment
from fretsaw.core.prune.python_meaning import parse
from fretsaw.core.prune.python_stretches import Stretch, statements_of, stretches
from fretsaw.core.prune.syntax import depths_of_lines
from fretsaw.core.text.lines import split_lines


@lru_cache(maxsize=4)
def depths(text: str, language: str) -> Sequence[int] | None:
    """For each line how many statements or nodes of the tree hold what begins on it; None where nothing can be told.

    The numbers of two texts of one language can be compared. What a formatter adds, round brackets, does not count.
    Kept for a moment: a file that is put back in its style is judged twice.
    """
    if language != "python":
        return depths_of_lines(text, language)
    lines = split_lines(text)
    parts = stretches(text)
    if parts is not None:
        out = list(chain.from_iterable(map(_rows_of_stretch, parts)))
    else:
        tree = parse(text)
        if tree is None:
            return None
        out = _rows(tree.body, len(lines))
    _set_comments(lines, out)
    return out


@lru_cache(maxsize=2_000)
def _rows_of_stretch(stretch: Stretch) -> tuple[int, ...]:
    """The depth of each line of a stretch."""
    statements = statements_of(stretch) or ()
    above = int(stretch.in_class)  # the line of a head that stands for the class's
    out = _rows(statements, above + len(split_lines(stretch.text)))
    if stretch.goes_on:
        end = statements[-1].end_lineno or 0
        out[end:] = repeat(1, len(out) - end)
    return tuple(out[above:])


def _rows(statements: Sequence[ast.stmt], count: int) -> list[int]:
    """The depth of each of so many lines, which these statements stand on; 0 where none does."""
    out = [0] * count
    for statement, depth in _statements(statements):
        decorators: Sequence[ast.expr] = getattr(statement, "decorator_list", ())
        first = min(decorators[0].lineno, statement.lineno) if decorators else statement.lineno
        last = statement.end_lineno or first
        out[first - 1 : last] = repeat(depth, last - first + 1)
    return out[:count]  # the parser takes a lone CR for the end of a line, too


def _statements(body: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, int]]:
    """Each statement with its depth, 1 at the top; outer ones first. Walks a list of its own: `elif` nests without
    end."""
    waiting = [*zip(reversed(body), repeat(1))]
    while waiting:
        statement, depth = waiting.pop()
        yield statement, depth
        waiting += zip(reversed(_inner_statements(statement)), repeat(depth + 1))


_BLOCKS = ("body", "orelse", "finalbody")
_CLAUSES = ("handlers", "cases")


def _inner_statements(statement: ast.stmt) -> list[ast.stmt]:
    """The statements right inside another one, those of clauses such as `except` included, in no order."""
    inner: list[ast.stmt] = []
    fields = vars(statement)
    if "body" not in fields and "cases" not in fields:
        return inner  # most statements hold none
    for name in _BLOCKS:
        inner += fields.get(name, ())
    for name in _CLAUSES:
        for clause in fields.get(name, ()):
            inner += clause.body
    return inner


def _set_comments(lines: Sequence[str], depths: list[int]) -> None:
    """Make each comment as deep as the code below it; where that is indented less, as the deeper one of those around.

    `if a:`, `    b()`, `    # c`, `d()`: the comment stands deeper than d, so it is as deep as b.
    """
    depth_below, indent_below = 0, -1  # of the end of the text
    for at in reversed(range(len(lines))):
        bare = lines[at].lstrip()
        if not bare:
            continue
        indent = len(lines[at]) - len(bare)
        if bare.startswith("#") and is_comment(lines[at], "python"):
            belongs_below = indent_below >= indent
            depths[at] = depth_below if belongs_below else max(depth_below, _depth_above(lines, depths, at))
        depth_below, indent_below = depths[at], indent


def _depth_above(lines: Sequence[str], depths: Sequence[int], at: int) -> int:
    """The depth of the nearest line of code above; 0 where there is none."""
    return next((depths[above] for above in reversed(range(at)) if _is_code(lines[above])), 0)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not is_comment(line, "python")
