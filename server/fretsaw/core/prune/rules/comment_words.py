"""The words of comments and of the fix: which of them tell something, and which two comments share."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.rules.line_change import LineChange, line_changes, without

_WORD = re.compile(r"[^\W\d_]\w+")
NUMBER = re.compile(r"(?<![\w.])\d{2,}(?![\w.]*\w)|(?<![\w.])\d+\.\d+")
FEWEST_SHARED, MOST_COMMON = 2, 3
"""Words that a comment shares with the issue where it speaks of it; letters of a word that may be in any text."""
FEWEST_MOVED, SHARE_MOVED = 4, 0.6
"""Words that two comments share, and the share of the shorter one's, where one is the other in other words."""
_COMMON = frozenset(
    [
        "self",
        "cls",
        "def",
        "class",
        "return",
        "if",
        "else",
        "elif",
        "for",
        "in",
        "not",
        "and",
        "or",
        "is",
        "none",
        "true",
        "false",
        "the",
        "this",
        "that",
        "with",
        "from",
        "import",
        "as",
        "try",
        "except",
        "raise",
        "pass",
        "while",
        "lambda",
        "yield",
        "are",
        "was",
        "be",
        "been",
        "has",
        "have",
        "can",
        "may",
        "must",
        "will",
        "would",
        "should",
        "its",
        "it",
        "to",
        "of",
        "on",
        "at",
        "by",
        "an",
        "all",
        "any",
        "when",
        "then",
        "use",
        "used",
        "set",
        "get",
        "value",
        "name",
        "list",
        "dict",
        "str",
        "int",
        "type",
        "object",
        "data",
        "result",
    ]
)
"""Words of every program and every text: that they change tells nothing."""


def words_of_fix(changes: tuple[Change, ...], prose: set[int]) -> set[str]:
    """Words of code that come or go with the changes that are not prose."""
    code = line_changes(without(changes, prose))
    return set[str]().union(*map(changed_words, code)) - _COMMON


def changed_words(change: LineChange) -> set[str]:
    """Words, in lower case, that come or go with the change: `# a sum of x` to `# the sum of x` gives "the"."""
    words = set(_WORD.findall(change.added)) ^ set(_WORD.findall(change.removed))
    numbers = set(NUMBER.findall(change.added)) ^ set(NUMBER.findall(change.removed))
    return set(map(str.lower, words)) | numbers


def long_words(prose: str) -> set[str]:
    """The words of some length, in lower case, without those of every text."""
    return {word for word in map(str.lower, _WORD.findall(prose)) if len(word) > MOST_COMMON} - _COMMON


def all_words(lines: Iterable[str]) -> set[str]:
    """The words of some lines, in lower case."""
    return {word.lower() for line in lines for word in _WORD.findall(line)}


def is_reworded(one: set[str], other: set[str]) -> bool:
    """Tell whether a comment holds most of the words of another one, or this of its."""
    shared = len(one & other)
    return shared >= FEWEST_MOVED and shared >= SHARE_MOVED * min(len(one), len(other))
