"""Lines that a patch adds: what they must not smuggle in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from fretsaw.core.policy.file_names import INVISIBLE
from fretsaw.core.text.lines import body

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bsk-[A-Za-z0-9_-]{20,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}"
    r"|\bgithub_pat_[A-Za-z0-9_]{50,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}|\bglpat-[A-Za-z0-9_-]{20}"
    r"|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[A-Za-z0-9_-]{50,}"
)
_WORD = re.compile(r"\w+")
_MIXED = re.compile("[a-zA-Z0-9_ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοϲϳАВЕЅІЈКМНОРСТУХҮԌԜаеорсухѕіјһԁԛԝѵӏ]+")
"""Latin, and the Greek and Cyrillic letters that look like Latin ones."""
_LATIN = re.compile("[A-Za-z]")
_SHORTEST_SECRET = 8


def judge_lines(before: str | None, added: Iterable[str], secrets: Collection[str] = ()) -> tuple[str, ...]:
    """Say why these added lines (with endings) are refused, each reason once; `before` is the file's text, None: new.

    What the file has already may be added again. `secrets` are values that are known to be secret.
    """
    known = before or ""
    reasons: dict[str, None] = {}
    for number, line in enumerate(added):
        first = number == 0 and not known
        for reason in _in_line(body(line), known, secrets, first):
            reasons[reason] = None
    return tuple(reasons)


def _in_line(text: str, known: str, secrets: Collection[str], first: bool) -> Iterator[str]:
    if not text.isascii():
        yield from _unseen(text, known, first)
        yield from (f"adds the look-alike name {show(word)}" for word in _look_alikes(text) if word not in known)
    for char in sorted(set(_CONTROL.findall(text)) - set(known)):
        yield f"adds the control character {show(char)}"
    for found in _KEYS.findall(text):
        if found not in known:
            yield f"adds what looks like a key ({found[:6]}…)"
    if any(len(value) >= _SHORTEST_SECRET and value in text and value not in known for value in secrets):
        yield "adds a secret of this machine"


def _unseen(text: str, known: str, first: bool) -> Iterator[str]:
    """Invisible characters and broken bytes that the file does not have yet."""
    for match in INVISIBLE.finditer(text):
        char, at = match.group(), match.start()
        if char in known or (char == "\ufeff" and first and at == 0) or _joins_emoji(text, at):
            continue
        yield f"adds the invisible character {show(char)}"
    if _SURROGATE.search(known):
        return  # the file is not UTF-8, and its lines are in its own encoding
    for char in sorted(set(_SURROGATE.findall(text))):
        yield f"adds text that is not UTF-8 ({show(char)})"


def _joins_emoji(text: str, at: int) -> bool:
    """Return True if the character there only shapes the pictogram before it, as in ⚠️."""
    if text[at] not in "\ufe0e\ufe0f\u200d" or at == 0:
        return False
    before = text[at - 1]
    return unicodedata.category(before) in ("So", "Sk") or (text[at] == "\u200d" and before == "\ufe0f")


def _look_alikes(text: str) -> list[str]:
    """Words of Latin letters among which stand others that look the same (a word that merely mixes scripts is none)."""
    return [
        word for word in _WORD.findall(text) if not word.isascii() and _LATIN.search(word) and _MIXED.fullmatch(word)
    ]


def show(text: str) -> str:
    """A text with all but ASCII spelled out, e.g. `<U+200B>`."""
    return "".join(char if " " <= char <= "~" else f"<U+{ord(char):04X}>" for char in text)
