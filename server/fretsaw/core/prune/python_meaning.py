"""Python's own parser as a witness: do two texts mean the same?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from itertools import takewhile
from operator import eq

from fretsaw.core.prune.python_stretches import read_tree, same_statements, same_tree, stretches

_TOP = re.compile(r"(?:def|class|async|import|from|if|for|while|try|with|@)\b|@")


@lru_cache(maxsize=4)
def parse(text: str) -> ast.Module | None:
    """The tree, None where the text does not parse. Nobody may change it: trials of one group after the other read most
    texts twice."""
    return read_tree(text)


def is_program(text: str) -> bool:
    """Return True if the text parses."""
    return stretches(text) is not None or parse(text) is not None


def same_meaning(one: ast.AST, other: ast.AST) -> bool:
    """Return True if the trees are equal but for places."""
    try:
        return same_tree(one, other)
    except RecursionError:
        return False


def same_programs(one: str, other: str) -> bool | None:
    """Return True if two texts have equal trees but for places; None where one of them does not parse."""
    left, right = stretches(one), stretches(other)
    if left is not None and right is not None:
        try:
            return same_statements(left, right)
        except RecursionError:
            return False
    whole_left, whole_right = parse(one), parse(other)
    if whole_left is None or whole_right is None:
        return None
    return same_meaning(whole_left, whole_right)


def windows(one: Sequence[str], other: Sequence[str]) -> tuple[str, str]:
    """Cut two texts (as lines) down to what has to be parsed to compare them: top-level statements around what differs.

    Parsing the rest too would tell nothing, since it is the same on both sides. Of three functions with a blank line
    between them, of which the second has another body on one side: the second on either side.
    """
    if not one or not other:
        return "".join(one), "".join(other)
    head = _common_head(one, other)
    tail = _common_head(reversed(one[head:]), reversed(other[head:]))
    is_start = partial(_starts, one)
    start = next(filter(is_start, range(min(head, len(one) - 1), 0, -1)), 0)
    end = next(filter(is_start, range(len(one) - tail, len(one))), len(one))
    if not _is_whole("".join(one[:start])):
        start = 0
    end_in_other = end - len(one) + len(other)
    return "".join(one[start:end]), "".join(other[start:end_in_other])


def _common_head(one: Iterable[str], other: Iterable[str]) -> int:
    """Count the lines that two texts begin with alike."""
    are_equal = map(eq, one, other)
    return len(list(takewhile(bool, are_equal)))


@lru_cache(maxsize=16)
def _is_whole(text: str) -> bool:
    """Return True if no long string is open at the text's end: what looks like a statement there may be part of it."""
    has_long_string = '"""' in text or "'''" in text
    return not has_long_string or is_program(text)


def _starts(lines: Sequence[str], at: int) -> bool:
    """Return True if a top-level statement surely begins at this line: a blank line above it, a keyword at column 0."""
    if at == 0:
        return True
    is_below_blank_line = not lines[at - 1].strip()
    return is_below_blank_line and _TOP.match(lines[at]) is not None
