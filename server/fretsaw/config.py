"""Merge the sources of settings: flags > editor > the repository's file > the user's file > environment > defaults. The
user's answer to `agent check` stands between the two files: it is theirs, and about one repository.

The repository's own file is data from a stranger: it may set only what the table of
options marks `project`, and propose a check command that the user approves by its hash; all else is ignored with a
notice. This is the only place where settings are read from the environment.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from fretsaw.config_messages import Lines, at_line, line_of, meant, short
from fretsaw.endpoint_presets import PRESETS, preset_at
from fretsaw.errors import ConfigError
from fretsaw.option_values import checked_values, from_text, strings
from fretsaw.settings import OptionRow, Settings, options
from fretsaw.user_dirs import UserDirs, user_dirs

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_MAX_FILE = 256 * 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Resolved:
    """Settings, and what a person should know about where they came from."""

    settings: Settings
    places: UserDirs
    notices: tuple[str, ...] = ()
    proposed_check: tuple[str, ...] | None = None
    """The repository's file names this check command, and the user has not approved it."""
    rules: tuple[str, ...] = ()
    """Rules for agents in the repository's own file (`rules = [...]`)."""
    asked: bool = True
    """A check is set, or the user has said of this repository that none of those found is one."""


def resolve(
    flags: Mapping[str, Any],
    root: Path | None,
    *,
    editor: Mapping[str, Any] | None = None,
    where: UserDirs | None = None,
    lenient: bool = False,
) -> Resolved:
    """Merge all sources. `flags` has the names of `Settings`' fields, None where a flag was not given;
    `editor` has editor names (`maxUsd`). Raises ConfigError for an invalid file or value.

    `lenient`: leave out a file that cannot be used, with a notice: what takes a change back or shows a run must not
    depend on what a cloned repository holds."""
    here = where or user_dirs()
    table = {row.name: row for row in options()}
    merged: dict[str, Any] = _from_environment(table)
    own, own_notices = _tolerant(lambda: _user_file(here.config / "config.toml", table), lenient=lenient)
    merged = _over(merged, own or {})
    answer = answered(here, root) if root else None
    if answer:
        merged["check"] = answer
    found, notices = _tolerant(lambda: _read_project(here, root, table), lenient=lenient) if root else (None, ())
    project = found or _Project({})
    merged |= project.values
    merged = _over(merged, checked_values(_editor_names(editor or {}, table), table, "the editor's settings"))
    given = {name: value for name, value in flags.items() if value is not None}
    merged = _preset(_over(merged, checked_values(given, table, "the command line")))
    has_check = bool(merged.get("check"))
    merged = {**_accepted(here, root, merged.get("check")), **merged}
    values = {name.replace("-", "_"): value for name, value in merged.items()}
    return Resolved(
        Settings(**values, api_key=_key(values)),
        here,
        (*own_notices, *notices, *project.notices),
        None if has_check else project.proposed_check,
        project.rules,
        has_check or answer is not None,
    )


