"""An output that cannot be written: a full disk, a reader that went away, a terminal that is gone. Each is a real one.

What was changed is said on the output that lives, and the exit code is not that of a success that was told.
"""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests import prepared
from tests.cli.conftest import FIX, FIXED, NOISY, Agent, Model, source

from fretsaw.errors import ExitCode


def _full() -> int:
    return os.open("/dev/full", os.O_WRONLY)


def _closed_pipe() -> int:
    reading, writing = os.pipe()
    os.close(reading)
    return writing


def _gone_terminal() -> int:
    master, slave = pty.openpty()
    os.close(master)
    return slave


BROKEN: dict[str, Callable[[], int]] = {"full": _full, "closed pipe": _closed_pipe, "gone terminal": _gone_terminal}


@dataclass(frozen=True)
class Command:
    """A command that changes files, what comes before it, and the words that say what it changed and the way back."""

    arguments: tuple[str, ...]
    before: tuple[str, ...] = ()
    words: tuple[str, ...] = ("Applied to stopwatch/duration.py", "agent undo")
    prints: bool = False
    """Whether standard output has something, so that its loss matters; all tell of themselves on standard error."""


PROPOSED = ("fix", "ISSUE.md", "--apply", "none")
COMMANDS = {
    "fix": Command(("fix", "ISSUE.md")),
    "fix --json": Command(("fix", "ISSUE.md", "--json"), prints=True),
    "fix --apply commit": Command(("fix", "ISSUE.md", "--apply", "commit"), words=("Committed", "agent undo")),
    "vet --apply": Command(("vet", "reply.md", "--apply")),
    "vet --apply --json": Command(("vet", "reply.md", "--apply", "--json"), prints=True),
    "apply": Command(("apply",), PROPOSED),
    "undo": Command(("undo",), ("fix", "ISSUE.md"), ("was undone: stopwatch/duration.py", "agent apply")),
    "restore": Command(("restore", "RUN", "DROPPED"), ("fix", "ISSUE.md"), ("Applied to", "agent undo")),
    "restore in a proposal": Command(("restore", "RUN", "DROPPED"), PROPOSED, ("Restored", "agent apply")),
}
IN_SHORT = {("fix", "stderr", "closed pipe"), ("fix --json", "stdout", "full"), ("undo", "stderr", "full")}
ROWS = [
    pytest.param(name, stream, kind, marks=() if (name, stream, kind) in IN_SHORT else pytest.mark.slow)
    for name, command in COMMANDS.items()
    for stream in ("stdout", "stderr", "both")
    for kind in BROKEN
    if stream == "both" or command.prints == (stream == "stdout")
]


def _run(project: Path, arguments: list[str], stream: str, kind: str) -> tuple[int, str]:
    """Run `agent` with a stream that is broken, or both; its exit code and what it said on the other one."""
    streams: dict[str, Any] = {
        name: BROKEN[kind]() if stream in (name, "both") else subprocess.PIPE for name in ("stdout", "stderr")
    }
    process = prepared.start("agent", *arguments, cwd=project, text=True, start_new_session=True, **streams)
    for number in streams.values():
        if number != subprocess.PIPE:
            os.close(number)
    told = process.communicate(timeout=60)
    return process.returncode, " ".join("".join(text or "" for text in told).split())


def _arguments(command: Command, agent: Agent) -> list[str]:
    if "RUN" not in command.arguments:
        return list(command.arguments)
    shown = agent("show", "--json").document
    dropped = shown["dropped"][0]["change"]
    return ["restore", shown["run"], str(dropped)]


@pytest.mark.parametrize(("name", "stream", "kind"), ROWS)
def test_change_is_told_where_an_output_is_lost(
    agent: Agent, model: Model, project: Path, name: str, stream: str, kind: str
) -> None:
    command = COMMANDS[name]
    (project / "reply.md").write_text(FIX)
    model(*[NOISY if "restore" in name else FIX] * 3)
    if command.before:
        assert agent(*command.before).code == 0
    code, told = _run(project, _arguments(command, agent), stream, kind)
    assert code == ExitCode.OUTPUT
    if stream != "both":
        assert "the output could not be written" in told
        assert all(word in told for word in command.words), told
        assert "Nothing was changed" not in told
        assert "Traceback" not in told
    is_proposal = command.before == PROPOSED and name != "apply"
    assert (FIXED in source(project)) == (name != "undo" and not is_proposal)


def test_paid_run_outlives_its_output(agent: Agent, model: Model, project: Path) -> None:
    """Progress lines that nobody reads are no reason to throw the answer away."""
    server = model(FIX)
    assert _run(project, ["fix", "ISSUE.md", "--apply", "none"], "both", "full")[0] == ExitCode.OUTPUT
    assert len(server.requests) == 1
    assert agent("apply").code == 0
    assert FIXED in source(project)


@pytest.mark.parametrize("kind", BROKEN)
def test_failure_keeps_its_exit_code(model: Model, project: Path, kind: str) -> None:
    model(FIX, FIX, FIX)
    check = ["--check", "false", "--accept-exit-code"]
    code, told = _run(project, ["fix", "ISSUE.md", *check, "--json"], "stdout", kind)
    assert code == ExitCode.CHECK
    assert ("Nothing was changed" in told) == (kind != "closed pipe")


def test_reader_that_went_away_wants_silence(agent: Agent, model: Model, project: Path) -> None:
    model(FIX)
    assert agent("fix", "ISSUE.md").code == 0
    assert _run(project, ["show", "--patch"], "stdout", "closed pipe") == (0, "")
    assert _run(project, ["runs"], "stdout", "closed pipe") == (0, "")


def test_patch_that_could_not_be_printed_is_not_bought_again(model: Model, project: Path) -> None:
    model(FIX)
    code, told = _run(project, ["fix", "ISSUE.md", "--apply", "none"], "stdout", "full")
    assert code == ExitCode.OUTPUT
    assert "the output could not be written: No space left on device" in told
    assert "Nothing was changed. `agent apply" in told


def test_document_is_not_followed_by_a_message(model: Model, project: Path) -> None:
    model(FIX)
    code, told = _run(project, ["fix", "ISSUE.md", "--json"], "stderr", "full")
    assert code == 0  # nothing was to be said there
    assert json.loads(told)["state"] == "delivered"
