"""Tell strings made by chance from words, names and placeholders."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

_PAIRS = """
    ab ac ad ag ai al am an ap ar as at au ba be bl bo bu ca ce ch ci ck cl co cr ct cu da dd de di do ea ec ed ee
    ef el em en ep eq er es et ev ex fa fe ff fi fo fr fu ge gi ha he hi ho ia ib ic id ie if ig il im in io ir is
    it iv iz ke la ld le li ll lo ls lt lu ly ma me mi mo mp na nc nd ne ng ni nn no ns nt oc od ol om on oo op or
    os ot ou ov ow pa pe pi pl po pp pr pt qu ra re rg ri rm rn ro rr rs rt ru ry sa sc se sh si so sp ss st su ta
    tc te th ti to tr ts tt tu ty ue ul um un up ur us ut va ve vi wa wh wi xp xt yp ze
"""
"""The pairs of letters that make up 88 % of the words in code and documentation, and 26 % of all pairs."""
_BIGRAMS = frozenset(_PAIRS.split())

_WORD = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")
_PLACEHOLDER = re.compile(
    r"example|sample|placeholder|dummy|redacted|change.?me|change.?this|replace|insert|your|xxxx|\*\*\*|\.\.\.|"
    r"<[^>]*>|[$#%]\{|\{\{|\$\(|%\(|^\$\w+$|^%\w+%$|^@\w+@$|^\{\w*\}$|WITHHELD",
    re.IGNORECASE,
)
_RUN = re.compile(r"(.)\1{4,}")
_SEQUENCES = ("0123456789", "1234567890", "abcdefghij", "9876543210", "qwertyuiop")
_HEX = re.compile(r"[0-9a-fA-F]+")
_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def entropy(text: str) -> float:
    """Shannon's entropy in bits a character."""
    size = len(text)
    return -sum(count / size * math.log2(count / size) for count in Counter(text).values()) if size else 0.0


def is_placeholder(text: str) -> bool:
    """Return True if a value stands for another one: an example, a variable, a template, a run of one sign."""
    if _PLACEHOLDER.search(text) or _RUN.search(text):
        return True
    lowered = text.lower()
    return any(sequence[:8] in lowered for sequence in _SEQUENCES)


def wordiness(text: str) -> float:
    """The part of a text that is words: `resetToken2` 0.9, `q7XkP2mZ` 0."""
    covered = 0
    for found in _WORD.finditer(text):
        word = found[0].translate(_LETTERS)
        common = sum(word[at : at + 2] in _BIGRAMS for at in range(len(word) - 1))
        if common >= 0.5 * (len(word) - 1):
            covered += len(word)
    return covered / len(text) if text else 0.0


def is_random(text: str, least: int = 8) -> bool:
    """Return True if a value looks made by chance, as keys and generated passwords do."""
    if len(text) < least or is_placeholder(text):
        return False
    kinds = sum(1 for kind in (str.islower, str.isupper, str.isdigit) if any(map(kind, text)))
    if kinds < 2 and len(text) < 16:
        return False
    if kinds == 2 and not any(map(str.isdigit, text)) and _case_flips(text) < len(text) / 4:
        return False
    if text.isdigit() or (len(text) >= 12 and wordiness(text) > 0.4) or (len(text) < 12 and wordiness(text) > 0.3):
        return False
    return entropy(text) >= _least_entropy(text)


def is_letters_by_chance(text: str, least: int = 12) -> bool:
    """Return True if a value of letters of one case, which has no digit to give it away, is no word of any language.

    >>> [is_letters_by_chance(text) for text in ("hubfdlphmrds", "KEYBOARDINTERRUPT", "benutzername")]
    [True, False, False]
    """
    plain = text.isascii() and text.isalpha() and (text.islower() or text.isupper())
    if not plain or len(text) < least or is_placeholder(text):
        return False
    common = sum(a + b in _BIGRAMS for a, b in pairwise(text.translate(_LETTERS)))
    return common < 0.45 * (len(text) - 1) and entropy(text) >= _least_entropy(text) - 0.3


def _case_flips(text: str) -> int:
    """Count the places where a small letter and a capital stand side by side."""
    return sum(a.isalpha() and b.isalpha() and a.islower() != b.islower() for a, b in pairwise(text))


def _least_entropy(text: str) -> float:
    """Return the least entropy of a text of this length when it is made by chance."""
    if _HEX.fullmatch(text):
        return min(2.9, math.log2(len(text)) - 1.0)
    return min(3.3, math.log2(len(text)) - 1.0)
