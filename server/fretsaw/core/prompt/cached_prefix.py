"""The part of a prompt that an endpoint reads from its cache, where an earlier prompt began alike."""

from __future__ import annotations

from collections.abc import Sequence

from fretsaw.core.text.tokens import count

_LEAST, _STEP = 1024, 128
"""Tokens that a prefix needs to be cached at all, and the steps in which one without breakpoints is."""
_WRITTEN = 3
"""Breakpoints of a request whose prefixes are written: the last ones, beside one that the endpoint sets itself."""


def cached_tokens(earlier: str, shared: int, ends: Sequence[int], *, by_breakpoints: bool) -> int:
    """Tokens that a prompt reads from the cache which begins with the first `shared` characters of an earlier one.

    `ends`: where the earlier prompt marked the end of a prefix. Where only breakpoints are kept, the longest of them
    that is shared whole counts: [700, 5000, 9000] with 6,000 shared characters is the prefix of 5,000.
    """
    if not by_breakpoints:
        tokens = count(earlier[:shared])
        return tokens // _STEP * _STEP if tokens >= _LEAST else 0
    end = max((end for end in ends[-_WRITTEN:] if end <= shared), default=0)
    tokens = count(earlier[:end])
    return tokens if tokens >= _LEAST else 0
