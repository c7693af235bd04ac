"""`agent doctor --live`: one tiny call for each capability, and a row that holds at this endpoint alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import FIX, Agent, git
from tests.model.contract import validate_body

from fretsaw.model.scripted import Reply, Script, ScriptedServer
from fretsaw.model.scripted.server import Seen

Model = Callable[..., ScriptedServer]


class Picky(ScriptedServer):
    """A server that refuses some fields, wherever they stand, and says which."""

    refuses: tuple[str, ...] = ()
    has_responses = True

    def note(self, seen: Seen) -> Any:
        from fretsaw.model.scripted import error

        super().note(seen)
        if seen.method != "POST":
            return None
        if not self.has_responses and seen.path.endswith("/responses"):
            return error(404, "not_found", "Not Found")
        text = json.dumps(seen.body)
        name = next((name for name in self.refuses if f'"{name}"' in text), None)
        return error(400, "unsupported_parameter", f"Unsupported parameter: '{name}'.") if name else None


@pytest.fixture
def picky(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Picky]]:
    servers: list[Picky] = []

    def start(*refuses: str, has_responses: bool = True, model: str = "gpt-6-luna") -> Picky:
        server = Picky([Script((Reply(FIX),), order="server")])
        server.refuses, server.has_responses = refuses, has_responses
        servers.append(server)
        server.start()
        monkeypatch.setenv("FRETSAW_BASE_URL", server.base_url)
        monkeypatch.setenv("FRETSAW_MODEL", model)
        return server

    yield start
    for server in servers:
        server.stop()


def states(agent: Agent) -> dict[str, str]:
    ended = agent("doctor", "--live", "--json")
    assert ended.code == 0, ended.out
    return {one["name"]: one["text"].partition(":")[0] for one in json.loads(ended.out)}


def test_what_is_refused_is_found_and_not_sent_from_then_on(
    agent: Agent, picky: Callable[..., Picky], project: Path, tmp_path: Path
) -> None:
    server = picky("verbosity", "temperature", "prompt_cache_breakpoint", "reasoning_effort")
    found = states(agent)
    assert {name for name, state in found.items() if state == "refused"} == {
        "verbosity",
        "temperature",
        "breakpoints",
    }
    for seen in server.requests:
        validate_body(seen.path, seen.body)
        assert len(seen.raw) < 3000
    asked = len(server.requests)
    assert asked <= 36
    ended = agent("fix", "ISSUE.md", "--json")
    assert ended.code == 0, ended.err
    body = server.requests[-1].body
    assert len(server.requests) == asked + 1, "nothing is refused any more"
    assert (server.requests[-1].path, body["reasoning"]) == ("/v1/responses", {"effort": "none"})
    assert "text" not in body
    assert {"type": "apply_patch"} in body["tools"]
    assert "endpoint = " in (tmp_path / "config" / "measured-models.toml").read_text()
    assert "measured" not in git(project, "status", "--porcelain")


def test_a_row_holds_at_its_endpoint_alone(agent: Agent, picky: Callable[..., Picky]) -> None:
    picky("verbosity")
    states(agent)
    other = picky()
    assert agent("fix", "ISSUE.md").code == 0
    assert other.requests[-1].body["text"] == {"verbosity": "low"}


def test_a_model_of_which_nothing_is_known_gets_what_it_takes(agent: Agent, picky: Callable[..., Picky]) -> None:
    server = picky("max_tokens", "custom", has_responses=False, model="local-one")
    found = states(agent)
    assert (found["responses"], found["apply-patch-tool"], found["grammar-tool"]) == ("refused",) * 3
    assert (found["completion-limit"], found["strict-tools"]) == ("taken", "taken")
    assert agent("fix", "ISSUE.md").code == 0
    body = server.requests[-1].body
    assert "max_completion_tokens" in body
    assert body["tools"][0]["function"]["strict"] is True


def test_measuring_again_replaces_the_row(agent: Agent, picky: Callable[..., Picky], tmp_path: Path) -> None:
    server = picky("verbosity")
    states(agent)
    server.refuses = ()
    assert states(agent)["verbosity"] == "taken"
    assert (tmp_path / "config" / "measured-models.toml").read_text().count("[[model]]") == 1


def test_nothing_is_written_where_a_plain_call_fails(agent: Agent, picky: Callable[..., Picky], tmp_path: Path) -> None:
    picky("messages")
    ended = agent("doctor", "--live")
    assert ended.code == 3
    assert "nothing was written" in " ".join(ended.err.split())
    assert not (tmp_path / "config").exists()


def test_it_keeps_within_max_usd(agent: Agent, picky: Callable[..., Picky], tmp_path: Path) -> None:
    server = picky(model="gpt-4.1")
    ended = agent("doctor", "--live", "--max-usd", "0.000001")
    assert ended.code == 3
    assert server.requests == []
    assert not (tmp_path / "config").exists()
