"""What an editor says of each change is what its buffers and files hold, through accept, reject, restore and undo."""

from __future__ import annotations

import stat
import time
from typing import Any

import pytest
from tests.editors.editor import Editor
from tests.editors.wire import ServerError
from tests.lsp.conftest import World
from tests.session.words_support import BASE, FIX, LEFTOVER, QUOTES, REPLY, SCRIPT, Shell, made, picture_of

TEXTS = {QUOTES: 'NAME = "bank"', FIX: "return x + 1"}


def is_in(editor: Editor, change: int) -> bool:
    """Whether a change is in its buffer, or in its file where no buffer is open."""
    if change == LEFTOVER:
        return editor.path("m.py.bak").exists()
    if change == SCRIPT:
        return bool(editor.path("run.sh").stat().st_mode & stat.S_IXUSR)
    path = editor.path("m.py")
    buffer = editor.buffers.get(editor.uri(path))
    return TEXTS[change] in (buffer.text if buffer else path.read_text("utf-8"))


def states_of(editor: Editor) -> dict[int, str]:
    """What the server says of each change."""
    (proposal,) = editor.command("agent.listRuns", {})["proposals"]
    rows = [*(change for file in proposal["files"] for change in file["changes"]), *proposal["dropped"]]
    return {row["id"]: row["state"] for row in rows}


def agree(editor: Editor, **wanted: str) -> None:
    """Wait for these states (by the names of changes), and compare the accepted ones with buffers and files."""
    names = {"quotes": QUOTES, "fix": FIX, "leftover": LEFTOVER, "script": SCRIPT}
    goal = {names[name]: state for name, state in wanted.items()}

    def reached() -> bool:
        states = states_of(editor)
        return {number: states[number] for number in goal} == goal

    for _ in range(100):
        if reached():
            break
        time.sleep(0.05)
    states = states_of(editor)
    assert {number: states[number] for number in goal} == goal
    assert {number for number in states if is_in(editor, number)} == {
        number for number, state in states.items() if state == "accepted"
    }, states


def proposed(world: World, *, is_open: bool) -> Editor:
    world.model(REPLY)
    editor = world.editor(made(world), prune="safe")
    if is_open:
        editor.open("m.py")
    propose(editor)
    return editor


def propose(editor: Editor) -> None:
    issue = {"uri": editor.uri(editor.path("ISSUE.md"))}
    end = editor.wait_progress(editor.command("agent.fixIssue", issue)["progressToken"])
    assert "Ready to review" in end["message"], end


def refused(editor: Editor, command: str, **argument: Any) -> None:
    before = picture_of(editor.roots[0])
    with pytest.raises(ServerError):
        editor.command(command, argument)
    assert picture_of(editor.roots[0]) == before


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed"])
def test_accept_reject_restore_and_undo_in_an_editor(world: World, is_open: bool) -> None:
    editor = proposed(world, is_open=is_open)
    before = picture_of(editor.roots[0])
    agree(editor, quotes="dropped", fix="pending", leftover="dropped", script="dropped")
    editor.command("agent.accept", {"change": FIX})
    agree(editor, fix="accepted")
    assert before.changed(picture_of(editor.roots[0])) == (set() if is_open else {"m.py"}), "a buffer is not saved"
    refused(editor, "agent.accept", change=FIX)
    editor.command("agent.restore", {"change": SCRIPT})
    agree(editor, script="pending")
    editor.command("agent.accept", {"change": SCRIPT})
    agree(editor, fix="accepted", script="accepted")
    editor.command("agent.restore", {"change": QUOTES})
    agree(editor, quotes="pending")
    editor.command("agent.accept", {"change": QUOTES})
    agree(editor, quotes="accepted")
    editor.command("agent.restore", {"change": LEFTOVER})
    editor.command("agent.reject", {"change": LEFTOVER})
    agree(editor, leftover="rejected")
    refused(editor, "agent.reject", change=LEFTOVER)
    editor.command("agent.undo", {})
    agree(editor, quotes="pending", fix="pending", leftover="rejected", script="pending")
    assert picture_of(editor.roots[0]) == before
    refused(editor, "agent.undo")


def test_reject_all_in_an_editor(world: World) -> None:
    editor = proposed(world, is_open=True)
    before = picture_of(editor.roots[0])
    editor.command("agent.reject", {})
    agree(editor, fix="rejected", script="dropped")
    refused(editor, "agent.accept")
    refused(editor, "agent.reject")
    assert picture_of(editor.roots[0]) == before


def test_a_closed_file_that_changed_is_not_accepted(world: World) -> None:
    editor = proposed(world, is_open=False)
    agree(editor, fix="pending")
    path = editor.path("m.py")
    path.write_text(BASE.replace("return x\n", "return 2 * x\n"), "utf-8")
    before = picture_of(editor.roots[0])
    editor.command("agent.accept", {"change": FIX})
    said = "these files changed since the patch was made: m.py; nothing was overwritten"
    editor.wire.wait_until(lambda: any(said in message for message in editor.messages), 10, str(editor.messages))
    assert picture_of(editor.roots[0]) == before
    agree(editor, fix="pending")


def test_what_an_editor_accepted_is_undone_on_the_command_line(world: World, shell: Shell) -> None:
    editor = world.editor(shell.root)
    propose(editor)
    editor.command("agent.accept", {"change": FIX})
    agree(editor, fix="accepted")
    assert shell.agent("undo")[:2] == (0, "undone")
    assert shell.agent("undo")[:2] == (2, "nothing")
