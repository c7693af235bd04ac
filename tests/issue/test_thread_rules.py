"""The rules of a conversation: later wins, what forbids adds up, a request lifts what it asks for."""

from __future__ import annotations

import pytest

from fretsaw.core.issue import parse
from fretsaw.core.issue.thread_rules import join_turns, standing_rules

CONVERSATIONS: list[tuple[list[str], list[tuple[str, tuple[str, ...]]]]] = [
    (
        ["Fix it. Only change `src/a.py`. Do not touch the tests.", "No, keep the old name. Also fix it in src/b.py."],
        [("only", ("src/a.py", "src/b.py")), ("no-test-change", ())],
    ),
    (["Fix it. Do not touch the tests.", "Please add a test for it."], []),
    (["Fix it. Do not touch the tests.", "The test still fails, fix that."], [("no-test-change", ())]),
    (["Do not touch the docs folder.", "Don't add new files."], [("not", ("docs/",)), ("no-new-file", ())]),
    (["Fix it without adding dependencies.", "You may use the package six after all."], []),
    (["Do not change src/x.py or src/y.py.", "Update src/x.py too."], [("not", ("src/y.py",))]),
    (["Do not change src/x.py.", "src/x.py may be changed now."], []),
    (["Only change a.py.", "Only change b.py."], [("only", ("b.py",))]),
    (["Keep the public API.", "ok, change the signature of foo"], []),
    (["Keep the public API.", "change the message, not the signature"], [("keep-api", ())]),
    (["Don't add new files.", "do not create a new module either"], [("no-new-file", ()), ("no-new-file", ())]),
    (["Do not touch the tests.", "Add a test.", "No, do not touch the tests."], [("no-test-change", ())]),
    (
        ["Only change a.py.", "Do not change b.py.", "Fix the typo in c.py too"],
        [("only", ("a.py", "c.py")), ("not", ("b.py",))],
    ),
]


@pytest.mark.parametrize(("said", "expected"), CONVERSATIONS, ids=[" / ".join(said) for said, _ in CONVERSATIONS])
def test_later_wins_and_negatives_add_up(said: list[str], expected: list[tuple[str, tuple[str, ...]]]) -> None:
    joined = join_turns([parse(text) for text in said])
    assert [(rule.kind, rule.targets) for rule in joined.constraints] == expected
    assert joined.requests == len(said)


def test_a_rule_that_was_taken_back_is_still_told() -> None:
    rules = standing_rules([parse("Do not touch the tests."), parse("Please add a test.")])
    assert [rule.words for rule in rules] == ["request 1: “Do not touch the tests.”; taken back by request 2"]
