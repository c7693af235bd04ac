"""Python texts cut into stretches of whole statements, of which each is parsed once, in however many texts it stands.

Pruning compares a file with dozens of texts that differ from it in a line or two; what they have in common is parsed
and compared no second time. A stretch ends at a blank line above a keyword at the left edge, of a class also above one
of its methods:

    import os

    class A:             the second stretch: the head of a class, with what it holds above its first method
        x = 1

        def f(self):     the third: a method, parsed below a head of its own
            ...
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise, zip_longest

_TOP = re.compile(r"^[ \t\f\r]*\n(?=(?:def|class|async|import|from|if|for|while|try|with)\b|@)", re.MULTILINE)
_MEMBER = re.compile(r"^[ \t\f\r]*\n(?=(?P<indent> +)(?:(?:def|class|async)\b|@))", re.MULTILINE)
_CLASS = re.compile(r"(?:@.*\n)*class\b")
_HEAD = "class A:\n"
"""Stands above lines of a class where these are parsed by themselves. Unlike `if 1:` it takes no `else` below them."""
LONGEST = 1_000
"""Signs of a class from which its methods are stretches of their own."""
MOST_JOINED = 8
"""Pieces up to which a long string or bracket is looked for that holds what looks like the end of a stretch."""
_END = ast.Module([], [])
"""Stands where a class ends, in a row of statements."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of a text that are whole statements, or the head of a class with the first of what it holds."""

    text: str
    in_class: bool = False
    """Goes on the class that a stretch above it opens."""
    goes_on: bool = False
    """The class that is open at its end goes on in the next stretch."""


def read_tree(text: str) -> ast.Module | None:
    """The tree, None where the text does not parse on this Python (old syntax, nonsense, far too deep)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@lru_cache(maxsize=8)
def stretches(text: str) -> tuple[Stretch, ...] | None:
    """The stretches that a text consists of; None where one of them does not parse by itself."""
    text = text.removeprefix("\ufeff")
    found = _joined(_pieces(text, _TOP), lambda piece, _: _of_statements(piece))
    return None if found is None else tuple(chain.from_iterable(found))


def same_statements(one: Sequence[Stretch], other: Sequence[Stretch]) -> bool:
    """Return True if two texts have equal trees but for places."""
    least = min(len(one), len(other))
    head = next((at for at in range(least) if one[at] != other[at]), least)
    tail = next((at for at in range(least - head) if one[-1 - at] != other[-1 - at]), least - head)
    parts = (chain.from_iterable(map(_parts, side[head : len(side) - tail])) for side in (one, other))
    return all(same_tree(left, right) for left, right in zip_longest(*parts))


def same_tree(one: object, other: object) -> bool:
    """Return True if trees are equal but for places. Walks both together, so that the first difference ends it.

    Builds neither strings nor generators, for it walks thousands of nodes some dozen times.
    """
    kind = type(one)
    if kind is not type(other):
        return False
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return False
        for left, right in zip(one, other, strict=True):
            if left is not right and not same_tree(left, right):
                return False
        return True
    if not isinstance(one, ast.AST):
        return one == other
    for name in one._fields:
        left, right = getattr(one, name, None), getattr(other, name, None)
        if left is not right and not same_tree(left, right):
            return False
    return True


@lru_cache(maxsize=2_000)
def statements_of(stretch: Stretch) -> tuple[ast.stmt, ...] | None:
    """The statements of a stretch at its left edge; None where it does not parse. Of what goes on a class the first is
    one of its own, which holds what is in the class."""
    tree = read_tree(_HEAD + stretch.text if stretch.in_class else stretch.text)
    return None if tree is None else tuple(tree.body)


def _pieces(text: str, ends: re.Pattern[str], indent: str = "") -> list[str]:
    """Cut a text below each end that the pattern finds; `indent`: only where that stands below it."""
    cuts = [found.end() for found in ends.finditer(text) if not indent or found["indent"] == indent]
    return [text[start:end] for start, end in pairwise([0, *cuts, len(text)])]


def _joined(
    pieces: Sequence[str], take: Callable[[str, int], tuple[Stretch, ...] | None]
) -> list[tuple[Stretch, ...]] | None:
    """Take each piece, joined with those below it until `take` makes something of them; None where it makes nothing."""
    out: list[tuple[Stretch, ...]] = []
    waiting: list[str] = []
    for at, piece in enumerate(pieces):
        waiting.append(piece)
        taken = take("".join(waiting), at)
        if taken is not None:
            out.append(taken)
            waiting = []
        elif len(waiting) > MOST_JOINED:
            return None
    return None if waiting else out


@lru_cache(maxsize=500)
def _of_statements(text: str) -> tuple[Stretch, ...] | None:
    """The text as one stretch, a long class as several; None where it does not parse."""
    if len(text) > LONGEST and _CLASS.match(text):
        parts = _of_class(text)
        if parts:
            return parts
    whole = Stretch(text)
    return None if statements_of(whole) is None else (whole,)


def _of_class(text: str) -> tuple[Stretch, ...]:
    """A class as its head and its methods; empty where they cannot be told apart."""
    first = _MEMBER.search(text)
    if first is None:
        return ()
    indent = first["indent"]
    pieces = _pieces(text, _MEMBER, indent)
    is_head = True

    def take(piece: str, at: int) -> tuple[Stretch, ...] | None:
        nonlocal is_head
        stretch = Stretch(piece, in_class=not is_head, goes_on=at < len(pieces) - 1)
        if not _is_whole(stretch, len(indent)):
            return None
        is_head = False
        return (stretch,)

    found = _joined(pieces, take)
    return () if found is None else tuple(chain.from_iterable(found))


def _is_whole(stretch: Stretch, depth: int) -> bool:
    """Tell whether a part of a class parses by itself, and what comes below it can still be in the class."""
    found = statements_of(stretch)
    if not found:
        return False
    if not stretch.goes_on:
        return stretch.in_class
    first = found[0]
    return len(found) == 1 and isinstance(first, ast.ClassDef) and first.body[0].col_offset == depth


def _parts(stretch: Stretch) -> Iterator[ast.AST]:
    """The statements of a stretch, those of a class one by one between its head and its end."""
    found = statements_of(stretch) or ()
    if stretch.in_class and isinstance(found[0], ast.ClassDef):
        yield from found[0].body
        found = found[1:]
        if not stretch.goes_on:
            yield _END
    for at, statement in enumerate(found, 1):
        if not isinstance(statement, ast.ClassDef):
            yield statement
            continue
        yield _head_of(statement)
        yield from statement.body
        if not (stretch.goes_on and at == len(found)):
            yield _END


def _head_of(statement: ast.ClassDef) -> ast.ClassDef:
    """A class without what it holds."""
    fields = {name: getattr(statement, name) for name in statement._fields}
    return ast.ClassDef(**{**fields, "body": []})
