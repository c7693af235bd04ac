"""Clients that others wrote drive the real servers: acpx `agent acp`, the MCP inspector `agent mcp`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.acp.conftest import FIVE, ISSUE, NAMES, after, before
from tests.cli.conftest import git

from fretsaw.model.scripted import serve
from fretsaw.model.scripted.script import Script, as_reply

FOLDER = os.environ.get("FRETSAW_AGENTS", "")
AGENT = Path(sys.executable).parent / "agent"
pytestmark = [
    pytest.mark.skipif(not FOLDER, reason="programs of others are run by `make test-agents`"),
    pytest.mark.timeout(300),
]


def program(name: str) -> str:
    found = Path(FOLDER).resolve() / "node_modules/.bin" / name
    if not found.exists():
        pytest.fail(f"{name} is MISSING in {FOLDER}: `make test-agents` installs it", pytrace=False)
    return str(found)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "five"
    root.mkdir()
    for name in NAMES:
        (root / f"{name}.py").write_text(before(name), "utf-8")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Start")
    return root


def environment(tmp_path: Path, url: str) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return {
        "PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "OPENAI_API_KEY": "sk-test-0123456789abcdef",
        "FRETSAW_BASE_URL": url, "FRETSAW_MODEL": "gpt-4.1", "NO_PROXY": "127.0.0.1,localhost",
        "FRETSAW_STATE_DIR": str(tmp_path / "state"), "FRETSAW_CONFIG_DIR": str(tmp_path / "config"),
    }  # fmt: skip


@pytest.mark.parametrize(("flag", "applied"), [("--approve-all", NAMES), ("--deny-all", ())])
def test_acpx_shows_five_diffs_and_its_permission_counts(
    flag: str, applied: tuple[str, ...], project: Path, tmp_path: Path
) -> None:
    with serve([Script((as_reply(FIVE),), order="server")]) as model:
        done = subprocess.run(
            [program("acpx"), "--agent", f"{AGENT} acp", flag, "--format", "json", "exec", ISSUE],
            cwd=project, env=environment(tmp_path, model.base_url), stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=200, check=False,
        )  # fmt: skip
    assert done.stdout.count('"session/request_permission"') >= 5 or done.stdout.count('"type":"diff"') >= 5, done
    texts = {name: (project / f"{name}.py").read_text("utf-8") for name in NAMES}
    assert texts == {name: after(name) if name in applied else before(name) for name in NAMES}, done


def test_acpx_cancels_in_the_middle_of_a_call(project: Path, tmp_path: Path) -> None:
    with serve([Script((as_reply({"text": FIVE, "delay": 60.0}),), order="server")]) as model:
        running = subprocess.Popen(
            [program("acpx"), "--agent", f"{AGENT} acp", "--approve-all", "exec", ISSUE],
            cwd=project, env=environment(tmp_path, model.base_url), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        while not model.requests and running.poll() is None:
            time.sleep(0.05)
        assert model.requests, running.communicate()[0]
        running.send_signal(2)
        output = running.communicate(timeout=30)[0]
    texts = {name: (project / f"{name}.py").read_text("utf-8") for name in NAMES}
    assert texts == {name: before(name) for name in NAMES}, output


def inspect(project: Path, tmp_path: Path, *arguments: str, flags: tuple[str, ...] = ()) -> dict[str, object]:
    done = subprocess.run(
        [program("mcp-inspector"), "--cli", str(AGENT), "mcp", "-C", str(project), *flags, *arguments],
        cwd=tmp_path, env=environment(tmp_path, "http://127.0.0.1:9/v1"), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_the_inspector_lists_and_calls_the_tools(project: Path, tmp_path: Path) -> None:
    listed = inspect(project, tmp_path, "--method", "tools/list")
    assert [tool["name"] for tool in listed["tools"]] == ["vet", "check", "explain"]  # type: ignore[attr-defined]
    (project / "a.py").write_text(after("a").replace("return 1", "return  1"), "utf-8")
    issue = "issue=a should return 2"
    vetted = inspect(project, tmp_path, "--method", "tools/call", "--tool-name", "vet", "--tool-arg", issue)
    assert "structuredContent" in vetted
    assert len(vetted["structuredContent"]["dropped"]) == 1  # type: ignore[index]
