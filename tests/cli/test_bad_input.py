"""Bad input: one clear message, the documented exit code, and an untouched tree."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import prepared
from tests.cli.conftest import FIX, Agent, git, state_of

from fretsaw.model.scripted import ScriptedServer
from fretsaw.model.scripted.faults import Fault

Model = Callable[..., ScriptedServer]


def refused(ended: object, code: int, *words: str) -> None:
    assert ended.code == code, ended.err  # type: ignore[attr-defined]
    said = " ".join(ended.err.split())  # type: ignore[attr-defined]
    assert "Traceback" not in said
    for word in words:
        assert word in said, said


def test_no_repository(agent: Agent, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    refused(agent("fix", "it is broken", cwd=folder), 5, "git", "Nothing was changed")


def test_no_key(agent: Agent, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    before = state_of(project)
    refused(agent("fix", "ISSUE.md"), 3, "OPENAI_API_KEY")
    assert state_of(project) == before


def test_wrong_key(agent: Agent, model: Model, project: Path) -> None:
    from fretsaw.model.scripted.faults import FAULTS  # noqa: F401 - the table is what the server knows

    model(FIX, faults=[Fault("echo-key")] * 4)
    before = state_of(project)
    ended = agent("fix", "ISSUE.md")
    refused(ended, 3, "key")
    assert "sk-test-0123456789abcdef" not in ended.err
    assert state_of(project) == before


def test_unknown_model(agent: Agent) -> None:
    refused(agent("fix", "ISSUE.md", "--model", "gpt-4.1-mega"), 3, "gpt-4.1-mega")


def test_retired_model_names_its_successor(agent: Agent) -> None:
    refused(agent("fix", "ISSUE.md", "--model", "gpt-4.1-nano"), 3, "shut down", "gpt-")


def test_empty_issue(agent: Agent, project: Path) -> None:
    (project / "empty.md").write_text("  \n\n", "utf-8")
    refused(agent("fix", "empty.md"), 2, "empty")


def test_fifty_megabytes_of_issue(agent: Agent, tmp_path: Path) -> None:
    path = tmp_path / "huge.md"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    refused(agent("fix", str(path)), 2, "larger than 256 KB")


def test_an_issue_that_is_a_pipe_does_not_hang(agent: Agent, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    refused(agent("fix", str(tmp_path / "pipe.md")), 2, "not a regular file")


@pytest.mark.parametrize("data", [b"\xff\xfeh\0i\0", b"hello\0world, what is this"], ids=["utf-16", "nul"])
def test_an_issue_that_is_no_text(agent: Agent, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "odd.md").write_bytes(data)
    refused(agent("fix", str(tmp_path / "odd.md")), 2)


def test_no_such_issue(agent: Agent) -> None:
    refused(agent("fix", "no-such.md"), 2, "no-such.md")


def test_unreachable_endpoint(agent: Agent, project: Path) -> None:
    before = state_of(project)
    refused(agent("fix", "ISSUE.md", "--base-url", "http://127.0.0.1:9/v1", "--retries", "0", "--model", "gpt-4.1"), 4)
    assert state_of(project) == before


def test_html_instead_of_json(agent: Agent, model: Model) -> None:
    model(FIX, faults=[Fault("html")] * 4)
    refused(agent("fix", "ISSUE.md"), 4, "not the API")


def test_merge_in_progress(agent: Agent, model: Model, project: Path) -> None:
    git(project, "checkout", "-qb", "other")
    (project / "README.md").write_text("other\n", "utf-8")
    git(project, "commit", "-qam", "other")
    git(project, "checkout", "-q", "main")
    (project / "README.md").write_text("main\n", "utf-8")
    git(project, "commit", "-qam", "main")
    subprocess.run(["git", "merge", "-q", "other"], cwd=project, check=False, capture_output=True)
    before = state_of(project)
    server = model(FIX)
    refused(agent("fix", "ISSUE.md"), 5, "merge")
    assert state_of(project) == before
    assert server.requests == [], "it costs nothing to find that out first"


def test_a_commit_without_a_branch_is_refused_before_it_costs(agent: Agent, model: Model, project: Path) -> None:
    git(project, "checkout", "-q", "--detach")
    server = model(FIX)
    refused(agent("fix", "ISSUE.md", "--apply", "commit"), 5, "detached", "--apply branch")
    assert server.requests == []


def test_state_folder_that_cannot_be_made(
    agent: Agent, model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("FRETSAW_STATE_DIR", str(tmp_path / "file" / "state"))
    model(FIX)
    refused(agent("fix", "ISSUE.md"), 5)


def test_budget(agent: Agent, model: Model, project: Path) -> None:
    server = model(FIX)
    refused(agent("fix", "ISSUE.md", "--max-usd", "0.000001"), 6, "max-usd")
    assert server.requests == []


@pytest.mark.parametrize(
    ("text", "word"),
    [("max-usd = 'lots'", "max-usd"), ("no-such = 1", "no-such"), ("= [", "TOML")],
)
def test_a_broken_configuration(agent: Agent, tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(text, "utf-8")
    refused(agent("fix", "ISSUE.md"), 3, word)


def test_a_repository_may_not_choose_endpoint_or_check(agent: Agent, model: Model, project: Path) -> None:
    text = 'base-url = "http://127.0.0.1:9/v1"\ncheck = ["touch", "/tmp/pwned-by-config"]\nmax-usd = 100.0\n'
    (project / ".fretsaw.toml").write_text(text, "utf-8")
    server = model(FIX)
    ended = agent("fix", "ISSUE.md")
    assert ended.code == 0, ended.err
    assert server.requests, "the user's endpoint was asked"
    assert not Path("/tmp/pwned-by-config").exists()
    assert "base-url" in ended.err
    assert "agent check --approve" in " ".join(ended.err.split())


def test_an_interrupt_changes_nothing(project: Path, model: Model, tmp_path: Path) -> None:
    import signal
    import time

    model({"text": FIX, "delay": 20})
    before = state_of(project)
    null = subprocess.DEVNULL
    process = prepared.start("agent", "fix", "ISSUE.md", cwd=project, text=True, stdin=null, stdout=null)
    assert process.stderr
    for line in process.stderr:
        if line.strip().startswith("ask"):
            break
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "interrupted" in said
    assert state_of(project) == before
