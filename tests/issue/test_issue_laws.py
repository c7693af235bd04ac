"""What holds of every text that may be handed in as an issue."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fretsaw.core.issue import parse
from fretsaw.core.text.safe_text import CONTROL, INVISIBLE

PIECES = st.sampled_from(
    [
        *(
            "# T",
            "---",
            "title: x",
            "```",
            "~~~",
            "`",
            "``",
            "<!--",
            "-->",
            "> ",
            "    ",
            "\t",
            "- ",
            "![",
            "](",
            ")",
            "<img src=",
        ),
        *(
            "only change ",
            "do not touch ",
            "a.py",
            "b/c.py:12",
            "tests",
            " except ",
            "\u200b",
            "\x1b[0m",
            "\r\n",
            "\r",
            "\n",
            "\n\n",
        ),
        *(
            'File "a.py", line 3, in f',
            "at f (a.js:1:2)",
            "panicked at a.rs:1:2",
            "data:image/png;base64,AAAA",
            "[//]: # (x)",
            "\udce9",
        ),
    ]
)


@settings(max_examples=400)
@given(st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=40).map("".join)))
def test_any_text_is_read_and_nothing_unseen_is_left(text: str) -> None:
    issue = parse(text)
    assert parse(text) == issue
    assert "\n" not in issue.title
    assert not INVISIBLE.search(issue.text)
    assert not CONTROL.search(issue.text)
    assert len(issue.title) <= 200
    for mention in issue.mentions:
        assert mention.text
        assert "\\" not in mention.text or mention.kind == "symbol"


@given(st.integers(1, 20))
def test_what_is_hidden_is_counted(count: int) -> None:
    assert parse("# T\n\nx" + "\u200b" * count).hidden == count
    assert parse("# T\n\n" + "<!-- a -->x\n" * count).hidden == count


HOSTILE = {
    "ticks": "`" * 200_000,
    "open ticks": "` `` " * 50_000,
    "comments": "<!--" * 60_000,
    "brackets": "![" * 120_000,
    "links": "[a](" * 60_000,
    "definitions": "[a]:" * 60_000,
    "escaped brackets": "![\\]" * 60_000,
    "tags": '<img "' * 40_000,
    "pictures": "![a [b](" * 30_000,
    "images": "<img " * 50_000,
    "one line": "a/b." * 60_000,
    "dots": "a." * 120_000,
    "sentences": "only change. " * 20_000,
    "rules": "do not change or do not touch " * 8_000,
    "quotes": "> " * 120_000,
    "numbers": "1" * 250_000,
    "frames": 'File "' * 40_000,
    "at": "    at a " * 28_000,
    "bare at": "\n at a.b.c." * 24_000,
    "spaces": " " * 250_000,
    "blank lines": "\n" * 250_000,
    "tests": "the existing unit " * 14_000,
    "escapes": "\x1b[" * 120_000,
    "emoji": "\u26a0\ufe0f" * 100_000,
    "front": "---\n" + "a: b\n" * 50_000,
    "dependencies": "without adding any new third-party " * 7_000,
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_of_the_largest_size_is_read(name: str) -> None:
    assert parse(HOSTILE[name]) == parse(HOSTILE[name])
