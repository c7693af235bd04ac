"""Paths as models write them: in headers, above a fence, behind a fence's mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_WORDS = re.compile(
    r"^(?:\d+[.)]\s*)?(?:(?:in|file ?name|file ?path|file|path|edit|update|modify|create|new file)\b\s*:?\s+)*", re.I
)
_DECORATION = " \t`*\"'“”‘’:;,"
_PAIRS = {"(": ")", "[": "]", "<": ">", "{": "}"}
_TIME = re.compile(
    r"(?:\t.*| +\d{4}-\d\d-\d\d[ T].*| +\((?:original|modified|new|old|updated|revision)[^)]*\)"
    r"| +(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) .*)$"
)
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_INFO_PATH = re.compile(
    r"(?:^|[\s:,{(])(?:path|file|filename|file_path|title|name)\s*[=:]\s*[\"']?([^\s\"',})]+)", re.I
)
_PATH_LIKE = re.compile(r"^[^\t\n\r\0<>|*?\"`:]*[^\s.,;:!?\"`*<>|/\\]$")
_PROSE = frozenset((
    "the", "this", "these", "that", "and", "to", "is", "are", "we", "you", "it", "should", "please", "here", "with",
    "for", "of", "will", "now", "then", "from", "your", "see", "in", "at", "on", "edit", "edits", "change", "changes",
    "update", "create", "add", "open", "modify", "use", "replace", "fix", "note", "example", "hello", "step", "version",
))  # fmt: skip
_SHORT_PROSE = re.compile(r"\b(?:e\.g|i\.e)\b")
_BARE_NAMES = {"makefile", "dockerfile", "license", "readme", "changelog", "authors", "gemfile", "rakefile", "procfile"}


def unquoted(name: str) -> str:
    r"""A name as a diff header writes it, without quotes, C escapes, time stamps and trailing blanks.

    >>> unquoted('"a/caf\\303\\251.py"')
    'a/café.py'
    """
    name = name.strip(" \r")
    if len(name) > 1 and name[0] == '"':
        close = name.rfind('"')
        if close > 0:
            return _unescaped(name[1:close])
    return _TIME.sub("", name).strip().strip("`")


def _unescaped(name: str) -> str:
    if "\\" not in name:
        return name
    raw = _ESCAPE.sub(lambda m: chr(int(m[1], 8)) if len(m[1]) == 3 else _LETTERS.get(m[1], m[1]), name)
    try:
        return raw.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeError:
        return raw


def _is_prose(lowered: str) -> bool:
    """Tell whether a text in small letters has a word that sentences are made of, and paths seldom."""
    return not _PROSE.isdisjoint(re.split(r"\W+", lowered)) or _SHORT_PROSE.search(lowered) is not None


def looks_like_path(text: str) -> bool:
    """Tell whether a text that stands alone can be meant as a path."""
    if not text or len(text) > 300 or _PATH_LIKE.match(text) is None or "://" in text:
        return False
    last = re.split(r"[/\\]", text)[-1]
    has_ending = bool(re.search(r"[^\s.]\.(?=\w*[^\W\d])\w{1,12}$|^\.\w", last))
    if " " in text:
        return has_ending and text.count(" ") < 6 and not _is_prose(text.lower())
    return has_ending or "/" in text or last.lower() in _BARE_NAMES


@lru_cache(maxsize=2048)  # the same lines are asked about by each fence around them
def alone(line: str) -> str:
    """The path on a line that holds nothing but a path and its decoration; empty when it does not.

    >>> alone("### `src/a.py`:"), alone("[locale]/page.tsx"), alone("**File: (src/b.py)**"), alone("#hash.py")
    ('src/a.py', '[locale]/page.tsx', 'src/b.py', '#hash.py')
    """
    if len(line) > 400:
        return ""
    text = _bare(line)
    text = re.sub(r"\s+\((?:new|modified|updated|existing|created|changed|edited)\b[^()]*\)$", "", text)
    text = re.sub(r"^(?:#+\s+|#(?=[\w.-]+/)|//|--|<!--|/\*|[-*+]\s+|>\s+)\s*|\s*(?:-->|\*/)$", "", text)
    text = _bare(text)
    named = _bare(_WORDS.sub("", text, count=1))
    # "File (1).txt" is a name, "File: (a.py)" is not.
    text = text if named[:1] in ("(", "[") and text[:1].isalpha() else named
    return text if looks_like_path(text) else ""


def _bare(text: str) -> str:
    """A text without quotation marks, emphasis and colons around it, and without brackets around the whole of it."""
    text = text.strip().strip(_DECORATION)
    while len(text) > 2 and _PAIRS.get(text[0]) == text[-1] and text.count(text[0]) == 1:
        text = text[1:-1].strip(_DECORATION)
    return text


def above(lines: Sequence[str], at: int, most: int = 3) -> str:
    """The path that stands alone on one of the last non-blank lines above a line, the nearest first."""
    seen = 0
    for index in range(at - 1, max(-1, at - 8), -1):
        line = lines[index].strip()
        if not line:
            continue
        if line.startswith(("```", "~~~")):
            named = in_info(line.strip("`~ "))
            if named:
                return named
            continue
        named = alone(line)
        if named:
            return named
        seen += 1
        if seen >= most:
            break
    return ""


def in_info(info: str) -> str:
    """The path in the words behind a fence's mark, empty when there is none.

    >>> in_info("python path=src/a.py"), in_info("py:src/a.py"), in_info("diff"), in_info("src/a.py")
    ('src/a.py', 'src/a.py', '', 'src/a.py')
    """
    if not info or len(info) > 400:
        return ""
    named = _INFO_PATH.search(info)
    if named:
        return named[1]
    for word in reversed(info.split()):
        part = word.rsplit(":", 1)[-1] if ":" in word and not word.startswith("http") else word
        if looks_like_path(part) and ("/" in part or "." in part):
            return part
    return ""
