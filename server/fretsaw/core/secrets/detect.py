"""Find secrets in a text by what they look like and by what stands around them. Fast where there are none.

Only lines with a long token, a telling word or a URL are looked at closely, and an expression is compiled when one of
its words was met for the first time.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
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


_TOKEN = re.compile(r"[A-Za-z0-9_+/=.~:-]{16,}")  # half the time of `\w`
_DIGIT = re.compile(r"\d")
_SHOUTED = re.compile(r"[A-Z]{14,}")
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
    if "kind" in lowered and "secret" in lowered and path.endswith((".yaml", ".yml", ".json", "")):
        spans += kubernetes_secrets(text)
    in_test, is_lock = is_test(path) or "/fixtures/" in f"/{path}", _LOCK.search(path) is not None
    starts, window = _suspicious_lines(text, lowered)
    if window:
        low = lower(window)
        found = [*_by_form(window, low), *_by_context(window, low, in_test=in_test, is_lock=is_lock)]
        spans += [moved for span in found if (moved := _moved(span, starts)) is not None]
    return _apart(spans)


def _suspicious_lines(text: str, lowered: str) -> tuple[list[tuple[int, int]], str]:
    """The lines that are worth a closer look as one text, and where each begins: (index there, index in the text)."""
    starts: list[tuple[int, int]] = []
    pieces: list[str] = []
    size, end = 0, -1
    for at in sorted({*_token_places(text), *_word_places(lowered)}):
        if at < end:
            continue
        first, end = _line_span(text, at)
        starts.append((size, first))
        pieces.append(text[first:end])
        size += end - first
    return starts, "".join(pieces)


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


def _token_places(text: str) -> Iterator[int]:
    """Yield the beginning of each long token with digits, or all in capitals."""
    for found in _TOKEN.finditer(text):
        token = found[0]
        if _DIGIT.search(token) or _SHOUTED.search(token):
            yield found.start()


def _word_places(lowered: str) -> Iterator[int]:
    for word in (*NAMES, "://"):
        at = lowered.find(word)
        while at >= 0:
            yield at
            line_end = lowered.find("\n", at)
            at = lowered.find(word, line_end) if line_end >= 0 else -1


def _by_form(window: str, lowered: str) -> Iterator[Span]:
    """Tokens whose form tells what they are."""
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


def _by_context(window: str, lowered: str, *, in_test: bool, is_lock: bool) -> Iterator[Span]:
    if "://" in lowered:
        yield from url_passwords(window)
    if any(name in lowered for name in NAMES):
        yield from named_values(window, is_test=in_test, is_lock=is_lock)


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
