"""Answers in words: `agent ask` and `agent why` change nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import CHECK, FIX, NOISY, Agent, Model, state_of


def test_a_question_about_a_change_is_answered_in_words(agent: Agent, model: Model, project: Path) -> None:
    server = model(NOISY, "It rounds once, in line 10.")
    document = agent("fix", "ISSUE.md", "--apply", "none", "--json").document
    run = document["run"]
    fix = next(row["change"] for row in document["kept"] if "divmod" in "".join(row["added"]))
    before = {name: data for name, data in state_of(project).items() if not name.startswith(".git/")}
    ended = agent(
        "ask", "what does this do?", "--run", run, "--change", str(fix), "--file", "stopwatch/duration.py:1-9"
    )
    assert (ended.code, ended.out) == (0, "It rounds once, in line 10.\n")
    assert {name: data for name, data in state_of(project).items() if not name.startswith(".git/")} == before
    sent = json.dumps(server.requests[-1].body)
    assert "divmod(round(seconds), 3600)" in sent
    assert "apply_patch" not in sent
    assert agent("ask", "why?", "--change", "2").code == 2
    assert agent("ask", "why?", "--run", run, "--change", "99").code == 2


def test_why_tells_words_rule_test_and_line_of_the_issue(agent: Agent, model: Model, project: Path) -> None:
    model(NOISY)
    assert agent("fix", "ISSUE.md", "--check", CHECK, "--sandbox", "none").code == 0
    told = agent("why").out
    fix = next(part for part in told.split("change ") if part.strip() and "the model says" in part and "keep" in part)
    assert "I round the total before it is divided." in " ".join(fix.split())
    assert "needed by" in fix
    assert "the issue says" in fix
    assert "(rule " in told
    rows = json.loads(agent("why", "--json").out)
    assert all(row["rule"] for row in rows.values())
    assert agent("why", "nosuch").code == 2


def test_a_failing_test_and_an_editor_make_an_issue(
    agent: Agent, model: Model, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = model(FIX)
    printed = tmp_path / "out.txt"
    printed.write_text('FAIL: test_sixty\n  File "stopwatch/duration.py", line 10, in format_duration\n~~~\n', "utf-8")
    ended = agent("fix", "only change `stopwatch/duration.py`.", "--failing-test", str(printed), "--apply", "none")
    assert ended.code == 0, ended.err
    sent = json.dumps(server.requests[-1].body)
    assert "FAIL: test_sixty" in sent
    assert "only change `stopwatch/duration.py`" in sent
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i '1s/.*/Round the total first/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    assert agent("fix", "--edit", "--apply", "none").code == 0
    sent = json.dumps(server.requests[-1].body)
    assert "Round the total first" in sent
    assert "These comments go" not in sent
    editor.write_text('#!/bin/sh\n: > "$1"\n')
    assert agent("fix", "--edit", "--apply", "none").code == 2
