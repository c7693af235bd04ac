"""Takes keys out of a text before a person or a log sees it."""

from __future__ import annotations

import base64
import re
from functools import lru_cache
from urllib.parse import quote

from fretsaw.core.secrets.masked import KEY_MARK
from fretsaw.core.text.safe_text import safe_text

HIDDEN = KEY_MARK
_SHORTEST_KEY = 8
_PART = 12
"""Characters of a key in a row that no text has by chance."""

_PATTERNS = (
    re.compile(r"\bsk-[A-Za-z0-9_\-*.]{6,}"),
    re.compile(r"(?i)\b(bearer|basic)(\s+)[^\s\"',;<>]{6,}"),
    re.compile(r"(?i)\b((?:x-)?api[-_]?key|authorization)(\"?\s*[:=]\s*\"?)(?!bearer|basic|\[key)[^\s\"',;<>]{6,}"),
)


def redact(text: str, *secrets: str | None) -> str:
    """The text without anything that looks like a key, and without these secrets in any case.

    A secret's beginning or end that an endpoint repeats (eight characters or more) is hidden too.

    >>> redact("Incorrect API key provided: sk-proj-abcdef123456")
    'Incorrect API key provided: [key hidden]'
    """
    for secret in secrets:
        if secret:
            text = _hide(text, secret.strip())
    text = _PATTERNS[0].sub(HIDDEN, text)
    for pattern in _PATTERNS[1:]:
        text = pattern.sub(lambda found: found[1] + found[2] + HIDDEN, text)
    return text


def hide_key(text: str, key: str | None) -> str:
    """The text without the API key: whole, a part of it, turned round, or in a usual encoding.

    >>> hide_key("it is 3cret-9f8e7d6c5b4a-key, in part 9f8e7d6c5b4a", "3cret-9f8e7d6c5b4a-key")
    'it is [key hidden], in part [key hidden]'
    """
    key = (key or "").strip()
    if len(key) < _SHORTEST_KEY:
        return text
    for form in _forms(key):
        text = _hide_parts(text, form)
    return text


def _hide_parts(text: str, key: str) -> str:
    """The text without the key and without pieces of it that are long enough to be no chance."""
    if key in text:
        text = text.replace(key, HIDDEN)
    size = min(_PART, len(key))
    at = 0
    while at + size <= len(key):
        part = key[at : at + size]
        if part not in text:
            at += 1
            continue
        end = at + size
        while end < len(key) and key[at : end + 1] in text:
            end += 1
        text = text.replace(key[at:end], HIDDEN)
    return text


@lru_cache(maxsize=4)
def _forms(key: str) -> tuple[str, ...]:
    """The key as it may be written: plain, backwards, in hexadecimal, in base64 at each of three offsets, for a URL."""
    data = key.encode("utf-8", "surrogateescape")
    # The first and the last signs of base64 depend on what stands beside; what is between does not.
    encoded = [base64.b64encode(b"x" * shift + data).decode("ascii")[4 if shift else 0 :][:-4] for shift in range(3)]
    url_safe = [form.translate(str.maketrans("+/", "-_")) for form in encoded]
    forms = (key, key[::-1], data.hex(), data.hex().upper(), *encoded, *url_safe, quote(key, safe=""))
    return tuple(dict.fromkeys(form for form in forms if len(form) >= _SHORTEST_KEY))


def clean(text: str, *secrets: str | None, limit: int = 300) -> str:
    """A stranger's text as one short line: redacted, without control characters, at most `limit` characters."""
    line = safe_text(" ".join(redact(text[: limit * 20], *secrets).split()))
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _hide(text: str, secret: str) -> str:
    text = text.replace(secret, HIDDEN)
    if len(secret) >= 16:
        for part in (secret[:8], secret[-8:]):
            text = re.sub(re.escape(part) + r"[A-Za-z0-9_\-*.]*", HIDDEN, text)
    return text
