"""A git process that a signal ends is no answer: exit 5, one sentence, and files that are old or new as a whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests import prepared
from tests.cli.conftest import FIX, FIXED, Agent, Model, source

_GIT = """#!/bin/sh
n=$(($(cat "{log}.count" 2>/dev/null || echo 0) + 1)); echo $n > "{log}.count"
echo "$@" >> "{log}"
[ "$n" = {at} ] && kill -{signal} $$ && sleep 5
exec "{real}" "$@"
"""


def _run(project: Path, folder: Path, at: int, signal: str, *arguments: str) -> tuple[int, str, int]:
    """Run `agent` with a git that dies at its call number `at`: exit code, words, number of calls of git."""
    folder.mkdir()
    log = folder / "calls"
    (folder / "git").write_text(_GIT.format(log=log, at=at, signal=signal, real=shutil.which("git")))
    (folder / "git").chmod(0o755)
    env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
    process = prepared.start("agent", *arguments, cwd=project, text=True, env=env)
    told = process.communicate(timeout=60)[1]
    return process.returncode, " ".join(told.split()), len(log.read_text().splitlines()) if log.exists() else 0


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "how",
    [pytest.param("worktree", marks=pytest.mark.slow), pytest.param("commit", marks=pytest.mark.slow)],
)
def test_every_call_of_git_may_die(agent: Agent, model: Model, project: Path, tmp_path: Path, how: str) -> None:
    model(*[FIX] * 60)
    fix = ("fix", "ISSUE.md", "-q", "--apply", how)
    code, told, calls = _run(project, tmp_path / "whole", 0, "KILL", *fix)
    assert code == 0, told
    assert calls > 5
    assert agent("undo").code == 0
    for at in range(1, calls + 1):
        code, told, _ = _run(project, tmp_path / str(at), at, "KILL" if at % 2 else "TERM", *fix)
        assert code in (0, 5), told  # 0: what only helps to choose the context
        assert (FIXED in source(project)) == (code == 0), told
        if code:
            assert "was killed" in told or "ended early" in told, told
            assert "Nothing was changed" in told
        else:
            assert agent("undo").code == 0


def test_killed_git_is_named(model: Model, project: Path, tmp_path: Path) -> None:
    model(FIX)
    code, told, _ = _run(project, tmp_path / "git", 2, "KILL", "fix", "ISSUE.md")
    assert code == 5
    assert "was killed (SIGKILL)" in told
    assert "Nothing was changed" in told
