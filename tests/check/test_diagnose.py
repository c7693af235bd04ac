"""A check that is red for a reason that no patch can change says the cause and the remedy; any other says nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fretsaw.check.run.diagnose import Place, diagnose
from fretsaw.core.proof.check_result import CheckResult

RED = CheckResult("red", ("python3", "t.py"), 1, isolation="bwrap")
MISSING = "Traceback (most recent call last):\nModuleNotFoundError: No module named 'dep'\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A repository and a home beside it."""
    root, home = tmp_path / "r", tmp_path / "home"
    (root / ".git").mkdir(parents=True)
    (root / "sub").mkdir()
    (root / "sub" / "t.py").write_text("")
    (home / ".local/lib/python3.11/site-packages/dep").mkdir(parents=True)
    (home / "settings.ini").write_text("")
    return Place(root, home, {"MY_SETTING": "1", "PATH": "/usr/bin:/bin"}, {"PATH": "/usr/bin:/bin"})


CAUSES = [
    ("can't open file '/r/t.py': [Errno 2] No such file or directory\n", "python3 sub/t.py"),
    (MISSING, "which the sandbox hides; install it in a virtual environment"),
    ("AssertionError: MY_SETTING is not set\n", "env MY_SETTING=…"),
    ("  File 'x.py', line 3, in <module>\nKeyError: 'MY_SETTING'\n", "env MY_SETTING=…"),
    ("t.sh: line 2: MY_SETTING: unbound variable\n", "env MY_SETTING=…"),
    ("/usr/bin/python3: No module named pytest\n", "python3: No module named pytest; install it there"),
    ('npm error Missing script: "test"\n', "Missing script"),
    ("fatal: not a git repository (or any of the parent directories): .git\n", "hides the repository's records"),
    ("ConnectionRefusedError: [Errno 111] Connection refused\n", "has no network"),
    ("socket.gaierror: [Errno -3] Temporary failure in name resolution\n", "it wants the network"),
]


@pytest.mark.parametrize(("output", "remedy"), CAUSES)
def test_the_cause_is_named(place: Place, output: str, remedy: str) -> None:
    assert remedy in diagnose(replace(RED, output=output), place)


def test_a_file_of_the_home_is_named(place: Place) -> None:
    output = f"FileNotFoundError: [Errno 2] No such file or directory: '{place.home}/settings.ini'\n"
    assert "is in your home" in diagnose(replace(RED, argv=("x",), output=output), place)


def test_a_link_to_outside_is_named(place: Place, tmp_path: Path) -> None:
    (tmp_path / "ext" / "other").mkdir(parents=True)
    (place.root / "vendor").symlink_to(tmp_path / "ext")
    output = "ModuleNotFoundError: No module named 'other'\n"
    assert "vendor links to a folder outside" in diagnose(replace(RED, argv=("x",), output=output), place)


def test_a_command_that_watches_is_named(place: Place) -> None:
    watching = replace(RED, state="timeout", output="Watching for file changes...\n")
    assert "watches for changes" in diagnose(watching, place)
    assert diagnose(replace(watching, output="deadlock?\n"), place) == ""


NO_CAUSE = [
    "/usr/bin/python3: No module named newtool\n",
    "note: run with `MY_SETTING=1` environment variable to display a backtrace\n",
    "MY_SETTING: 3 of 4\n",
    "AssertionError: -1 != 5\n",
    "ModuleNotFoundError: No module named 'calc.new'\n",
    "AssertionError: HTTP_PROXY is wrong\n",
    "FileNotFoundError: [Errno 2] No such file or directory: 'out.txt'\n",
]


@pytest.mark.parametrize("output", NO_CAUSE)
def test_what_the_issue_may_be_about_is_no_cause(place: Place, output: str) -> None:
    assert diagnose(replace(RED, argv=("make", "test"), output=output), place) == ""


def test_nothing_is_hidden_without_a_sandbox_or_where_tests_pass(place: Place) -> None:
    red = replace(RED, argv=("x",), output=MISSING)
    assert diagnose(replace(red, isolation="none"), place) == ""
    assert diagnose(replace(red, tests={"a": "passed", "b": "failed"}), place) == ""
