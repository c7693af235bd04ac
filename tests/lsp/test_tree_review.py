"""The review of the working tree: what another agent changed, by standard LSP, while it writes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from tests.editors.editor import Editor
from tests.editors.profile import HELIX, NEOVIM_7, VSCODE, Profile
from tests.editors.wire import ServerError
from tests.lsp.conftest import World, git
from tests.lsp.test_neovim import drive as drive  # noqa: PLC0414 - a fixture

BEFORE = "import os\nimport sys\n\n\ndef add(a, b):\n    return call(a, b)\n\n\ndef sub(a, b):\n    return call(b, a)\n"
NOISY = BEFORE.replace("return call(a, b)", "return call( a, b )") + "\n\ndef mul(a, b):\n    return a * b\n"
CLEAN = NOISY.replace("call( a, b )", "call(a, b)")


def noise(hints: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [hint for hint in hints if hint["severity"] == 2]


def wait_noise(editor: Editor, buffer: Any, count: int) -> list[dict[str, Any]]:
    end = time.monotonic() + 20
    while len(noise(editor.hints(buffer, "tree"))) != count:
        assert time.monotonic() < end, editor.hints(buffer)
        time.sleep(0.05)
    return noise(editor.hints(buffer, "tree"))


def choose(editor: Editor, buffer: Any, hint: dict[str, Any], title: str) -> None:
    lines = buffer.text.splitlines(keepends=True)
    offered = editor.actions(buffer, len("".join(lines[: hint["range"]["start"]["line"]])) + 4)
    editor.do(next(action for action in offered if action["title"].startswith(title)))


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM_7, HELIX], ids=["vscode", "neovim", "helix"])
def test_noise_is_shown_with_its_reason_and_reverted_in_the_buffer(world: World, profile: Profile) -> None:
    root = world.repository({"app.py": BEFORE})
    (root / "app.py").write_text(NOISY)
    editor = world.editor(root, profile=profile)
    buffer = editor.open("app.py")
    editor.command("agent.reviewTree", {})
    (hint,) = wait_noise(editor, buffer, 1)
    assert "alignment only" in hint["message"]
    assert "was:     return call(a, b)" in hint["message"]
    assert hint["range"]["start"]["line"] == 5
    choose(editor, buffer, hint, "Agent: Revert this change")
    wait_noise(editor, buffer, 0)
    assert buffer.text == CLEAN
    assert (root / "app.py").read_text() == NOISY, "the editor's own undo takes it back"
    editor.undo(buffer)
    assert buffer.text == NOISY


def test_what_is_marked_as_reviewed_stays_so_while_the_agent_goes_on(world: World) -> None:
    root = world.repository({"app.py": BEFORE, "other.py": "x = 1\n"})
    (root / "app.py").write_text(NOISY)
    editor = world.editor(root)
    buffer = editor.open("app.py")
    editor.command("agent.reviewTree", {})
    (hint,) = wait_noise(editor, buffer, 1)
    choose(editor, buffer, hint, "Agent: Accept this change (mark as reviewed)")
    wait_noise(editor, buffer, 0)
    later = NOISY.replace("import sys\n", "import sys\nLIMIT = 3\n").replace("call(b, a)", "call( b, a )")
    (root / "app.py").write_text(later)  # the agent writes on
    editor.set_text(buffer, later)
    changed = {"uri": editor.uri(root / "app.py"), "type": 2}
    editor.wire.notify("workspace/didChangeWatchedFiles", {"changes": [changed]})
    (hint,) = wait_noise(editor, buffer, 1)
    assert hint["range"]["start"]["line"] == 10, "only the new one is shown"


def test_a_file_that_is_not_open_is_reverted_through_the_journal(world: World) -> None:
    root = world.repository({"app.py": BEFORE})
    (root / "app.py").write_text(NOISY)
    editor = world.editor(root)
    editor.command("agent.reviewTree", {})
    uri = editor.uri(root / "app.py")
    end = time.monotonic() + 20
    while not editor.diagnostics.get(uri):
        assert time.monotonic() < end
        time.sleep(0.05)
    data = next(hint["data"] for hint in editor.diagnostics[uri] if hint["severity"] == 2)
    editor.command("agent.revertChange", {"root": data["root"], "keys": [data["key"]]})
    while (root / "app.py").read_text() != CLEAN:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_last_commit_is_reviewed_too(world: World) -> None:
    root = world.repository({"app.py": BEFORE})
    (root / "app.py").write_text(NOISY)
    git(root, "commit", "-qam", "Add mul")
    editor = world.editor(root)
    buffer = editor.open("app.py")
    editor.command("agent.reviewTree", {"what": "commit"})
    wait_noise(editor, buffer, 1)


def test_a_removal_that_was_edited_around_is_left_and_the_file_too(world: World) -> None:
    root = world.repository({"app.py": BEFORE.replace("import sys\n", "import sys\n\n")})
    (root / "app.py").write_text(BEFORE)  # a blank line is gone
    editor = world.editor(root)
    buffer = editor.open("app.py")
    editor.command("agent.reviewTree", {})
    editor.wire.wait_until(lambda: bool(editor.hints(buffer, "tree")))
    (hint,) = editor.hints(buffer, "tree")
    typed = buffer.text.replace("call(b, a)", "call(a, b)  # mine")
    editor.set_text(buffer, typed)
    editor.command("agent.revertChange", {"root": hint["data"]["root"], "keys": [hint["data"]["key"]]})
    editor.wire.wait_until(lambda: any("edited again: app.py" in said for said in editor.messages))
    assert buffer.text == typed
    assert (root / "app.py").read_text() == BEFORE


def test_what_is_rejected_while_an_agent_works_is_queued(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    root = world.repository({"app.py": BEFORE})
    editor = world.editor(root)
    for name, value in world.env.items():
        monkeypatch.setenv(name, value)
    from fretsaw.session.hook import HookOptions, answer_hook

    payload = f'{{"hook_event_name": "UserPromptSubmit", "session_id": "s", "cwd": "{root}", "prompt": "Add mul."}}'
    answer_hook(payload.encode(), HookOptions("claude"))
    (root / "app.py").write_text(NOISY)
    buffer = editor.open("app.py")
    editor.command("agent.reviewTree", {})
    (hint,) = wait_noise(editor, buffer, 1)
    choose(editor, buffer, hint, "Agent: Revert this change")
    wait_noise(editor, buffer, 0)
    assert buffer.text == NOISY
    out = answer_hook(payload.replace("UserPromptSubmit", "Stop").encode(), HookOptions("claude", "report"))
    assert "rejected these" in out["reason"]


def test_bad_use_is_refused_and_said(world: World) -> None:
    root = world.repository({"app.py": BEFORE})
    editor = world.editor(root)
    for argument in ({"what": "all"}, {"root": 3}):
        with pytest.raises(ServerError):
            editor.command("agent.reviewTree", argument)
    with pytest.raises(ServerError):
        editor.command("agent.revertChange", {"root": str(root), "keys": ["none"]})
    editor.command("agent.reviewTree", {"what": "commit"})  # there is but one commit: a message, no fault
    editor.command("agent.listRuns", {})


def test_neovim_reviews_the_working_tree(world: World, drive: Any) -> None:
    world.model()
    root = world.repository({"app.py": BEFORE})
    (root / "app.py").write_text(NOISY)
    seen = drive(
        root,
        """
        T.edit('app.py')
        vim.cmd('LspAgentReviewTree')
        local function shown()
          return vim.tbl_filter(function(d) return d.severity == 2 end, vim.diagnostic.get(0))
        end
        T.wait('hint', function() return #shown() == 1 end)
        T.see('message', shown()[1].message)
        T.to('call( a')
        T.choose('Agent: Revert this change')
        vim.cmd('LspAgentMenu')
        T.wait('reverted', function() return not T.text():find('call%( a') end)
        vim.cmd('write')
        T.wait('clean', function() return #shown() == 0 end)
        """,
    )
    assert "alignment only" in seen["message"]
    assert (root / "app.py").read_text() == CLEAN


def test_a_repository_without_changes_has_nothing_to_review(world: World, tmp_path: Path) -> None:
    root = world.repository({"app.py": BEFORE})
    editor = world.editor(root)
    buffer = editor.open("app.py")
    editor.command("agent.reviewTree", {})
    time.sleep(0.5)
    assert editor.hints(buffer, "tree") == []
