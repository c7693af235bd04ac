"""`agent vet --check`: which of the changes that somebody made does the failing test need?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import CHECK, Agent, git

CALC = """def total(prices):
    s = 0
    for p in prices:
        s += p
    return s


def mean(prices):
    return total(prices) / len(prices)
"""
TESTS = """import unittest

from calc import mean, total


class Calc(unittest.TestCase):
    def test_total(self):
        self.assertEqual(total([1, 2]), 3)
"""
NEW_TEST = """
    def test_mean_of_nothing(self):
        self.assertEqual(mean([]), 0)
"""
FIXED = (
    CALC.replace("    return total(prices) /", "    if not prices:\n        return 0\n    return total(prices) /")
    .replace("    s = 0\n", "    s  =  0\n")
    .replace("def mean(prices):\n", "def mean(prices):\n    # mean of prices\n")
)
WANTED = CALC.replace("    return total(prices) /", "    if not prices:\n        return 0\n    return total(prices) /")


@pytest.fixture
def calc(tmp_path: Path) -> Path:
    """A repository with a failing test."""
    folder = tmp_path / "calc"
    folder.mkdir()
    (folder / "calc.py").write_text(CALC)
    (folder / "test_calc.py").write_text(TESTS + NEW_TEST)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "Fail")
    return folder


def vet(agent: Agent, calc: Path, *options: str, state: str = "--worktree") -> dict[str, Any]:
    ended = agent("vet", state, "--check", CHECK, "--json", *options, cwd=calc)
    return {**ended.document, "code": ended.code}


def by_line(document: dict[str, Any]) -> dict[str, str]:
    """First line of each kept change -> what needs it."""
    return {"".join(row["added"][:1]).strip(): row["needed_by"] for row in document["kept"]}


def test_each_change_says_which_test_needs_it(agent: Agent, calc: Path) -> None:
    (calc / "calc.py").write_text(FIXED)
    found = vet(agent, calc)
    assert found["code"] == 0
    assert found["proof"]["kind"] == "proved"
    assert found["checks"]["before"]["state"] == "red"
    assert found["checks"]["after"]["state"] == "green"
    needed = by_line(found)
    assert "test_mean_of_nothing" in needed["if not prices:"]
    assert needed["# mean of prices"] == ""
    comment = next(row for row in found["kept"] if "# mean" in row["added"][0])
    assert comment["unverified"]
    assert (calc / "calc.py").read_text() == FIXED  # nothing is changed without --apply


@pytest.mark.slow
def test_seven_changes_take_few_runs_and_their_number_is_said(agent: Agent, calc: Path) -> None:
    """Before, after, twice the proving test alone, then the search: by halves, not change by change."""
    text = FIXED.replace("s += p\n", "s = s + p\n") + "\n\ndef double(price):\n    return 2 * price\n"
    (calc / "calc.py").write_text(text.replace("    return s\n", "    result = s\n    return result\n"))
    ended = agent("vet", "--worktree", "--check", CHECK, cwd=calc)
    found = vet(agent, calc)["check_runs"]
    assert found["runs"] <= 10
    assert f"{found['runs']} check runs, {found['selected']} of them of the proving tests alone" in ended.err


def test_minimize_all_takes_out_what_the_test_does_not_need(agent: Agent, calc: Path) -> None:
    (calc / "calc.py").write_text(FIXED)
    ended = agent("vet", "--worktree", "--check", CHECK, "--minimize", "all", "--apply", cwd=calc)
    assert ended.code == 0, ended.err
    assert (calc / "calc.py").read_text() == WANTED
    assert agent("undo", cwd=calc).code == 0
    assert (calc / "calc.py").read_text() == FIXED


def test_a_change_that_does_not_fix_the_test_stays_as_it_is(agent: Agent, calc: Path) -> None:
    wrong = CALC.replace("    s = 0\n", "    s  =  0\n").replace("s += p", "s += int(p)")
    (calc / "calc.py").write_text(wrong)
    ended = agent("vet", "--worktree", "--check", CHECK, "--apply", cwd=calc)
    assert ended.code == 7
    assert "not proved" in ended.err
    assert "Nothing was changed" in ended.err
    assert (calc / "calc.py").read_text() == wrong


def test_the_tests_of_the_changes_prove_their_code(agent: Agent, calc: Path) -> None:
    """An agent wrote a test and its fix: HEAD is green, so the new test is asked without the fix."""
    (calc / "test_calc.py").write_text(TESTS)
    git(calc, "commit", "-qam", "Green")
    (calc / "test_calc.py").write_text(TESTS + NEW_TEST)
    (calc / "calc.py").write_text(FIXED)
    found = vet(agent, calc)
    assert found["proof"]["kind"] == "proved"
    assert "test_mean_of_nothing" in by_line(found)["if not prices:"]
    assert any("their own tests: test_calc.py" in notice for notice in found["notices"])
    assert {row["path"] for row in found["kept"]} == {"calc.py", "test_calc.py"}


@pytest.mark.parametrize("state", ["--staged", "--commit=HEAD", "--range=HEAD~1..HEAD"])
def test_what_is_staged_or_committed_is_proved_whatever_the_tree_holds(agent: Agent, calc: Path, state: str) -> None:
    (calc / "calc.py").write_text(FIXED)
    git(calc, "add", "-A")
    if state != "--staged":
        git(calc, "commit", "-qm", "Fix")
    (calc / "calc.py").write_text("raise SystemExit('not what is vetted')\n")
    (calc / "other.py").write_text("x = 1\n")
    found = vet(agent, calc, state=state)
    assert found["proof"]["kind"] == "proved", found["proof"]
    assert "test_mean_of_nothing" in by_line(found)["if not prices:"]
    assert (calc / "calc.py").read_text().startswith("raise")


def test_a_renamed_file_is_proved_under_its_new_name(agent: Agent, calc: Path) -> None:
    (calc / "test_calc.py").write_text((TESTS + NEW_TEST).replace("from calc", "from figures"))
    git(calc, "commit", "-qam", "Other name")
    git(calc, "mv", "calc.py", "figures.py")
    (calc / "figures.py").write_text(WANTED)
    found = vet(agent, calc)
    assert found["renamed"] == {"figures.py": "calc.py"}
    assert found["proof"]["kind"] == "proved", found["proof"]


def test_what_a_person_forbade_does_not_come_back_for_the_check(agent: Agent, calc: Path) -> None:
    (calc / "calc.py").write_text(FIXED)
    (calc / "notes.txt").write_text("a note\n")
    found = vet(agent, calc, "--allow", "notes.txt")
    assert found["code"] == 7
    assert "scope" in {row["rule"] for row in found["dropped"]}
    assert not found["proof"]["ok"]


def test_bad_use_is_a_sentence(agent: Agent, calc: Path) -> None:
    (calc / "calc.py").write_text(FIXED)
    assert "no check is set" in agent("vet", "--worktree", "--check", cwd=calc).err
    assert "quote the command" in agent("vet", "--worktree", "--check", "pytest '", cwd=calc).err
    (calc / "a.diff").write_text("x")
    assert "--check cannot be used with REPLY" in agent("vet", "a.diff", "--check", CHECK, cwd=calc).err
    assert agent("vet", "--check", "HEAD..HEAD", cwd=calc).code == 0
    git(calc, "checkout", "-q", ".")
    (calc / "a.diff").unlink()
    assert "Nothing has changed" in agent("vet", "--worktree", "--check", CHECK, cwd=calc).err
