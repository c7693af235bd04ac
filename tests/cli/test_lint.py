"""The linter: what cannot be started is an error before the model is asked, and a new failure is never a pass."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import CHECK, FIX, Agent, Ended, git, state_of

from fretsaw.model.scripted import ScriptedServer

Model = Callable[..., ScriptedServer]

RUFF = f"{Path(sys.executable).with_name('ruff')} check --no-cache --isolated --select E7,F"
BAD = """*** Begin Patch
*** Update File: stopwatch/duration.py
@@ def format_duration(seconds):
-    hours, rest = divmod(seconds, 3600)
+    hours, rest = divmod(round(seconds) if seconds != None else 0, 3600)
*** End Patch
"""
COMMENT = """*** Begin Patch
*** Update File: stopwatch/duration.py
@@ def format_duration(seconds):
-    hours, rest = divmod(seconds, 3600)
+    hours, rest = divmod(round(seconds), 3600)
     minutes, rest = divmod(rest, 60)
-    # Leave out what is zero, but never say nothing at all.
+    # Leave out zeros, but never say nothing at all.
*** End Patch
"""


def said(ended: Ended) -> str:
    return " ".join(ended.err.split())


def committed(project: Path, name: str, text: str, mode: int = 0o644) -> None:
    (project / name).write_text(text, "utf-8")
    (project / name).chmod(mode)
    git(project, "add", "-A")
    git(project, "commit", "-qm", name)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("nosuchlinter .", "nosuchlinter: no such program in PATH"),
        ("./nosuch.sh", "./nosuch.sh: there is no such file"),
        ("./plain.sh", "./plain.sh: it is not executable"),
        ("./other.sh", "there is no such program"),
        ("sh -c 'nosuchlinter .'", "there is no such program: "),
        ("python3 -m nosuchlinter .", "python3: No module named nosuchlinter"),
    ],
    ids=["not on PATH", "missing", "not executable", "interpreter missing", "not found by a shell", "no module"],
)
def test_a_linter_that_cannot_be_started_ends_the_run_before_the_model(
    agent: Agent, model: Model, project: Path, command: str, reason: str
) -> None:
    committed(project, "plain.sh", "#!/bin/sh\n")
    committed(project, "other.sh", "#!/usr/bin/env nosuchinterpreter\n", 0o755)
    server = model(FIX)
    before = state_of(project)
    ended = agent("fix", "ISSUE.md", "--lint", command)
    assert ended.code == 7, ended.err
    assert f"the linter could not be started: {reason}" in said(ended)
    assert "Nothing was changed." in said(ended)
    assert "correct it with --lint" in said(ended)
    assert server.requests == []
    assert state_of(project) == before


def test_a_linter_that_hangs_ends_the_run_before_the_model(agent: Agent, model: Model, project: Path) -> None:
    server = model(FIX)
    ended = agent("fix", "ISSUE.md", "--lint", "sleep 60", "--check-timeout", "0.5")
    assert ended.code == 7, ended.err
    assert "the linter was stopped" in said(ended)
    assert server.requests == []


def test_a_new_finding_in_ruffs_default_format_goes_back_to_the_model(
    agent: Agent, model: Model, project: Path
) -> None:
    server = model(BAD, FIX)
    ended = agent("fix", "ISSUE.md", "--lint", f"{RUFF} stopwatch")
    assert ended.code == 0, ended.err
    assert len(server.requests) == 2, ended.err
    assert "E711" in json.dumps(server.requests[1].body), "the model hears what ruff prints"
    text = (project / "stopwatch" / "duration.py").read_text("utf-8")
    assert "divmod(round(seconds), 3600)" in text
    assert "None" not in text


def test_a_new_finding_in_ruffs_default_format_is_never_applied(agent: Agent, model: Model, project: Path) -> None:
    model(BAD)
    before = state_of(project)
    ended = agent("fix", "ISSUE.md", "--lint", f"{RUFF} stopwatch", "--attempts", "0")
    assert ended.code == 7, ended.err
    assert "the linter finds what it did not find before: stopwatch/duration.py" in said(ended)
    assert "E711" in said(ended)
    assert state_of(project) == before


@pytest.mark.parametrize("command", [f"{shlex.quote(sys.executable)} nosuch.py"], ids=["no file"])
def test_a_failure_before_and_after_that_cannot_be_read_is_said(
    agent: Agent, model: Model, project: Path, command: str
) -> None:
    committed(project, "old.py", "import os\n")
    model(FIX)
    ended = agent("fix", "ISSUE.md", "--lint", command, "--json")
    assert ended.code == 0, ended.err
    assert any(
        "the linter has not passed and shows nothing about this patch" in notice for notice in ended.document["notices"]
    )


def test_what_the_check_has_minimized_is_linted_again(agent: Agent, model: Model, project: Path) -> None:
    """The linter passes on the whole reply, and fails on what is left of it without the comment's change."""
    linter = (
        "import sys\ntext = open('stopwatch/duration.py').read()\n"
        "sys.exit('rounded' if 'round(seconds), 3600' in text and '# Leave out what' in text else 0)\n"
    )
    committed(project, "lint.py", linter)
    model(COMMENT)
    before = state_of(project)
    proof = ("--check", CHECK, "--lint", f"{shlex.quote(sys.executable)} lint.py", "--attempts", "0")
    ended = agent("fix", "ISSUE.md", *proof)
    assert ended.code == 7, ended.err
    assert "the linter passes before this change and fails with it (exit code 1): rounded" in said(ended)
    assert state_of(project) == before
    assert agent("fix", "ISSUE.md", *proof, "--minimize", "off").code == 0
