"""Python's own parser as a witness: do two texts mean the same?"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Sequence
from functools import lru_cache

_TOP = re.compile(r"(?:def|class|async|import|from|if|for|while|try|with|@)\b|@")


@lru_cache(maxsize=4)
def parse(text: str) -> ast.Module | None:
    """The tree, None where the text does not parse on this Python (old syntax, nonsense, far too deep).

    Trials of one group after the other read most texts twice. Nobody may change the tree.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def same_meaning(one: ast.AST, other: ast.AST) -> bool:
    """Return True if the trees are equal but for places."""
    try:
        return _same(one, other)
    except RecursionError:
        return False


def windows(one: Sequence[str], other: Sequence[str]) -> tuple[str, str]:
    """Cut two texts (as lines) down to what has to be parsed to compare them: top-level statements around what differs.

    Parsing the rest too would tell nothing, since it is the same on both sides.
    """
    if not one or not other:
        return "".join(one), "".join(other)
    shortest = min(len(one), len(other))
    head = 0
    while head < shortest and one[head] == other[head]:
        head += 1
    tail = 0
    while tail < shortest - head and one[len(one) - 1 - tail] == other[len(other) - 1 - tail]:
        tail += 1
    head = _earlier(one, min(head, len(one) - 1))
    if not _is_whole("".join(one[:head])):
        head = 0
    end = len(one) - tail
    while end < len(one) and not _starts(one, end):
        end += 1
    tail = len(one) - end
    return "".join(one[head:end]), "".join(other[head : len(other) - tail])


@lru_cache(maxsize=16)
def _is_whole(text: str) -> bool:
    """Return True if no long string is open at the text's end: what looks like a statement there may be part of it."""
    return ('"""' not in text and "'''" not in text) or parse(text) is not None


def _starts(lines: Sequence[str], at: int) -> bool:
    """Return True if a top-level statement surely begins at this line: a blank line above it, a keyword at column 0."""
    return at == 0 or (_TOP.match(lines[at]) is not None and not lines[at - 1].strip())


def _earlier(lines: Sequence[str], at: int) -> int:
    while at > 0 and not _starts(lines, at):
        at -= 1
    return at


def _same(one: object, other: object) -> bool:
    """Equal trees, walked together so that the first difference ends it. No string is built."""
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(_same, one, other))
    if not isinstance(one, ast.AST):
        return type(one) is type(other) and one == other
    if type(one) is not type(other):
        return False
    return all(_same(getattr(one, name, None), getattr(other, name, None)) for name in one._fields)
