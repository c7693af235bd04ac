"""Paths and issues that are given to a command, and limits on what a model asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import (
    FIX,
    Agent,
    Model,
)

from fretsaw.model.scripted import ScriptedServer


def test_paths_are_relative_to_the_folder_of_dash_c(agent: Agent, model: Model, project: Path, tmp_path: Path) -> None:
    model(FIX)
    (project / "reply.md").write_text(FIX, "utf-8")
    for arguments in (
        ("fix", "../ISSUE.md", "--apply", "none", "-C", str(project / "tests")),
        ("context", "../ISSUE.md", "-C", str(project / "tests")),
        ("vet", "../reply.md", "--issue", "../ISSUE.md", "-C", str(project / "tests")),
    ):
        ended = agent(*arguments, cwd=tmp_path)
        assert ended.code == 0, ended.err
    assert agent("fix", "../ISSUE.md", "--apply", "none", cwd=project / "stopwatch").code == 0


@pytest.mark.parametrize(("argument", "word"), [("", "empty"), ("   ", "empty"), ("stopwatch", "not a regular file")])
def test_what_is_no_issue_is_a_usage_error(agent: Agent, model: Model, argument: str, word: str) -> None:
    model(FIX)
    ended = agent("fix", argument)
    assert ended.code == 2
    assert word in ended.err
    assert "Nothing was changed" in ended.err


def test_asking_the_same_again_and_again_ends_the_run(
    agent: Agent, project: Path, model: Callable[..., ScriptedServer]
) -> None:
    from fretsaw.model.scripted.script import Call, Reply

    same = Reply(calls=(Call("read_file", json.dumps({"path": "stopwatch/duration.py"})),))
    server = model(*[same] * 12)
    ended = agent("fix", "ISSUE.md")
    assert ended.code == 1
    assert len(server.requests) == 3
    assert "asked for the same again and again (read_file" in ended.err
    assert "You have this already" in json.dumps(server.requests[-1].body)


def test_a_thousand_tool_calls_in_one_answer_meet_a_limit(
    agent: Agent, project: Path, model: Callable[..., ScriptedServer]
) -> None:
    from fretsaw.model.scripted.script import Call, Reply

    many = Reply(calls=tuple(Call("search", json.dumps({"words": f"w{number}"})) for number in range(1000)))
    server = model(many, FIX)
    assert agent("fix", "ISSUE.md").code == 0
    results = [message for message in server.requests[1].body["messages"] if message["role"] == "tool"]
    assert len(results) == 32


def test_limits_are_told_and_a_patch_beyond_them_costs_one_more_call(
    agent: Agent, project: Path, model: Callable[..., ScriptedServer]
) -> None:
    from fretsaw.core.policy.paths import MOST_FILES

    added = "".join(f"*** Add File: made/f{number}.py\n+x = 1\n" for number in range(MOST_FILES + 1))
    server = model(*[f"*** Begin Patch\n{added}*** End Patch\n"] * 4)
    ended = agent("fix", "The stopwatch is wrong", "--json", "--steps", "7")
    assert ended.code == 1
    assert len(server.requests) == 2
    words = json.dumps(server.requests[0].body)
    assert f"in {MOST_FILES} files at most" in words
    assert "at most 7 rounds" in words
    assert "51 files; at most 50 are accepted" in server.requests[1].body["messages"][-1]["content"]
    assert not (project / "made").exists()
