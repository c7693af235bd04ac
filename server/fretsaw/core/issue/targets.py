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
_PLACED = re.compile(r"\b(?:in|within|inside|outside(?:\s+of)?|under|below|to)\s+(?:the\s+)?[`\"'“‘]?$", re.IGNORECASE)
_PAIRS = frozenset(
    str.split("and/or either/or input/output read/write client/server on/off true/false yes/no i/o his/her n/a w/o")
)
"""Words with a slash that name no folder."""
_KIND = r"(?:functions?|methods?|class(?:es)?|structs?|interfaces?|traits?|enums?|procedures?|subroutines?)"
_KIND_BEFORE = re.compile(rf"\b{_KIND}\s+(?:(?:called|named)\s+)?$", re.IGNORECASE)
_LISTED_BEFORE = re.compile(
    rf"\b{_KIND}\s+(?P<names>\w+\s*(?:,\s*\w+\s*)*)(?:,|,?\s*(?:and|or|nor))\s*$", re.IGNORECASE
)
_KIND_AFTER = re.compile(
    rf"^\s+{_KIND}\b(?!\s+(?:names?|calls?|signatures?|bod(?:y|ies)|definitions?)\b)", re.IGNORECASE
)
_IS_END_OF_LIST = re.compile(r"\s*(?:$|[,.;:!)]|\b(?:and|or|in|of|from)\b)")
_THE_BEFORE = re.compile(r"\bthe\s+$", re.IGNORECASE)
_NO_NAMES = frozenset(
    str.split(
        "that this these those which who whose it its is are was were be has have had does do can may must should will "
        "would to in of from for on at by with without within inside outside under below above before after when where "
        "while if so as because than then and or nor but not only also too itself themselves alone just the a an "
        "any all some each every no one two other others another same such there here called named needed "
        "name names body bodies call calls caller callers signature signatures definition definitions declaration "
        "declarations argument arguments parameter parameters docstring docstrings documentation comment comments code "
        "level file files module test tests hierarchy attribute attributes member members variable variables field "
        "fields type types object objects pointer pointers keyword works fails returns raises takes gets uses handles "
        "first last second third main whole entire new old existing given following relevant affected corresponding "
        "broken wrong failing faulty buggy helper private public static abstract inner outer nested base parent child "
        "sub super own current actual original real single specific particular missing internal external "
        "unused deprecated generic anonymous async recursive default"
    )
)
"""Words beside "function" or "class" that are no name of one."""
_NOT_FOLDERS = frozenset(str.split("the this that a an any our my your its same other new source each public test"))


def targets_of(text: str, lead: str = "") -> tuple[str, ...]:
    """In order, each once: paths and globs as written, folders with a final `/`, symbols.

    A symbol stands in backticks, is called (`add()`) or has its kind beside it: "the function add". `lead`: the words
    before the text, "change nothing outside" of "change nothing outside src/auth".
    """
    found: dict[str, None] = {}
    spans = code_spans(text)
    for match in _WORD.finditer(text[:2000]):
        quoted = any(begin <= match.start() < end for begin, end in spans)
        before = f"{lead} {text[: match.start()]}"[-_MOST_BEFORE:]
        target = _target(match[0].rstrip(".:!?").removesuffix("()"), before, text[match.end() :], quoted=quoted)
        if target:
            found.setdefault(target)
    return tuple(found)


_MOST_BEFORE = 120
"""Characters before a word that can tell what it names."""


def _target(word: str, before: str, after: str, *, quoted: bool) -> str | None:
    if "*" in word and not word.strip("*_"):
        return None
    is_folder = _is_folder(word, before, after)
    path = as_path(word, quoted=quoted or "*" in word)
    if path and (path.text.endswith("/") or "/" in path.text or not is_folder):
        return path.text
    if is_folder and re.fullmatch(r"[\w.@+-]+(?:/[\w.@+-]+)*/?", word) and word.lower() not in _NOT_FOLDERS:
        return f"{word.rstrip('/')}/"
    return word if _IDENTIFIER.match(word) and _is_symbol(word, before, after, quoted=quoted) else None


def _is_folder(word: str, before: str, after: str) -> bool:
    """Tell whether the words beside a word say that it is a folder."""
    if _FOLDER_AFTER.match(after) or _INSIDE.search(before) or (word.endswith("/") and word.count("/") == 1):
        return True
    return "/" in word and word.lower() not in _PAIRS and _PLACED.search(before) is not None


def _is_symbol(word: str, before: str, after: str, *, quoted: bool) -> bool:
    return quoted or after.startswith("()") or _is_named_by_kind(word, before, after)


def _is_named_by_kind(word: str, before: str, after: str) -> bool:
    """Tell whether prose says that a word is a function, class or the like: "the function add", "the add function".

    So are the further names of a list: "the functions add and subtract".
    """
    if word.lower() in _NO_NAMES or len(word) < 2:
        return False
    if _KIND_BEFORE.search(before):
        return True
    listed = _LISTED_BEFORE.search(before)
    if listed:
        names = re.findall(r"\w+", listed["names"])
        return not any(name.lower() in _NO_NAMES for name in names) and _IS_END_OF_LIST.match(after) is not None
    return _THE_BEFORE.search(before) is not None and _KIND_AFTER.match(after) is not None
