"""What becomes of a paid run when the user, or another run, changes files while it works."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests import prepared
from tests.cli.conftest import CHECK, FIX, Agent, git

from fretsaw.model.scripted import Reply, ScriptedServer

Model = Callable[..., ScriptedServer]
FILE = "stopwatch/duration.py"


def _edit_while_asked(server: ScriptedServer, path: Path, edit: Callable[[str], str]) -> threading.Thread:
    """Edit a file once the request is there: what was sent was read by then, and the answer takes a second."""

    def run() -> None:
        until = time.monotonic() + 30
        while not server.requests and time.monotonic() < until:
            time.sleep(0.02)
        path.write_text(edit(path.read_text()))

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_edit_elsewhere_in_the_file_is_merged_and_checked_again(agent: Agent, project: Path, model: Model) -> None:
    before = (project / FILE).read_text()
    server = model(Reply(FIX, delay=1.0))
    thread = _edit_while_asked(server, project / FILE, lambda text: text + "\n\nEDITED = True\n")
    ended = agent("fix", "ISSUE.md", "--check", CHECK, "--repeat", "1")
    thread.join()
    assert ended.code == 0, ended.err
    after = (project / FILE).read_text()
    assert after.endswith("EDITED = True\n")
    assert "divmod(round(seconds), 3600)" in after
    assert "merged with what was edited since: stopwatch/duration.py" in ended.err
    assert agent("undo").code == 0
    assert (project / FILE).read_text() == before + "\n\nEDITED = True\n"


def test_merged_text_that_the_check_refuses_is_kept_and_not_applied(agent: Agent, project: Path, model: Model) -> None:
    server = model(Reply(FIX, delay=1.0))
    thread = _edit_while_asked(server, project / FILE, lambda text: text + "\n\nraise SystemExit(3)\n")
    edited = (project / FILE).read_text() + "\n\nraise SystemExit(3)\n"
    ended = agent("fix", "ISSUE.md", "--check", CHECK, "--repeat", "1")
    thread.join()
    assert ended.code == 7
    assert "not applied: " in ended.err
    assert (project / FILE).read_text() == edited
    assert agent("apply").code == 0
    assert "divmod(round(seconds), 3600)" in (project / FILE).read_text()


def test_edit_of_the_same_lines_is_a_conflict_that_names_the_way_out(agent: Agent, project: Path, model: Model) -> None:
    server = model(Reply(FIX, delay=1.0))
    change = lambda text: text.replace("divmod(seconds, 3600)", "divmod(int(seconds), 3600)")  # noqa: E731
    thread = _edit_while_asked(server, project / FILE, change)
    ended = agent("fix", "ISSUE.md")
    thread.join()
    assert ended.code == 5
    assert "agent apply 2" in ended.err
    assert "divmod(int(seconds), 3600)" in (project / FILE).read_text()


def test_kept_proposal_follows_its_file(agent: Agent, project: Path, model: Model) -> None:
    model(FIX)
    agent("fix", "ISSUE.md", "--apply", "none")
    path = project / FILE
    path.write_text("# one\n# two\n# three\n" + path.read_text())
    ended = agent("apply")
    assert ended.code == 0, ended.err
    assert path.read_text().startswith("# one\n# two\n# three\n")
    assert "divmod(round(seconds), 3600)" in path.read_text()


@pytest.mark.parametrize("how", ["commit", "branch"])
def test_commit_elsewhere_in_the_file_is_merged(agent: Agent, project: Path, model: Model, how: str) -> None:
    def edit(text: str) -> str:
        (project / FILE).write_text(text + "\n\nEDITED = True\n")
        git(project, "commit", "-qam", "Meanwhile")
        return text + "\n\nEDITED = True\n"

    server = model(Reply(FIX, delay=1.0))
    thread = _edit_while_asked(server, project / FILE, edit)
    ended = agent("fix", "ISSUE.md", "--check", CHECK, "--repeat", "1", "--apply", how)
    thread.join()
    assert ended.code == 0, ended.err
    assert "merged with what was edited since: stopwatch/duration.py" in ended.err
    made = "HEAD" if how == "commit" else git(project, "branch", "--list", "fretsaw/*", "--format=%(refname)").strip()
    assert git(project, "log", "--format=%s", f"{made}~1..{made}").strip() != "Meanwhile"
    assert git(project, "log", "-1", "--format=%s", f"{made}~1").strip() == "Meanwhile"
    committed = git(project, "show", f"{made}:{FILE}")
    assert committed.endswith("EDITED = True\n")
    assert "divmod(round(seconds), 3600)" in committed
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.parametrize("how", ["worktree", "commit"])
def test_two_fixes_at_once_both_end_or_name_the_command(project: Path, model: Model, how: str, tmp_path: Path) -> None:
    model(*[Reply(FIX, delay=0.5)] * 2)
    runs = [prepared.start("agent", "fix", "ISSUE.md", "--apply", how, cwd=project, text=True) for _ in "ab"]
    ended = [(run.communicate(timeout=100)[1], run.returncode) for run in runs]
    assert 0 in [code for _, code in ended]
    for told, code in ended:
        assert code == 0 or (code in (2, 5) and "agent " in told), told
    assert (project / FILE).read_text().count("divmod(round(seconds), 3600)") == 1
    if how == "commit":
        assert git(project, "status", "--porcelain") == ""
