"""A hook's answer to an agent's edit, in a real repository: pruned, refused, reported, let through."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import git
from tests.hooks.noisy_edits import BEFORE, CLEAN, EDITS, PROMPT, NoisyEdit

from fretsaw.cli.exit import run_to_exit_code
from fretsaw.core import reply
from fretsaw.core.edit import place_edit
from fretsaw.core.patch import texts
from fretsaw.core.snapshot import Snapshot
from fretsaw.session.hook import HookOptions, answer_hook

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FRETSAW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("FRETSAW_CONFIG_DIR", str(tmp_path / "config"))
    root = tmp_path / "repo"
    root.mkdir()
    git(root, "init", "-q")
    for edit in EDITS:
        (root / edit.path).write_text(BEFORE)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Start")
    return root


@pytest.fixture
def ask(root: Path) -> Ask:
    """Sends one payload of Claude Code's shape, or of another agent's."""

    def call(event: str, options: HookOptions | None = None, **more: Any) -> dict[str, Any]:
        payload = {"session_id": "s", "cwd": str(root), "hook_event_name": event, **more}
        return answer_hook(json.dumps(payload).encode(), options or HookOptions("claude"))

    return call


def edit_of(root: Path, path: str, old: str, new: str) -> dict[str, Any]:
    return {"tool_name": "Edit", "tool_input": {"file_path": str(root / path), "old_string": old, "new_string": new}}


@pytest.mark.parametrize("edit", EDITS[:10], ids=lambda edit: edit.kind)
def test_a_text_edit_lands_without_its_noise(ask: Ask, root: Path, edit: NoisyEdit) -> None:
    ask("UserPromptSubmit", prompt=PROMPT)
    out = ask("PreToolUse", **edit_of(root, edit.path, edit.old, edit.new))["hookSpecificOutput"]
    arguments = out["updatedInput"]
    assert arguments["old_string"] == edit.old
    assert BEFORE.replace(edit.old, arguments["new_string"], 1) == CLEAN
    assert f"- {edit.path}" in out["additionalContext"]
    assert "permissionDecision" not in out, "the person is still asked what he would be asked"


@pytest.mark.parametrize("edit", EDITS[:10], ids=lambda edit: edit.kind)
def test_a_patch_lands_without_its_noise(ask: Ask, root: Path, edit: NoisyEdit) -> None:
    ask("UserPromptSubmit", prompt=PROMPT)
    codex = HookOptions("codex")
    out = ask("PreToolUse", codex, tool_name="apply_patch", tool_input={"command": edit.v4a})["hookSpecificOutput"]
    text = out["updatedInput"]["command"]
    assert text.startswith("*** Begin Patch\n")
    files = Snapshot(None, (edit.path,), {edit.path: BEFORE}.get)
    assert texts(place_edit(reply.read(text), files).patch) == {edit.path: CLEAN}


def test_copilot_and_opencode_have_keys_of_their_own(root: Path) -> None:
    edit = EDITS[1]  # provable without a request
    arguments = {"path": str(root / edit.path), "old_str": edit.old, "new_str": edit.new}
    payload = {"sessionId": "c", "timestamp": 1, "cwd": str(root), "toolName": "edit", "toolArgs": arguments}
    for row in (payload, {**payload, "toolArgs": json.dumps(arguments)}):
        out = answer_hook(json.dumps(row).encode(), HookOptions("copilot"))
        assert BEFORE.replace(edit.old, out["modifiedArgs"]["new_str"]) == CLEAN
        assert "permissionDecision" not in out
    arguments = {"filePath": str(root / edit.path), "oldString": edit.old, "newString": edit.new}
    row = {"hook_event_name": "PreToolUse", "cwd": str(root), "tool_name": "edit", "tool_input": arguments}
    out = answer_hook(json.dumps(row).encode(), HookOptions("opencode"))
    assert BEFORE.replace(edit.old, out["args"]["newString"]) == CLEAN


def test_an_edit_without_noise_is_not_answered(ask: Ask, root: Path) -> None:
    ask("UserPromptSubmit", prompt=PROMPT)
    assert ask("PreToolUse", **edit_of(root, "part_0.py", "    return value\n", "    return value + 1\n")) == {}


def test_without_a_request_only_what_is_proved_goes(ask: Ask, root: Path) -> None:
    assert ask("PreToolUse", **edit_of(root, "part_0.py", EDITS[0].old, EDITS[0].new)) == {}


def test_an_import_that_the_next_edit_uses_stays(ask: Ask, root: Path) -> None:
    ask("UserPromptSubmit", prompt=PROMPT)
    new = "import os\nimport re\nimport sys\n"
    assert ask("PreToolUse", **edit_of(root, "part_0.py", "import os\nimport sys\n", new)) == {}


def test_an_edit_that_is_all_noise_is_denied_with_the_reason(ask: Ask, root: Path) -> None:
    edit = edit_of(root, "part_0.py", "    return name.title()\n", "    return name.title( )\n")
    out = ask("PreToolUse", **edit)["hookSpecificOutput"]
    assert out["permissionDecision"] == "deny"
    assert "part_0.py:10" in out["permissionDecisionReason"]


def test_an_agent_may_take_its_own_noise_back(ask: Ask, root: Path) -> None:
    ask("UserPromptSubmit", prompt=PROMPT)
    noisy = BEFORE.replace("    return value\n", "    # unasked\n    return  value\n")
    loose = edit_of(root, "part_0.py", "x", "y")["tool_input"]["file_path"]
    ask("PreToolUse", HookOptions("claude", "report"), tool_input={"file_path": loose, "content": noisy})
    (root / "part_0.py").write_text(noisy)
    cure = edit_of(root, "part_0.py", "    # unasked\n    return  value\n", "    return value\n")
    assert ask("PreToolUse", **cure) == {}


def test_the_model_of_gemini_hears_behind_the_edit_what_was_taken_out(ask: Ask, root: Path) -> None:
    gemini, edit = HookOptions("gemini"), EDITS[1]
    ask("BeforeAgent", gemini, prompt=PROMPT)
    row = edit_of(root, edit.path, edit.old, edit.new)
    assert "tool_input" in ask("BeforeTool", gemini, **row)["hookSpecificOutput"]
    out = ask("AfterTool", gemini, **row)["hookSpecificOutput"]
    assert f"- {edit.path}" in out["additionalContext"]
    assert ask("AfterTool", gemini, **row) == {}


def test_after_a_held_end_every_edit_is_the_cure(ask: Ask, root: Path) -> None:
    ask("UserPromptSubmit", prompt=PROMPT)
    (root / "part_0.py").write_text(BEFORE.replace("title()", "title( )"))
    assert ask("Stop")["decision"] == "block"
    assert ask("PreToolUse", **edit_of(root, "part_0.py", "title( )", "title()")) == {}


def test_modes_refuse_and_report(ask: Ask, root: Path) -> None:
    edit = edit_of(root, "part_1.py", EDITS[1].old, EDITS[1].new)
    out = ask("PreToolUse", HookOptions("claude", "refuse"), **edit)["hookSpecificOutput"]
    assert out["permissionDecision"] == "deny"
    out = ask("PreToolUse", HookOptions("claude", "report"), **edit)["hookSpecificOutput"]
    assert set(out) == {"hookEventName", "additionalContext"}


def test_a_prompt_that_names_the_file_forbids_the_others(ask: Ask, root: Path) -> None:
    ask("UserPromptSubmit", prompt="step() in part_0.py must return one more. Change nothing else.")
    assert ask("PreToolUse", **edit_of(root, "part_0.py", "    return value\n", "    return value + 1\n")) == {}
    out = ask("PreToolUse", **edit_of(root, "part_1.py", "    return value\n", "    return value + 1\n"))
    assert out["hookSpecificOutput"]["permissionDecision"] == "deny"


def test_the_declared_scope_holds_for_every_agent(ask: Ask, root: Path, tmp_path: Path) -> None:
    from fretsaw.session.scope import Scope, write_scope
    from fretsaw.user_dirs import repo_id

    write_scope(tmp_path / "state/repos" / repo_id(root), Scope("fix", ("src/**",)))
    edit = edit_of(root, "part_0.py", "    return value\n", "    return value + 1\n")
    assert ask("PreToolUse", **edit)["hookSpecificOutput"]["permissionDecision"] == "deny"
    whole = {"tool_input": {"file_path": str(root / "src/new.py"), "content": "x = 1\n"}}
    assert ask("PreToolUse", **whole) == {}


def test_an_edit_by_the_shell_is_seen_at_the_end_and_held_once(ask: Ask, root: Path) -> None:
    (root / "part_5.py").write_text(CLEAN)  # the person's own work before the turn
    ask("UserPromptSubmit", prompt=PROMPT)
    (root / "part_0.py").write_text(CLEAN.replace("title()", "title( )"))
    out = ask("Stop")
    assert out["decision"] == "block"
    assert "part_0.py:10" in out["reason"]
    assert "part_5.py" not in out["reason"]
    assert ask("Stop", stop_hook_active=True) == {}
    assert ask("Stop") == {}, "a turn that nobody saw begin is not held"


def test_a_turn_that_only_did_what_was_asked_is_not_held(ask: Ask, root: Path) -> None:
    ask("UserPromptSubmit", prompt=PROMPT)
    (root / "part_0.py").write_text(CLEAN)
    assert ask("Stop") == {}


def test_line_ends_of_windows(ask: Ask, root: Path) -> None:
    (root / "part_1.py").write_bytes(BEFORE.replace("\n", "\r\n").encode())
    out = ask("PreToolUse", **edit_of(root, "part_1.py", EDITS[1].old, EDITS[1].new))["hookSpecificOutput"]
    assert BEFORE.replace(EDITS[1].old, out["updatedInput"]["new_string"]) == CLEAN


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"tool_input": None},
        {"tool_input": {"file_path": "/etc/passwd", "content": "x"}},
        {"tool_input": {"file_path": "../outside.py", "content": "x"}},
        {"tool_input": {"file_path": ".git/config", "content": "x"}},
        {"tool_input": {"file_path": "part_0.py", "old_string": "not there", "new_string": "x"}},
        {"tool_input": {"file_path": "package-lock.json", "content": "{ }"}},
        {"tool_input": {"command": "sed -i s/a/b/ part_0.py"}},
        {"tool_input": {"command": "*** Begin Patch\n*** Update File: nope.py\n@@\n-x\n+y\n*** End Patch"}},
        {"cwd": "/"},
        {"cwd": ""},
    ],
)  # fmt: skip
def test_what_is_no_edit_of_the_repository_is_let_through(ask: Ask, root: Path, more: dict[str, Any]) -> None:
    assert ask("PreToolUse", **more) == {}
    assert ask("SomethingNew", **more) == {}


def multi_edit(root: Path, path: str, *pairs: tuple[str, str]) -> dict[str, Any]:
    edits = [{"old_string": old, "new_string": new} for old, new in pairs]
    return {"tool_name": "MultiEdit", "tool_input": {"file_path": str(root / path), "edits": edits}}


def after_all(arguments: dict[str, Any], text: str) -> str:
    for row in arguments["edits"]:
        assert row["old_string"] in text
        assert row["old_string"] != row["new_string"], "Claude Code takes no edit without a change"
        text = text.replace(row["old_string"], row["new_string"], 1)
    return text


@pytest.mark.parametrize("edit", EDITS[:10], ids=lambda edit: edit.kind)
def test_several_edits_of_one_file_land_without_their_noise(ask: Ask, root: Path, edit: NoisyEdit) -> None:
    ask("UserPromptSubmit", prompt=PROMPT)
    noise = ("    return os.sep + sys.prefix\n", "    return (os.sep + sys.prefix)\n")
    out = ask("PreToolUse", **multi_edit(root, edit.path, (edit.old, edit.new), noise))["hookSpecificOutput"]
    arguments = out["updatedInput"]
    assert after_all(arguments, BEFORE) == CLEAN
    assert len(arguments["edits"]) == 1, "an edit of which nothing stays is left out"
    assert arguments["file_path"] == str(root / edit.path)


def test_an_edit_of_what_an_earlier_one_wrote_stays_possible(ask: Ask, root: Path) -> None:
    ask("UserPromptSubmit", prompt=PROMPT)
    pairs = [
        ("    return value\n", "    return value + 2\n"),
        ("value + 2", "value + 1"),
        ("return os.", "return  os."),
    ]
    out = ask("PreToolUse", **multi_edit(root, "part_0.py", *pairs))["hookSpecificOutput"]
    if "updatedInput" in out:
        assert after_all(out["updatedInput"], BEFORE) == CLEAN
    else:
        assert "take it out again" in out["additionalContext"]


@pytest.mark.parametrize("edits", [[], [1], [{"old_string": "x"}], [{"old_string": "no such text", "new_string": "y"}]])
def test_several_edits_that_are_not_understood_are_let_through(ask: Ask, root: Path, edits: list[Any]) -> None:
    tool = {"tool_name": "MultiEdit", "tool_input": {"file_path": str(root / "part_0.py"), "edits": edits}}
    assert ask("PreToolUse", **tool) == {}


def test_what_a_person_rejects_while_an_agent_works_is_told_at_the_end(
    ask: Ask, root: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("UserPromptSubmit", prompt="Add a function twice to part_0.py, and whatever it needs.")
    noisy = BEFORE.replace("return value\n", "return  value\n") + "\n\ndef twice(value):\n    return 2 * value\n"
    (root / "part_0.py").write_text(noisy)
    monkeypatch.chdir(root)
    assert run_to_exit_code(["vet", "--worktree", "--apply"]) == 0
    assert "An agent is working here" in capfd.readouterr().err
    assert (root / "part_0.py").read_text() == noisy, "nothing is reverted under a working agent"
    out = ask("Stop", options=HookOptions("claude", "report"))
    assert out["decision"] == "block"
    assert "rejected these" in out["reason"]
    assert "return  value" in out["reason"]
    assert ask("Stop", stop_hook_active=True) == {}
    assert run_to_exit_code(["vet", "--worktree", "--apply"]) == 0  # the turn is over
    assert "return  value" not in (root / "part_0.py").read_text()


def test_a_rejected_change_that_the_agent_took_out_is_not_told(
    ask: Ask, root: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("UserPromptSubmit", prompt="Add a function.")
    (root / "part_0.py").write_text(BEFORE.replace("return value\n", "return  value\n"))
    monkeypatch.chdir(root)
    assert run_to_exit_code(["vet", "--worktree", "--apply", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["queued"] == 1
    (root / "part_0.py").write_text(BEFORE)
    assert ask("Stop") == {}
