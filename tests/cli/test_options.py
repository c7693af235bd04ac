"""Every option does what its sentence says, seen from the command line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests import prepared
from tests.cli.conftest import CHECK, FIX, Agent, git

from fretsaw.model.scripted import ScriptedServer
from fretsaw.model.scripted.faults import error

Model = Callable[..., ScriptedServer]
NOISE = FIX.replace(
    "*** End Patch",
    "@@ def parse_duration(text):\n-    total = 0\n+    # Start from nothing.\n+    total = 0\n*** End Patch",
)
MISFIT = FIX.replace("divmod(seconds, 3600)\n+", "divmod(secs, 3600)\n+")
WRONG = FIX.replace("round(seconds)", "int(seconds)")
LOOK = {"calls": [{"name": "read_file", "arguments": {"path": "README.md"}}]}
DRY = ("--apply", "none", "--json")


def test_timeout_ends_one_call(agent: Agent, model: Model) -> None:
    model({"text": FIX, "delay": 30})
    ended = agent("fix", "ISSUE.md", "--timeout", "0.3", "--retries", "0")
    assert ended.code == 4, ended.err
    assert "Nothing was changed" in ended.err


def test_max_seconds_ends_the_whole_run_even_in_a_call(agent: Agent, model: Model) -> None:
    model({"text": FIX, "delay": 30})
    ended = agent("fix", "ISSUE.md", "--max-seconds", "0.5")
    assert ended.code == 6, ended.err
    assert "longer than 0.5 s" in ended.err
    assert "failed" in agent("runs").out


def test_max_seconds_ends_a_check(agent: Agent, model: Model) -> None:
    server = model(FIX)
    ended = agent("fix", "ISSUE.md", "--check", "sleep 60", "--max-seconds", "1", "--sandbox", "none")
    assert ended.code == 6, ended.err
    assert server.requests == []


def test_check_timeout_ends_one_check(agent: Agent) -> None:
    ended = agent("check", "--run", "--check", "sleep 60", "--check-timeout", "0.3", "--sandbox", "none")
    assert ended.code == 7
    assert "timeout" in ended.err


@pytest.mark.parametrize("times", [0, 1])
def test_retries(agent: Agent, model: Model, times: int) -> None:
    server = model(FIX, faults=[error(500, "server_error", "try again")] * 9)
    assert agent("fix", "ISSUE.md", "--retries", str(times)).code == 4
    assert len(server.requests) == times + 1


@pytest.mark.parametrize("times", [0, 1])
def test_misfits(agent: Agent, model: Model, times: int) -> None:
    server = model(MISFIT)
    assert agent("fix", "ISSUE.md", "--misfits", str(times)).code == 1
    assert len(server.requests) == times + 1


@pytest.mark.parametrize("times", [0, 1])
def test_attempts(agent: Agent, model: Model, times: int) -> None:
    server = model(WRONG)
    assert agent("fix", "ISSUE.md", "--check", CHECK, "--attempts", str(times)).code == 7
    assert len(server.requests) == times + 1


@pytest.mark.parametrize("steps", [0, 1])
def test_steps(agent: Agent, model: Model, steps: int) -> None:
    server = model(LOOK, LOOK, LOOK)
    agent("fix", "ISSUE.md", "--steps", str(steps), "--misfits", "0")
    assert len([seen for seen in server.requests if seen.body.get("tools")]) == steps


def test_tools_off(agent: Agent, model: Model) -> None:
    server = model(FIX)
    assert agent("fix", "ISSUE.md", "--no-tools").code == 0
    assert "tools" not in server.requests[0].body


@pytest.mark.parametrize("mode", ["whole", "files"])
def test_context(agent: Agent, mode: str) -> None:
    shown = agent("context", "Fix `stopwatch/duration.py`", "--context", mode, "--json").document
    paths = {part["path"] for part in shown["files"]}
    assert "stopwatch/duration.py" in paths
    assert ("README.md" in paths) == (mode == "whole")


def test_context_tokens(agent: Agent) -> None:
    few = agent("context", "ISSUE.md", "--context-tokens", "200", "--json").document
    many = agent("context", "ISSUE.md", "--json").document
    assert few["tokens"] < many["tokens"]


@pytest.mark.parametrize(("mode", "kept"), [("off", {"keep"}), ("safe", {"keep", "flag"}), ("strict", {"keep"})])
def test_prune(agent: Agent, model: Model, mode: str, kept: set[str]) -> None:
    model(NOISE)
    document = agent("fix", "ISSUE.md", "--prune", mode, *DRY).document
    assert {row["verdict"] for row in document["kept"]} == kept
    assert bool(document["dropped"]) == (mode == "strict")


@pytest.mark.parametrize(("mode", "dropped"), [("off", 0), ("flagged", 1), ("all", 1)])
def test_minimize(agent: Agent, model: Model, mode: str, dropped: int) -> None:
    model(NOISE)
    document = agent("fix", "ISSUE.md", "--check", CHECK, "--minimize", mode, *DRY).document
    assert len(document["dropped"]) == dropped


def test_minimize_seconds(agent: Agent, model: Model) -> None:
    model(NOISE)
    document = agent("fix", "ISSUE.md", "--check", CHECK, "--minimize-seconds", "0", *DRY).document
    assert document["dropped"] == [], "there was no time to ask the check"


@pytest.mark.parametrize(("times", "runs"), [(1, 2), (3, 6)])
def test_repeat(agent: Agent, model: Model, tmp_path: Path, times: int, runs: int) -> None:
    """Once before and once after; each repetition runs what became green once more on either state."""
    log = tmp_path / "log"
    model(FIX)
    check = f"sh -c 'echo x >> {log}; {CHECK}'"
    flags = ("--sandbox", "none", "--minimize", "off", "--repeat", str(times), "--apply", "none")
    assert agent("fix", "ISSUE.md", "--check", check, *flags).code == 0
    assert log.read_text("ascii") == "x\n" * runs


def test_allow(agent: Agent, model: Model) -> None:
    model("*** Begin Patch\n*** Add File: Makefile\n+test:\n+\tpython -m unittest\n*** End Patch\n")
    issue = "Make the tests run."
    assert agent("fix", issue, "--misfits", "0", "--apply", "none").code == 1
    assert agent("fix", issue, "--misfits", "0", "--allow", "Make*", "--apply", "none").code == 0


def test_api(agent: Agent, model: Model) -> None:
    server = model(FIX)
    assert agent("fix", "ISSUE.md", "--api", "responses", "--apply", "none").code == 0
    assert agent("fix", "ISSUE.md", "--api", "chat", "--apply", "none").code == 0
    assert [seen.path.rpartition("/v1")[2] for seen in server.requests] == ["/responses", "/chat/completions"]


def test_azure_and_its_version(agent: Agent, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-key-0123456789")
    server = model(FIX)
    agent("fix", "ISSUE.md", "--azure", "--api-version", "2025-04-01-preview", "--retries", "0", "--api", "chat")
    headers = {name.lower(): value for name, value in server.requests[0].headers.items()}
    assert headers["api-key"] == "azure-key-0123456789"
    assert "api-version=2025-04-01-preview" in server.requests[0].path


def test_role_chooses_a_model(agent: Agent, model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    server = model(FIX)
    monkeypatch.delenv("FRETSAW_MODEL")
    assert agent("fix", "ISSUE.md", "--role", "quick", "--apply", "none").code == 0
    assert agent("fix", "ISSUE.md", "--apply", "none").code == 0
    quick, editor = (seen.body["model"] for seen in server.requests)
    assert quick != editor


def test_the_days_dollars_hold_over_all_runs(agent: Agent, model: Model, tmp_path: Path) -> None:
    server = model(FIX)
    from datetime import datetime, timezone

    spent = tmp_path / "state" / "spent"
    spent.mkdir(parents=True)
    (spent / f"{datetime.now(timezone.utc):%Y-%m-%d}.txt").write_text("0.75\n0.2", "ascii")
    ended = agent("fix", "ISSUE.md", "--max-usd-day", "0.95")
    assert ended.code == 6
    assert "max-usd-day" in ended.err
    assert server.requests == []


def test_a_judges_answer_is_replayed_with_the_run(agent: Agent, model: Model) -> None:
    model(NOISE)
    number = next(row["change"] for row in agent("fix", "ISSUE.md", *DRY).document["kept"] if row["verdict"] == "flag")
    said = {"verdicts": [{"change": number, "verdict": "drop", "reason": "nobody asked"}]}
    server = model(NOISE, json.dumps(said))
    first = agent("fix", "ISSUE.md", "--judge", *DRY).document
    asked = len(server.requests)
    again = agent("replay", "--json").document
    assert again["patch"] == first["patch"]
    assert [row["change"] for row in again["dropped"]] == [number]
    assert len(server.requests) == asked


def test_the_preview_is_what_is_sent(agent: Agent, model: Model, project: Path) -> None:
    (project / "AGENTS.md").write_text("Never use tabs. canary-rule\n", "utf-8")
    (project / ".fretsaw.toml").write_text('rules = ["canary-own-rule"]\n', "utf-8")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "rules")
    server = model(FIX)
    shown = agent("context", "ISSUE.md", "--json").document["messages"]
    assert agent("fix", "ISSUE.md", "--apply", "none").code == 0
    sent = server.requests[0].body["messages"]
    assert [message["content"] for message in sent] == [message["text"] for message in shown]
    assert "canary-rule" in json.dumps(shown)
    assert "canary-own-rule" in json.dumps(shown)


@pytest.mark.parametrize("flag", [("--max-usd", "-1"), ("--repeat", "0"), ("--timeout", "0"), ("--steps", "x")])
def test_a_number_that_means_nothing_is_a_usage_error(agent: Agent, flag: tuple[str, str]) -> None:
    ended = agent("fix", "ISSUE.md", *flag)
    assert ended.code == 2
    assert flag[0] in ended.err


def test_runs_of_one_second_are_told_apart_by_time() -> None:
    from fretsaw.run_store import new_id

    names = []
    for _ in range(50):
        names.append(new_id())
        time.sleep(0.0001)
    assert names == sorted(names)


def test_percentages_never_fall(agent: Agent, model: Model, project: Path) -> None:
    from fretsaw.cancel import Cancel
    from fretsaw.core.run import Event
    from fretsaw.session.fix import fix_task, read_task
    from fretsaw.session.open import open_session

    model(MISFIT, WRONG, NOISE)
    seen: list[Event] = []
    opened = open_session(project, {"check": tuple(CHECK.split()), "sandbox": "none"})
    fix_task(opened, read_task(str(project / "ISSUE.md")), seen.append, Cancel())
    percentages = [event.percentage for event in seen]
    assert percentages == sorted(percentages)
    calls = [event.usage.calls for event in seen]
    assert calls == sorted(calls), "what was used never falls either"
    assert seen[-1].phase == "deliver"


# -- output ------------------------------------------------------------------------------------------


def run(project: Path, *arguments: str, **env: Any) -> subprocess.CompletedProcess[bytes]:
    process = prepared.start("agent", *arguments, cwd=project, env={**os.environ, **env})
    out, err = process.communicate(60)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def test_bytes_that_are_no_utf8_come_out_as_they_went_in(project: Path, model: Model) -> None:
    (project / "old.py").write_bytes(b'# -*- coding: latin-1 -*-\nx = "caf\xe9"\ny = 1\n')
    git(project, "add", "-A")
    git(project, "commit", "-qm", "old")
    model("*** Begin Patch\n*** Update File: old.py\n@@\n-y = 1\n+y = 2\n*** End Patch\n")
    done = run(project, "fix", "in `old.py` y is 2", "--apply", "none", PYTHONIOENCODING="utf-8:strict")
    assert done.returncode == 0, done.stderr
    assert b"caf\xe9" in done.stdout
    for form in ("--patch", "--html", "--sarif", "--markdown", "--json", "--replies"):
        shown = run(project, "show", form, PYTHONIOENCODING="utf-8:strict")
        assert shown.returncode == 0, (form, shown.stderr)
        if form != "--patch":
            shown.stdout.decode("utf-8")
    subprocess.run(["git", "apply", "-"], input=done.stdout, cwd=project, check=True)
    assert (project / "old.py").read_bytes() == b'# -*- coding: latin-1 -*-\nx = "caf\xe9"\ny = 2\n'


def test_a_poor_locale_is_no_bug(project: Path) -> None:
    for arguments in (("models",), ("--help",), ("check",), ("runs",)):
        assert run(project, *arguments, PYTHONIOENCODING="ascii").returncode == 0


@pytest.mark.slow
def test_a_reader_that_goes_away_is_met_with_silence(
    project: Path, agent: Agent, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How an interpreter ends is the claim, and a forked one ends otherwise: Python 3.13 complains of its own stdout.
    monkeypatch.setenv("FRETSAW_TESTS_COLD", "1")
    model(FIX)
    agent("fix", "ISSUE.md", "--apply", "none")
    for arguments in (("show", "--html"), ("runs",), ("models",), ("show", "--json")):
        process = prepared.start("agent", *arguments, cwd=project, stdin=subprocess.DEVNULL)
        process.stdout.close()
        said = process.stderr.read()
        process.stderr.close()
        process.wait(timeout=20)
        assert b"Traceback" not in said, arguments
        assert b"Exception ignored" not in said, arguments
        assert process.returncode in {0, 141}, (arguments, said)


def test_no_colour_where_none_is_wanted(project: Path, agent: Agent, model: Model) -> None:
    model(FIX)
    assert "\x1b[" not in agent("fix", "ISSUE.md", "--apply", "none").err


@pytest.mark.parametrize("arguments", [("--help",), ("runs",), ("completion", "bash"), ("fix", "--help")])
def test_small_commands_import_nothing_heavy(project: Path, arguments: tuple[str, ...]) -> None:
    code = "import sys; from fretsaw.cli.exit import run_to_exit_code as run; "
    code += f"run({list(arguments)!r}); heavy = ('openai', 'git', 'rich', 'pygls', 'unidiff', 'cattrs', 'tree_sitter', "
    code += "'httpx', 'pydantic', 'rs_bpe', 'PIL'); print([name for name in heavy if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n"), done.stdout[-200:]


def test_on_a_terminal_the_seconds_go_on_while_the_model_thinks(project: Path, model: Model) -> None:
    import pty

    model({"text": FIX, "delay": 2.5})
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm"}
    arguments = ("fix", "ISSUE.md", "--apply", "none")
    null = subprocess.DEVNULL
    process = prepared.start("agent", *arguments, cwd=project, env=env, stdin=theirs, stdout=null, stderr=theirs)
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    os.close(ours)
    assert process.wait(timeout=20) == 0
    assert len(set(re.findall(rb"asking with [0-9]+ files? \xc2\xb7 ([0-9]+) s", seen))) > 1, seen[-500:]
