from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fretsaw.core.text.safe_text import CONTROL, INVISIBLE, safe_text, sendable

TRICKS = {
    "\x1b[31mred\x1b[0m": "<U+001B>[31mred<U+001B>[0m",
    "\x1b]8;;http://x\x07a": "<U+001B>]8;;http://x<U+0007>a",
    "safe\rEVIL": "safe<U+000D>EVIL",
    "a\u202eb\u2066c\u200bd": "a<U+202E>b<U+2066>c<U+200B>d",
    "tag\U000e0041": "tag<U+E0041>",
    "\x9b31m": "<U+009B>31m",
    "a\u2028b\x85c": "a<U+2028>b<U+0085>c",
    "nul\0": "nul<U+0000>",
    "latin\udce9": "latin<U+DCE9>",
    "\ufeffx\u00ad\u3164\uffa0": "<U+FEFF>x<U+00AD><U+3164><U+FFA0>",
    "tab\tnew\nline\r\nend": "tab\tnew\nline\nend",
    "héllo – 漢字 😀": "héllo – 漢字 😀",
}


@pytest.mark.parametrize("text", TRICKS)
def test_tricks_are_shown_not_played(text: str) -> None:
    assert safe_text(text) == TRICKS[text]


@given(st.text(st.characters()))
def test_nothing_unseen_is_left_and_twice_is_once(text: str) -> None:
    shown = safe_text(text)
    assert not INVISIBLE.search(shown)
    assert not CONTROL.search(shown)
    assert safe_text(shown) == shown
    sendable(shown).encode("utf-8")


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_what_is_sendable_can_be_encoded(text: str) -> None:
    sendable(text).encode("utf-8")
