"""Repositories, states and homes that are rare: the right result, or one clear sentence that names the way out."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests import prepared
from tests.cli.conftest import FIX, Agent, git

from fretsaw import run_store
from fretsaw.model.scripted import ScriptedServer

Model = Callable[..., ScriptedServer]
FIXED = "divmod(round(seconds), 3600)"
FILE = "stopwatch/duration.py"


@dataclass(frozen=True)
class Place:
    """A place, and how `agent fix ISSUE.md` ends there."""

    build: Callable[[Path, Path], Path | None]
    """Makes it of (the example project, the folder of the test); the folder to work in, None for the project."""
    code: int = 0
    words: str = ""
    """Words of what is said where it is refused."""
    options: tuple[str, ...] = ()


def _worktree(project: Path, tmp: Path) -> Path:
    git(project, "worktree", "add", "-q", str(tmp / "linked"), "-b", "side")
    return tmp / "linked"


def _submodule(project: Path, tmp: Path) -> Path:
    outer = tmp / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(project), "inner")
    return outer / "inner"


def _shallow(project: Path, tmp: Path) -> Path:
    git(tmp, "clone", "-q", "--depth", "1", f"file://{project}", "shallow")
    return tmp / "shallow"


def _sparse(project: Path, tmp: Path) -> Path:
    git(tmp, "clone", "-q", str(project), "sparse")
    git(tmp / "sparse", "sparse-checkout", "set", "--cone", "stopwatch")
    return tmp / "sparse"


def _sparse_without_the_file(project: Path, tmp: Path) -> Path:
    git(tmp, "clone", "-q", str(project), "sparse")
    git(tmp / "sparse", "sparse-checkout", "set", "--cone", "tests")
    return tmp / "sparse"


def _sha256(project: Path, tmp: Path) -> Path:
    shutil.copytree(project, tmp / "sha256", ignore=shutil.ignore_patterns(".git"))
    git(tmp / "sha256", "init", "-q", "--object-format=sha256")
    git(tmp / "sha256", "add", "-A")
    git(tmp / "sha256", "commit", "-qm", "base")
    return tmp / "sha256"


def _unborn(project: Path, tmp: Path) -> Path:
    shutil.copytree(project, tmp / "unborn", ignore=shutil.ignore_patterns(".git"))
    git(tmp / "unborn", "init", "-q")
    git(tmp / "unborn", "add", "-A")
    return tmp / "unborn"


def _named(name: bytes) -> Callable[[Path, Path], Path]:
    def build(project: Path, tmp: Path) -> Path:
        target = tmp / os.fsdecode(name)
        shutil.copytree(project, target)
        return target

    return build


def _file_named(name: bytes) -> Callable[[Path, Path], None]:
    def build(project: Path, _tmp: Path) -> None:
        (project / os.fsdecode(name)).write_text("x = 1\n")
        git(project, "add", "-A")
        git(project, "commit", "-qm", "odd name")

    return build


def _journal_of_a_later_version(_project: Path, tmp: Path) -> None:
    (tmp / "state" / "journal").mkdir(parents=True, mode=0o700)
    (tmp / "state" / "version").write_text("99\n")


def _state_is_a_file(_project: Path, tmp: Path) -> None:
    shutil.rmtree(tmp / "state", ignore_errors=True)
    (tmp / "state").write_text("")


def _state_of_another(project: Path, tmp: Path) -> None:
    folder = run_store.store(tmp / "state", project).folder / "journal"
    folder.mkdir(parents=True)
    folder.chmod(0o777)


def _corrupt_run(project: Path, tmp: Path) -> None:
    folder = run_store.store(tmp / "state", project).folder / "runs" / "20200101-000000-0000"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text("{")
    (folder / "outcome.json").write_bytes(b"\x00\xff")


def _pipe(name: str) -> Callable[[Path, Path], None]:
    def build(project: Path, _tmp: Path) -> None:
        (project / name).unlink(missing_ok=True)
        os.mkfifo(project / name)

    return build


def _socket(project: Path, _tmp: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        folder = os.open(project, os.O_RDONLY | os.O_DIRECTORY)
        listener.bind(f"/proc/self/fd/{folder}/.gitignore")
        os.close(folder)


PLACES = {
    "linked worktree": Place(_worktree),
    "submodule": Place(_submodule),
    "shallow clone": Place(_shallow),
    "sparse checkout": Place(_sparse),
    "file outside the sparse checkout": Place(_sparse_without_the_file, 1, "sparse checkout"),
    "sha-256": Place(_sha256),
    "unborn branch": Place(_unborn),
    "blank in the path": Place(_named(b"with blank")),
    "quotes in the path": Place(_named(b'it\'s "quoted"')),
    "newline in the path": Place(_named(b"two\nlines"), 5, "rename the folder"),
    "non-UTF-8 in the path": Place(_named(b"caf\xe9")),
    "glob in the path": Place(_named(b"[a]*?")),
    "dash in front of the path": Place(_named(b"-n")),
    "file with a newline": Place(_file_named(b"a\nb.py")),
    "file that is not UTF-8": Place(_file_named(b"caf\xe9.py")),
    "file with quotes": Place(_file_named(b"a\"b'.py")),
    "state of a later version": Place(_journal_of_a_later_version),
    "state is a file": Place(_state_is_a_file, 5, "FRETSAW_STATE_DIR"),
    "state that others may write": Place(_state_of_another, 5, "chmod 700"),
    "corrupted run beside": Place(_corrupt_run),
    "pipe named .gitignore": Place(_pipe(".gitignore"), 5, "rm "),
    "socket named .gitignore": Place(_socket, 5, "rm "),
    "pipe named .gitignore in a folder": Place(_pipe("stopwatch/.gitignore"), 5, "rm "),
    "pipe named .gitattributes": Place(_pipe(".gitattributes"), 5, "rm "),
    "pipe among git's own files": Place(_pipe(".git/info/exclude"), 5, "rm "),
    "pipe named .env": Place(_pipe(".env")),
    "pipe named .fretsaw.toml": Place(_pipe(".fretsaw.toml")),
    "pipe named pyproject.toml": Place(_pipe("pyproject.toml")),
}


@pytest.mark.parametrize("name", PLACES)
def test_place(agent: Agent, model: Model, project: Path, tmp_path: Path, name: str) -> None:
    place = PLACES[name]
    folder = place.build(project, tmp_path) or project
    model(*[FIX] * 4)
    ended = agent("fix", "ISSUE.md", *place.options, cwd=folder)
    assert ended.code == place.code, ended.err
    assert "Traceback" not in ended.err
    if place.code:
        assert place.words in ended.err
        return
    assert FIXED in (folder / FILE).read_text()
    assert agent("runs", cwd=folder).code == 0
    assert agent("show", cwd=folder).code == 0
    assert agent("undo", cwd=folder).code == 0, ended.err
    assert FIXED not in (folder / FILE).read_text()


def test_commit_checkout_and_rebase_during_a_fix(agent: Agent, model: Model, project: Path) -> None:
    for meanwhile in (
        ("commit", "-qm", "mine", "--allow-empty"),
        ("checkout", "-qb", "side"),
        ("rebase", "-q", "HEAD"),
    ):
        server = model({"text": FIX, "delay": 0.7})
        process = prepared.start("agent", "fix", "ISSUE.md", cwd=project, text=True)
        while not server.requests and process.poll() is None:
            time.sleep(0.01)
        git(project, *meanwhile)
        assert process.communicate(timeout=60)[1] is not None
        assert process.returncode == 0
        assert agent("undo").code == 0


def test_undo_during_a_fix(agent: Agent, model: Model, project: Path) -> None:
    model(FIX)
    assert agent("fix", "ISSUE.md").code == 0
    server = model({"text": FIX.replace("round(seconds), 3600", "round(seconds), 3601"), "delay": 0.7})
    process = prepared.start("agent", "fix", "ISSUE.md", cwd=project, text=True)
    while not server.requests and process.poll() is None:
        time.sleep(0.01)
    assert agent("undo").code == 0
    told = process.communicate(timeout=60)[1]
    assert process.returncode in (0, 1, 5), told


def test_repository_made_anew_at_the_same_path(agent: Agent, model: Model, project: Path, tmp_path: Path) -> None:
    model(FIX, FIX)
    assert agent("fix", "ISSUE.md").code == 0
    shutil.copytree(project, tmp_path / "copy")
    shutil.rmtree(project)
    shutil.move(tmp_path / "copy", project)
    before = (project / FILE).read_text()
    ended = agent("undo")
    assert ended.code in (2, 5), "it is another repository: nothing of it is taken back"
    assert (project / FILE).read_text() == before
    assert "Nothing was changed" in ended.err


@pytest.mark.parametrize(
    ("check", "word"), [("cd stopwatch && python -m unittest", "sh -c"), ("FOO=1 python -m unittest", "env FOO=1")]
)
def test_check_that_needs_a_shell(agent: Agent, model: Model, check: str, word: str) -> None:
    model(FIX)
    ended = agent("fix", "ISSUE.md", "--check", check)
    assert ended.code in (2, 7), ended.err
    assert word in ended.err


@pytest.mark.parametrize("home", ["missing", "read-only", "unset"])
def test_home(project: Path, model: Model, tmp_path: Path, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    model(FIX)
    env = {name: value for name, value in os.environ.items() if name not in ("FRETSAW_STATE_DIR", "FRETSAW_CONFIG_DIR")}
    env = {**env, "HOME": str(tmp_path / "home"), "GIT_CONFIG_NOSYSTEM": "1"}
    env.pop("XDG_STATE_HOME", None)
    env.pop("XDG_CONFIG_HOME", None)
    if home == "read-only":
        (tmp_path / "home").write_text("")  # root writes everywhere: a file in its place is as good
    if home == "unset":
        del env["HOME"]
        env["XDG_STATE_HOME"] = str(tmp_path / "xdg")
    line = [sys.executable, "-m", "fretsaw", "fix", "ISSUE.md", "--json"]
    ended = subprocess.run(line, cwd=project, env=env, capture_output=True, text=True, timeout=60, check=False)
    if home == "read-only":
        assert ended.returncode == 5
        assert "FRETSAW_STATE_DIR" in ended.stderr
    else:
        assert ended.returncode == 0, ended.stderr
        assert json.loads(ended.stdout)["state"] == "delivered"
