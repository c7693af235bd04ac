"""Find secrets in a text by what they look like and by what stands around them. Fast where there are none.

Only lines with a long token, a telling word or a URL are looked at closely, and an expression is compiled when one of
its words was met for the first time.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from string import ascii_lowercase, ascii_uppercase, digits
from typing import TypeAlias

from fretsaw.core.languages import is_test
from fretsaw.core.secrets.chance import entropy, is_placeholder, wordiness
from fretsaw.core.secrets.context_rules import (
    NAMES,
    kubernetes_secrets,
    lower,
    named_values,
    private_keys,
    url_passwords,
)

Span: TypeAlias = "tuple[int, int, str]"
_Rule: TypeAlias = "tuple[str, str, float, tuple[str, ...]]"


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """A value that is kept back."""

    start: int
    """Index of its first character."""
    end: int
    rule: str
    """Name of the rule that found it."""


_KINDS = bytes.maketrans(
    (ascii_lowercase + ascii_uppercase + digits + "_-" + "+/=.~:").encode(),
    b"a" * 26 + b"A" * 26 + b"0" * 10 + b"__......",
)
"""For `bytes.translate`: small letters, capitals, digits, signs before a token, other signs in one. The rest stays."""
_SHORTEST_TOKEN = 15
_FROM_DIGIT = re.compile(rb"0[aA0_.]{7,}")
_FROM_SIGN = re.compile(rb"_[aA]{14,}")
_NO_TOKEN = re.compile(rb"[^aA0_.]")
_SHOUTED = b"A" * 14
_LONGEST_NAME_LINE = 200
_KEY_WITH_VALUE = re.compile(
    r"key[a-z0-9_.-]{0,40}(?:\\?[\"'`\]]){0,4}(?:"
    r"[ \t]{0,20}(?:=>|:=|==|\?=|=|:|,|\()[ \t]{0,20}[a-z]{0,2}"
    r"(?:\\?[\"'`]{1,3}[^\"'`\r\n]{6}|[^\s\"'`,;<>(){}\[\]]{6})"
    r"|>[^<>\s]{6}|[ \t]{1,20}[\"']?[a-z_.+/-]{0,40}\d|[ \t]{1,20}[\"']?[^\s]{16})"
)
_KEY_OPTION = re.compile(r"-key[ \t=]")
_LOCK = re.compile(
    r"(?i)(?:^|/)(?:[\w.-]*\.lock|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.ya?ml|go\.(?:work\.)?sum|lock\.json"
    r"|packages\.lock\.json|package\.resolved|cartfile\.resolved|verification-metadata\.xml|checksums?\.txt|sha\d+sums)$"
)
_KNOWN_EXAMPLES = ("eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9l", "eyJpc3MiOiJqb2UiLA0KICJleHAi")
"""Of the documents that define the JSON web token."""
_LONGEST_LINE = 20_000


def find_secrets(text: str, path: str = "") -> tuple[FoundSecret, ...]:
    """Every secret of a text, in order, none overlapping another. `path` tells tests and lock files apart."""
    lowered = lower(text)
    spans: list[Span] = []
    if "private" in lowered:
        spans += private_keys(text)
    if "kind" in lowered and "secret" in lowered:
        spans += kubernetes_secrets(text)
    in_test, is_lock = is_test(path) or "/fixtures/" in f"/{path}", _LOCK.search(path) is not None
    tokens = _token_lines(text)
    named = _lines(text, _word_places(lowered))
    spans += _inside(text, tokens, _by_form)
    spans += _inside(text, _lines(text, _places_of("://", lowered)), url_passwords)
    spans += _inside(text, [*tokens, *named], partial(named_values, is_test=in_test, is_lock=is_lock))
    return _apart(spans)


def _inside(text: str, lines: Iterable[tuple[int, int]], find: Callable[[str], Iterator[Span]]) -> Iterator[Span]:
    """Search some lines of a text as one window, so that an expression is started once for all of them."""
    starts: list[tuple[int, int]] = []
    pieces: list[str] = []
    size, last = 0, 0
    for begin, end in sorted(lines):
        if end <= last:
            continue
        first = max(begin, last)
        starts.append((size, first))
        pieces.append(text[first:end])
        size, last = size + end - first, end
    if not pieces:
        return
    for span in find("".join(pieces)):
        moved = _moved(span, starts)
        if moved is not None:
            yield moved


def _lines(text: str, places: Iterable[int]) -> list[tuple[int, int]]:
    """The lines (start, end) of some places, each once."""
    lines: list[tuple[int, int]] = []
    end = -1
    for at in sorted(places):
        if at >= end:
            first, end = _line_span(text, at)
            lines.append((first, end))
    return lines


def _moved(span: Span, starts: list[tuple[int, int]]) -> Span | None:
    """A span of the suspicious lines in the whole text; None for one over lines that are apart there."""
    row = bisect_right(starts, (span[0], sys.maxsize)) - 1
    joined, original = starts[row]
    last_joined, last_original = starts[bisect_right(starts, (span[1] - 1, sys.maxsize)) - 1]
    if original - joined != last_original - last_joined:
        return None
    return span[0] - joined + original, span[1] - joined + original, span[2]


def _line_span(text: str, at: int) -> tuple[int, int]:
    """The line of a place; a part of it where it is very long, as in minified files."""
    start = text.rfind("\n", max(0, at - _LONGEST_LINE), at) + 1 or max(0, at - _LONGEST_LINE)
    end = text.find("\n", at, at + _LONGEST_LINE)
    return start, (end + 1 if end >= 0 else min(len(text), at + _LONGEST_LINE))


def _token_lines(text: str) -> list[tuple[int, int]]:
    """The lines with a long token that has a digit, or is all in capitals; each with the line above it, where the name
    of a value may stand."""
    return [(_line_above(text, first), end) for first, end in _lines(text, _token_places(text))]


def _line_above(text: str, first: int) -> int:
    """The start of the line above the one that starts at `first`; `first` where that is long, or there is none."""
    above = text.rfind("\n", max(0, first - _LONGEST_NAME_LINE), max(0, first - 1))
    return above + 1 if above >= 0 else first


def _token_places(text: str) -> Iterator[int]:
    """Yield a place in each token of at least 15 characters that has a digit, 14 capitals in a row, or 14 letters that
    make no words behind a sign, as in `ghp_…`.

    Digits are rare in code, so they are what is looked for: from the first one of a token to its end, and from the last
    one back to its beginning. One of both is at least half of the token.
    """
    kinds = text.encode("latin-1", "replace").translate(_KINDS)
    size = len(kinds)
    for found in _FROM_DIGIT.finditer(kinds):
        first, end = found.span()
        rest = kinds[max(0, first - _SHORTEST_TOKEN + end - first) : first]
        if end - first + len(rest) >= _SHORTEST_TOKEN and not _NO_TOKEN.search(rest):
            yield first
    for found in _FROM_DIGIT.finditer(kinds[::-1]):
        first, end = size - found.end(), size - found.start()
        rest = kinds[end : max(end, first + _SHORTEST_TOKEN)]
        if len(rest) + end - first >= _SHORTEST_TOKEN and not _NO_TOKEN.search(rest):
            yield first
    for found in _FROM_SIGN.finditer(kinds):
        if wordiness(text[found.start() + 1 : found.end()]) < 0.6:
            yield found.start()
    at = kinds.find(_SHOUTED)
    while at >= 0:
        yield at
        at = kinds.find(_SHOUTED, at + len(_SHOUTED))


def _word_places(lowered: str) -> Iterator[int]:
    """Yield places of telling words, at least one in each line that has any.

    Of `key`, which is all over some code, only those with a value behind."""
    for word in NAMES:
        yield from _places_of(word, lowered)
    if 'value="' in lowered:  # the name and the value of an attribute may be in two lines
        yield from _places_of("key", lowered)
        return
    for pattern in (_KEY_WITH_VALUE, _KEY_OPTION):
        for found in pattern.finditer(lowered):
            yield found.start()


def _places_of(word: str, lowered: str) -> Iterator[int]:
    at = lowered.find(word)
    while at >= 0:
        yield at
        line_end = lowered.find("\n", at)
        at = lowered.find(word, line_end) if line_end >= 0 else -1


def _by_form(window: str) -> Iterator[Span]:
    """Tokens whose form tells what they are."""
    lowered = lower(window)
    rules, by_word = _rules()
    chosen = {number for word, numbers in by_word.items() if word in lowered for number in numbers}
    for name, pattern, least, _ in (rules[number] for number in sorted(chosen)):
        for found in _compiled(pattern).finditer(window):
            group = next((number for number in range(1, (found.re.groups or 0) + 1) if found[number]), 0)
            value = found[group]
            if entropy(value) >= least and not _is_example(value):
                yield *found.span(group), name


def _is_example(value: str) -> bool:
    """Return True if a token of a known form is one that documentation shows."""
    return is_placeholder(value) or any(example in value for example in _KNOWN_EXAMPLES) or _is_a_name(value)


def _is_a_name(value: str) -> bool:
    """Return True if what a rule took for a token is words with a number, as
    `sk-learn-estimator-version-2-of-the-old-one`."""
    tail = re.split(r"[_.:-]", value, maxsplit=1)[-1]
    return wordiness(tail) > 0.6 and entropy(tail) < 4.2


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[_Rule, ...], dict[str, list[int]]]:
    """The tables, imported when the first suspicious line is met, and the numbers of the rules for each word."""
    from fretsaw.core.secrets import gitleaks_rules, token_rules

    rules = (*token_rules.RULES, *gitleaks_rules.RULES)
    by_word: dict[str, list[int]] = {}
    for number, (_, _, _, words) in enumerate(rules):
        for word in words:
            by_word.setdefault(word, []).append(number)
    return rules, by_word


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _apart(spans: Iterable[Span]) -> tuple[FoundSecret, ...]:
    """The spans in order; of those that overlap, the union with the name of the first."""
    joined: list[FoundSecret] = []
    for start, end, rule in sorted(spans, key=lambda span: (span[0], -span[1])):
        if joined and start < joined[-1].end:
            last = joined.pop()
            joined.append(FoundSecret(last.start, max(last.end, end), last.rule))
        else:
            joined.append(FoundSecret(start, end, rule))
    return tuple(joined)
