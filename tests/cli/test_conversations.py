"""Conversations of three requests with scripted replies, from the shell and in a session: what holds after each, and
that undo of the thread gives the first state."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Agent, Model, git

from fretsaw.cli.talk import Talk, do_line

FOLDER = Path(__file__).parents[1] / "cases" / "conversations"
NAMES = sorted(path.name for path in FOLDER.iterdir())
QUICK = {("shell", "a-rule-of-the-first-request-holds-in-the-third"), ("session", "what-is-not-mentioned-stays")}
"""One of each kind in `make test`, the others in `make test-slow`."""
CASES = [
    pytest.param(way, name, marks=() if (way, name) in QUICK else pytest.mark.slow)
    for way in ("shell", "session")
    for name in NAMES
]


def _files(project: Path) -> dict[str, bytes]:
    paths = (path for path in project.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(project).as_posix(): path.read_bytes() for path in paths}


def _repository(project: Path, files: dict[str, str]) -> None:
    subprocess.run(["git", "rm", "-rq", "."], cwd=project, check=True)
    for path, text in files.items():
        (project / path).write_bytes(text.encode("utf-8"))
    git(project, "add", "-A")
    git(project, "commit", "-qm", "a case")


@pytest.mark.parametrize(("way", "name"), CASES)
def test_conversation(
    way: str, name: str, agent: Agent, model: Model, project: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    case: dict[str, Any] = json.loads((FOLDER / name / "conversation.json").read_text("utf-8"))
    _repository(project, case["files"])
    monkeypatch.chdir(project)
    first = _files(project)
    model(*(reply for request in case["requests"] for reply in request["replies"]))
    talk = Talk(settings={"misfits": 1})
    monkeypatch.setenv("FRETSAW_MISFITS", "1")
    for number, request in enumerate(case["requests"]):
        if way == "shell":
            told = agent("fix", *(("--continue",) if number else ()), request["say"]).err
        else:
            capfd.readouterr()
            do_line(talk, request["say"])
            told = capfd.readouterr().err
        now = _files(project)
        for path, text in request["after"].items():
            assert now.get(path) == (text if text is None else text.encode("utf-8")), f"request {number + 1}\n{told}"
        for rule in request["rules"]:
            assert rule in " ".join(told.split())
    assert agent("undo").code == 0
    assert _files(project) == first
