"""Install, list and remove the hooks of other agents. Settings are edited as text; foreign bytes stay as they are."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fretsaw.errors import RepoError, UsageError
from fretsaw.hooks import json_text
from fretsaw.hooks.places import PLACES, Scope, Target, git_targets
from fretsaw.session.hooks_remove import is_installed, is_json, take_out
from fretsaw.session.settings_file import missing_folders, read_settings, write_settings

GIT = "git"
_RECORD = "hooks.json"


@dataclass(frozen=True, slots=True)
class Places:
    """The place to install in."""

    scope: Scope
    home: Path
    root: Path
    """The repository's root; of the user's scope it is not looked at."""
    state: Path
    """The user's state folder."""
    git_hooks: Path = Path()
    """The folder where git looks for hooks."""
    common: Path = Path()
    """The repository's own folder, which its worktrees share."""


def install_hooks(agent: str, places: Places, mode: str, prune: str) -> tuple[Path, ...]:
    """Write the hooks of one agent; the files. UsageError where they are there, or a file cannot be edited."""
    if any(is_installed(row) for row in _rows_of(agent, places)):
        raise UsageError(
            f"hooks for {agent} exist already ({places.scope})", hint=f"to remove them: `agent hooks remove {agent}`"
        )
    if agent == GIT:
        targets = git_targets(places.git_hooks, _program("user"))
    else:
        command = hook_command(agent, places.scope, mode, prune)
        targets = PLACES[agent].targets(places.scope, places.home, places.root, command)
    planned = [(target, read_settings(target.file), _edited(target, read_settings(target.file))) for target in targets]
    written = []
    rows = []
    for target, old, (new, pieces) in planned:
        if old == new:
            continue
        made = missing_folders(target.file)
        write_settings(target.file, new)
        if target.block and old is None:
            target.file.chmod(0o755)
        written.append(target.file)
        rows.append({
            "agent": agent, "scope": places.scope, "file": str(target.file), "pieces": pieces,
            "created": old is None, "folders": [str(folder) for folder in made],
            "entries": [[list(entry.path), entry.value] for entry in target.entries],
            "root": str(places.root), "repository": str(places.common),
        })  # fmt: skip
    _write_record(places.state, [*_record(places.state), *rows])
    return tuple(written)


def remove_hooks(agent: str, places: Places) -> tuple[Path, ...]:
    """Take out what was installed, and nothing else; the files. UsageError where nothing is."""
    rows = _rows_of(agent, places)
    if not rows:
        raise UsageError(f"no hooks for {agent} are installed ({places.scope})", hint="see `agent hooks status`")
    for row in reversed(rows):
        take_out(row)
    _write_record(places.state, [row for row in _record(places.state) if row not in rows])
    return tuple(Path(row["file"]) for row in rows)


def hooks_status(places: Places) -> Iterator[tuple[str, Scope, Path, bool]]:
    """(agent, scope, file, whether what was written is still there), of all that was installed here."""
    for row in _record(places.state):
        if _is_of(row, places):
            yield row["agent"], row["scope"], Path(row["file"]), is_installed(row)


def _with_yaml(target: Target, old: str) -> tuple[str, list[str]]:
    """One key at the end of a YAML mapping; one that is there stays as the user has it."""
    key, value = target.yaml_line
    found = re.search(rf"(?m)^{key}[ \t]*:[ \t]*(\S*)", old)
    if found is not None and found.group(1).lower() == value:
        raise UsageError(f"{target.file} has {key}: {value} already", hint="there is nothing to install for aider")
    if found is not None or re.search(r"(?m)^(?:---|\.\.\.|[\[{])", old):
        raise UsageError(f"{target.file} is not edited", hint=f"set {key}: {value} in it yourself")
    piece = ("" if not old or old.endswith("\n") else "\n") + f"{key}: {value}\n"
    return old + piece, [piece]


_SWITCH = (r"(?m)^[ \t]*\[[ \t]*features[ \t]*\](?:(?!^[ \t]*\[)[\s\S])*?^[ \t]*\"?hooks\"?[ \t]*=[ \t]*(\w+)",
           r"(?m)^[ \t]*features[ \t]*\.[ \t]*hooks[ \t]*=[ \t]*(\w+)",
           r"(?m)^[ \t]*features[ \t]*=[ \t]*\{[^}\n]*\bhooks[ \t]*=[ \t]*(\w+)")  # fmt: skip
"""Forms of Codex's switch for all hooks."""


def hooks_switched_off(agent: str, places: Places) -> Path | None:
    """The file in which all of an agent's hooks are switched off; None where they are on."""
    if agent != "codex":
        return None
    file = (places.home if places.scope == "user" else places.root) / ".codex/config.toml"
    text = read_settings(file) or ""
    set_to = [found.group(1) for form in _SWITCH if (found := re.search(form, text))]
    return file if "false" in set_to else None


def hook_command(agent: str, scope: Scope, mode: str, prune: str) -> str:
    """The command that the agent runs: this very program, or in a file that others share the one on their PATH."""
    flags = ["--hook", agent]
    flags += ["--mode", mode] if mode != "prune" else []
    flags += ["--prune", prune] if prune != "safe" else []
    return shlex.join([_program(scope), "vet", *flags])


