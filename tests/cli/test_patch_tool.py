"""Edits by the built-in `apply_patch` tool: several calls, all or nothing, each answered by what became of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import CHECK, FIX, Agent, git
from tests.model.contract import validate_body

from fretsaw.model.scripted import Fault, ScriptedServer

Model = Callable[..., ScriptedServer]
SOURCE, OLD, NEW = "stopwatch/duration.py", "divmod(seconds, 3600)", "divmod(round(seconds), 3600)"
ISSUE = "Round seconds before the division in stopwatch/duration.py. Add stopwatch/notes.txt and delete OLD.txt."


def call(kind: str, path: str, diff: str | None = None) -> dict[str, Any]:
    operation = {"type": f"{kind}_file", "path": path}
    return {"name": "apply_patch", "arguments": operation if diff is None else {**operation, "diff": diff}}


def update(removed: str, added: str = NEW) -> dict[str, Any]:
    diff = f"@@ def format_duration(seconds):\n-    hours, rest = {removed}\n+    hours, rest = {added}\n"
    return call("update", SOURCE, diff)


ADD, DELETE = call("create", "stopwatch/notes.txt", "+Rounded.\n"), call("delete", "OLD.txt")
RIGHT = {"calls": [update(OLD), ADD, DELETE], "text": "Rounded.", "reasoning": "gAAAA1"}
WRONG = {"calls": [update("divmod(secs, 3600)"), ADD, DELETE], "reasoning": "gAAAA0"}


@pytest.fixture
def luna(model: Model, monkeypatch: pytest.MonkeyPatch, project: Path) -> Model:
    """Starts a scripted model with these replies, asked under the successor's row."""
    (project / "OLD.txt").write_text("old\n")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "old")

    def start(*replies: object) -> ScriptedServer:
        server = model(*replies)
        monkeypatch.setenv("FRETSAW_MODEL", "gpt-6-luna")
        return server

    return start


def outputs(server: ScriptedServer) -> list[tuple[str, str]]:
    """Status and text of the answers to the calls, as they were last sent."""
    items = server.requests[-1].body["input"]
    return [(item["status"], item["output"]) for item in items if item["type"] == "apply_patch_call_output"]


def test_three_calls_of_one_answer_are_placed(agent: Agent, luna: Model, project: Path) -> None:
    server = luna(RIGHT)
    ended = agent("fix", ISSUE, "--json")
    assert ended.code == 0, ended.err
    assert NEW in (project / SOURCE).read_text()
    assert (project / "stopwatch" / "notes.txt").read_text() == "Rounded.\n"
    assert not (project / "OLD.txt").exists()
    assert {"type": "apply_patch"} in server.requests[0].body["tools"]


def test_a_wrong_call_is_answered_with_its_line_and_nothing_is_applied(
    agent: Agent, luna: Model, project: Path
) -> None:
    server = luna(WRONG, RIGHT)
    ended = agent("fix", ISSUE, "--json")
    assert ended.code == 0, ended.err
    for seen in server.requests:
        validate_body(seen.path, seen.body)
    statuses, texts = zip(*outputs(server), strict=True)
    assert statuses == ("failed",) * 3
    assert OLD in texts[0], "the file's own line"
    assert all("This one fits, but nothing was applied" in text for text in texts[1:])
    kinds = [item["type"] for item in server.requests[-1].body["input"][2:]]
    assert kinds == ["reasoning", *["apply_patch_call"] * 3, *["apply_patch_call_output"] * 3, "message"]
    git(project, "checkout", "-q", ".")
    (project / "stopwatch" / "notes.txt").unlink()
    assert agent("replay", "--json").document["patch"] == ended.document["patch"]


def test_calls_that_fit_are_completed_though_the_check_is_red(agent: Agent, luna: Model) -> None:
    red = {"calls": [update(OLD, NEW.replace("round(", "int("))]}
    server = luna(red, RIGHT)
    agent("fix", ISSUE, "--check", CHECK, "--json")
    assert [status for status, _ in outputs(server)] == ["completed"]


