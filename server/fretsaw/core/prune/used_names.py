"""The names that a piece of code brings and those it uses, by its words."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

WORD = re.compile(r"[^\W\d]\w*")
_DEFINES = re.compile(
    r"""^\s*(?:export\s+|pub\s+|async\s+|static\s+|public\s+|private\s+)*
        (?:def|class|func|fn|function|struct|interface|type|module)\s+(\w+)
    |^\s*(?:const\s+|let\s+|var\s+)?(\w+)\s*(?::[^=\n]+)?(?:=(?!=)|:=)
    |^\s*(?:async\s+)?for\s+(\w+)\b""",
    re.MULTILINE | re.VERBOSE,
)
_IMPORTS = re.compile(r"^\s*(?:from\s+\S+\s+)?import\s+\(?([^\n)]+)", re.MULTILINE)


def defined(text: str) -> frozenset[str]:
    """Names that the text defines, assigns or imports."""
    names = set(chain.from_iterable(_DEFINES.findall(text)))
    for listed in _IMPORTS.findall(text):
        names.update(map(_name_of_import, listed.split(",")))
    return frozenset(names - {""})


def _name_of_import(part: str) -> str:
    """The name that one item of an import brings: c of `a.b as c`, a of `a.b`."""
    brought = part.rsplit(" as ", maxsplit=1)[-1].strip(" \\,")
    return brought.split(".")[0]


@lru_cache(maxsize=32)
def used(text: str) -> frozenset[str]:
    """All words of the text that could be names."""
    return frozenset(WORD.findall(text))