def _program(scope: Scope) -> str:
    if scope == "project":
        return "fretsaw"
    own = Path(sys.argv[0])
    found = own if own.is_file() and own.name in ("agent", "fretsaw") else None
    return str(found.absolute()) if found else shutil.which("fretsaw") or "fretsaw"


def _edited(target: Target, old: str | None) -> tuple[str, list[str]]:
    """The text with the hooks, and the pieces that were put in, in their order."""
    if target.whole:
        if old not in (None, target.whole):
            raise UsageError(
                f"{target.file} exists already and is not Fretsaw's", hint="move that file away, then try again"
            )
        return target.whole, [target.whole]
    if target.block:
        return _with_block(target, old)
    if target.toml_line[0]:
        return _with_toml(target, old or "")
    if target.yaml_line[0]:
        return _with_yaml(target, old or "")
    return _with_entries(target, old)


def _with_entries(target: Target, old: str | None) -> tuple[str, list[str]]:
    """The entries in a JSON file. UsageError for one that is not edited."""
    text, pieces = "{\n}\n" if old is None else old, []
    if old is None and target.file.parent.name == ".cursor":
        text = '{\n  "version": 1\n}\n'
    try:
        json_text.check(text)
        for entry in target.entries:
            at, piece = json_text.find_insertion(text, entry.path, entry.value)
            text = text[:at] + piece + text[at:]
            pieces.append(piece)
    except ValueError as error:
        raise UsageError(f"{target.file} is not edited: {error}", hint="repair the file, then try again") from None
    if old is not None and is_json(old) and not is_json(text):
        raise UsageError(f"{target.file} is not edited: the hooks would break it", hint="add them yourself")
    return text, pieces


def _with_block(target: Target, old: str | None) -> tuple[str, list[str]]:
    """The lines after the first of a shell script. UsageError for a hook of another kind."""
    if old is None:
        return f"#!/bin/sh\n{target.block}", [f"#!/bin/sh\n{target.block}"]
    first, newline, rest = old.partition("\n")
    if "lefthook" in old:
        raise UsageError(
            f"lefthook overwrites {target.file}",
            hint="add to lefthook.yml: run: agent vet --staged --exit-code",
        )
    if not re.match(r"#!.*\b(?:sh|bash|dash|zsh)\b", first) and target.file.parent.name != ".husky":
        raise UsageError(f"{target.file} is not a shell script", hint="call `agent vet --staged --exit-code` from it")
    if not first.startswith("#!"):
        return target.block + old, [target.block]
    return f"{first}{newline or chr(10)}{target.block}{rest}", [target.block]


def _with_toml(target: Target, old: str) -> tuple[str, list[str]]:
    """One key of one table; a key that is there stays as the user has it."""
    table, key, value = target.toml_line
    found = re.search(rf"(?m)^[ \t]*\[[ \t]*{table}[ \t]*\][ \t]*(?:#[^\n]*)?(?:\n|$)", old)
    line = f"{key} = {value}\n"
    if found is None:
        if re.search(rf"(?m)^[ \t]*{table}[ \t]*(?:\.|=)", old):
            if re.search(rf"(?m)^[ \t]*{table}[ \t]*\.[ \t]*{key}[ \t]*=", old):
                return old, []
            raise UsageError(
                f"{target.file} sets {table} without a [{table}] section",
                hint=f"add {key} = {value} to {table} yourself",
            )
        piece = ("" if not old or old.endswith("\n") else "\n") + f"[{table}]\n{line}"
        return old + piece, [piece]
    rest = old[found.end() :]
    body = rest[: (re.search(r"(?m)^[ \t]*\[", rest) or re.search(r"\Z", rest)).start()]  # type: ignore[union-attr]
    if re.search(rf"(?m)^[ \t]*\"?{key}\"?[ \t]*=", body):
        return old, []
    piece = line if found.group().endswith("\n") else "\n" + line
    return old[: found.end()] + piece + old[found.end() :], [piece]


def _rows_of(agent: str, places: Places) -> list[dict[str, Any]]:
    return [
        row
        for row in _record(places.state)
        if row["agent"] == agent and row["scope"] == places.scope and _is_of(row, places)
    ]


def _is_of(row: dict[str, Any], places: Places) -> bool:
    """Tell whether a row is about these places: a git hook may lie outside of them, and worktrees share it."""
    if row["scope"] == "user":
        return True
    if row["agent"] == GIT:
        return row.get("repository") == str(places.common) or Path(row["file"]).parent == places.git_hooks
    return row.get("root") == str(places.root) or Path(row["file"]).is_relative_to(places.root)


def _record(state: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads((state / _RECORD).read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError, RecursionError) as error:
        raise RepoError(
            f"{state / _RECORD} cannot be read: {error}", hint="that file lists the installed hooks; move it away"
        ) from None
    return rows if isinstance(rows, list) else []


def _write_record(state: Path, rows: list[dict[str, Any]]) -> None:
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_settings(state / _RECORD, json.dumps(rows, indent=1) + "\n")
