"""Servers that others wrote, as users run them: llama.cpp's with a small model, LiteLLM's proxy with mock replies.

`make test-servers` installs them into `.venv-servers` first; without that these tests say that they were not run.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.conftest import CHECK, FIX, Agent, _no_endpoint_of_ours, agent, model, project
from tests.model.support import READ, question

from fretsaw.cancel import Cancel
from fretsaw.core.chat import Answer, Message, Request
from fretsaw.errors import ConfigError, FretsawError
from fretsaw.model.live import connect
from fretsaw.model.registry import load_registry
from fretsaw.model.remote_models import list_models
from fretsaw.model.scripted import Reply, ScriptedServer, serve
from fretsaw.settings import Settings

__all__ = ["_no_endpoint_of_ours", "agent", "model", "project"]

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("FRETSAW_SERVERS") or ROOT / ".venv-servers") / "bin" / "python"
pytestmark = [
    pytest.mark.skipif(not PYTHON.exists(), reason=f"NOT TRIED: no {PYTHON} here; `make test-servers` makes it"),
    pytest.mark.timeout(400),
]
APIS = ["chat", "responses"]
Model = Callable[..., ScriptedServer]


def wait_for(url: str, process: subprocess.Popen[str], seconds: float = 240.0) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert process.poll() is None, "the server has ended"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"{url} does not answer")


@pytest.fixture(scope="module")
def llama() -> Iterator[str]:
    """The base URL of llama.cpp's server."""
    argv = [str(PYTHON), str(Path(__file__).with_name("llama_server.py"))]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        wait_for(f"{address}/v1/models", process)
        yield f"{address}/v1"
        process.kill()


@contextmanager
def litellm(folder: Path, upstream: str) -> Iterator[str]:
    """The base URL of LiteLLM's proxy: `mock-fix` answers with a patch, `relay` asks the scripted model."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    mock = {"model": "openai/gpt-4.1", "api_key": "x", "mock_response": FIX}
    relay = {"model": "openai/gpt-4.1", "api_key": "x", "api_base": upstream}
    models = [{"model_name": name, "litellm_params": one} for name, one in (("mock-fix", mock), ("relay", relay))]
    config = folder / "litellm.json"
    config.write_text(json.dumps({"model_list": models, "litellm_settings": {"telemetry": False, "num_retries": 0}}))
    argv = [str(PYTHON.with_name("litellm")), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    env = {**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False"}
    with (
        (folder / "litellm.log").open("w") as log,
        subprocess.Popen(argv, env=env, stdout=log, stderr=log, text=True) as process,
    ):
        wait_for(f"http://127.0.0.1:{port}/v1/models", process)
        yield f"http://127.0.0.1:{port}/v1"
        process.kill()


@pytest.fixture(scope="module")
def upstream() -> Iterator[ScriptedServer]:
    with serve([Reply("unused")], order="server") as server:
        yield server


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, upstream: ScriptedServer) -> Iterator[str]:
    with litellm(tmp_path_factory.mktemp("litellm"), upstream.base_url) as url:
        yield url


def script(server: ScriptedServer, *replies: Reply) -> None:
    """Let the scripted model begin with these replies."""
    from fretsaw.model.scripted import Script

    server.scripts = (Script(replies, order="server"),)
    server.requests.clear()


def ask(url: str, model: str, request: Request, **more: object) -> tuple[Answer, list[str | None]]:
    settings = Settings(base_url=url, api_key="sk-local", retries=0, timeout=200.0, **more)  # type: ignore[arg-type]
    registry = load_registry()
    live = connect(settings, registry.find(model) or registry.generic(model), Cancel())
    pieces: list[str | None] = []
    try:
        return live(request, pieces.append), pieces
    finally:
        live.close()


@pytest.mark.parametrize("api", APIS)
def test_llama_cpp_streams_an_answer_and_counts_it(llama: str, api: str) -> None:
    answer, pieces = ask(llama, "local", question("Say ok.", max_output_tokens=12), api=api)
    assert answer.text
    assert "".join(filter(None, pieces)) == answer.text
    assert len(pieces) > 1
    assert answer.usage.input_tokens > 5
    assert not answer.scripted


@pytest.mark.parametrize("api", APIS)
def test_llama_cpp_takes_a_second_turn_with_tools(llama: str, api: str) -> None:
    """What it refused before: an assistant's item without a type, and content that is no list."""
    from fretsaw.core.chat import ToolCall

    call = ToolCall("call_1", "read_file", '{"path": "a.py"}')
    said = Message("assistant", "Looking.", tool_calls=(call,))
    messages = (*question().messages, said, Message("tool", "x = 1", tool_call_id="call_1"), Message("user", "Well?"))
    answer, _ = ask(llama, "local", Request(messages, (READ,), max_output_tokens=8), api=api)
    assert answer.finish in {"stop", "length", "tool_calls"}


def test_llama_cpp_says_that_a_prompt_is_too_long(llama: str) -> None:
    with pytest.raises(FretsawError, match="too long"):
        ask(llama, "local", question("word " * 9000, max_output_tokens=8))


def test_llama_cpp_is_asked_under_its_preset(llama: str) -> None:
    answer, _ = ask(llama, "gpt-6-luna", question("Say ok.", max_output_tokens=8), endpoint="llama.cpp")
    assert answer.text
    assert list_models(Settings(base_url=llama))


def test_a_fix_is_applied_through_litellm(
    agent: Agent, project: Path, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = ("--endpoint", "litellm", "--base-url", proxy, "--model", "mock-fix", "--check", CHECK)
    ended = agent("fix", "ISSUE.md", *flags, "--json")
    assert ended.code == 0, ended.err
    assert "divmod(round(seconds), 3600)" in (project / "stopwatch" / "duration.py").read_text()
    assert ended.document["checks"]["after"]["state"] == "green"


@pytest.mark.parametrize("api", APIS)
def test_tools_and_streaming_go_through_litellm(
    agent: Agent, project: Path, proxy: str, upstream: ScriptedServer, api: str
) -> None:
    from fretsaw.model.scripted import Call

    look = Call("read_file", {"path": "stopwatch/duration.py"})
    script(upstream, Reply("Looking.", (look,)), Reply(FIX))
    ended = agent("fix", "ISSUE.md", "--base-url", proxy, "--model", "relay", "--api", api, "--json")
    assert ended.code == 0, ended.err
    assert len(upstream.requests) == 2
    assert "divmod(seconds, 3600)" in json.dumps(upstream.requests[1].body), "the tool's answer"


def test_litellms_errors_are_told(proxy: str) -> None:
    with pytest.raises(ConfigError, match="does not serve model nope"):
        ask(proxy, "nope", question())
