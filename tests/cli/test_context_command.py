"""`agent context` says why no more is shown and what comes next; `--file` shows a place in any case."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Agent, git


@pytest.fixture(autouse=True)
def _large(project: Path) -> None:
    """More code than a small budget holds, a file of secrets and a link."""
    rows = "".join(f"def parse_part_{n}(text):\n    return text.split({n})\n\n\n" for n in range(200))
    (project / "stopwatch" / "parts.py").write_text(rows)
    (project / "stopwatch" / "far.py").write_text("FAR = 1\nAWAY = 2\n")
    (project / ".env").write_text("A=1\n")
    (project / "link.py").symlink_to("stopwatch/far.py")
    git(project, "add", "-Af")
    git(project, "commit", "-qm", "parts")


def test_it_says_what_comes_next_and_what_that_would_need(agent: Agent) -> None:
    said = agent("context", "parse_part_7 is wrong", "--context-tokens", "300").out
    assert "no more is shown: the budget of 300 tokens is used" in said
    assert "next: stopwatch/parts.py:" in said
    document = agent("context", "parse_part_7 is wrong", "--context-tokens", "300", "--json").document
    assert len(document["next"]) == 10
    assert document["next_tokens"] > 0
    more = 300 + document["next_tokens"]
    wider = agent("context", "parse_part_7 is wrong", "--context-tokens", str(2 * more), "--json").document
    shown = [(each["path"], each["first"], each["last"]) for each in wider["files"]]
    for each in document["next"]:
        assert any(p == each["path"] and a <= each["first"] and each["last"] <= b for p, a, b in shown)


def test_a_file_that_is_pointed_to_is_shown_whatever_the_issue_says(agent: Agent) -> None:
    asked = ("context", "parse_part_7 is wrong", "--context-tokens", "300", "--json")
    assert "stopwatch/far.py" not in {each["path"] for each in agent(*asked).document["files"]}
    files = agent(*asked, "--file", "stopwatch/far.py").document["files"]
    assert [(each["whole"], each["why"]) for each in files if each["path"] == "stopwatch/far.py"] == [
        (True, "the selected lines")
    ]
    files = agent(*asked, "--file", "stopwatch/parts.py:401-402").document["files"]
    assert any(each["first"] <= 401 and each["last"] >= 402 for each in files)


def test_what_is_pointed_to_and_not_shown_is_said(agent: Agent) -> None:
    asked = ("context", "parse_part_7 is wrong", "--context-tokens", "300")
    told = agent(*asked, "--file", ".env", "--file", "link.py", "--file", "stopwatch/parts.py").err
    told = " ".join(told.split())
    assert ".env, which you point to, is not shown to the model: its name says that it holds secrets" in told
    assert "link.py, which you point to, is not shown to the model: a symbolic link" in told
    assert "too small for all that you point to: without stopwatch/parts.py:" in told


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("stopwatch/none.py", "there is no file"),
        ("/etc/passwd", "outside of the repository"),
        ("../x.py", "outside of the repository"),
        ("stopwatch/far.py:9", "the file ends at line 2"),
        ("stopwatch/far.py:2-1", "lines are counted from 1"),
    ],
)
def test_a_place_that_cannot_be_meant_is_refused(agent: Agent, place: str, reason: str) -> None:
    done = agent("context", "x is wrong", "--file", place)
    assert done.code == 2, done.err
    assert reason in done.err
