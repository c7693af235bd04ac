"""Claims of the wire surface that no scenario shows: settings, files watched, caps, ends, and what is logged."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.editors.profile import EGLOT, HELIX, NEOVIM_7, VSCODE, Profile
from tests.editors.wire import ServerError, Wire
from tests.lsp.conftest import World
from tests.lsp.test_neovim import APP, REPLY
from tests.lsp.test_places import proposed
from tests.lsp.test_runs import asked_models, rewrite

from fretsaw.core.issue.from_editor import todo_of


def test_dollars_of_a_day_are_capped(world: World) -> None:
    model = world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}), profile=NEOVIM_7, maxUsdDay=0.0000001)
    editor.open("app.py")
    end = editor.wait_progress(rewrite(editor)["progressToken"])
    assert "day" in end["message"]
    assert not model.requests


def test_settings_are_taken_as_pushed_by_a_client_that_cannot_be_asked(world: World) -> None:
    model = world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}), profile=replace(NEOVIM_7, configuration=False))
    editor.open("app.py")
    pushed = {"agent": {"baseUrl": model.base_url, "model": "gpt-4.1-nano"}}
    editor.wire.notify("workspace/didChangeConfiguration", {"settings": pushed})
    editor.wait_progress(rewrite(editor)["progressToken"])
    assert set(asked_models(world)) == {"gpt-4.1-nano"}


def test_a_folder_that_is_taken_in_later_has_its_own_settings(world: World) -> None:
    world.model(REPLY)
    one, two = (world.repository({"app.py": APP}, name) for name in ("one", "two"))
    editor = world.editor(one)
    uri = editor.uri(two)
    editor.folder_settings[uri] = {**editor.settings, "model": "gpt-4.1-nano"}
    change = {"event": {"added": [{"uri": uri, "name": "two"}], "removed": []}}
    editor.wire.notify("workspace/didChangeWorkspaceFolders", change)
    editor.open("app.py")
    buffer = editor.open(two / "app.py")
    time.sleep(0.3)  # the server asks for the settings again
    editor.wait_progress(rewrite(editor)["progressToken"])
    assert set(asked_models(world)) == {"gpt-4.1-mini"}
    world.models[-1].requests.clear()
    where = {"uri": buffer.uri, "range": buffer.range(0, 5), "instruction": "mend it"}
    editor.wait_progress(editor.command("agent.rewrite", where)["progressToken"])
    assert set(asked_models(world)) == {"gpt-4.1-nano"}


@pytest.mark.slow
def test_another_key_is_used_from_the_next_run_on(world: World) -> None:
    model = world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}))
    editor.open("app.py")
    editor.wire.notify("agent/didChangeKey", {"apiKey": "sk-another-4711"})
    editor.wait_progress(rewrite(editor)["progressToken"])
    sent = {name.lower(): value for seen in model.requests for name, value in seen.headers.items()}
    assert sent["authorization"] == "Bearer sk-another-4711"
    assert "sk-another-4711" not in editor.wire.log.read_text()


def test_a_closed_file_is_read_again_when_head_moves(world: World) -> None:
    editor, run_id = proposed(world)

    def third() -> Any:
        told = editor.command("agent.listRuns", {})["proposals"][0]
        return {change["id"]: change["state"] for file in told["files"] for change in file["changes"]}[3]

    def becomes(text: str, state: str) -> None:
        editor.path("b.py").write_text(text)
        head = {"uri": editor.uri(editor.path(".git/HEAD")), "type": 2}
        editor.wire.notify("workspace/didChangeWatchedFiles", {"changes": [head]})
        editor.wire.wait_until(lambda: editor.wire.process.poll() is None and third() == state, 10, state)

    assert "workspace/didChangeWatchedFiles" in editor.registered
    becomes("two = 2 + 2\nx = 1\n", "stale")
    becomes("# more\ntwo = 2\nx = 1\n", "pending")
    becomes("TWO = 2\nx = 1\n", "accepted")
    assert run_id in editor.proposals


def test_a_fixme_an_issue_by_its_ending_and_why_apart_from_the_diff(world: World) -> None:
    world.model(REPLY)
    root = world.repository(
        {"app.py": APP + "# FIXME: later\n", "names.issue.md": "# Names\n\nIn app.py `c` is `b`.\n"}
    )
    editor = world.editor(root)
    issue, buffer = editor.open("names.issue.md"), editor.open("app.py")
    at = buffer.text.index("return a + c")
    titles = [item["title"] for item in editor.actions(buffer, buffer.text.index("FIXME"))]
    assert titles == ["Agent: Resolve this TODO"]
    (chosen,) = editor.actions(issue, 0)
    assert chosen["title"] == "Agent: Fix this issue"
    editor.do(chosen)
    editor.wait_hints(buffer, 2)
    offered = {item["title"]: item for item in editor.actions(buffer, at)}
    diff, why = editor.do(offered["Agent: Show diff"]), editor.do(offered["Agent: Show why"])
    assert diff["text"].startswith("diff --git")
    assert (diff["languageId"], why["languageId"]) == ("diff", "markdown")
    assert why["text"].splitlines()[0] == "# Change 1: rewrite 1 line (line 5)"
    assert why["text"].index("Kept") < why["text"].index("no check was run") < why["text"].index(diff["text"])
    assert all("isPreferred" not in item and item["tags"] == [1] for item in offered.values())
    editor.do(offered["Agent: Reject change 1"])
    editor.wait_hints(buffer, 1)
    (back,) = [item for item in editor.actions(buffer, at) if item["title"] == "Agent: Restore rejected change 1"]
    editor.do(back)
    editor.wait_hints(buffer, 2)


def test_all_changes_of_several_files_are_accepted_from_one_of_them(world: World) -> None:
    editor, _ = proposed(world)
    offered = {item["title"]: item for item in editor.actions(editor.buffer("a.py"), 0)}
    editor.do(offered["Agent: Accept all 3 changes"])
    editor.wire.wait_until(lambda: editor.path("b.py").read_text() == "TWO = 2\nx = 1\n")
    editor.wait_hints(editor.buffer("a.py"), 0)


SLEEPS: dict[str, Any] = {"check": ["python3", "-c", "import time; time.sleep(60)"]}


def checking(world: World) -> Any:
    """An editor with a run whose check is under way, and the check's processes."""
    world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}), **SLEEPS)
    editor.open("app.py")
    token = rewrite(editor)["progressToken"]
    editor.wire.wait_until(
        lambda: any("Running the check" in value.get("message", "") for value in editor.progress.get(token, [])), 20
    )
    editor.wire.wait_until(lambda: bool(editor.wire.children()), 20, "the check runs")
    return editor, editor.wire.children(), token


