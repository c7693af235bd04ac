"""The hook as an agent starts it: a process that never fails, fails open, and says so in one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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
