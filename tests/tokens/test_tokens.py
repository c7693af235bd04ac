"""Counting tokens: never too few where a cap depends on it, and near enough where it is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fretsaw
from fretsaw.core.text.tokens import ImageRule, count, estimate, exact, image_tokens, upper_bound

SOURCES = sorted(Path(fretsaw.__file__).parent.rglob("*.py"))

needs_exact = pytest.mark.skipif(not exact(), reason="rs-bpe is not installed")


@needs_exact
def test_exact_counts() -> None:
    assert count("hello world") == 2
    assert count("") == 0
    assert count("a lone \udce9 surrogate") > 0


@needs_exact
@settings(max_examples=300)
@given(st.text())
def test_the_upper_bound_is_one(text: str) -> None:
    assert upper_bound(text) >= count(text)


@needs_exact
def test_an_estimate_of_source_is_on_the_safe_side_and_not_far_off() -> None:
    texts = [path.read_text() for path in SOURCES]
    assert 1.0 <= sum(map(estimate, texts)) / sum(map(count, texts)) <= 1.35
    for text in texts:
        if len(text) > 500:
            assert 0.8 <= estimate(text) / count(text) <= 1.6


@settings(max_examples=200)
@given(st.text(), st.text())
def test_an_estimate_grows_with_the_text(one: str, other: str) -> None:
    assert estimate(one) <= estimate(one + other) <= estimate(one) + estimate(other) + 4
    assert estimate("") == 0


@pytest.mark.parametrize(
    ("rule", "tokens"),
    [(ImageRule("tiles"), 1105), (ImageRule("patches", factor=1.62), 2442), (ImageRule("patches", factor=2.46), 3709)],
)
def test_a_screenshot_as_the_makers_count_it(rule: ImageRule, tokens: int) -> None:
    assert image_tokens(1920, 1080, rule) == tokens


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_every_picture_has_a_count(width: int, height: int) -> None:
    for rule in (ImageRule("tiles"), ImageRule("patches", factor=2.46)):
        assert 0 < image_tokens(width, height, rule) <= 4000
