"""The hook as an agent starts it: a process that never fails, fails open, and says so in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = [sys.executable, "-c", "from fretsaw.cli import main; main()", "vet", "--hook"]


@pytest.mark.parametrize(
    ("arguments", "data"),
    [
        (["claude"], b""),
        (["claude"], b"{"),
        (["claude"], b"[]"),
        (["claude"], b"\xff\xfe"),
        (["claude"], b"{" * 100_000),
        (["nobody"], b"{}"),
        (["claude", "--mode", "loud"], b"{}"),
        ([], b"{}"),
    ],
)
def test_our_own_failure_lets_the_edit_through(arguments: list[str], data: bytes, tmp_path: Path) -> None:
    env = {**os.environ, "FRETSAW_STATE_DIR": str(tmp_path)}
    done = subprocess.run([*PROGRAM, *arguments], input=data, capture_output=True, env=env, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"let through unvetted" in done.stderr


def test_a_state_folder_that_cannot_be_written_lets_the_edit_through(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "state").write_text("a file")
    env = {**os.environ, "FRETSAW_STATE_DIR": str(tmp_path / "state")}
    payload = {
        "hook_event_name": "PreToolUse",
        "cwd": str(tmp_path),
        "tool_input": {"file_path": "a.py", "content": "x"},
    }
    done = subprocess.run(
        [*PROGRAM, "claude"], input=json.dumps(payload).encode(), capture_output=True, env=env, check=False, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.count(b"\n") == 1


@pytest.fixture
def warm() -> Iterator[dict[str, str]]:
    """An environment in which the path of a socket is short enough, with a repository in it."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="fs-") as folder:  # the warm process ends with its socket
        subprocess.run(["git", "init", "-q", f"{folder}/r"], check=True)
        Path(folder, "r/a.py").write_text("x = f(1)\n")
        env = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
        yield {**env, "TMPDIR": folder, "FRETSAW_STATE_DIR": f"{folder}/state"}


def prune(env: dict[str, str]) -> str:
    """What an edit becomes that changes blanks only in its first line."""
    edit = {"file_path": "a.py", "old_string": "x = f(1)\n", "new_string": "x = f( 1 )\ny = 2\n"}
    payload = {"session_id": "s", "hook_event_name": "PreToolUse", "cwd": f"{env['TMPDIR']}/r", "tool_input": edit}
    done = subprocess.run(
        [*PROGRAM, "claude"], input=json.dumps(payload).encode(), capture_output=True, env=env, check=True, timeout=60
    )
    new: str = json.loads(done.stdout)["hookSpecificOutput"]["updatedInput"]["new_string"]
    return new


def sockets(env: dict[str, str]) -> list[Path]:
    return [path for path in Path(env["TMPDIR"]).glob("fretsaw-*/*") if path.is_socket()]


def test_a_warm_process_answers_the_next_edit_and_a_dead_one_is_no_harm(warm: dict[str, str]) -> None:
    assert prune(warm) == "x = f(1)\ny = 2\n"
    deadline = time.monotonic() + 20
    while not sockets(warm) and time.monotonic() < deadline:
        time.sleep(0.05)
    (socket_file,) = sockets(warm)
    assert socket_file.stat().st_mode & 0o077 == 0
    assert socket_file.parent.stat().st_mode & 0o077 == 0
    assert prune(warm) == "x = f(1)\ny = 2\n"
    socket_file.unlink()
    socket_file.write_text("no socket")
    assert prune(warm) == "x = f(1)\ny = 2\n"


def test_a_folder_that_others_can_write_to_is_not_trusted(warm: dict[str, str]) -> None:
    folder = Path(warm["TMPDIR"], f"fretsaw-{os.geteuid()}")
    folder.mkdir()
    folder.chmod(0o777)
    assert prune(warm) == "x = f(1)\ny = 2\n"
    assert sockets(warm) == []