def gone(pids: list[int]) -> bool:
    return not any(
        status.exists() and "State:\tZ" not in status.read_text()
        for status in (Path(f"/proc/{pid}/status") for pid in pids)
    )


@pytest.mark.parametrize("how", ["cancel", "disconnect", "kill"])
def test_a_check_ends_with_the_run_and_with_the_editor(world: World, how: str) -> None:
    editor, children, token = checking(world)
    if how == "cancel":
        editor.command("agent.cancel", {})
        editor.wait_progress(token)
    elif how == "disconnect":
        editor.wire.process.stdin.close()
        assert editor.wire.process.wait(10) == 1
    else:
        editor.wire.process.kill()
        editor.wire.process.wait(10)
    for _ in range(100):
        if gone(children):
            break
        time.sleep(0.05)
    assert gone(children)
    if how != "cancel":
        editor.wire.close()


def test_no_prompt_no_reply_and_no_file_is_logged_in_a_run(world: World) -> None:
    world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}), start=False)
    editor.wire.close()
    editor.wire = Wire(world.env, editor.wire.log.parent, "--stdio", "--log-level", "debug")
    editor.wire.on_message = editor._take
    editor.start()
    buffer = editor.open("app.py")
    editor.wait_progress(rewrite(editor)["progressToken"])
    editor.wait_hints(buffer, 2)
    logged = editor.wire.log.read_text()
    assert "workspace/executeCommand" in logged
    for secret in ("mend it", "return a", "diff --git", world.env["OPENAI_API_KEY"]):
        assert secret not in logged


@pytest.mark.parametrize("profile", [VSCODE, HELIX, EGLOT], ids=["utf-16", "utf-8", "utf-32"])
def test_the_server_holds_the_buffer_after_any_typing(world: World, profile: Profile) -> None:
    """Shown by the action that is offered on a line with TODO, and on no other."""
    editor = world.editor(world.repository({"app.py": "x\n" * 5}), profile=profile)
    buffer = editor.open("app.py")
    dice = random.Random(5)
    pieces = ["# TODO 😀\n", "é", "😀", "\n", "a\u2028b", "𝕏 = 1\r\n", "", "\x0c"]
    for _ in range(400):
        start = dice.randrange(len(buffer.text) + 1)
        if "\r\n" in buffer.text[max(0, start - 1) : start + 1]:
            start -= 1
        editor.set_text(buffer, buffer.text[:start] + dice.choice(pieces) + buffer.text[start + dice.randrange(4) :])
    at = 0
    for line in buffer.lines():
        titles = [item["title"] for item in editor.actions(buffer, at)]
        assert ("Agent: Resolve this TODO" in titles) == (todo_of(line) is not None), line
        at += len(line)
    with pytest.raises(ServerError):
        editor.command("agent.accept", {})
