"""Several turns of one conversation: the state before the first one counts, with what a person decided since."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import git
from tests.hooks.noisy_edits import BEFORE, CLEAN, PROMPT
from tests.hooks.test_answer import Ask, ask, edit_of, root

from fretsaw.cli.exit import run_to_exit_code
from fretsaw.session.hook import HookOptions

__all__ = ["ask", "root"]

NOISY = BEFORE.replace("title()", "title( )")
LAYOUT = ("title( )", "title()")


def prompt(ask: Ask, text: str = PROMPT) -> None:
    assert ask("UserPromptSubmit", prompt=text) == {}


def hold(ask: Ask) -> str:
    """The list that the end of the turn is held with, once; the second end is let through."""
    out = ask("Stop")
    assert ask("Stop", stop_hook_active=True) == {}
    return str(out.get("reason", ""))


def test_noise_that_was_named_is_not_named_in_the_next_turn(ask: Ask, root: Path) -> None:
    prompt(ask)
    (root / "part_0.py").write_text(NOISY)
    assert "part_0.py:" in hold(ask)
    prompt(ask, "Now let step() in part_1.py return value + 1.")
    (root / "part_1.py").write_text(CLEAN)
    assert ask("Stop") == {}


def test_an_agent_may_take_back_what_it_did_turns_ago(ask: Ask, root: Path) -> None:
    prompt(ask)
    (root / "part_0.py").write_text(NOISY)
    hold(ask)
    prompt(ask, "Go on.")
    assert ask("PreToolUse", **edit_of(root, "part_0.py", *LAYOUT)) == {}, "against this turn alone it is layout"
    (root / "part_0.py").write_text(BEFORE)
    assert ask("Stop") == {}


@pytest.mark.parametrize("is_committed", [False, True])
def test_what_a_person_does_between_turns_is_no_change_of_the_agent(ask: Ask, root: Path, is_committed: bool) -> None:
    prompt(ask)
    (root / "part_0.py").write_text(CLEAN)
    assert ask("Stop") == {}
    if is_committed:  # by the person, who then works on in the same file
        git(root, "commit", "-qam", "Mine")
    (root / "part_0.py").write_text(CLEAN.replace("title()", "title( )"))
    (root / "part_2.py").write_text(NOISY)
    prompt(ask, "Let step() in part_0.py and part_1.py return two more.")
    (root / "part_0.py").write_text(CLEAN.replace("title()", "title( )").replace("value + 1", "value + 2"))
    (root / "part_1.py").write_text(NOISY)
    named = hold(ask)
    assert "part_1.py" in named
    assert "part_0.py" not in named
    assert "part_2.py" not in named


def test_what_a_person_took_out_between_turns_does_not_come_back_unseen(ask: Ask, root: Path) -> None:
    prompt(ask)
    (root / "part_0.py").write_text(CLEAN.replace("title()", "title( )"))
    hold(ask)
    (root / "part_0.py").write_text(CLEAN)
    prompt(ask, "Let step() in part_0.py return two more.")
    (root / "part_0.py").write_text(CLEAN.replace("title()", "title( )").replace("value + 1", "value + 2"))
    assert "title" in hold(ask)


def test_a_commit_of_the_agent_hides_nothing_and_the_next_turn_goes_on_from_the_first(ask: Ask, root: Path) -> None:
    prompt(ask)
    (root / "part_0.py").write_text(NOISY)
    git(root, "commit", "-qam", "By the agent")
    assert "part_0.py:" in hold(ask)
    prompt(ask, "Go on.")
    assert ask("PreToolUse", **edit_of(root, "part_0.py", *LAYOUT)) == {}
    (root / "part_0.py").write_text(BEFORE)
    assert ask("Stop") == {}


def test_another_branch_is_a_new_beginning(ask: Ask, root: Path) -> None:
    prompt(ask)
    (root / "part_0.py").write_text(CLEAN)
    assert ask("Stop") == {}
    git(root, "commit", "-qam", "Kept")
    git(root, "checkout", "-qb", "other", "HEAD~1")
    (root / "part_3.py").write_text(NOISY)
    git(root, "commit", "-qam", "Noise of somebody else")
    prompt(ask, "Go on.")
    (root / "part_1.py").write_text(CLEAN)
    assert "part_3.py" not in hold(ask)


def test_a_rule_of_a_later_prompt_does_not_judge_earlier_turns(ask: Ask, root: Path) -> None:
    prompt(ask, "Let step() in part_0.py return value + 1.")
    (root / "part_0.py").write_text(CLEAN)
    assert ask("Stop") == {}
    prompt(ask, "Only change part_1.py: let step() return value + 1, no new dependency.")
    (root / "part_1.py").write_text(CLEAN)
    assert ask("Stop") == {}
    prompt(ask, "Only change part_1.py.")
    (root / "part_2.py").write_text(CLEAN)
    assert "part_2.py" in hold(ask)


def test_a_prompt_in_the_middle_of_a_turn_does_not_excuse_what_was_before_it(ask: Ask, root: Path) -> None:
    prompt(ask)
    (root / "part_0.py").write_text(NOISY)
    prompt(ask, "And let step() in part_1.py return value + 1.")
    (root / "part_1.py").write_text(CLEAN)
    named = hold(ask)
    assert "part_0.py" in named
    assert "part_1.py" not in named


def test_what_a_person_accepted_is_not_named(ask: Ask, root: Path) -> None:
    from fretsaw.session.open import open_session
    from fretsaw.session.tree_review import accept_changes
    from fretsaw.session.vet_tree import Question, vet_tree

    prompt(ask)
    (root / "part_0.py").write_text(NOISY)
    (root / "part_1.py").write_text(NOISY)
    session = open_session(root)
    vetted = vet_tree(session, Question())
    accept_changes(session, vetted, frozenset({vetted.verdicts[0].change.id}))
    named = hold(ask)
    assert "part_0.py" not in named
    assert "part_1.py" in named


def test_what_a_person_rejected_is_named_once_a_turn_until_it_is_gone(
    ask: Ask, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    report = HookOptions("claude", "report")
    prompt(ask)
    (root / "part_0.py").write_text(NOISY)
    assert run_to_exit_code(["vet", "--worktree", "--apply", "--issue", "tidy nothing"]) == 0
    for _ in range(2):
        assert "rejected these" in ask("Stop", report)["reason"]
        assert ask("Stop", report, stop_hook_active=True) == {}
        prompt(ask, "Go on.")
    (root / "part_0.py").write_text(BEFORE)
    assert ask("Stop", report) == {}


def test_each_of_two_agents_is_told_of_its_own_edits(ask: Ask, root: Path) -> None:
    both: Callable[[str], dict[str, Any]] = lambda name: {"session_id": name}  # noqa: E731
    ask("UserPromptSubmit", prompt=PROMPT, **both("one"))
    ask("UserPromptSubmit", prompt=PROMPT, **both("two"))
    ask("PreToolUse", **{**edit_of(root, "part_0.py", "    return value\n", "    return value + 1\n"), **both("one")})
    (root / "part_0.py").write_text(CLEAN.replace("title()", "title( )"))
    (root / "part_1.py").write_text(NOISY)
    assert "part_0.py" not in ask("Stop", **both("two"))["reason"]
    assert "part_0.py" in ask("Stop", **both("one"))["reason"]
