"""List where each agent keeps its hooks, per scope, and what is written there."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Scope = Literal["user", "project"]
SECONDS = 20
"""Time that an agent gives the hook; it needs far less."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value that goes to the front of a list in a JSON file, or a whole file of ours."""

    path: tuple[str, ...]
    value: Any


@dataclass(frozen=True, slots=True)
class Target:
    """One file that is edited or made."""

    file: Path
    entries: tuple[Entry, ...] = ()
    """Into a JSON file."""
    whole: str = ""
    """The text of a file that is ours alone."""
    block: str = ""
    """Lines for a shell script, after its first."""
    toml_line: tuple[str, str, str] = ("", "", "")
    """(table, key, value) of a TOML file."""
    yaml_line: tuple[str, str] = ("", "")
    """(key, value) at the top of a YAML file."""


@dataclass(frozen=True, slots=True)
class Place:
    """The files and forms of one agent's hooks."""

    targets: Callable[[Scope, Path, Path, str], tuple[Target, ...]]
    """(scope, home, root of the repository, command) -> files."""
    note: str = ""
    """The step that is left to a person."""


def _events(command: str, names: Mapping[str, str | None], seconds: int = SECONDS) -> tuple[Entry, ...]:
    """Event -> matcher (None: no matcher), in the shape of Claude Code, Codex and Gemini."""
    entries = []
    for event, matcher in names.items():
        hook = {"type": "command", "command": command, "timeout": seconds}
        value = {"hooks": [hook]} if matcher is None else {"matcher": matcher, "hooks": [hook]}
        entries.append(Entry(("hooks", event), value))
    return tuple(entries)


_CLAUDE_EVENTS = {"UserPromptSubmit": None, "PreToolUse": "Edit|MultiEdit|Write", "Stop": None}


def _claude(scope: Scope, home: Path, root: Path, command: str) -> tuple[Target, ...]:
    folder = (home if scope == "user" else root) / ".claude"
    return (Target(folder / "settings.json", _events(command, _CLAUDE_EVENTS)),)


def _codex(scope: Scope, home: Path, root: Path, command: str) -> tuple[Target, ...]:
    folder = (home if scope == "user" else root) / ".codex"
    events = {"UserPromptSubmit": None, "PreToolUse": "apply_patch", "Stop": None}
    return (
        Target(folder / "hooks.json", _events(command, events)),
        Target(folder / "config.toml", toml_line=("features", "hooks", "true")),
    )


def _copilot(scope: Scope, home: Path, root: Path, command: str) -> tuple[Target, ...]:
    folder = home / ".copilot/hooks" if scope == "user" else root / ".github/hooks"
    # A hook that is missing or fails denies every edit here, so the shell answers for us then.
    hook = {"type": "command", "bash": f"{command} || true", "timeoutSec": SECONDS}
    events = ("userPromptSubmitted", "preToolUse", "agentStop")
    whole = {"version": 1, "hooks": {event: [hook] for event in events}}
    return (Target(folder / "fretsaw.json", whole=json.dumps(whole, indent=2) + "\n"),)


def _cursor(scope: Scope, home: Path, root: Path, command: str) -> tuple[Target, ...]:
    file = (home if scope == "user" else root) / ".cursor/hooks.json"
    events = ("beforeSubmitPrompt", "stop")
    return (Target(file, tuple(Entry(("hooks", event), {"command": command}) for event in events)),)


def _gemini(scope: Scope, home: Path, root: Path, command: str) -> tuple[Target, ...]:
    file = (home if scope == "user" else root) / ".gemini/settings.json"
    tools = "replace|write_file"  # its model hears of a changed edit behind it only
    events = {"BeforeAgent": None, "BeforeTool": tools, "AfterTool": tools, "AfterAgent": None}
    # A hook whose program is missing denies every edit here too.
    return (Target(file, _events(f"{command} || true", events, SECONDS * 1000)),)


_PLUGIN = """// Written by `fretsaw hooks install opencode`; `fretsaw hooks remove opencode` takes it away.
import { spawnSync } from "node:child_process"

const command = %s

function ask(payload) {
  const done = spawnSync(command[0], command.slice(1), { input: JSON.stringify(payload), timeout: 20000 })
  try {
    return done.status === 0 ? JSON.parse(done.stdout.toString()) : {}
  } catch {
    return {} // our failure never blocks the edit
  }
}

const told = new Map() // call -> what the model is to hear behind its edit

export const Fretsaw = async ({ directory, client }) => ({
  event: async ({ event }) => {
    if (event.type !== "session.idle") return
    const id = event.properties.sessionID
    const answer = ask({ hook_event_name: "Stop", session_id: id, cwd: directory })
    const parts = [{ type: "text", text: answer.reason }]
    if (answer.reason) await client.session.prompt({ path: { id }, body: { parts } }).catch(() => {})
  },
  "chat.message": async (input, output) => {
    const prompt = (output.parts ?? []).map((part) => part.text ?? "").join("\\n")
    ask({ hook_event_name: "UserPromptSubmit", session_id: input.sessionID, cwd: directory, prompt })
  },
  "tool.execute.after": async (input, output) => {
    if (told.has(input.callID)) output.output += `\\n\\n${told.get(input.callID)}`
    told.delete(input.callID)
  },
  "tool.execute.before": async (input, output) => {
    if (!["edit", "write", "apply_patch", "patch"].includes(input.tool)) return
    const answer = ask({
      hook_event_name: "PreToolUse", session_id: input.sessionID, cwd: directory,
      tool_name: input.tool, tool_input: output.args,
    })
    if (answer.deny) throw new Error(answer.deny)
    if (answer.args) Object.assign(output.args, answer.args)
    if (answer.told) told.set(input.callID, answer.told)
  },
})
"""


def _opencode(scope: Scope, home: Path, root: Path, command: str) -> tuple[Target, ...]:
    folder = home / ".config/opencode/plugins" if scope == "user" else root / ".opencode/plugins"
    return (Target(folder / "fretsaw.js", whole=_PLUGIN % json.dumps(shlex.split(command))),)


def _aider(scope: Scope, home: Path, root: Path, command: str) -> tuple[Target, ...]:
    del command  # aider has no hooks: it can be told to run those of git
    file = (home if scope == "user" else root) / ".aider.conf.yml"
    return (Target(file, yaml_line=("git-commit-verify", "true")),)


PLACES: Mapping[str, Place] = {
    "claude": Place(_claude),
    "codex": Place(_codex, "Codex asks once whether it may run the hooks; a project's also need a trusted project."),
    "copilot": Place(_copilot),
    "cursor": Place(_cursor, "Cursor cannot change an edit before it lands: the turn's end is vetted."),
    "gemini": Place(_gemini),
    "aider": Place(_aider, "aider runs the hooks of git from now on: `agent hooks install git` in each repository."),
    "opencode": Place(_opencode, "opencode cannot hold the end of a turn: what is left is a message behind it."),
}

# Only 1 says that something goes; what else the command ends with is no fault of the commit.
_GIT_HOOK = """# fretsaw: written by `agent hooks install git`
if command -v {program} >/dev/null 2>&1; then
  {command} || [ $? -ne 1 ] || exit 1
fi
"""


def git_targets(folder: Path, program: str) -> tuple[Target, ...]:
    """The hook of git before a commit, in the folder where git looks for it."""
    program = shlex.quote(program)
    command = f"{program} vet --staged --exit-code"
    return (Target(folder / "pre-commit", block=_GIT_HOOK.format(program=program, command=command)),)