def _over(below: dict[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Values with those of a stronger source over them; an endpoint that it names takes the place of a base URL."""
    preset = PRESETS.get(above.get("endpoint", ""))
    if preset is not None and "base-url" not in above and not preset.is_azure:
        below = {name: value for name, value in below.items() if name not in {"base-url", "azure"}}
    return {**below, **above}


def _preset(merged: dict[str, Any]) -> dict[str, Any]:
    """The values with what the named endpoint's preset says beside them."""
    preset = PRESETS.get(merged.get("endpoint", ""))
    if preset is None:
        return merged
    own = {"base-url": preset.base_url} if preset.base_url else {}
    return {**own, **merged, **({"azure": True} if preset.is_azure else {})}


def _tolerant(read: Callable[[], T], *, lenient: bool) -> tuple[T | None, tuple[str, ...]]:
    """Read one source; where it cannot be used, leave it out with the reason as a notice."""
    try:
        return read(), ()
    except ConfigError as error:
        if not lenient:
            raise
        return None, (f"{error.message}; the file was ignored",)


def _user_file(path: Path, table: Mapping[str, OptionRow]) -> dict[str, Any]:
    values, lines = _load(path)
    return checked_values(values, table, str(path), lines)


@dataclass(frozen=True, slots=True)
class _Project:
    """The repository's own file, as far as it is allowed to decide."""

    values: Mapping[str, Any]
    """Settings that a repository may set; `check` is among them where the user has approved it."""
    notices: tuple[str, ...] = ()
    proposed_check: tuple[str, ...] | None = None
    """A check that the user has not approved."""
    rules: tuple[str, ...] = ()


def _read_project(here: UserDirs, root: Path, table: Mapping[str, OptionRow]) -> _Project:
    """Read the repository's own file. Raises ConfigError."""
    project, source, lines = _project_file(root)
    rules = strings(project.pop("rules", ()), at_line(source, lines, "rules"), "rules")
    proposed = project.pop("check", None)
    allowed, refused = _split_by_scope(project, table)
    unknown = tuple(name for name in allowed if name.replace("_", "-") not in table)
    known = {name: value for name, value in allowed.items() if name not in unknown}
    values = checked_values(known, table, source, lines)
    notices: tuple[str, ...] = ()
    if refused:
        names = ", ".join(sorted(refused))
        notices = (f"{source}: {names} can be set only by you, not by a repository; ignored",)
    notices += tuple(
        f"{at_line(source, lines, name)}: this version has no option {short(name)}{meant(name, table)}; ignored"
        for name in unknown
    )
    if proposed is None:
        return _Project(values, notices, None, rules)
    argv = strings(proposed, at_line(source, lines, "check"), "check")
    if is_approved(here, root, argv):
        return _Project({**values, "check": argv}, notices, None, rules)
    return _Project(values, notices, argv, rules)


# -- the user's word on checks ---------------------------------------------------------------------


def _approval(root: Path, argv: tuple[str, ...]) -> str:
    return hashlib.sha256(json.dumps([os.path.realpath(root), *argv]).encode("utf-8", "surrogateescape")).hexdigest()


def is_approved(where: UserDirs, root: Path, argv: tuple[str, ...]) -> bool:
    """Return True if the user has approved just this command for just this repository."""
    file = where.state / "approved-checks.txt"
    return file.exists() and _approval(root, argv) in file.read_text("ascii", "replace").split()


def approve(where: UserDirs, root: Path, argv: tuple[str, ...]) -> None:
    """Remember the user's approval; another command asks again. An answer that was given before is forgotten."""
    where.state.mkdir(parents=True, mode=0o700, exist_ok=True)
    with (where.state / "approved-checks.txt").open("a", encoding="ascii") as file:
        file.write(_approval(root, argv) + "\n")
    _answer_file(where, root).unlink(missing_ok=True)


def _accepted(where: UserDirs, root: Path | None, argv: tuple[str, ...] | None) -> dict[str, Any]:
    """The setting that the user's word on a check's exit code stands for."""
    return {"accept-exit-code": True} if root and argv and is_exit_code_accepted(where, root, argv) else {}


_EXIT_CODE = "its exit code is enough"
"""Stands before a command in what is hashed, where the user accepted that for it."""


def is_exit_code_accepted(where: UserDirs, root: Path, argv: tuple[str, ...]) -> bool:
    """Return True if the user said of this command that its exit code is enough, since it tells of no test."""
    return is_approved(where, root, (_EXIT_CODE, *argv))


def accept_exit_code(where: UserDirs, root: Path, argv: tuple[str, ...]) -> None:
    """Remember that a command's exit code is enough; another command asks again."""
    where.state.mkdir(parents=True, mode=0o700, exist_ok=True)
    with (where.state / "approved-checks.txt").open("a", encoding="ascii") as file:
        file.write(_approval(root, (_EXIT_CODE, *argv)) + "\n")


def _answer_file(where: UserDirs, root: Path) -> Path:
    return where.state / "checks" / f"{_approval(root, ())}.json"


def answered(where: UserDirs, root: Path) -> tuple[str, ...] | None:
    """The check that the user chose for this repository, `()` for "none of them", None when nobody asked yet."""
    try:
        found: Any = json.loads(_answer_file(where, root).read_text("ascii"))
    except (OSError, ValueError, RecursionError):
        return None
    argv = found.get("check") if isinstance(found, dict) else None
    return tuple(argv) if isinstance(argv, list) and all(isinstance(word, str) for word in argv) else None


def answer(where: UserDirs, root: Path, argv: tuple[str, ...]) -> None:
    """Remember the user's choice for this repository; `()`: none, and do not ask again."""
    _replace(_answer_file(where, root), json.dumps({"root": os.path.realpath(root), "check": argv}) + "\n")


def _shown_file(where: UserDirs, root: Path) -> Path:
    return where.state / "checks" / f"{_approval(root, ())}.shown.json"


def shown_folders(where: UserDirs, root: Path) -> tuple[str, ...]:
    """Folders outside of this repository that the user shows to its check."""
    try:
        found: Any = json.loads(_shown_file(where, root).read_text("ascii"))
    except (OSError, ValueError, RecursionError):
        return ()
    return tuple(item for item in found if isinstance(item, str)) if isinstance(found, list) else ()


def show_folder(where: UserDirs, root: Path, folder: Path) -> None:
    """Remember a folder that the user shows to this repository's check."""
    folders = sorted({*shown_folders(where, root), str(folder)})
    _replace(_shown_file(where, root), json.dumps(folders) + "\n")


def forget(where: UserDirs, root: Path, argv: tuple[str, ...]) -> None:
    """Forget the user's choice for this repository, the folders shown to its check and the approval of `argv`."""
    _answer_file(where, root).unlink(missing_ok=True)
    _shown_file(where, root).unlink(missing_ok=True)
    if is_approved(where, root, argv):
        approved = where.state / "approved-checks.txt"
        others = [line for line in approved.read_text("ascii", "replace").split() if line != _approval(root, argv)]
        _replace(approved, "".join(f"{line}\n" for line in others))


def _replace(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    draft.write_text(text, "ascii", "replace")
    draft.replace(file)


# -- sources ---------------------------------------------------------------------------------------


def _load(path: Path) -> tuple[dict[str, Any], Lines]:
    try:
        data = path.read_bytes() if path.is_file() else b""
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > _MAX_FILE:
        raise ConfigError(f"{path} is larger than {_MAX_FILE // 1024} KB")
    try:
        text = data.decode()
        return dict(tomllib.loads(text)), lambda name: line_of(text, name)
    except RecursionError as error:
        raise ConfigError(f"{path} cannot be read: its TOML is nested too deeply") from error
    except ValueError as error:  # not TOML, not UTF-8, a number of thousands of digits
        raise ConfigError(f"{path} is not TOML: {error}", hint="correct that line, or remove the file") from error


def _project_file(root: Path) -> tuple[dict[str, Any], str, Lines]:
    """`.fretsaw.toml`, else `[tool.fretsaw]` of pyproject.toml, its name and its lines; a link is not followed."""
    own = root / ".fretsaw.toml"
    if own.is_file() and not own.is_symlink():
        values, lines = _load(own)
        return values, ".fretsaw.toml", lines
    pyproject = root / "pyproject.toml"
    if pyproject.is_file() and not pyproject.is_symlink():
        text = pyproject.read_bytes()[:_MAX_FILE]
        if b"tool.fretsaw" in text:
            values, lines = _load(pyproject)
            tool = values.get("tool")
            section = tool.get("fretsaw") if isinstance(tool, dict) else None
            return dict(section) if isinstance(section, dict) else {}, "[tool.fretsaw] in pyproject.toml", lines
    return {}, "", lambda name: 0


def _from_environment(table: Mapping[str, OptionRow]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, row in table.items():
        text = os.environ.get(f"FRETSAW_{name.replace('-', '_').upper()}")
        if text:
            found[name] = from_text(text, row)
    if not {"base-url", "endpoint"} & found.keys() and os.environ.get("OPENAI_BASE_URL"):
        found["base-url"] = os.environ["OPENAI_BASE_URL"]
    return checked_values(found, table, "the environment")


def _key(values: Mapping[str, Any]) -> str | None:
    """The key that the environment has for the endpoint: where one is named no other endpoint's key."""
    if values.get("endpoint"):
        names = PRESETS[values["endpoint"]].key_variables
    elif values.get("azure"):
        names = PRESETS["azure"].key_variables
    else:
        known = preset_at(values.get("base_url") or "")
        # Many clients read the key of whatever a base URL names from OpenAI's variable.
        names = (*(known.key_variables if known else ()), *PRESETS["openai"].key_variables)
    return next((os.environ[name] for name in ("FRETSAW_API_KEY", *names) if os.environ.get(name)), None)


def _editor_names(editor: Mapping[str, Any], table: Mapping[str, OptionRow]) -> dict[str, Any]:
    names = {row.editor_name: name for name, row in table.items()}
    return {names[key]: value for key, value in editor.items() if key in names and value not in (None, "", [])}


def _split_by_scope(
    values: Mapping[str, Any], table: Mapping[str, OptionRow]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Split into the values that a repository may set and the names of those that it may not, however it spells
    them."""
    spelled = {name: table.get(name.replace("_", "-")) for name in values}
    refused = tuple(name for name, row in spelled.items() if row is not None and row.scope != "project")
    return {name: value for name, value in values.items() if name not in refused}, refused
