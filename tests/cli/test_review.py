"""`agent review` from the command line, with a scripted model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Agent, Model, flat, git, source, state_of

SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
DURATION = "stopwatch/duration.py"


def answer(*rows: tuple[str, list[tuple[str, int, str]]], kind: str = "bug") -> str:
    return json.dumps({"findings": [
        {"kind": kind, "severity": "high", "message": message, "citations": [
            {"path": path, "first": first, "last": first, "quote": quote} for path, first, quote in cited]}
        for message, cited in rows]})  # fmt: skip


def edit(project: Path, first: str = "") -> None:
    (project / DURATION).write_text(first + source(project).replace("divmod(rest, 60)", "divmod(rest, 61)"), "utf-8")


def test_a_change_is_reviewed_in_one_structured_call(agent: Agent, model: Model, project: Path) -> None:
    edit(project)
    kept = state_of(project)
    server = model(answer(("61 seconds?", [(DURATION, 3, "divmod(rest, 61)")]), ("lie", [(DURATION, 1, "import os")])))
    ended = agent("review", "--json", "--exit-code")
    assert ended.code == 1
    told = ended.document
    assert [row["message"] for row in told["findings"]] == ["61 seconds?"]
    assert told["findings"][0]["citations"][0]["moved"]
    assert [row["reason"] for row in told["dropped"]] == ["the quote does not stand in the file"]
    assert len(server.requests) == 1
    assert server.requests[0].body["response_format"]["type"] == "json_schema"
    assert state_of(project) == kept


def test_documents_are_held_against_code(agent: Agent, model: Model, project: Path) -> None:
    (project / "API.md").write_text("Hours have 61 minutes.\n", "utf-8")
    git(project, "add", "-A")
    sides = [("API.md", 1, "61 minutes"), (DURATION, 1, "divmod(rest, 60)")]
    server = model(answer(("60 or 61?", sides), kind="contradiction"))
    ended = agent("review", "API.md", "--against", "stopwatch")
    assert ended.code == 0, ended.err
    assert "API.md:1" in ended.out
    assert "high contradiction: 60 or 61?" in ended.out
    sent = server.requests[0].raw.decode()
    assert "The second texts" in sent
    assert "report.py" in sent


@pytest.mark.parametrize("form", ["--sarif", "--markdown"])
def test_other_forms(agent: Agent, model: Model, project: Path, form: str) -> None:
    edit(project)
    model(answer(("61 seconds?", [(DURATION, 11, "divmod(rest, 61)")])))
    ended = agent("review", form)
    if form == "--sarif":
        found = ended.document["runs"][0]
        assert found["automationDetails"]["id"] == "fretsaw/review/"
        assert found["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 11, "endLine": 11}
        assert found["results"][0]["message"]["text"] == "61 seconds?"
    else:
        assert "**high bug**: 61 seconds?" in ended.out


def test_secrets_are_not_sent_and_lines_are_those_of_the_file(agent: Agent, model: Model, project: Path) -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "\n".join(["MIIEpAIBAAKCAQEA7bq" + "x" * 45] * 6)
    edit(project, f'TOKEN = "{SECRET}"\nKEY = """{key}\n-----END RSA PRIVATE KEY-----"""\n')
    server = model(answer(("61 seconds?", [(DURATION, 1, "divmod(rest, 61)")])))
    ended = agent("review", "--json")
    assert SECRET not in server.requests[0].raw.decode()
    assert "MIIEpAIBAAKCAQEA7bq" not in server.requests[0].raw.decode()
    line = ended.document["findings"][0]["citations"][0]["first"]
    assert "divmod(rest, 61)" in (project / DURATION).read_text("utf-8").split("\n")[line - 1]


@pytest.mark.parametrize("reply", ["Looks good to me!", '{"findings": 3}', '{"findings": [{"ki'])
def test_an_answer_of_another_form_is_an_error(agent: Agent, model: Model, project: Path, reply: str) -> None:
    edit(project)
    model(reply)
    ended = agent("review", "--json")
    assert ended.code == 4
    assert "cannot be used" in flat(ended)
    assert ended.out == ""


def test_what_cannot_be_reviewed_costs_nothing(agent: Agent, model: Model, project: Path, tmp_path: Path) -> None:
    server = model(answer())
    (tmp_path / "outside.md").write_text("canary", "utf-8")
    (project / "long.md").write_text("word " * 1_200_000, "utf-8")
    for number in range(6):
        (project / f"long{number}.md").write_text("some words here\n" * 60_000, "utf-8")
    git(project, "add", "-A")
    for arguments in (["../outside.md"], ["missing.md"], ["stopwatch", "--against", "stopwatch"], ["HEAD..nowhere"],
                      ["--against", "stopwatch"], ["HEAD..HEAD"], ["long0.md", "long1.md", "long2.md", "long3.md",
                      "long4.md", "long5.md"], ["stopwatch", "--json", "--sarif"]):  # fmt: skip
        assert agent("review", *arguments).code == 2, arguments
    assert server.requests == []


def test_a_cap_on_dollars_holds(agent: Agent, model: Model, project: Path) -> None:
    edit(project)
    server = model(answer())
    assert agent("review", "--max-usd", "0.0000001").code == 6
    assert server.requests == []
