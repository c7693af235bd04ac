"""A check runs on the user's tree with texts laid over it, tells what happened, and leaves the tree as it was."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from tests.check.check_support import ISOLATED, make, tree_of

from fretsaw.cancel import Cancel
from fretsaw.check import Limits
from fretsaw.errors import Cancelled, UsageError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "config").write_text("[remote]\n")
    (root / "app.py").write_text("value = 1\n")
    (root / "pkg").mkdir()
    (root / "pkg" / "only.txt").write_text("x\n")
    return root


@ISOLATED
def test_texts_lie_over_the_tree_and_the_tree_stays(root: Path, isolation: str) -> None:
    before = tree_of(root)
    check = make(root, ("sh", "-c", "cat app.py new/deep.txt; ls pkg; echo spoiled > app.py; rm -r .git"), isolation)
    result = check({"app.py": "value = 2\n", "new/deep.txt": "caf\udce9\n", "pkg/only.txt": None})
    assert "value = 2" in result.output
    assert "caf" in result.output
    assert "only.txt" not in result.output.replace("pkg/only.txt", "")
    assert tree_of(root) == before
    assert "value = 1" in check({}).output  # nothing of the first run is left


@ISOLATED
def test_exit_codes(root: Path, isolation: str) -> None:
    assert make(root, ("true",), isolation)({}).state == "green"
    red = make(root, ("sh", "-c", "exit 3"), isolation)({})
    assert (red.state, red.exit_code, red.isolation) == ("red", 3, isolation)
    assert make(root, ("sh", "-c", "kill -9 $$"), isolation)({}).exit_code == 137


def test_no_such_program(root: Path) -> None:
    result = make(root, ("no-such-program-anywhere",), "none")({})
    assert result.state == "error"
    assert "no-such-program-anywhere" in result.reason


def test_no_command(root: Path) -> None:
    with pytest.raises(UsageError):
        make(root, (), "none")


@ISOLATED
def test_a_hang_ends(root: Path, isolation: str) -> None:
    result = make(root, ("sh", "-c", "echo begun; sleep 600"), isolation, seconds=1.0)({})
    assert (result.state, result.exit_code) == ("timeout", None)
    assert "begun" in result.output
    assert "1 seconds" in result.reason


@ISOLATED
def test_cancel_ends_it(root: Path, isolation: str) -> None:
    cancel = Cancel()
    check = make(root, ("sleep", "600"), isolation, cancel=cancel)
    timer = threading.Timer(1.0, cancel.set)
    timer.start()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        check({})
    assert time.monotonic() - begun < 60
    timer.join()


@ISOLATED
def test_a_gigantic_output_keeps_head_and_tail(root: Path, isolation: str) -> None:
    script = "echo HEAD; head -c 300000000 /dev/zero | tr '\\0' 'x'; echo; echo TAIL"
    result = make(root, ("sh", "-c", script), isolation, limits=Limits(output=1000))({})
    assert result.state == "green"
    assert result.output.startswith("HEAD\n")
    assert result.output.endswith("TAIL\n")
    assert len(result.output) < 3000
    assert "bytes left out" in result.output


@ISOLATED
def test_standard_input_is_empty(root: Path, isolation: str) -> None:
    assert make(root, ("sh", "-c", "cat; echo done"), isolation)({}).output == "done\n"
