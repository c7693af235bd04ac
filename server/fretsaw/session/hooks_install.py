"""Install, list and remove the hooks of other agents. Settings are edited as text; foreign bytes stay as they are."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fretsaw.errors import RepoError, UsageError
from fretsaw.hooks import json_text
from fretsaw.hooks.places import PLACES, Scope, Target, git_targets

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


def install_hooks(agent: str, places: Places, mode: str, prune: str) -> tuple[Path, ...]:
    """Write the hooks of one agent; the files. UsageError where they are there, or a file cannot be edited."""
    if any(_is_installed(row) for row in _rows_of(agent, places)):
        raise UsageError(
            f"hooks for {agent} exist already ({places.scope})", hint=f"to remove them: `agent hooks remove {agent}`"
        )
    if agent == GIT:
        targets = git_targets(places.git_hooks, _program("user"))
    else:
        command = hook_command(agent, places.scope, mode, prune)
        targets = PLACES[agent].targets(places.scope, places.home, places.root, command)
    planned = [(target, _read(target.file), _edited(target, _read(target.file))) for target in targets]
    written = []
    rows = []
    for target, old, (new, pieces) in planned:
        if old == new:
            continue
        made = _missing_folders(target.file)
        _write(target.file, new)
        if target.block and old is None:
            target.file.chmod(0o755)
        written.append(target.file)
        rows.append({
            "agent": agent, "scope": places.scope, "file": str(target.file), "pieces": pieces,
            "created": old is None, "folders": [str(folder) for folder in made],
        })  # fmt: skip
    _write_record(places.state, [*_record(places.state), *rows])
    return tuple(written)


def remove_hooks(agent: str, places: Places) -> tuple[Path, ...]:
    """Take out what was installed, and nothing else; the files. UsageError where nothing is."""
    rows = _rows_of(agent, places)
    if not rows:
        raise UsageError(f"no hooks for {agent} are installed ({places.scope})", hint="see `agent hooks status`")
    for row in reversed(rows):
        _take_out(row)
    _write_record(places.state, [row for row in _record(places.state) if row not in rows])
    return tuple(Path(row["file"]) for row in rows)


def hooks_status(places: Places) -> Iterator[tuple[str, str, Path, bool]]:
    """(agent, scope, file, whether what was written is still there), of all that was installed here."""
    for row in _record(places.state):
        if row["scope"] == "user" or Path(row["file"]).is_relative_to(places.root):
            yield row["agent"], row["scope"], Path(row["file"]), _is_installed(row)


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
            raise UsageError(f"{target.file} exists already and is not Fretsaw's", hint="move it away and run it again")
        return target.whole, [target.whole]
    if target.block:
        return _with_block(target, old)
    if target.toml_line[0]:
        return _with_toml(target, old or "")
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
        raise UsageError(f"{target.file} is not edited: {error}", hint="repair the file and run it again") from None
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
            raise UsageError(f"{target.file} sets {table} inline", hint=f"add {key} = {value} to it yourself")
        piece = ("" if not old or old.endswith("\n") else "\n") + f"[{table}]\n{line}"
        return old + piece, [piece]
    rest = old[found.end() :]
    body = rest[: (re.search(r"(?m)^[ \t]*\[", rest) or re.search(r"\Z", rest)).start()]  # type: ignore[union-attr]
    if re.search(rf"(?m)^[ \t]*\"?{key}\"?[ \t]*=", body):
        return old, []
    piece = line if found.group().endswith("\n") else "\n" + line
    return old[: found.end()] + piece + old[found.end() :], [piece]


def _take_out(row: dict[str, Any]) -> None:
    """Take the pieces out of one file. UsageError, and the file unchanged, where one is not as it was written."""
    file = Path(row["file"])
    text = _read(file)
    if text is None:
        return
    for piece in reversed(row["pieces"]):
        at = text.find(piece)
        if at < 0:
            raise UsageError(
                f"the hooks in {file} were edited", hint="remove the entries that call `vet --hook` yourself"
            )
        text = text[:at] + text[at + len(piece) :]
    if file.suffix == ".json" and text.strip():
        text = _without_lone_comma(text, file)
    if row["created"] and "".join(text.split()) in ("", "{}", '{"version":1}'):
        file.unlink()
        for folder in reversed(row["folders"]):
            with suppress(OSError):
                Path(folder).rmdir()
        return
    _write(file, text)


_LONE_COMMAS = (("([\\[{]\\s*),", r"\1"), (r",(\s*),", r",\1"), (r",(\s*[\]}])", r"\1"))
"""A comma after the start, a second one, one before the end: what is left where our entry was parted from another."""


def _without_lone_comma(text: str, file: Path) -> str:
    """The text without a comma that only parted our entry from one that was added later."""
    is_strict = _is_json(_read(file) or "")
    for pattern, replacement in (("$^", ""), *_LONE_COMMAS):
        repaired = re.sub(pattern, replacement, text, count=1)
        if _is_json(repaired) if is_strict else _is_lenient_json(repaired):
            return repaired
    raise UsageError(f"removing the hooks would break {file}", hint="remove them yourself")


def _is_json(text: str) -> bool:
    try:
        json.loads(text.lstrip("\ufeff"))
    except ValueError:
        return False
    return True


def _is_lenient_json(text: str) -> bool:
    try:
        json_text.check(text)
    except ValueError:
        return False
    return True


def _rows_of(agent: str, places: Places) -> list[dict[str, Any]]:
    return [
        row
        for row in _record(places.state)
        if row["agent"] == agent
        and row["scope"] == places.scope
        and (places.scope == "user" or Path(row["file"]).is_relative_to(places.root))
    ]


def _is_installed(row: dict[str, Any]) -> bool:
    text = _read(Path(row["file"])) or ""
    return bool(row["pieces"]) and all(piece in text for piece in row["pieces"][-1:])


def _record(state: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads((state / _RECORD).read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        raise RepoError(
            f"{state / _RECORD} cannot be read: {error}", hint="it records the installed hooks; move it away"
        ) from None
    return rows if isinstance(rows, list) else []


def _write_record(state: Path, rows: list[dict[str, Any]]) -> None:
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    _write(state / _RECORD, json.dumps(rows, indent=1) + "\n")


def _read(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None


def _missing_folders(file: Path) -> list[Path]:
    """The folders that are made for it, outermost first."""
    missing: list[Path] = []
    folder = file.parent
    while not folder.exists():
        missing.insert(0, folder)
        folder = folder.parent
    return missing


def _write(file: Path, text: str) -> None:
    """Replace a file at once, where a link leads to, with the mode that it had."""
    real = Path(os.path.realpath(file))
    try:
        real.parent.mkdir(parents=True, exist_ok=True)
        new = real.with_name(f".{real.name}.{os.getpid()}")
        new.write_bytes(text.encode("utf-8", "surrogateescape"))
        if real.exists():
            shutil.copymode(real, new)
        new.replace(real)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}", hint="check its permissions") from None
