"""The extraneous rate on answers small enough to count by hand."""

from __future__ import annotations

from typing import Any

import pytest

from fretsaw.core.issue import Issue
from fretsaw.measure.corpus import markdown, scored, summary
from fretsaw.measure.score import RightAnswer, extraneous_rate, rate, score

BEFORE = "a = 1\nz = 0\nb = g(1, 2)\nc = 3\n# note\nd = 4\n"
GOLD = BEFORE.replace("a = 1", "a = 2")
NOISY = GOLD.replace("g(1, 2)", "g(1,\n      2)").replace("# note", "# Note")
ISSUE = Issue("a is wrong", "")


def answer(noisy: str = NOISY, **more: str | None) -> RightAnswer:
    return RightAnswer({"f.py": BEFORE, "x.log": None}, {"f.py": noisy, **more}, {"f.py": GOLD}, ISSUE)


def test_each_change_is_counted_once() -> None:
    told, _ = score(answer(**{"x.log": "x\n"}))
    assert (told.changes, told.extraneous, told.dropped, told.flagged) == (4, 3, 2, 1)
    assert (told.gold, told.gold_dropped, told.gold_flagged) == (1, 0, 0)
    assert (told.exact, told.exact_unflagged) == (False, True)


def test_strict_drops_what_safe_flags() -> None:
    told, _ = score(answer(), "strict")
    assert (told.dropped, told.flagged, told.exact) == (2, 0, True)


def test_the_rate_before_and_after() -> None:
    scores = [score(answer())[0], score(answer(GOLD))[0]]
    before, after = extraneous_rate(scores, delivered=False), extraneous_rate(scores)
    assert (before.part, before.whole) == (2, 4)
    assert (after.part, after.whole) == (1, 3)


def test_a_dropped_gold_change_is_seen() -> None:
    fixed = BEFORE.replace("g(1, 2)", "g(1,\n      2)")
    told, _ = score(RightAnswer({"f.py": BEFORE}, {"f.py": fixed}, {"f.py": fixed}, ISSUE))
    assert (told.extraneous, told.gold_dropped, told.exact) == (0, 1, False)


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (0, 0, 0, 1)]
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    told = rate(part, whole)
    assert (round(told.low, 4), round(told.high, 4)) == (low, high)


def test_rows_are_summed_up_with_false_drops_in_sight() -> None:
    row: dict[str, Any] = {
        "kind": "noise",
        "class": "A",
        "must": "exact",
        "issue": "# a is wrong",
        "files": {"f.py": BEFORE},
        "expect": {"f.py": GOLD},
        "noisy": {"f.py": NOISY},
        "reply": "diff --git a/f.py b/f.py\nold mode 100644\nnew mode 100755\n",
    }
    report = summary([scored(row, "safe"), scored({**row, "must": "exact-or-flagged"}, "safe")])
    counts = report["classes"]["A"]
    assert (counts["rows"], counts["good"], counts["gold_dropped"], counts["dropped"]) == (2, 1, 0, 4)
    assert "gold dropped" in markdown("safe", report)
