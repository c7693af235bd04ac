"""What works here and what does not: for `agent doctor`, `models` and `check`. Changes nothing."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from fretsaw import check, config, repo
from fretsaw.cancel import Cancel
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.errors import CheckError, ConfigError, FretsawError
from fretsaw.model.registry import Registry, load_registry
from fretsaw.model.remote_models import list_models, probe_endpoint
from fretsaw.session.fix import make_check
from fretsaw.session.open import Session, open_session
from fretsaw.settings import Settings


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "note", "bad"]
    text: str


# -- the check -------------------------------------------------------------------------------------


def run_check(opened: Session, cancel: Cancel) -> CheckResult:
    """The check on the files as they are now. CheckError when it could not run at all."""
    made = make_check(opened, repo.snapshot(opened.repo), cancel)
    assert made is not None, "the caller has looked whether one is set"
    result = made({})
    if result.state in {"error", "unavailable"}:
        raise CheckError(f"the check could not run: {result.reason}", hint="`agent doctor` tells more")
    return result


def find_checks(opened: Session) -> tuple[check.CheckCandidate, ...]:
    """Commands that look like the repository's check, best first."""
    snapshot = repo.snapshot(opened.repo)
    return check.check_candidates(snapshot.read, snapshot.paths)


def approve_check(opened: Session, argv: tuple[str, ...]) -> None:
    """Remember that the user wants the command of the repository's file run for this repository."""
    config.approve(opened.resolved.places, opened.root, argv)


def answer_check(opened: Session, argv: tuple[str, ...]) -> None:
    """Remember an answer to the question of which check: what the repository proposes is approved, and asked about
    again when it changes; any other command is the user's own choice, `()` for none."""
    if argv and argv == opened.resolved.proposed_check:
        approve_check(opened, argv)
    else:
        choose_check(opened, argv)


def choose_check(opened: Session, argv: tuple[str, ...] | None) -> None:
    """Remember the user's own choice for this repository; `()`: none, None: forget it and what was approved."""
    if argv is None:
        config.forget(opened.resolved.places, opened.root, opened.settings.check or ())
    else:
        config.answer(opened.resolved.places, opened.root, argv)


# -- models ----------------------------------------------------------------------------------------


def model_rows(flags: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The registry as rows."""
    resolved = config.resolve(flags, None)
    registry = load_registry(resolved.places.config / "models.toml")
    today = datetime.now(timezone.utc).date()
    rows = []
    for row in registry.rows:
        if row.id == "*":
            continue
        roles = [role for role in registry.roles if _has_role(registry, role, row.id)]
        state = "retired" if row.retired(today) else "retires" if row.retires_on else ""
        rows.append(
            {
                "id": row.id,
                "prices": f"${row.price_input:g} / ${row.price_cached:g} / ${row.price_output:g}",
                "limits": f"{row.context:,} in, {row.output:,} out",
                "roles": ", ".join(roles),
                "retirement": f"{state} {row.retires_on}" if row.retires_on else "",
                "successor": f"→ {row.successor}" if row.successor and row.retires_on else "",
            }
        )
    return rows


def _has_role(registry: Registry, role: str, row_id: str) -> bool:
    try:
        return registry.for_role(role, datetime.now(timezone.utc).date()).row.id == row_id
    except ConfigError:
        return False


def remote_model_rows(flags: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the endpoint says it serves."""
    settings = config.resolve(flags, None).settings
    listed = list_models(settings)
    return [{"id": one.id, "owner": one.owner, "shutdown": str(one.shutdown or "")} for one in listed]


# -- doctor ----------------------------------------------------------------------------------------


def examine(directory: Path, flags: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Everything that a run needs, one finding each."""
    return tuple(_findings(directory, flags))


def _findings(directory: Path, flags: Mapping[str, Any]) -> Iterator[Finding]:
    yield Finding("system", "ok", f"{platform.system()} {platform.release()}, Python {platform.python_version()}")
    yield _git()
    opened: Session | None = None
    try:
        opened = open_session(directory, flags)
        busy = f", {opened.repo.operation} in progress" if opened.repo.operation else ""
        where = opened.repo.branch or "detached HEAD"
        yield Finding("repository", "note" if busy else "ok", f"{opened.root} on {where}{busy}")
    except FretsawError as error:
        yield Finding("repository", "note", str(error))
    try:
        resolved = opened.resolved if opened else config.resolve(flags, None)
    except FretsawError as error:
        yield Finding("settings", "bad", str(error))
        return
    for notice in resolved.notices:
        yield Finding("settings", "note", notice)
    yield from _model(resolved.settings, resolved.places)
    if opened:
        yield _check(opened)
    yield _sandbox(resolved.settings, resolved.places, opened)
    yield _state(resolved.places.state)
    yield _editors()


def _git() -> Finding:
    try:
        return Finding("git", "ok", repo.git_version())
    except FretsawError as error:
        return Finding("git", "bad", str(error))


def _model(settings: Settings, places: config.UserDirs) -> Iterator[Finding]:
    try:
        choice = load_registry(places.config / "models.toml").choose(settings, datetime.now(timezone.utc).date())
    except ConfigError as error:
        yield Finding("model", "bad", str(error))
        return
    yield Finding("model", "ok", f"{choice.row.id} (role {settings.role}), prices as of {choice.row.as_of}")
    for notice in choice.notices:
        yield Finding("model", "note", notice)
    probe = probe_endpoint(settings)
    label = " (the SCRIPTED model)" if probe.scripted else ""
    said = f"{probe.message}{label}" + (f" ({probe.hint})" if probe.hint else "")
    yield Finding("endpoint", "ok" if probe.ok else "bad", said)


def _check(opened: Session) -> Finding:
    if opened.settings.check:
        return Finding("check", "ok", shlex.join(opened.settings.check))
    found = find_checks(opened)
    seems = f"; this looks like one: {shlex.join(found[0].argv)}" if found else ""
    return Finding("check", "note", f"none is set, so nothing can be proved{seems} (`agent check`)")


def _sandbox(settings: Settings, places: config.UserDirs, opened: Session | None) -> Finding:
    tier, reason = check.describe(settings, places.state, opened.root if opened else None)
    praise = check.TIERS[tier].description if tier else ""
    if praise:
        return Finding("sandbox", "ok", praise)
    return Finding("sandbox", "note", f"{reason or 'off'}; checks do not run, unless with --sandbox none")


def _state(state: Path) -> Finding:
    probe = next(folder for folder in (state, *state.parents) if folder.exists())
    if not os.access(probe, os.W_OK):
        return Finding("state", "bad", f"{state} cannot be written: runs and undo need it")
    free = shutil.disk_usage(probe).free // 2**20
    return Finding("state", "ok" if free > 100 else "note", f"{state}, {free:,} MiB free")


def _editors() -> Finding:
    known = {"code": "VS Code", "nvim": "Neovim", "hx": "Helix", "emacs": "Emacs", "subl": "Sublime Text"}
    found = [name for program, name in known.items() if shutil.which(program)]
    return Finding("editors", "ok", f"{', '.join(found) or 'none found'}; examples/ has a setup for each")
