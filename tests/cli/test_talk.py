"""`agent` alone: a session on a terminal, one request a line from a pipe, the help where there is neither."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import FIX, FIXED, Agent, Model, source
from tests.cli.test_follow_up import BACK, RENAMED

from fretsaw.cli.talk import Talk, do_line, run_script

PROGRAM = (sys.executable, "-c", "from fretsaw.cli import main; main()")


def _piped(project: Path, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(PROGRAM, input=script, cwd=project, capture_output=True, text=True, check=False)


def test_help_where_there_is_neither_a_terminal_nor_a_request(project: Path) -> None:
    for ended in (
        _piped(project, ""),
        subprocess.run(PROGRAM, stdin=subprocess.DEVNULL, cwd=project, capture_output=True, text=True, check=False),
    ):
        assert ended.returncode == 0
        assert "Usage:" in ended.stdout


def test_a_conversation_from_a_pipe(agent: Agent, model: Model, project: Path) -> None:
    before = source(project)
    model(RENAMED, BACK, "It rounds the total once.")
    script = "ISSUE.md\nno, keep the old name\n/ask what does it do?\n/message\n/undo all\n/quit\nnever read\n"
    ended = _piped(project, script)
    assert ended.returncode == 0, ended.stderr
    assert "It rounds the total once." in ended.stdout
    assert "never read" not in ended.stderr
    assert source(project) == before


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("/nosuch", 2, "there is no command /nosuch"),
        ("/udno", 2, "did you mean /undo?"),
        ("/drop 1", 2, "nothing was proposed in this session yet"),
        ("/change two", 2, "/change needs a number"),
        ("/model no-such-model", 3, "no-such-model"),
        ("/add nosuch.py", 2, "there is no file"),
        ("/undo half", 2, "/undo takes back the last request"),
    ],
)
def test_a_script_ends_with_the_code_of_the_first_line_that_fails(
    line: str, code: int, said: str, agent: Agent, project: Path, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(project)
    assert run_script(iter(["\n", f"{line}\n", "/help\n"])) == code
    told = capfd.readouterr().err
    assert said in told
    assert "/help" not in told.split("> ")[-1].replace("/help lists them", "")


def test_the_commands_of_a_session(
    agent: Agent, model: Model, project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project)
    before = source(project)
    model(FIX)
    talk = Talk()
    for line in (
        "/add stopwatch/duration.py:1-9",
        "/model gpt-4.1-mini",
        "/check python -m unittest -q",
        "/cost",
        "/help",
    ):
        assert do_line(talk, line) == 0, line
    talk.settings.pop("check")
    assert do_line(talk, "ISSUE.md") == 0
    assert FIXED in source(project)
    for line in ("/diff", "/why", "/why 1", "/keep", "/message"):
        assert do_line(talk, line) == 0, line
    told = capfd.readouterr()
    assert "the issue says" in told.out
    assert "The total is rounded first." in told.out
    assert do_line(talk, "/drop 1") == 0
    assert source(project) == before
    assert do_line(talk, "/undo") == 0
    assert talk.run == ""
    assert do_line(talk, "/quit") is None


def _until(terminal: int, text: str) -> str:
    seen, end = "", time.monotonic() + 40
    while text not in seen and time.monotonic() < end:
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 65536).decode("utf-8", "replace")
    assert text in seen, seen[-2000:]
    return seen


@pytest.mark.slow
def test_a_session_on_a_terminal_goes_on_after_an_interrupt(agent: Agent, model: Model, project: Path) -> None:
    from fretsaw.model.scripted.script import Reply

    before = source(project)
    model(Reply(FIX, delay=10.0), FIX)
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(project)
        os.environ["TERM"] = "xterm"
        os.execv(PROGRAM[0], PROGRAM)
    _until(terminal, "/quit leaves")
    os.write(terminal, b"ISSUE.md\r")
    _until(terminal, "asking with")
    os.write(terminal, b"\x03")
    _until(terminal, "interrupted")
    assert source(project) == before
    os.write(terminal, b"/help\r")
    _until(terminal, "/undo")  # the session goes on
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
