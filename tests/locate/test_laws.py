"""Laws of reading and placing on generated replies and files; the long run is `python -m tests.fuzz`."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.__main__ import case
from tests.fuzz.grammar import diff, text
from tests.fuzz.laws import check

from fretsaw.core.locate import place
from fretsaw.core.reply import read


@given(st.integers(0, 2**40))
@settings(max_examples=300)
def test_laws_hold_of_damaged_replies(seed: int) -> None:
    check(*case(seed))


@given(st.text(), st.text())
@settings(max_examples=150)
def test_no_text_raises(reply: str, file: str) -> None:
    check(reply, {"a.py": file})


@given(st.integers(0, 2**40), st.text(alphabet="\r\n\x0c\u2028\x85 \tab+-@", max_size=40))
@settings(max_examples=150)
def test_laws_hold_of_odd_bytes(seed: int, file: str) -> None:
    check(diff(random.Random(seed), file)[0], {"a.py": file})


def test_the_generator_places_and_refuses() -> None:
    placed = [not check(*case(seed)).misfits for seed in range(200)]
    assert 40 < sum(placed) < 180


def test_one_misfit_leaves_every_file_alone() -> None:
    reply = "--- a/a\n+++ b/a\n@@\n-one\n+1\n--- a/b\n+++ b/b\n@@\n-absent\n+2\n"
    placing = place(read(reply), {"a": "one\n", "b": "two\n"}.get, ["a", "b"])
    assert not placing.after
    assert [misfit.path for misfit in placing.misfits] == ["b"]


def test_work_grows_no_faster_than_the_reply() -> None:
    """Counted in calls rather than in seconds: twice the reply costs about twice the steps."""
    assert _steps(800) < 3 * _steps(400)


def _steps(hunks: int) -> int:
    import sys

    files = {"a.py": "".join(f"line {i}\n" for i in range(hunks * 2))}
    reply = "--- a/a.py\n+++ b/a.py\n" + "".join(f"@@\n-line {i}\n+new {i}\n" for i in range(hunks))
    count = 0

    def step(*_: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(step)
    try:
        placing = place(read(reply), files.get, list(files))
    finally:
        sys.setprofile(before)
    assert len(placing.located) == hunks
    return count


def test_text_is_random_but_repeatable() -> None:
    assert text(random.Random(1)) == text(random.Random(1))
