"""A failure is a document too, and an interrupt ends at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
from tests import prepared
from tests.cli.conftest import (
    FIX,
    FIXED,
    SCHEMA,
    Agent,
    Ended,
    Model,
    source,
)

from fretsaw.model.scripted.faults import Fault


def failed(ended: Ended, code: int) -> dict[str, object]:
    assert ended.code == code, ended.err
    document = ended.document
    jsonschema.validate(document, SCHEMA)
    assert document["outcome"] == "failed"
    assert document["reason"]
    assert str(document["reason"]).split(" (")[0] in " ".join(ended.err.split())
    return document


def test_a_failure_is_a_document_too(agent: Agent, model: Model, project: Path, tmp_path: Path) -> None:
    model(FIX, faults=[Fault("html")] * 4)
    assert failed(agent("fix", "ISSUE.md", "--json"), 4)["state"] == "failed"
    assert failed(agent("fix", "ISSUE.md", "--json", "--max-usd", "0.000001"), 6)["run"]
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("prune = 'hard'", "utf-8")
    assert failed(agent("fix", "ISSUE.md", "--json"), 3)["run"] == ""
    (tmp_path / "config" / "config.toml").unlink()
    assert failed(agent("fix", "none.md", "--json"), 2)["run"] == ""
    assert failed(agent("fix", "ISSUE.md", "--json", "--check", "no-such-program"), 7)["run"]
    assert failed(agent("fix", "it is broken", "--json", cwd=project.parent), 5)["root"] == ""


def test_a_conflict_is_a_document_with_the_patch(agent: Agent, model: Model, project: Path) -> None:
    server = model({"text": FIX, "delay": 0.5})
    process = prepared.start("agent", "fix", "ISSUE.md", "--json", cwd=project, text=True)
    while not server.requests:
        time.sleep(0.01)
    path = project / "stopwatch" / "duration.py"
    path.write_text("# mine\n" + source(project).replace("divmod(seconds, 3600)", "divmod(mine, 3600)"), "utf-8")
    out, err = process.communicate(timeout=30)
    document = failed(Ended(process.returncode, out, err), 5)
    assert FIXED in str(document["patch"]), "the work is not lost"
    assert FIXED not in source(project)
    assert source(project).startswith("# mine\n")


def catches(pid: int, number: int) -> bool:
    """Whether a process has a handler for a signal: SIGTERM has one from when `agent` listens to both."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    mask = next(line.split()[1] for line in lines if line.startswith("SigCgt:"))
    return bool(int(mask, 16) >> (number - 1) & 1)


def test_two_interrupts_end_at_once_and_claim_nothing(project: Path, model: Model) -> None:
    model({"text": FIX, "delay": 30})
    process = subprocess.Popen(
        [sys.executable, "-m", "fretsaw", "fix", "-"], cwd=project, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    while not catches(process.pid, signal.SIGTERM):
        time.sleep(0.01)
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130
    assert b"interrupted" in said
    assert b"Traceback" not in said
