"""A small repository with an issue, a scripted model over HTTP, and `agent` as a user calls it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fretsaw import run_store
from fretsaw.cli.exit import run_to_exit_code
from fretsaw.model.scripted import ScriptedServer, serve
from fretsaw.model.scripted.script import Script, as_reply
from fretsaw.session.example import make_example
from fretsaw.user_dirs import user_dirs


@dataclass
class Ended:
    """One call of `agent`."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


Agent = Callable[..., Ended]
Model = Callable[..., ScriptedServer]


@pytest.fixture(autouse=True)
def _no_endpoint_of_ours(own_places: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789abcdef")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The shipped example, committed."""
    folder = tmp_path / "first-fix"
    make_example(folder)
    return folder


@pytest.fixture
def agent(project: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Agent:
    """Calls `agent` in the project; the exit code and what it printed."""

    def call(*arguments: str, cwd: Path | None = None) -> Ended:
        monkeypatch.chdir(cwd or project)
        capfd.readouterr()
        code = run_to_exit_code(list(arguments))
        said = capfd.readouterr()
        return Ended(code, said.out, said.err)

    return call


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ScriptedServer]]:
    """Starts a scripted model with these replies (texts) and makes it the endpoint."""
    servers: list[ScriptedServer] = []

    def start(*replies: str, **more: Any) -> ScriptedServer:
        server = serve([Script(tuple(map(as_reply, replies)), order="server")], **more)
        server.__enter__()
        servers.append(server)
        monkeypatch.setenv("FRETSAW_BASE_URL", server.base_url)
        monkeypatch.setenv("FRETSAW_MODEL", "gpt-4.1")
        return server

    yield start
    for server in servers:
        server.__exit__(None, None, None)


def git(folder: Path, *arguments: str) -> str:
    """What git says, with its lines."""
    names = ("-c", "user.name=t", "-c", "user.email=t@example.invalid")
    return subprocess.run(["git", *names, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def state_of(folder: Path) -> dict[str, bytes]:
    """Every file of a repository, `.git` included, so that nothing can change unseen."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


FIX = """The total is rounded first.

*** Begin Patch
*** Update File: stopwatch/duration.py
@@ def format_duration(seconds):
-    hours, rest = divmod(seconds, 3600)
+    hours, rest = divmod(round(seconds), 3600)
*** End Patch
"""
CHECK = "python -m unittest -q"
ROOT = Path(__file__).parents[2]
NOISY = (ROOT / "examples" / "first-fix-replies" / "2.md").read_text("utf-8")

SCHEMA = json.loads((ROOT / "docs" / "fix.schema.json").read_text("utf-8"))

FIXED = "divmod(round(seconds), 3600)"


def source(project: Path) -> str:
    return (project / "stopwatch" / "duration.py").read_text("utf-8")


def store_of(project: Path) -> run_store.RunStore:
    return run_store.store(user_dirs().state, project)


def flat(ended: Ended) -> str:
    return " ".join(ended.err.split())
