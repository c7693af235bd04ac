"""What a command says it did, it did: the words and the tree agree for every way to deliver and take back."""

from __future__ import annotations

import pytest
from tests.session.words_support import BASE, Shell

# A step is a command with its exit code and its claim, or an edit of m.py by the user (old, new).
Step = tuple[str, int, str] | tuple[str, str]


AGAIN: list[Step] = [("restore RUN 1", 2, "nothing"), ("undo RUN", 0, "undone"), ("undo RUN", 2, "nothing")]


SCENARIOS: dict[str, list[Step]] = {
    "fix": [
        ("fix ISSUE", 0, "worktree"),
        ("apply RUN", 2, "nothing"),
        ("undo", 0, "undone"),
        ("undo", 2, "nothing"),
        ("apply RUN", 0, "worktree"),
        ("apply RUN", 2, "nothing"),
        ("restore RUN 1", 0, "worktree"),
        *AGAIN,
    ],
    "fix --apply none": [
        ("fix ISSUE --apply none", 0, "nothing"),
        ("undo RUN", 2, "nothing"),
        ("apply RUN --apply none", 0, "nothing"),
        ("restore RUN 3", 0, "nothing"),
        ("apply RUN", 0, "worktree"),
        ("undo", 0, "undone"),
        ("apply RUN --change 1", 0, "worktree"),
        ("undo", 0, "undone"),
        ("apply RUN --change 99", 2, "nothing"),
    ],
    "fix --apply branch": [
        ("fix ISSUE --apply branch", 0, "branch"),
        ("restore RUN 1", 2, "nothing"),
        ("apply RUN --apply branch", 2, "nothing"),
        ("undo", 0, "no branch"),
        ("undo", 2, "nothing"),
        ("apply RUN --apply branch --branch other", 0, "branch"),
    ],
    "fix --apply commit": [
        ("fix ISSUE --apply commit", 0, "commit"),
        ("restore RUN 3", 0, "commit"),
        ("restore RUN 3", 2, "nothing"),
        ("undo", 0, "undone"),
        ("undo", 2, "nothing"),
    ],
    "vet": [("vet REPLY", 0, "silence"), ("undo", 2, "nothing")],
    "vet --apply": [
        ("vet REPLY --apply", 0, "worktree"),
        ("vet REPLY --apply", 1, "nothing"),
        ("restore RUN 1", 0, "worktree"),
        ("restore RUN 3", 0, "worktree"),
        *AGAIN,
        ("apply RUN", 0, "worktree"),
    ],
    "a mode": [
        ("vet REPLY --apply --prune off", 0, "worktree"),
        ("undo", 0, "undone"),
        ("apply RUN --change 2", 0, "worktree"),
        ("restore RUN 4", 0, "worktree"),
        ("undo", 0, "undone"),
    ],
    "several changes restored at once": [
        ("fix ISSUE", 0, "worktree"),
        ("restore RUN 1 3", 0, "worktree"),
        ("restore RUN 3 1", 2, "nothing"),
        ("undo", 0, "undone"),
    ],
    "edited before it is applied": [
        ("fix ISSUE --apply none", 0, "nothing"),
        ("return x\n", "return 2 * x\n"),
        ("apply RUN --apply commit", 5, "nothing"),
        ("apply RUN", 0, "worktree"),
        ("undo", 0, "undone"),
    ],
    "edited in the same place before it is applied": [
        ("fix ISSUE --apply none", 0, "nothing"),
        ("return x - 1\n", "return x - 3\n"),
        ("apply RUN", 5, "nothing"),
        ("return x - 3\n", "return x - 1\n"),
        ("apply RUN", 0, "worktree"),
    ],
    "edited elsewhere after it was applied": [
        ("fix ISSUE", 0, "worktree"),
        ("return x\n", "return 2 * x\n"),
        ("restore RUN 1", 0, "worktree"),
        ("restore RUN 3", 0, "worktree"),
        ("undo", 0, "undone"),
    ],
    "edited in the same place": [
        ("fix ISSUE", 0, "worktree"),
        ("return x + 1\n", "return x + 2\n"),
        ("undo", 5, "nothing"),
        ("return x + 2\n", "return x + 1\n"),
        ("undo", 0, "undone"),
    ],
    "one part can be undone and one cannot": [
        ("fix ISSUE", 0, "worktree"),
        ("restore RUN 3", 0, "worktree"),
        ("return x + 1\n", "return x + 2\n"),
        ("undo", 5, "undone"),
        ("undo", 5, "nothing"),
        ("return x + 2\n", "return x + 1\n"),
        ("undo", 0, "undone"),
    ],
    "an older run is applied after a newer one": [
        ("fix ISSUE --apply none", 0, "nothing"),
        ("apply RUN --change 3", 0, "worktree"),
        ("fix ISSUE --prune strict --apply none", 0, "nothing"),
        ("apply RUN", 0, "worktree"),
        ("undo RUN", 0, "undone"),
        ("undo", 0, "undone"),
    ],
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_commands(shell: Shell, name: str) -> None:
    for number, step in enumerate(SCENARIOS[name]):
        if len(step) == 2:
            shell.edit(*step)
            continue
        command, code, claim = step
        ended = shell.agent(command)
        assert ended[:2] == (code, claim), f"step {number}, {command}: {ended}"


def test_lines_that_change_while_the_model_is_asked_are_left(shell: Shell) -> None:
    shell.meanwhile = lambda: shell.edit("return x - 1\n", "return x - 3\n")
    code, claim, words = shell.agent("fix ISSUE")
    assert (code, claim) == (5, "nothing"), words


def test_apply_names_the_run_that_undo_takes_back(shell: Shell) -> None:
    shell.agent("fix ISSUE --apply none")
    older = shell.run_id
    shell.agent("fix ISSUE --apply none")
    shell.agent("apply RUN --change 3")
    shell.run_id = older
    words = shell.agent("apply RUN")[2]
    assert f"`agent undo {older}` undoes it" in words
    shell.agent("undo RUN")
    assert (shell.root / "m.py").read_text("utf-8") == BASE
    assert (shell.root / "m.py.bak").exists(), "the newer run stays"


def test_what_is_not_on_record_is_not_offered(shell: Shell) -> None:
    assert "agent restore" not in shell.agent("vet REPLY")[2]
    words = shell.agent("vet REPLY --apply")[2]
    assert "agent restore" in words
    assert f"run {shell.run_id}" in words, "which needs the run's name"
