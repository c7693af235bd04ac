"""Claude Code, Codex, Copilot, Gemini CLI and opencode as their packages are, with the hooks that the installer writes.

`make test-agents` installs the packages; a scripted model on loopback makes twenty noisy edits, or one by the shell.
Gemini CLI makes four of them: twenty take it nine minutes (`FRETSAW_AGENTS_WHOLE=1` runs them all).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.agents.fake_model import FakeModel
from tests.cli.conftest import git
from tests.hooks.noisy_edits import BEFORE, CLEAN, EDITS, PROMPT

FOLDER = os.environ.get("FRETSAW_AGENTS", "")
PROGRAM = Path(sys.executable).parent / "agent"
AGENTS = ("claude", "codex", "copilot", "gemini", "opencode")
pytestmark = [
    pytest.mark.skipif(not FOLDER, reason="real agents are run by `make test-agents`"),
    pytest.mark.timeout(600),
]


@dataclass
class World:
    """A repository, a home, and what the model was sent."""

    root: Path
    home: Path
    env: dict[str, str]
    requests: list[Any]
    output: str = ""

    @property
    def heard(self) -> str:
        """All that the model read."""
        return json.dumps(self.requests[-1], ensure_ascii=False)


def run(agent: str, tmp_path: Path, steps: list[Any], prompt: str, prepare: str = "") -> World:
    """Run one agent on these steps of the model, with the hooks that `agent hooks install` writes."""
    program = Path(FOLDER).resolve() / "node_modules/.bin" / agent
    if not program.exists():
        pytest.fail(f"the package of {agent} is MISSING in {FOLDER}: `make test-agents` installs it", pytrace=False)
    root, home = tmp_path / "repo", tmp_path / "home"
    for folder in (root, home, tmp_path / "tmp"):
        folder.mkdir()
    for edit in EDITS:
        (root / edit.path).write_text(BEFORE)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "Start")
    env = {
        "PATH": os.environ["PATH"], "HOME": str(home), "TMPDIR": str(tmp_path / "tmp"), "LANG": "C.UTF-8",
        "TERM": "dumb", "NO_PROXY": "127.0.0.1,localhost", "GIT_CONFIG_NOSYSTEM": "1",
    }  # fmt: skip
    model = FakeModel(json.loads(json.dumps(steps).replace("{repo}", str(root))), tmp_path / "log")
    try:
        command = START[agent](program, env, model.url)
        subprocess.run([PROGRAM, "hooks", "install", agent, "--user"], cwd=root, env=env, check=True)
        if prepare:
            subprocess.run(prepare, shell=True, cwd=home, env=env, check=True)
        done = subprocess.run(
            [*command, prompt], cwd=root, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=540, check=False,
        )  # fmt: skip
    finally:
        model.close()
        shutil.rmtree(tmp_path / "tmp")  # the warm process ends with its socket
    assert done.returncode == 0, done.stdout + done.stderr
    return World(root, home, env, model.requests, done.stdout + done.stderr)


def start_claude(program: Path, env: dict[str, str], url: str) -> list[str]:
    env |= {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "x", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"}
    return [str(program), "--permission-mode", "acceptEdits", "--allowedTools", "Bash,Read,Edit,Write", "-p"]


def start_codex(program: Path, env: dict[str, str], url: str) -> list[str]:
    env |= {"CODEX_HOME": f"{env['HOME']}/.codex", "FAKE_KEY": "x"}
    folder = Path(env["CODEX_HOME"])
    folder.mkdir()
    (folder / "config.toml").write_text(
        'model = "gpt-5.5"\nmodel_provider = "fake"\n[analytics]\nenabled = false\n'
        f'[model_providers.fake]\nname = "fake"\nbase_url = "{url}/v1"\nwire_api = "responses"\nenv_key = "FAKE_KEY"\n'
    )
    return [str(program), "exec", "-s", "danger-full-access", "--trust", "--dangerously-bypass-hook-trust"]


def start_copilot(program: Path, env: dict[str, str], url: str) -> list[str]:
    env |= {
        "COPILOT_OFFLINE": "true", "COPILOT_PROVIDER_BASE_URL": f"{url}/v1", "COPILOT_PROVIDER_API_KEY": "x",
        "COPILOT_MODEL": "gpt-4.1", "COPILOT_ALLOW_ALL": "true",
    }  # fmt: skip
    return [str(program), "--allow-all-tools", "-p"]


def start_gemini(program: Path, env: dict[str, str], url: str) -> list[str]:
    env |= {"GOOGLE_GEMINI_BASE_URL": url, "GEMINI_API_KEY": "x", "GEMINI_TELEMETRY_ENABLED": "false"}
    env |= {"GEMINI_CLI_TRUST_WORKSPACE": "true"}
    folder = Path(env["HOME"], ".gemini")
    folder.mkdir()
    settings = {
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "privacy": {"usageStatisticsEnabled": False},
        "general": {"disableAutoUpdate": True, "enableAutoUpdate": False},
        "hooksConfig": {"enabled": True},
    }
    (folder / "settings.json").write_text(json.dumps(settings, indent=2))
    return [str(program), "--model", "gemini-2.5-pro", "--approval-mode", "yolo", "-p"]


def start_opencode(program: Path, env: dict[str, str], url: str) -> list[str]:
    env |= {
        "OPENCODE_DISABLE_MODELS_FETCH": "1",
        "OPENCODE_DISABLE_AUTOUPDATE": "1",
        "OPENCODE_DISABLE_LSP_DOWNLOAD": "1",
    }
    folder = Path(env["HOME"], ".config/opencode")
    folder.mkdir(parents=True)
    options = {"baseURL": f"{url}/v1", "apiKey": "x"}
    provider = {
        "npm": "@ai-sdk/openai-compatible",
        "name": "fake",
        "options": options,
        "models": {"gpt-4.1": {"name": "x"}},
    }
    settings = {
        "model": "fake/gpt-4.1",
        "small_model": "fake/gpt-4.1",
        "provider": {"fake": provider},
        "permission": "allow",
    }
    (folder / "opencode.json").write_text(json.dumps(settings, indent=2))
    return [str(program), "run"]


START = {
    "claude": start_claude, "codex": start_codex, "copilot": start_copilot, "gemini": start_gemini,
    "opencode": start_opencode,
}  # fmt: skip


def edit_steps(agent: str, path: str, old: str, new: str, v4a: str) -> list[Any]:
    """The calls of one edit."""
    file = f"{{repo}}/{path}"
    if agent == "claude":
        edit = {"tool": "Edit", "args": {"file_path": file, "old_string": old, "new_string": new}}
        return [{"tool": "Read", "args": {"file_path": file}}, edit]
    if agent == "codex":
        return [{"tool": "apply_patch", "input": v4a}]
    if agent == "gemini":
        edit = {"file_path": file, "old_string": old, "new_string": new, "instruction": "Change it."}
        return [{"tool": "read_file", "args": {"file_path": file}}, {"tool": "replace", "args": edit}]
    if agent == "opencode":
        edit = {"filePath": file, "oldString": old, "newString": new}
        return [{"tool": "read", "args": {"filePath": file}}, {"tool": "edit", "args": edit}]
    return [{"tool": "edit", "args": {"path": file, "old_str": old, "new_str": new}}]


def shell_step(agent: str, command: str) -> dict[str, Any]:
    """A call of the shell."""
    if agent == "codex":
        return {"tool": "exec_command", "args": {"cmd": command}}
    more = {"mode": "sync"} if agent == "copilot" else {}
    name = {"claude": "Bash", "gemini": "run_shell_command"}.get(agent, "bash")
    return {"tool": name, "args": {"command": command, "description": "x", **more}}


@pytest.mark.parametrize("agent", AGENTS)
def test_twenty_noisy_edits_land_clean_and_the_model_hears_it(agent: str, tmp_path: Path) -> None:
    edits = EDITS[:4] if agent == "gemini" and not os.environ.get("FRETSAW_AGENTS_WHOLE") else EDITS
    steps = [step for each in edits for step in edit_steps(agent, each.path, each.old, each.new, each.v4a)]
    world = run(agent, tmp_path, [*steps, {"text": "Done."}], PROMPT)
    assert {edit.path: (world.root / edit.path).read_text() for edit in edits} == {edit.path: CLEAN for edit in edits}
    assert world.heard.count("Fretsaw took out of this edit what nobody asked for") >= len(edits)


@pytest.mark.parametrize("agent", [agent for agent in AGENTS if agent != "opencode"])  # its `run` ends at once
def test_an_edit_by_the_shell_is_caught_at_the_end(agent: str, tmp_path: Path) -> None:
    command = "sed -i -e 's/return value$/return value + 1/' -e 's/title()/title( )/' part_0.py"
    cure = edit_steps(agent, "part_0.py", "title( )", "title()", "*** Begin Patch\n*** Update File: part_0.py\n@@\n"
                      "-    return name.title( )\n+    return name.title()\n*** End Patch\n")  # fmt: skip
    world = run(agent, tmp_path, [shell_step(agent, command), {"text": "Done."}, *cure, {"text": "Taken out."}], PROMPT)
    assert "Nobody asked for these changes" in world.heard
    assert (world.root / "part_0.py").read_text() == CLEAN


@pytest.mark.parametrize("failure", ["killed", "missing", "garbage"])
@pytest.mark.parametrize("agent", AGENTS)
def test_whatever_happens_to_the_hook_the_edit_lands_as_it_is(agent: str, failure: str, tmp_path: Path) -> None:
    scripts = {"killed": "kill -9 $$", "garbage": "echo '{\"hookSpecificOutput\": 7'", "missing": ""}
    broken = tmp_path / "broken"
    if scripts[failure]:
        broken.write_text(f"#!/bin/sh\n{scripts[failure]}\n")
        broken.chmod(0o755)
    folders = ".claude .codex .copilot .gemini .config"
    prepare = f"grep -rlF '{PROGRAM}' {folders} 2>/dev/null | xargs sed -i 's#{PROGRAM}#{broken}#g'"
    edit = EDITS[1]
    steps = [*edit_steps(agent, edit.path, edit.old, edit.new, edit.v4a), {"text": "Done."}]
    world = run(agent, tmp_path, steps, PROMPT, prepare)
    assert (world.root / edit.path).read_text() == BEFORE.replace(edit.old, edit.new)
