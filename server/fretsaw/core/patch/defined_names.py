"""Names that a line defines or imports, by its form alone and in any language: enough to know a moved definition again.

A function that moved and was rewritten on the way has no line in common with what it was; its name it keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_MODIFIERS = (
    r"(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|pub(?:\([^)]*\))?|unsafe"
    r"|const|inline|override|virtual|extern|suspend|sealed|partial|open|data|local)\s+)*"
)
_DEFINES = re.compile(
    rf"\s*{_MODIFIERS}(?:def|class|function\*?|func|fn|sub|interface|trait|struct|enum|union|module|namespace|type|proc|fun"
    r"|record|object|macro_rules!)\s+(?:self\.)?(?:\([^)]*\)\s*)?(?P<name>[A-Za-z_$][\w$]*[?!]?)"
)
_ASSIGNS = re.compile(
    rf"{_MODIFIERS}(?:(?:let|var|val|my|our)\s+)?(?:mut\s+)?[$@%]?(?P<name>[A-Za-z_$][\w$]*)\s*(?::[^=\n]{{1,60}})?:?=(?![=>~])"
)
"""Only at the left edge: what is assigned deeper is a local, and no definition."""
_TYPED = re.compile(
    r"\s*(?:[\w$<>\[\],.*&:~?@]+\s+){1,8}[*&~]*(?P<name>[A-Za-z_$][\w$]*)\s*"
    r"\((?:[^;={]*\)\s*\{.*|[^;=]*[{),])\s*$"
)
"""A method or function that begins with its type: `private static int size(List<T> x) {`."""
_NO_TYPE = re.compile(
    r"\s*(?:return|else|if|elif|for|while|switch|new|throw|await|yield|case|assert|print|puts|echo|del|raise|import|from|use"
    r"|and|or|not|goto|catch|do|try|with|in|is|let|const|var|go|defer|unless|when|match|lambda)\b"
)
_FROM = re.compile(r"\s*from\s+\S+\s+import\s+(?P<names>.+)")
_IMPORT = re.compile(
    r"\s*(?:(?:pub\s+)?(?:import|use|using)\s+(?:type\s+|static\s+)?|(?:const|let|var)\s+(?=.*\brequire\())(?P<names>.+)"
)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_NO_NAME = frozenset({"as", "from", "import", "require", "type", "static", "default", "self", "crate", "super"})


@lru_cache(maxsize=20_000)
def defined_name(line: str) -> str:
    """The name that a line begins the definition of; empty where it begins none.

    >>> [defined_name(line) for line in ("async def f(x):", "  private int size(List<T> x) {", "LIMIT = 3", "  n = 3")]
    ['f', 'size', 'LIMIT', '']
    """
    found = _DEFINES.match(line) or _ASSIGNS.match(line)
    if found is None and not _NO_TYPE.match(line):
        found = _TYPED.match(line)
    return found["name"] if found and _imports(line) is None else ""


@lru_cache(maxsize=20_000)
def imported_names(line: str) -> frozenset[str]:
    """The names that a line imports.

    >>> sorted(imported_names("from os import path as p, sep")), sorted(imported_names("import {a, b as c} from './x'"))
    (['p', 'sep'], ['a', 'c'])
    """
    return frozenset(_bound(line))


def _bound(line: str) -> Iterator[str]:
    names = _imports(line)
    if names is None:
        return
    said = re.split(r"\bfrom\b|=\s*require\(|['\"#;]|//", names)[0]
    for part in re.split(r"[,{}()]", said):
        found = [name for name in _NAME.findall(part) if name not in _NO_NAME]
        if found:
            yield found[-1] if " as " in part or "::" in part or "." in part or ":" in part else found[0]


def _imports(line: str) -> str | None:
    found = _FROM.match(line) or _IMPORT.match(line)
    return found["names"] if found else None
