"""The moves of tests/cases/moves from a reply to the user's files and back: check, delivery, restoring, undo."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Agent, git
from tests.golden import folders
from tests.prune.test_prune_cases import tree

from fretsaw.model.scripted import ScriptedServer

CASES = folders("moves")
ONCE = ("--attempts", "0", "--repeat", "1")
"""Ask once and prove once: a flaky check is no claim here."""


def reply_of(folder: Path) -> str:
    """What a model says to get from before/ to after/: whole files by SEARCH and REPLACE."""
    before, after = tree(folder / "before"), tree(folder / "after")
    blocks = [
        f"{path}\n<<<<<<< SEARCH\n{before.get(path, '')}=======\n{text}>>>>>>> REPLACE\n"
        for path, text in after.items()
        if text != before.get(path)
    ]
    gone = "".join(f"*** Delete File: {path}\n" for path in before.keys() - after.keys())
    blocks += [f"*** Begin Patch\n{gone}*** End Patch\n"] if gone else []
    return "\n".join(blocks)


def repository(tmp_path: Path, before: Path) -> Path:
    """The files before a reply, committed."""
    root = tmp_path / "repository"
    shutil.copytree(before, root)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "base")
    return root


def tracked(root: Path) -> dict[str, str]:
    """The texts of the files that are there."""
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude=__pycache__").split("\0")
    return {path: (root / path).read_bytes().decode("utf-8") for path in listed if path and (root / path).exists()}


SAMPLED = [
    pytest.param(folder, id=folder.name, marks=[pytest.mark.slow] if at % 4 else []) for at, folder in enumerate(CASES)
]
"""Each move, of which `make test` tries a quarter with a check, and `make test-slow` the others."""


@pytest.mark.parametrize("prune", ["safe", pytest.param("strict", marks=pytest.mark.slow)])
@pytest.mark.parametrize("folder", SAMPLED)
def test_a_fix_with_a_move_leaves_the_right_files(
    agent: Agent, model: Callable[..., ScriptedServer], tmp_path: Path, folder: Path, prune: str
) -> None:
    root = repository(tmp_path, folder / "before")
    model(reply_of(folder))
    check = (folder / "check").read_text("utf-8").strip()
    ended = agent("fix", str(folder / "issue.md"), "--check", check, "--prune", prune, *ONCE, cwd=root)
    assert ended.code == 0, ended.err
    assert tracked(root) == tree(folder / "right")
    assert agent("undo", cwd=root).code == 0
    assert tracked(root) == tree(folder / "before")


CALC = "def helper(x):\n    return x * 2\n\n\ndef other(y):\n    return y * 3\n\n\ndef add(a, b):\n    return a - b\n"
MOVED = "def other(y):\n    return y * 3\n\n\ndef helper(x):\n    return x * 2\n\n\ndef add(a, b):\n    return a + b\n"
CHECK = 'python3 -c "import calc; assert calc.add(1, 2) == 3"'


def moved(agent: Agent, model: Callable[..., ScriptedServer], root: Path, *flags: str) -> Path:
    """A repository in which a fix with a move was made."""
    root.mkdir()
    (root / "calc.py").write_text(CALC)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "base")
    model(f"calc.py\n<<<<<<< SEARCH\n{CALC}=======\n{MOVED}>>>>>>> REPLACE\n")
    assert agent("fix", "add(1, 2) should be 3", "--check", CHECK, *flags, cwd=root).code == 0
    return root


def test_minimizing_all_drops_a_whole_move_and_one_half_restores_it(
    agent: Agent, model: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    root = moved(agent, model, tmp_path / "r", "--minimize", "all")
    assert (root / "calc.py").read_text() == CALC.replace("a - b", "a + b")
    run = json.loads(agent("runs", "--json", cwd=root).out)[0]["run"]
    assert agent("restore", run, "1", cwd=root).code == 0
    assert (root / "calc.py").read_text() == MOVED


def test_minimizing_all_keeps_a_move_that_prose_asks_for(
    agent: Agent, model: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    root = tmp_path / "r"
    folder = next(folder for folder in CASES if folder.name == "function-of-python-that-prose-asks-to-move")
    root = repository(tmp_path, folder / "before")
    model(reply_of(folder))
    issue = str(folder / "issue.md")
    assert agent("fix", issue, "--check", CHECK, "--minimize", "all", cwd=root).code == 0
    assert tracked(root) == tree(folder / "after")


def test_applying_one_half_applies_the_whole_move(
    agent: Agent, model: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    root = moved(agent, model, tmp_path / "r", "--apply", "none")
    assert (root / "calc.py").read_text() == CALC
    assert agent("apply", "--change", "4", cwd=root).code == 0
    assert (root / "calc.py").read_text() == MOVED.replace("a + b", "a - b")


def test_a_definition_that_was_dropped_is_restored_whole(
    agent: Agent, model: Callable[..., ScriptedServer], tmp_path: Path
) -> None:
    root = tmp_path / "r"
    root.mkdir()
    before = "def add(a, b):\n    return a - b\n"
    after = "def add(a, b):\n    return a + b\n\n\ndef spare(x):\n    if x:\n        return 1\n    return x * 2\n"
    (root / "calc.py").write_text(before)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "base")
    model(f"calc.py\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n")
    assert agent("fix", "The sum is wrong", "--prune", "strict", "--check", CHECK, cwd=root).code == 0
    assert "spare" not in (root / "calc.py").read_text()
    run = json.loads(agent("runs", "--json", cwd=root).out)[0]["run"]
    assert agent("restore", run, "4", cwd=root).code == 0
    assert (root / "calc.py").read_text() == after
