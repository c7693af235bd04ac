"""A base URL and a key are looked at before anything is sent, and a key is never shown."""

from __future__ import annotations

from typing import Any

import pytest

from fretsaw.errors import ConfigError
from fretsaw.model.endpoint import endpoint
from fretsaw.model.redaction import clean, redact
from fretsaw.settings import Settings

KEY = "sk-proj-abcdefABCDEF0123456789"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"api_key": None}, "there is no key for api.openai.com"),
        ({"api_key": "  \n"}, "there is no key"),
        ({"api_key": KEY + "\nx"}, "line break"),
        ({"api_key": "sk-schlüssel"}, "not ASCII"),
        ({"api_key": "sk-a\x00b"}, "control character"),
        ({"base_url": "ftp://x/v1"}, "not an http"),
        ({"base_url": "localhost:8080"}, "not an http"),
        ({"base_url": "http://[::1/v1"}, "not a URL"),
        ({"base_url": "http://x:99999/v1"}, "not a URL"),
        ({"base_url": "https://me:pw@host/v1"}, "user name"),
        ({"base_url": "https://host/v1\r\nX: y"}, "control character"),
        ({"base_url": "https://host/v1/chat/completions"}, "https://host/v1"),
        ({"base_url": "http://api.openai.com/v1"}, "unencrypted"),
        ({"azure": True}, "--base-url"),
        ({"azure": True, "base_url": "https://r.openai.azure.com"}, "--api-version"),
        ({"base_url": "https://127.0.0.1.evil.example/v1", "api_key": None}, "no key"),
    ],
)
def test_refused_before_the_first_call(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        endpoint(Settings(**{"api_key": KEY, **settings}))
    assert words in str(caught.value)
    assert KEY not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.8.8.8", "x.localhost"])
def test_our_own_machine_needs_no_key(host: str) -> None:
    found = endpoint(Settings(base_url=f"http://{host}:11434/v1/"))
    assert (found.key, found.loopback, found.own) == (None, True, False)


def test_blanks_around_a_key_are_taken_away() -> None:
    found = endpoint(Settings(api_key=f" {KEY}\n"))
    assert (found.key, found.own) == (KEY, True)
    assert KEY not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        f"Incorrect API key provided: {KEY}.",
        f"Authorization: Bearer {KEY}",
        '{"Authorization": "Bearer abcdef123456"}',
        "api-key: 0123456789abcdef0123",
        "api_key=0123456789abcdef0123",
        "you sent sk-proj-abcd********************6789",
        "key 0123456789abcdef0123456789abcdef is wrong",
        "key 01234567************89abcdef is wrong",
    ],
)
def test_redacted(text: str) -> None:
    shown = redact(text, KEY, "0123456789abcdef0123456789abcdef")
    for secret in (KEY, "abcdef123456", "0123456789abcdef", "89abcdef", "sk-proj", "6789."):
        assert secret not in shown
    assert "hidden" in shown


def test_ordinary_words_stay() -> None:
    text = "the bearer of this risk-free task asks: authorization failed"
    assert redact(text, KEY) == text


def test_a_strangers_text_is_one_short_safe_line() -> None:
    shown = clean("a\x1b[31m\n\n" + "b" * 1000 + KEY, KEY)
    assert "\x1b" not in shown
    assert "\n" not in shown
    assert len(shown) <= 300
