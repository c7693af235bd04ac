"""`agent fix` with the row of a reasoning model on the Responses API, as a user types it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from tests.cli.conftest import CHECK, FIX, Agent, git
from tests.model.contract import validate_body

from fretsaw.model.scripted import ScriptedServer

Model = Callable[..., ScriptedServer]
LOOKS = [
    {"calls": [{"name": "read_file", "arguments": {"path": path}}], "text": "Looking.", "reasoning": f"gAAAA{n}"}
    for n, path in enumerate(("README.md", "stopwatch/duration.py", "tests/test_duration.py"))
]
TURNS = [*LOOKS, {"text": FIX, "reasoning": "gAAAA3"}]


@pytest.fixture
def luna(model: Model, monkeypatch: pytest.MonkeyPatch) -> Model:
    """Starts a scripted model with these replies, asked under the successor's row."""

    def start(*replies: object) -> ScriptedServer:
        server = model(*replies)
        monkeypatch.setenv("FRETSAW_MODEL", "gpt-6-luna")
        return server

    return start


def test_a_fix_after_three_tool_turns_keeps_its_reasoning_and_is_replayed(
    agent: Agent, luna: Model, project: Path
) -> None:
    server = luna(*TURNS)
    ended = agent("fix", "ISSUE.md", "--check", CHECK, "--json")
    assert ended.code == 0, ended.err
    bodies = [seen.body for seen in server.requests]
    for seen in server.requests:
        validate_body(seen.path, seen.body)
    kept = [item["encrypted_content"] for item in bodies[-1]["input"] if item["type"] == "reasoning"]
    assert kept == ["gAAAA0", "gAAAA1", "gAAAA2"]
    for earlier, later in pairwise(bodies):
        assert later["input"][: len(earlier["input"])] == earlier["input"], "the prefix stays cached"
    git(project, "checkout", "-q", ".")
    replayed = agent("replay", "--json")
    assert replayed.document["patch"] == ended.document["patch"]


def test_the_reason_of_a_refusal_is_told(agent: Agent, luna: Model) -> None:
    luna({"text": "", "refusal": "I cannot help with that."})
    ended = agent("fix", "ISSUE.md")
    assert "the model declined to answer: I cannot help with that." in ended.err


def test_an_answer_that_is_used_up_by_reasoning_says_so(agent: Agent, luna: Model) -> None:
    luna(*[{"text": "cut " * 40, "finish": "length", "reasoning": "g"}] * 3)
    ended = agent("fix", "ISSUE.md")
    assert "cut off at its output limit" in ended.err
    assert "tokens of it were reasoning" in ended.err.replace("\n", " ").replace("  ", " ")