@pytest.mark.parametrize("operation", [{"type": "rename_file", "path": "a"}, {"type": "update_file", "path": ""}, {}])
def test_an_operation_that_there_is_not_is_answered_failed(
    agent: Agent, luna: Model, operation: dict[str, str]
) -> None:
    server = luna({"calls": [{"name": "apply_patch", "arguments": operation}]}, RIGHT)
    agent("fix", ISSUE, "--json")
    assert [status for status, _ in outputs(server)] == ["failed"]


def test_an_answer_in_text_is_still_read(agent: Agent, luna: Model, project: Path) -> None:
    luna(FIX)
    assert agent("fix", "ISSUE.md").code == 0
    assert NEW in (project / SOURCE).read_text()


@pytest.mark.parametrize("flags", [("--api", "chat"), ("--edit-form", "v4a")])
def test_without_the_tool_the_form_is_a_patch_in_text(agent: Agent, luna: Model, flags: tuple[str, ...]) -> None:
    server = luna(FIX)
    assert agent("fix", "ISSUE.md", *flags).code == 0
    assert {"type": "apply_patch"} not in server.requests[0].body["tools"]
    assert "*** Begin Patch" in str(server.requests[0].body)


GRAMMAR = ("--edit-form", "grammar-tool")


def text_call(patch: str) -> dict[str, Any]:
    return {"calls": [{"name": "apply_patch", "arguments": patch}], "text": "Rounded.", "reasoning": "gAAAA1"}


PATCH = FIX[FIX.index("*** Begin") :]


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_patch_in_a_grammar_is_placed_after_one_that_is_answered_with_its_line(
    agent: Agent, luna: Model, project: Path, api: str
) -> None:
    server = luna(text_call(PATCH.replace("divmod(seconds", "divmod(secs", 1)), text_call(PATCH))
    ended = agent("fix", "ISSUE.md", *GRAMMAR, "--api", api, "--json")
    assert ended.code == 0, ended.err
    assert NEW in (project / SOURCE).read_text()
    for seen in server.requests:
        validate_body(seen.path, seen.body)
    first, last = (server.requests[at].body for at in (0, -1))
    custom = next(tool for tool in first["tools"] if tool["type"] == "custom")
    assert '"*** Begin Patch"' in str(custom).replace("\\", "")
    assert "submit_edit" not in str(first["tools"]), "there is one way to send edits"
    if api == "responses":
        items = {item["type"]: item for item in last["input"]}
        assert items["custom_tool_call"]["input"].startswith("*** Begin Patch")
        assert OLD in items["custom_tool_call_output"]["output"], "the file's own line"
    else:
        answers = [message for message in last["messages"] if message["role"] == "tool"]
        assert OLD in answers[0]["content"]


def test_a_form_that_the_model_has_no_tool_for_is_asked_for_as_text_and_said(agent: Agent, model: Model) -> None:
    server = model(FIX)
    ended = agent("fix", "ISSUE.md", *GRAMMAR, "--json")
    assert ended.code == 0, ended.err
    assert "gpt-4.1 has no tool for --edit-form grammar-tool on this API" in "\n".join(ended.document["notices"])
    assert "custom" not in str(server.requests[0].body["tools"])


def test_where_there_is_no_responses_api_the_tool_is_a_function_and_then_text(
    agent: Agent, luna: Model, project: Path
) -> None:
    server = luna(WRONG, RIGHT, FIX)
    server.hide("/responses", Fault("status", 404, body={"detail": "Not Found"}))
    ended = agent("fix", ISSUE, "--json")
    assert ended.code == 0, ended.err
    assert not (project / "OLD.txt").exists()
    assert any("no Responses API" in notice for notice in ended.document["notices"])
    refused, *asked = server.requests
    assert refused.path.endswith("/responses")
    for seen in asked:
        assert seen.path.endswith("/chat/completions")
        validate_body(seen.path, seen.body)
    answers = [message["content"] for message in asked[-1].body["messages"] if message["role"] == "tool"]
    assert "secs" in answers[0]
    git(project, "reset", "-q", "--hard")
    again = agent("fix", "ISSUE.md", "--json")
    assert again.code == 0, again.err
    assert not any("no Responses API" in notice for notice in again.document["notices"])
    last = server.requests[-1]
    assert last.path.endswith("/chat/completions")
    assert "apply_patch" not in {tool["function"]["name"] for tool in last.body["tools"]}
    assert "*** Begin Patch" in str(last.body["messages"])
