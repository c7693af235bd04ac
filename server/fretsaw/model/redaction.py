"""Takes keys out of a text before a person or a log sees it. Knows nothing of where the text came from."""

from __future__ import annotations

import re

from fretsaw.core.text.safe_text import safe_text

HIDDEN = "[key hidden]"

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
