"""`agent doctor`: what works here and what does not. Changes nothing."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from fretsaw import check, config, repo
from fretsaw.errors import ConfigError, FretsawError
from fretsaw.key_command import with_key
from fretsaw.model.remote_models import Probe, probe_endpoint
from fretsaw.model.row import Row
from fretsaw.session.check_setup import find_checks
from fretsaw.session.models import choose_model
from fretsaw.session.open import Session, open_session
from fretsaw.settings import Settings
from fretsaw.user_dirs import UserDirs


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "note", "bad"]
    text: str


def examine(directory: Path, flags: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Everything that a run needs, one finding each."""
    return tuple(_findings(directory, flags))


def _findings(directory: Path, flags: Mapping[str, Any]) -> Iterator[Finding]:
    yield Finding("system", "ok", f"{platform.system()} {platform.release()}, Python {platform.python_version()}")
    yield _git()
    session: Session | None = None
    try:
        session = open_session(directory, flags)
        busy = f", {session.repo.operation} in progress" if session.repo.operation else ""
        where = session.repo.branch or "detached HEAD"
        yield Finding("repository", "note" if busy else "ok", f"{session.root} on {where}{busy}")
    except FretsawError as error:
        yield Finding("repository", "note", str(error))
    try:
        resolved = session.resolved if session else config.resolve(flags, None)
    except FretsawError as error:
        yield Finding("settings", "bad", str(error))
        return
    for notice in resolved.notices:
        yield Finding("settings", "note", notice)
    yield from _model(resolved.settings, resolved.places)
    if session:
        yield _check(session)
    yield _sandbox(resolved.settings, resolved.places, session)
    yield _state(resolved.places.state)
    yield _editors()


def _git() -> Finding:
    try:
        return Finding("git", "ok", repo.git_version())
    except FretsawError as error:
        return Finding("git", "bad", str(error))


def _model(settings: Settings, places: UserDirs) -> Iterator[Finding]:
    try:
        choice = choose_model(places, settings)
    except ConfigError as error:
        yield Finding("model", "bad", str(error))
        return
    yield Finding("model", "ok", f"{choice.row.id} ({settings.role} role), prices as of {choice.row.as_of}")
    for notice in (*choice.notices, *(one.text for one in choice.retirements)):
        yield Finding("model", "note", notice)
    try:
        probe = probe_endpoint(with_key(settings))
    except ConfigError as error:
        yield Finding("endpoint", "bad", str(error))
        return
    label = " (the SCRIPTED model)" if probe.scripted else ""
    said = f"{probe.message}{label}" + (f" ({probe.hint})" if probe.hint else "")
    yield Finding("endpoint", "ok" if probe.ok else "bad", said)
    yield from _shutdown(choice.row, probe)


def _shutdown(row: Row, probe: Probe) -> Iterator[Finding]:
    """A day of the model's end that the endpoint tells and that is not the one known here."""
    told = next((one.shutdown for one in probe.models if one.id == row.id), None)
    if told is not None and told != row.retires_on:
        known = f"{row.retires_on} is known here" if row.retires_on else "no date is known here"
        text = f"{probe.host} says that {row.id} is shut down on {told}; {known}: `agent models --refresh`"
        yield Finding("model", "note", text)


def _check(session: Session) -> Finding:
    if session.settings.check:
        return Finding("check", "ok", shlex.join(session.settings.check))
    found = find_checks(session)
    seems = f"; this looks like one: {shlex.join(found[0].argv)}" if found else ""
    return Finding("check", "note", f"none is set, so nothing can be proved{seems} (`agent check`)")


def _sandbox(settings: Settings, places: UserDirs, session: Session | None) -> Finding:
    tier, reason = check.describe(settings, places.state, session.root if session else None)
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
