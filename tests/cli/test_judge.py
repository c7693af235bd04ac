"""`--judge` with the row of a model that has a Decisions API: one call, probabilities, what is done without it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import FIX, Agent, git
from tests.model.contract import validate_body

from fretsaw.model.scripted import Fault, ScriptedServer, error

Model = Callable[..., ScriptedServer]
NOISE = FIX.replace(
    "*** End Patch",
    "@@ def parse_duration(text):\n-    total = 0\n+    # Start from nothing.\n+    total = 0\n"
    "     factors = dict(UNITS)\n-    for word in text.split():\n+    # One word after another.\n"
    "+    for word in text.split():\n*** End Patch",
)


@pytest.fixture
def judge(tmp_path: Path) -> None:
    """One row of the user's own: the successor judges."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.toml").write_text('[roles]\ntriage = ["gpt-6-luna"]\n', "utf-8")


def flagged_changes(agent: Agent, model: Model) -> list[int]:
    model(NOISE)
    kept = agent("fix", "ISSUE.md", "--apply", "none", "--json").document["kept"]
    return [row["change"] for row in kept if row["verdict"] == "flag"]


def asked_of(server: ScriptedServer) -> list[Any]:
    for seen in server.requests:
        validate_body(seen.path, seen.body)
    return [seen for seen in server.requests if seen.method == "POST"]


@pytest.mark.usefixtures("judge")
def test_one_decision_judges_all_flagged_changes_and_is_replayed(agent: Agent, model: Model, project: Path) -> None:
    first, second = flagged_changes(agent, model)
    server = model(NOISE, json.dumps({f"change-{first}": 0.03, f"change-{second}": 0.7}))
    document = agent("fix", "ISSUE.md", "--judge", "--apply", "none", "--json").document
    _fix, decision = asked_of(server)
    assert decision.path == "/v1/decisions"
    assert [question["name"] for question in decision.body["questions"]] == [f"change-{first}", f"change-{second}"]
    assert "Start from nothing" in json.dumps(decision.body["input"])
    [dropped] = document["dropped"]
    assert (dropped["change"], dropped["rule"], dropped["probability"]) == (first, "judge", 0.03)
    [kept] = [row for row in document["kept"] if row["change"] == second]
    assert (kept["verdict"], kept["probability"]) == ("flag", 0.7)
    assert "needed with probability 0.70" in kept["reason"]
    git(project, "checkout", "-q", ".")
    assert agent("replay", "--json").document["dropped"] == document["dropped"]
    assert len(asked_of(server)) == 2, "a replay asks nobody"


@pytest.mark.usefixtures("judge")
def test_a_decision_costs_its_input_alone(agent: Agent, model: Model) -> None:
    first, _ = flagged_changes(agent, model)
    model({"text": NOISE}, json.dumps({f"change-{first}": 0.03}))
    with_judge = agent("fix", "ISSUE.md", "--judge", "--apply", "none", "--json").document
    model({"text": NOISE})
    without = agent("fix", "ISSUE.md", "--apply", "none", "--json").document
    tokens = with_judge["usage"]["input_tokens"] - without["usage"]["input_tokens"]
    assert tokens > 100
    assert with_judge["dollars"] - without["dollars"] == pytest.approx(tokens * 0.10 / 1e6, abs=2e-6)
    assert not with_judge["usage"]["estimated"]


@pytest.mark.usefixtures("judge")
@pytest.mark.parametrize(
    ("told", "flags", "dropped"),
    [(0.09, (), 1), (0.11, (), 0), (0.4, ("--judge-threshold", "0.5"), 1), (None, (), 0), (7, (), 0), (True, (), 0)],
)
def test_a_threshold_decides_and_no_answer_drops_nothing(
    agent: Agent, model: Model, told: object, flags: tuple[str, ...], dropped: int
) -> None:
    first, _ = flagged_changes(agent, model)
    model(NOISE, json.dumps({f"change-{first}": told, "change-99": 0.0}))
    document = agent("fix", "ISSUE.md", "--judge", *flags, "--apply", "none", "--json").document
    assert len(document["dropped"]) == dropped
    assert document["outcome"] == "proposal"


@pytest.mark.usefixtures("judge")
@pytest.mark.parametrize("status", [400, 403, 404])
def test_without_the_api_the_same_is_asked_by_structure_and_that_is_remembered(
    agent: Agent, model: Model, status: int
) -> None:
    first, _ = flagged_changes(agent, model)
    by_structure = json.dumps({"verdicts": [{"change": first, "reason": "nobody asked", "needed": 0.05}]})
    server = model(NOISE, by_structure, NOISE, by_structure)
    server.hide("/decisions", error(status, None, "decisions are not enabled for this organization"))
    for _ in range(2):
        document = agent("fix", "ISSUE.md", "--judge", "--apply", "none", "--json").document
        assert [row["change"] for row in document["dropped"]] == [first]
    paths = [seen.path.removeprefix("/v1") for seen in asked_of(server)]
    assert paths == ["/chat/completions", "/decisions", "/responses", "/chat/completions", "/responses"]
    form = server.requests[2].body["text"]["format"]
    assert (form["type"], form["strict"]) == ("json_schema", True)


def test_an_endpoint_without_it_is_never_asked_for_decisions(
    agent: Agent, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = model(NOISE, "no JSON")
    monkeypatch.setenv("FRETSAW_MODEL", "gpt-6-luna")
    ended = agent(
        "fix", "ISSUE.md", "--endpoint", "vllm", "--base-url", server.base_url, "--judge", "--apply", "none", "--json"
    )
    assert ended.document["outcome"] == "proposal", ended.err
    assert {seen.path for seen in asked_of(server)} == {"/v1/chat/completions"}
    assert "questions" not in json.dumps([seen.body for seen in server.requests])


@pytest.mark.parametrize("threshold", ["1.0001", "17", "nan"])
def test_a_threshold_is_a_probability(agent: Agent, model: Model, threshold: str) -> None:
    server = model(NOISE)
    assert agent("fix", "ISSUE.md", "--judge", "--judge-threshold", threshold).code in {2, 3}
    assert server.requests == []


REFUSALS = [
    Fault("json", body={"object": "something else"}),
    error(401, None, "no decisions for you"),
    error(500, None, "x"),
]


@pytest.mark.usefixtures("judge")
@pytest.mark.parametrize("refusal", REFUSALS, ids=["another shape", "401", "500"])
def test_a_judge_that_cannot_be_asked_loses_no_run(agent: Agent, model: Model, refusal: Fault) -> None:
    server = model(NOISE)
    server.hide("/decisions", refusal)
    ended = agent("fix", "ISSUE.md", "--judge", "--apply", "none", "--json", "--retries", "0")
    assert ended.document["outcome"] == "proposal"
    assert ended.document["dropped"] == []
    assert any("the judge could not be asked" in notice for notice in ended.document["notices"])


@pytest.mark.parametrize("answer", ["I would drop both.", '{"verdicts": []}', '{"verdicts": [{"change": 1'])
def test_an_answer_that_cannot_be_read_drops_nothing_and_is_said(agent: Agent, model: Model, answer: str) -> None:
    flagged = flagged_changes(agent, model)
    model(NOISE, answer)
    document = agent("fix", "ISSUE.md", "--judge", "--apply", "none", "--json").document
    assert [row["change"] for row in document["kept"] if row["verdict"] == "flag"] == flagged
    assert "the judge's answer cannot be read, so no flagged change was dropped" in document["notices"]
