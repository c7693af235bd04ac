"""What a check has to show before a patch is delivered, with runners that write no report."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.check.check_support import cannot
from tests.cli.conftest import CHECK, Agent, git

from fretsaw.model.scripted import ScriptedServer

CALC = "def add(a, b):\n    return a - b\n\n\ndef sub(a, b):\n    return a - b\n"
TESTS = """import unittest

from calc import add, sub


class Calc(unittest.TestCase):
    def test_add(self):
        self.assertEqual(add(1, 2), 3)

    def test_sub(self):
        self.assertEqual(sub(3, 1), 2)
"""
FIX = "--- a/calc.py\n+++ b/calc.py\n@@\n def add(a, b):\n-    return a - b\n+    return a + b\n"


@pytest.fixture
def calc(tmp_path: Path) -> Path:
    """A repository whose check is red by one of two tests."""
    folder = tmp_path / "calc"
    folder.mkdir()
    (folder / "calc.py").write_text(CALC)
    (folder / "test_calc.py").write_text(TESTS)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    return folder


def fix(agent: Agent, calc: Path, *flags: str) -> tuple[int, str]:
    """Exit code and what was said of a fix of `add`."""
    ended = agent("fix", "add(1, 2) should be 3", "--check", CHECK, "--attempts", "0", *flags, cwd=calc)
    return ended.code, " ".join(ended.err.split())


GONE = [
    # a passing test goes with the fix; the runner ends before its tests
    (
        FIX + "--- a/test_calc.py\n+++ b/test_calc.py\n@@\n"
        "-    def test_sub(self):\n-        self.assertEqual(sub(3, 1), 2)\n",
        "1 test was collected after, 2 before",
    ),
    (
        "--- a/calc.py\n+++ b/calc.py\n@@\n+import os\n+os._exit(0)\n def add(a, b):\n",
        "unittest ended before its report did",
    ),
]


@pytest.mark.parametrize(("edit", "told"), GONE, ids=["deleted", "ended"])
def test_fewer_tests_of_unittest_are_refused(
    agent: Agent, model: Callable[..., ScriptedServer], calc: Path, edit: str, told: str
) -> None:
    model(f"```diff\n{edit}```\n")
    code, said = fix(agent, calc)
    assert (code, git(calc, "status", "--porcelain")) == (7, "")
    assert told in said


def test_unverified_says_what_was_found(agent: Agent, model: Callable[..., ScriptedServer], calc: Path) -> None:
    more = FIX + "@@\n def sub(a, b):\n-    return a - b\n+    return -(b - a)\n"
    model(f"```diff\n{more}```\n")
    code, said = fix(agent, calc)
    assert code == 0
    assert "UNVERIFIED: the check also passes without this change" in said
    assert "runs no line of it" not in said, "the test of sub runs it"


NO_TEST = [
    # the words of the check after the interpreter: no such file; no test by that name
    "-m pytest -q nosuch_tests",
    "-m pytest -q -k nosuch",
]


@pytest.mark.parametrize("words", NO_TEST)
def test_a_check_that_ends_before_any_test_ran_is_found_before_the_model_is_asked(
    agent: Agent, model: Callable[..., ScriptedServer], calc: Path, words: str
) -> None:
    server = model(f"```diff\n{FIX}```\n")
    check = f"{sys.executable} {words}"
    ended = agent("fix", "add(1, 2) should be 3", "--check", check, cwd=calc)
    said = " ".join(ended.err.split())
    assert ended.code == 7
    assert "it ends before any test runs" in said
    assert "no model was called; name the test files in the command" in said
    assert server.requests == []
    assert git(calc, "status", "--porcelain") == ""


def test_a_file_that_cannot_be_loaded_is_what_an_issue_may_be_about(
    agent: Agent, model: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    if shutil.which("rspec") is None:
        cannot("there is no rspec")
    folder = tmp_path / "r"
    (folder / "spec").mkdir(parents=True)
    (folder / "calc.rb").write_text("def add(a, b)\n  a + b\n")
    (folder / "spec" / "calc_spec.rb").write_text(
        'require_relative "../calc"\n\nRSpec.describe("add") { it("adds") { expect(add(1, 2)).to eq(3) } }\n'
    )
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    model("```diff\n--- a/calc.rb\n+++ b/calc.rb\n@@\n   a + b\n+end\n```\n")
    ended = agent("fix", "calc.rb has a syntax error: the end is missing", "--check", "rspec", cwd=folder)
    assert ended.code == 0, ended.err


def test_an_older_failure_costs_one_call(agent: Agent, model: Callable[..., ScriptedServer], calc: Path) -> None:
    """Two scripts, known by what they print alone: one failed before and fails still, and no patch is to blame."""
    (calc / "check.sh").write_text(
        "python3 -c 'import calc; assert calc.add(1, 2) == 3' 2>/dev/null || { echo 'FAIL: add'; bad=1; }\n"
        "test -e nosuch || { echo 'FAIL: other'; bad=1; }\nexit $bad\n"
    )
    git(calc, "add", "-A")
    git(calc, "commit", "-qm", "a check")
    server = model(*[f"```diff\n{FIX}```\n"] * 3)
    ended = agent("fix", "add(1, 2) should be 3", "--check", "sh check.sh", cwd=calc)
    said = " ".join(ended.err.split())
    assert ended.code == 7
    assert "of the failures that it printed before, some are gone and none is new" in said
    assert len(server.requests) == 1
    assert git(calc, "status", "--porcelain") == ""


EXPECTATIONS = (
    "App.Tests/AddTests.cs", "src/AddTests.fs", "src/AddTest.java", "AddTest.kt", "src/AddTest.php", "AddTests.swift",
    "AddSpec.scala", "add_test.go", "src/tests.rs", "add.test.ts", "lib/add_spec.rb", "add_test.exs", "src/add_test.cc",
    "t/add.t", "test_add.py",
)  # fmt: skip


@pytest.mark.parametrize("path", EXPECTATIONS)
def test_green_only_because_the_patch_changes_the_tests_of_any_language(
    agent: Agent, model: Callable[..., ScriptedServer], tmp_path: Path, path: str
) -> None:
    folder = tmp_path / "add"
    (folder / path).parent.mkdir(parents=True)
    (folder / "add.txt").write_text("2\n")
    (folder / path).write_text("3\n")
    (folder / "run.py").write_text(f"import sys\nsys.exit(open('add.txt').read() != open({path!r}).read())\n")
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "base")
    model(f"```diff\n--- a/{path}\n+++ b/{path}\n@@\n-3\n+2\n```\n")
    ended = agent("fix", "the sum is wrong", "--check", "python3 run.py", "--attempts", "0", cwd=folder)
    assert (ended.code, git(folder, "status", "--porcelain")) == (7, "")
    assert "green only because the patch changes the tests" in " ".join(ended.err.split())
