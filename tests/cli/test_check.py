"""`agent check` as a person on a terminal meets it: asked once, remembered for one repository, forgotten on request."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import prepared
from tests.cli.conftest import CHECK, FIX, Agent, git

from fretsaw.model.scripted import ScriptedServer

Model = Callable[..., ScriptedServer]
CTRL_C = "\x03"
QUESTION = "Which proves a fix?"


def on_terminal(project: Path, *arguments: str, answers: tuple[str, ...] = ()) -> tuple[int, str]:
    """One call of `agent` with a terminal for all three streams; an answer is typed at each question."""
    ours, theirs = pty.openpty()
    process = prepared.start(
        "agent", *arguments, cwd=project, start_new_session=True, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown, waiting = b"", list(answers)
    while True:
        if not select.select([ours], [], [], 1.0)[0]:
            if process.poll() is not None:  # what a child of it still holds open is no reason to wait for more
                break
            continue
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
        text = shown.decode("utf-8", "replace")
        if waiting and text.count(QUESTION) + text.count("[y/N]") == len(answers) - len(waiting) + 1:
            answer = waiting.pop(0)
            if answer == CTRL_C:
                _interrupt(process)
            else:
                os.write(ours, answer.encode() + b"\n")
    os.close(ours)
    return process.wait(60), " ".join(shown.decode("utf-8", "replace").split())


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    """As a person does: again where nothing happens. One that comes just before the read begins interrupts nothing."""
    for _ in range(5):
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
            return


def check_of(agent: Agent) -> str:
    """What a run would be proved with."""
    lines = agent("check").out.splitlines()
    return next((line.split(maxsplit=1)[1] for line in lines if line.startswith("set")), "")


def test_it_is_asked_once_and_holds_for_every_run(agent: Agent, model: Model, project: Path, tmp_path: Path) -> None:
    code, shown = on_terminal(project, "check", answers=("1",))
    assert code == 0, shown
    assert "python -m unittest discover" in shown
    assert "is now python -m unittest discover" in shown
    code, shown = on_terminal(project, "check")
    assert (code, QUESTION in shown) == (0, False), "asked once"
    assert "set python -m unittest discover" in shown
    model(FIX)
    assert agent("fix", "ISSUE.md", "--apply", "none", "--json").document["checks"]["before"]["state"] == "red"
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "-q", project, other], check=True)
    assert agent("check", cwd=other).out.startswith("found"), "an answer is about one repository"


def test_it_is_asked_and_run_in_one_go(project: Path) -> None:
    code, shown = on_terminal(project, "check", "--run", answers=(f"{sys.executable} -c 'print(1)'", "y"))
    assert code == 0, shown
    assert "green" in shown
    assert "the check reports only an exit code, no tests" in shown


def test_an_exit_code_alone_is_applied_only_where_that_was_accepted(agent: Agent, model: Model, project: Path) -> None:
    code = "import sys; from stopwatch.duration import format_duration as f; sys.exit(f(59.6) == f(59))"
    check = f'{sys.executable} -c "{code}"'
    model(FIX)
    assert agent("check", "--remember", "--check", check).code == 0
    ended = agent("fix", "ISSUE.md")
    said = " ".join(ended.err.split())
    assert (ended.code, git(project, "status", "--porcelain")) == (7, ""), said
    assert "the check reports only an exit code, no tests" in said
    assert agent("check", "--remember", "--accept-exit-code", "--check", check).code == 0
    model(FIX)
    ended = agent("fix", "ISSUE.md")
    assert ended.code == 0, ended.err
    assert git(project, "status", "--porcelain") != ""


def test_a_check_that_is_typed_is_accepted_by_that(agent: Agent, model: Model, project: Path) -> None:
    code = "import sys; from stopwatch.duration import format_duration as f; sys.exit(f(59.6) == f(59))"
    typed = ("fix", "ISSUE.md", "--check", f'{sys.executable} -c "{code}"')
    model(FIX)
    assert agent(*typed, "--no-accept-exit-code").code == 7
    assert git(project, "status", "--porcelain") == ""
    model(FIX)
    ended = agent(*typed)
    assert (ended.code, git(project, "status", "--porcelain") != "") == (0, True), ended.err
    assert "exit code only" in " ".join(ended.err.split()), "the verdict says how little that is"


def test_none_of_them_is_an_answer_too(agent: Agent, model: Model, project: Path) -> None:
    model(FIX)
    assert "nothing is proved; run `agent check`" in " ".join(agent("fix", "ISSUE.md", "--apply", "none").err.split())
    assert on_terminal(project, "check", answers=("n",))[0] == 0
    assert QUESTION not in on_terminal(project, "check")[1]
    assert "nothing is proved" not in " ".join(agent("fix", "ISSUE.md", "--apply", "none").err.split())
    assert QUESTION in on_terminal(project, "check", "--forget", answers=("n",))[1]


@pytest.mark.parametrize("nonsense", ["7", "'open", '""'])
def test_what_is_no_answer_is_asked_again(agent: Agent, project: Path, nonsense: str) -> None:
    code, shown = on_terminal(project, "check", answers=(nonsense, "make 'my test'"))
    assert code == 0, shown
    assert shown.count(QUESTION) == 2
    assert check_of(agent) == "make 'my test'"


def test_an_interrupted_question_remembers_nothing(agent: Agent, project: Path) -> None:
    code, shown = on_terminal(project, "check", answers=(CTRL_C,))
    assert code == 130, shown
    assert "Traceback" not in shown
    assert check_of(agent) == ""
    assert QUESTION in on_terminal(project, "check", answers=("n",))[1]


def test_the_repositorys_own_proposal_is_the_first_answer_and_asks_again_when_changed(
    agent: Agent, project: Path
) -> None:
    (project / ".fretsaw.toml").write_text('check = ["python", "-m", "unittest", "-q"]\n', "utf-8")
    code, shown = on_terminal(project, "check", answers=("1",))
    assert code == 0, shown
    assert "1 python -m unittest -q (the repository's own file proposes it)" in shown
    assert check_of(agent) == "python -m unittest -q"
    (project / ".fretsaw.toml").write_text('check = ["touch", "/tmp/never"]\n', "utf-8")
    assert check_of(agent) == ""
    assert QUESTION in on_terminal(project, "check", answers=("2",))[1]
    assert check_of(agent) == "python -m unittest discover", "a choice holds whatever the repository proposes later"


def test_without_a_terminal_nothing_is_asked_and_a_flag_answers(agent: Agent, project: Path) -> None:
    ended = agent("check")
    assert (ended.code, "--remember" in ended.err) == (0, True)
    assert agent("check", "--remember").code == 2
    assert agent("check", "--check", CHECK, "--remember").code == 0
    assert check_of(agent) == CHECK
    assert agent("check", "--forget").code == 0
    assert check_of(agent) == ""


def test_a_repository_in_which_nothing_looks_like_a_check(agent: Agent, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "empty")
    ended = agent("check", cwd=tmp_path / "empty")
    assert (ended.code, ended.out) == (0, "No check is set, and nothing here looks like one.\n")


def test_forgetting_takes_an_approval_back(agent: Agent, project: Path) -> None:
    (project / ".fretsaw.toml").write_text('check = ["python", "-m", "unittest", "-q"]\n', "utf-8")
    assert agent("check", "--approve").code == 0
    assert check_of(agent) == "python -m unittest -q"
    assert agent("check", "--forget").code == 0
    assert check_of(agent) == ""


def test_a_flag_and_a_damaged_answer(agent: Agent, project: Path, tmp_path: Path) -> None:
    assert agent("check", "--check", CHECK, "--remember").code == 0
    assert agent("check", "--check", "make x").out.startswith("set       make x\n"), "a flag wins"
    (file,) = (tmp_path / "state" / "checks").iterdir()
    for junk in ("", "[", "[]", '{"check": "x"}', '{"check": [1]}', "\xff"):
        file.write_text(junk, "latin-1")
        assert check_of(agent) == ""


def test_doctor_says_which_check_there_is(agent: Agent, project: Path) -> None:
    assert "this looks like one: python -m unittest discover" in " ".join(agent("doctor").err.split())
    agent("check", "--check", CHECK, "--remember")
    assert CHECK in agent("doctor").err


def test_a_folder_is_shown_to_the_check_once_the_user_says_so(agent: Agent, project: Path, tmp_path: Path) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "module.py").write_text("")
    refused = agent("check", "--show", str(library), "--show", "/")
    assert refused.code == 2
    assert "more than a check needs" in " ".join(refused.err.split())
    shown = agent("check", "--show", str(library))
    assert shown.code == 0
    assert library.name in shown.out + shown.err
    reads = ("check", "--run", "--check", f"cat {library}/module.py")
    assert agent(*reads).code == 0
    agent("check", "--forget")
    assert agent(*reads).code != 0
