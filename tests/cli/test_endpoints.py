"""Endpoints that are known by name: which URL, key and fields they get, and what one refusal teaches."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import FIX, Agent, git

from fretsaw import config
from fretsaw.endpoint_presets import PRESETS
from fretsaw.errors import ConfigError
from fretsaw.model.endpoint import endpoint, preset_of
from fretsaw.model.registry import load_registry
from fretsaw.model.scripted import ScriptedServer, error
from fretsaw.session.models import today
from fretsaw.settings import Settings

Model = Callable[..., ScriptedServer]
KEYS = {name: f"sk-{name.lower()}-0123456789" for preset in PRESETS.values() for name in preset.key_variables}


@pytest.fixture(autouse=True)
def _every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, key in KEYS.items():
        monkeypatch.setenv(name, key)


def resolved(**flags: object) -> Settings:
    return config.resolve(flags, None).settings


@pytest.mark.parametrize("name", PRESETS)
def test_a_named_endpoint_gets_its_own_key_and_no_other(name: str) -> None:
    azure = {"base_url": "https://r.openai.azure.com", "api_version": "1"} if PRESETS[name].is_azure else {}
    found = endpoint(resolved(endpoint=name, model="m", **azure))
    own = PRESETS[name].key_variables
    assert found.key == (KEYS[own[0]] if own else None)
    assert found.url == (PRESETS[name].base_url or azure.get("base_url") or "https://api.openai.com/v1")
    assert found.azure == PRESETS[name].is_azure


def test_an_endpoint_takes_the_place_of_a_base_url_from_below(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://below.example/v1")
    assert resolved(endpoint="mistral").base_url == "https://api.mistral.ai/v1"
    assert resolved(endpoint="openai").base_url is None
    assert resolved(endpoint="vllm", base_url="http://127.0.0.1:9/v1").base_url == "http://127.0.0.1:9/v1"
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text('endpoint = "vllm"\n')
    assert resolved(base_url="http://127.0.0.1:9/v1").base_url == "http://127.0.0.1:9/v1"


@pytest.mark.parametrize("url", [preset.base_url for preset in PRESETS.values() if preset.host])
def test_a_base_url_is_known_by_its_host(url: str) -> None:
    found = preset_of(Settings(base_url=url + "/"))
    assert found is not None
    assert found.base_url == url
    assert resolved(base_url=url).api_key == KEYS[found.key_variables[0]]


def test_what_a_model_can_is_sent_where_the_endpoint_takes_it() -> None:
    registry = load_registry()
    sent = {
        name: registry.choose(Settings(model="gpt-6-luna", endpoint=name, base_url="http://127.0.0.1/v1"), today()).row
        for name in ("openrouter", "ollama", "azure")
    }
    assert (sent["openrouter"].can.verbosity, sent["openrouter"].can.keep_reasoning) == ("low", False)
    assert (sent["ollama"].can.verbosity, sent["ollama"].can.effort, sent["ollama"].can.cache) == (None, None, "none")
    assert (sent["azure"].can.keep_reasoning, sent["azure"].api) == (True, "responses")
    assert sent["ollama"].form_for(Settings()) == "v4a"


def test_the_ids_of_openais_models_are_known_behind_a_prefix() -> None:
    settings = Settings(model="openai/gpt-4.1", endpoint="openrouter", base_url="https://openrouter.ai/api/v1")
    row = load_registry().choose(settings, today()).row
    assert (row.id, row.prices.input, row.retires_on) == ("openai/gpt-4.1", 2.0, None)


def test_a_named_endpoint_of_the_environment_goes_before_openais_base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "https://below.example/v1")
    monkeypatch.setenv("FRETSAW_ENDPOINT", "mistral")
    assert resolved().base_url == "https://api.mistral.ai/v1"


def test_roles_of_ones_own_hold_at_any_endpoint(tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text('[roles]\neditor = ["mine"]\n[[model]]\nid = "mine"\ncontext = 9000\noutput = 900\n')
    settings = resolved(endpoint="ollama")
    assert load_registry(own).choose(settings, today()).row.id == "mine"
    with pytest.raises(ConfigError, match="has no model for the triage role"):
        load_registry(own).choose(resolved(endpoint="ollama", role="triage"), today())


def test_the_judge_is_the_model_that_was_named_where_nobody_has_its_role(
    agent: Agent, model: Model, project: Path
) -> None:
    flag = FIX.replace(
        "*** End Patch", "@@ def parse_duration(text):\n-    total = 0\n+    # Zero.\n+    total = 0\n*** End Patch"
    )
    server = model(flag, '{"verdicts": []}')
    flags = ("--endpoint", "vllm", "--base-url", server.base_url, "--model", "local-one", "--judge")
    ended = agent("fix", "ISSUE.md", *flags, "--json")
    assert ended.code == 0, ended.err
    assert [seen.body["model"] for seen in server.requests] == ["local-one"] * 2


def test_an_endpoint_with_models_of_its_own_wants_one_named(agent: Agent) -> None:
    with pytest.raises(ConfigError, match="Ollama has no model for the"):
        load_registry().choose(resolved(endpoint="ollama"), today())
    assert "name one with --model" in agent("fix", "ISSUE.md", "--endpoint", "ollama").err


@pytest.mark.parametrize("name", PRESETS)
def test_models_shows_what_is_assumed(agent: Agent, name: str) -> None:
    ended = agent("models", "--endpoint", name)
    assert ended.code == 0, ended.err
    assert PRESETS[name].title in ended.out
    facts = json.loads(agent("models", "--endpoint", name, "--model", "gpt-6-luna", "--json").out)
    assert facts["model"].startswith("gpt-6-luna, on ")
    assert not any(key in str(facts) for key in KEYS.values())


def test_a_repository_names_no_endpoint_and_no_command(agent: Agent, model: Model, project: Path) -> None:
    server = model(FIX)
    flag = project.parent / "ran"
    text = f'endpoint = "mistral"\nkey-command = ["touch", "{flag}"]\nbase-url = "http://127.0.0.1:9/v1"\n'
    (project / ".fretsaw.toml").write_text(text)
    ended = agent("fix", "ISSUE.md", "--json")
    assert ended.code == 0, ended.err
    assert "can be set only by you" in "\n".join(ended.document["notices"])
    assert len(server.requests) == 1
    assert not flag.exists()


def script(folder: Path, text: str) -> tuple[str, ...]:
    file = folder / "key.py"
    file.write_text(text)
    return (sys.executable, str(file))


def test_the_key_is_what_the_command_prints_and_is_kept_nowhere(
    agent: Agent, model: Model, project: Path, tmp_path: Path
) -> None:
    server = model(FIX)
    argv = script(tmp_path, "import os; open('/dev/null'); print('tok-3f9a8b7c6d5e4f', end='\\n')")
    ended = agent("fix", "ISSUE.md", "--key-command", " ".join(argv), "--json")
    assert ended.code == 0, ended.err
    assert server.requests[0].headers["Authorization"] == "Bearer tok-3f9a8b7c6d5e4f"
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if b"tok-3f9a8b7c6d5e4f" in path.read_bytes()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("print('sk-canary'); raise SystemExit('not signed in')", "failed with exit code 1: not signed in"),
        ("pass", "printed nothing"),
        ("print('a b')", "a space"),
    ],
)
def test_a_command_that_prints_no_key_is_told(
    agent: Agent, model: Model, tmp_path: Path, text: str, words: str
) -> None:
    server = model(FIX)
    ended = agent("fix", "ISSUE.md", "--key-command", " ".join(script(tmp_path, text)))
    assert ended.code == 3
    assert words in " ".join(ended.err.split())
    assert "canary" not in ended.err
    assert server.requests == []


def test_a_command_that_is_not_there_is_told(agent: Agent, model: Model) -> None:
    model(FIX)
    assert "cannot be started" in agent("fix", "ISSUE.md", "--key-command", "/no/such/command").err


@pytest.mark.parametrize(("key", "header"), [("0123456789abcdef", "api-key"), ("eyJ0.eyJh.c2ln", "Authorization")])
def test_azure_takes_a_key_and_a_token_in_different_headers(
    agent: Agent, model: Model, tmp_path: Path, key: str, header: str
) -> None:
    server = model(FIX)
    argv = script(tmp_path, f"print({key!r})")
    flags = ("--endpoint", "azure", "--api-version", "2024-10-21", "--base-url", server.base_url.removesuffix("/v1"))
    ended = agent("fix", "ISSUE.md", *flags, "--key-command", " ".join(argv), "--json")
    assert ended.code == 0, ended.err
    headers = server.requests[0].headers
    assert key in headers[header]
    assert ({"api-key", "Authorization"} & headers.keys()) == {header}


def test_what_one_refusal_taught_is_remembered_for_that_endpoint_alone(
    agent: Agent, model: Model, project: Path, tmp_path: Path
) -> None:
    refusal = error(400, "unsupported_parameter", "Unsupported parameter: 'prompt_cache_key' is not supported.")

    def keys(server: ScriptedServer) -> list[bool]:
        assert agent("fix", "ISSUE.md", "--json").code == 0
        git(project, "checkout", "-q", ".")
        return ["prompt_cache_key" in seen.body for seen in server.requests]

    server = model(FIX, faults=[refusal])
    assert keys(server) == [True, False]
    assert keys(server) == [True, False, False], "asked without from the start"
    assert keys(model(FIX)) == [True], "another endpoint"
    assert not any(path.name == "refused-fields.json" for path in project.rglob("*"))
    kept = tmp_path / "state" / "refused-fields.json"
    kept.write_text(kept.read_text().replace(str(today()), "2026-01-01"))
    assert "refused-fields" not in git(project, "status", "--porcelain")
