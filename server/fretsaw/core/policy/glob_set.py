"""Many globs asked at once: most are a name, an end or a beginning, and only the rest is worth a regular expression.

`fnmatch` semantics: `*` and `?` also cross `/`, nothing is folded. Compiling 200 globs to one expression took 8 ms of
every start, and matching it was most of what judging a path cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate

_SPECIAL = frozenset("*?[")


class GlobSet:
    """The globs of a list, sorted by kind.

    `["setup.py", "*.lock", ".env*", "wg[0-9]*.conf"]` is one name, one end, one beginning, one expression.
    """

    __slots__ = ("_beginnings", "_ends", "_middles", "_names", "_rest")

    def __init__(self, globs: Iterable[str]) -> None:
        names: set[str] = set()
        ends: list[str] = []
        beginnings: list[str] = []
        middles: list[str] = []
        rest: list[str] = []
        for glob in globs:
            inner = glob.strip("*")
            if not inner or not _SPECIAL.isdisjoint(inner) or glob.startswith("**") or glob.endswith("**"):
                rest.append(glob)
            elif inner == glob:
                names.add(glob)
            elif glob[0] != "*":
                beginnings.append(inner)
            elif glob[-1] != "*":
                ends.append(inner)
            else:
                middles.append(inner)
        self._names, self._ends, self._beginnings = frozenset(names), tuple(ends), tuple(beginnings)
        self._middles = tuple(middles)
        self._rest = re.compile("|".join(map(translate, rest))) if rest else None

    def matches(self, text: str) -> bool:
        """True when the whole text fits one of the globs."""
        return (
            text in self._names
            or text.endswith(self._ends)
            or text.startswith(self._beginnings)
            or any(middle in text for middle in self._middles)
            or (self._rest is not None and self._rest.match(text) is not None)
        )
