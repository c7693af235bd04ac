"""The check that an editor offers where nothing proves a proposal: for one repository, and only what was offered."""

from __future__ import annotations

from typing import Any

import pytest
from tests.editors.editor import Editor
from tests.editors.profile import HELIX, NEOVIM_11, VSCODE, Profile
from tests.editors.wire import ServerError
from tests.lsp.conftest import World
from tests.lsp.test_neovim import APP, REPLY
from tests.lsp.test_runs import rewrite

TEST = """import unittest

import app


class Adds(unittest.TestCase):
    def test_adds(self):
        self.assertEqual(app.add(1, 2), 3)
"""
TITLE = "Agent: Prove fixes here with “python -m unittest discover”"


def proposed(world: World, files: dict[str, str | bytes], profile: Profile = VSCODE, **settings: Any) -> Editor:
    world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP, **files}), profile=profile, **settings)
    buffer = editor.open("app.py")
    editor.wait_progress(rewrite(editor)["progressToken"])
    editor.wait_hints(buffer, 2)
    return editor


def offer(editor: Editor) -> dict[str, Any] | None:
    """The action's command at the pending change."""
    buffer = editor.buffer("app.py")
    found = editor.actions(buffer, buffer.text.index("return a + c"))
    commands = [action.get("command", action) for action in found]
    commands = [item for item in commands if isinstance(item, dict) and item.get("command") == "agent.setCheck"]
    assert len(commands) <= 1
    return commands[0] if commands else None


def wait_offer(editor: Editor) -> dict[str, Any]:
    """It is looked for after the run, in a thread."""
    editor.wire.wait_until(lambda: offer(editor) is not None)
    found = offer(editor)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "profile", [VSCODE, pytest.param(HELIX, marks=pytest.mark.slow)], ids=lambda profile: profile.name
)
def test_it_is_taken_once_and_proves_the_next_run(world: World, profile: Profile) -> None:
    editor = proposed(world, {"test_app.py": TEST}, profile)
    command = wait_offer(editor)
    assert command["title"] == TITLE
    answer = editor.command(command["command"], *command["arguments"])
    assert answer["check"] == ["python", "-m", "unittest", "discover"]
    editor.wire.wait_until(lambda: offer(editor) is None)
    again = editor.command("agent.retry", {"runId": answer["runId"]})
    editor.wait_progress(again["progressToken"])
    checks = {item["runId"]: item["checks"] for item in editor.command("agent.listRuns", {})["proposals"]}
    assert [(row["name"], row["state"]) for row in checks[again["runId"]]] == [("before", "red"), ("after", "green")]


def test_the_repositorys_own_proposal_is_offered_first_and_only_approved(world: World) -> None:
    editor = proposed(world, {"test_app.py": TEST, ".fretsaw.toml": 'check = ["python", "-m", "unittest"]\n'})
    command = wait_offer(editor)
    assert command["arguments"][0]["check"] == ["python", "-m", "unittest"]
    editor.command(command["command"], *command["arguments"])
    editor.wire.wait_until((world.folder / "state" / "approved-checks.txt").exists)
    assert not (world.folder / "state" / "checks").exists(), "another proposal asks again"


@pytest.mark.parametrize("check", [["touch", "/tmp/never"], [], None, "python -m unittest discover"])
def test_nothing_but_the_offer_can_be_taken(world: World, check: Any) -> None:
    editor = proposed(world, {"test_app.py": TEST})
    argument = wait_offer(editor)["arguments"][0]
    with pytest.raises(ServerError, match="only the command offered here"):
        editor.command("agent.setCheck", {**argument, "check": check})
    assert not (world.folder / "state" / "checks").exists()


@pytest.mark.parametrize("files", [{"test_app.py": TEST}, {}], ids=["a check is set", "nothing looks like one"])
def test_nothing_is_offered_where_there_is_nothing_to_ask(world: World, files: dict[str, str | bytes]) -> None:
    settings: dict[str, Any] = {"check": ["python", "-m", "unittest"]} if files else {}
    editor = proposed(world, files, **settings)
    with pytest.raises(AssertionError, match="not so in"):
        editor.wire.wait_until(lambda: offer(editor) is not None, 1.0)


def test_an_exit_code_is_asked_about_once(world: World) -> None:
    script = "import sys\n\nimport app\n\nsys.exit(app.add(1, 2) != 3)\n"
    editor = proposed(world, {"run.py": script}, check=["python", "run.py"])
    command = wait_offer(editor)
    assert command["title"] == "Agent: Take the exit code of “python run.py” for a proof here (it tells of no test)"
    answer = editor.command(command["command"], *command["arguments"])
    assert answer["check"] == ["python", "run.py"]
    editor.wire.wait_until(lambda: offer(editor) is None)
    assert not (world.folder / "state" / "checks").exists(), "which check it is was not asked"
    again = editor.command("agent.retry", {"runId": answer["runId"]})
    editor.wait_progress(again["progressToken"])
    with pytest.raises(AssertionError, match="not so in"):
        editor.wire.wait_until(lambda: offer(editor) is not None, 1.0)


@pytest.mark.parametrize("profile", [VSCODE, NEOVIM_11], ids=lambda profile: profile.name)
def test_a_proposal_that_its_check_did_not_prove_can_be_looked_at_and_taken(world: World, profile: Profile) -> None:
    wrong = TEST.replace("app.add(1, 2), 3", "app.add(1, 2), 4")
    editor = proposed(world, {"test_app.py": wrong}, profile, check=["python", "-m", "unittest"], attempts=0)
    proposal = editor.command("agent.listRuns", {})["proposals"][0]
    assert "after the patch" in proposal["unproved"]
    assert proposal["notices"][0].startswith("NOT PROVED: ")
    buffer = editor.buffer("app.py")
    titles = [action["title"] for action in editor.actions(buffer, buffer.text.index("return a + c"))]
    assert any(title.startswith("Agent: Accept unproved change ") for title in titles), titles
    editor.command("agent.accept", {"runId": proposal["runId"]})
    editor.wire.wait_until(lambda: "return a + c" not in buffer.text)


def test_a_linter_that_cannot_be_started_ends_the_run_before_the_model(world: World) -> None:
    server = world.model(REPLY)
    editor = world.editor(world.repository({"app.py": APP}), lint=["nosuchlinter", "."])
    buffer = editor.open("app.py")
    end = editor.wait_progress(rewrite(editor)["progressToken"])
    assert "the linter could not be started: nosuchlinter: no such program in PATH" in end["message"]
    assert server.requests == []
    assert buffer.text == APP
