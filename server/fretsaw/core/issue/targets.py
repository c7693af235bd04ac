"""Find the object of a rule in a sentence: files, globs, folders, symbols."""

from __future__ import annotations

import re

from fretsaw.core.issue.hidden import code_spans
from fretsaw.core.issue.mentions import as_path

_WORD = re.compile(r"[^\s`\"'“”‘’<>()\[\]{},;]+")
_IDENTIFIER = re.compile(r"^[A-Za-z_$][\w$]*(?:(?:\.|::)[A-Za-z_$][\w$]*)*$")
_FOLDER_AFTER = re.compile(r"^[`\"'”’/]*\s+(?:folders?|director(?:y|ies)|dirs?|packages?)\b", re.IGNORECASE)
_INSIDE = re.compile(
    r"\b(?:(?:anything|everything|code|files?|stuff)\s+(?:in|under|inside|below|within)|outside(?:\s+of)?)\s+(?:the\s+)?[`\"'“‘]?$",
    re.IGNORECASE,
)
_NOT_FOLDERS = frozenset(str.split("the this that a an any our my your its same other new source each public test"))


def targets_of(text: str) -> tuple[str, ...]:
    """In order, each once: paths and globs as written, folders with a final `/`, backticked or called symbols."""
    found: dict[str, None] = {}
    spans = code_spans(text)
    for match in _WORD.finditer(text[:2000]):
        quoted = any(begin <= match.start() < end for begin, end in spans)
        target = _target(match[0].rstrip(".:!?").removesuffix("()"), text, match, quoted=quoted)
        if target:
            found.setdefault(target)
    return tuple(found)


def _target(word: str, text: str, match: re.Match[str], *, quoted: bool) -> str | None:
    after, before = text[match.end() :], text[: match.start()]
    folder = _FOLDER_AFTER.match(after) or _INSIDE.search(before[-60:])
    if "*" in word and not word.strip("*_"):
        return None
    path = as_path(word, quoted=quoted or "*" in word)
    if path and (path.text.endswith("/") or "/" in path.text or not folder):
        return path.text
    if folder and re.fullmatch(r"[\w.@+-]+(?:/[\w.@+-]+)*/?", word) and word.lower() not in _NOT_FOLDERS:
        return f"{word.rstrip('/')}/"
    if (quoted or after.startswith("()")) and _IDENTIFIER.match(word):
        return word
    return None
