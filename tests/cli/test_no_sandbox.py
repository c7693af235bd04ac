"""Where no sandbox works: said before the model is asked, proposed and not applied; the demo runs to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.check.check_support import require
from tests.cli.conftest import CHECK, FIX, Agent, state_of

from fretsaw.check.sandbox import bwrap
from fretsaw.model.scripted import ScriptedServer

PLACE = Path(__file__).with_name("no_sandbox.py")


def agent_there(*arguments: str, cwd: Path, tty: bool = False) -> subprocess.CompletedProcess[str]:
    """`agent`, as a process of its own in such a place; on a terminal, all it prints is `stdout`."""
    argv = [sys.executable, str(PLACE), sys.executable, "-m", "fretsaw", *arguments]
    if tty:
        argv = [sys.executable, "-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)", *argv]
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    return subprocess.run(
        argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_patch_is_proposed_unverified_and_not_applied(model: Callable[..., ScriptedServer], project: Path) -> None:
    server = model(FIX)
    (project / "setup.cfg").write_text("[x]\n")
    before = state_of(project)
    ended = agent_there("fix", "ISSUE.md", "--check", CHECK, cwd=project)
    assert ended.returncode == 7, ended.stderr
    assert state_of(project) == before
    assert "+    hours, rest = divmod(round(seconds), 3600)" in ended.stderr
    told = ended.stderr.index("UNVERIFIED from here on: no sandbox holds here (")
    assert told < ended.stderr.index("the model has answered")
    said = " ".join(ended.stderr.split())
    way_out = "allow user namespaces" if bwrap.find(project) else "install bubblewrap"
    for part in (way_out, "--sandbox none", "check not run", "Nothing was changed."):
        assert part in said
    assert "The patch is UNVERIFIED: its check was not run. `agent apply" in said
    assert "[none]" not in said, "not run is not the same as run without isolation"
    assert len(server.requests) == 1
    applied = agent_there("apply", cwd=project)
    assert applied.returncode == 0
    assert "UNVERIFIED: the check could not run: no sandbox holds here" in " ".join(applied.stderr.split())


@pytest.mark.slow
def test_on_a_terminal_it_stays_on_the_screen(model: Callable[..., ScriptedServer], project: Path) -> None:
    model(FIX)
    ended = agent_there("fix", "ISSUE.md", "--check", CHECK, cwd=project, tty=True)
    assert ended.returncode == 7, ended.stdout
    assert ended.stdout.count("UNVERIFIED from here on") == 1, "a spinner's line would be drawn, and wiped, many times"


@pytest.mark.slow
def test_the_demo_runs_to_its_end_and_says_that_nothing_isolates(project: Path) -> None:
    ended = agent_there("demo", cwd=project)
    assert ended.returncode == 0, ended.stderr
    said = " ".join(ended.stderr.split())
    assert "No sandbox works on this machine: the example's own tests run WITHOUT isolation." in said
    assert "Done: the issue is fixed" in said


def test_what_held_in_an_earlier_run_is_tried_again_when_it_does_not_any_more(agent: Agent, project: Path) -> None:
    require("bwrap")
    assert agent("check", "--run", "--check", "true").code == 0
    ended = agent_there("check", "--run", "--check", "true", cwd=project)
    assert ended.returncode != 0
    assert "no sandbox holds here" in " ".join(ended.stderr.split())
