"""Reads what the journal holds: transactions under way and those that can be undone. Changes nothing."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fretsaw.repo.journal import folders
from fretsaw.repo.journal.apply import MANIFEST, open_folder
from fretsaw.repo.journal.journal_folder import JournalFolder, journal_path
from fretsaw.repo.journal.plan import Plan, is_tx, read_back
from fretsaw.repo.journal.rollback import forget
from fretsaw.repo.journal.safe_read import read_image


@dataclass(frozen=True, slots=True)
class Record:
    """A finished transaction and which of its paths were taken back since."""

    plan: Plan
    undone: frozenset[str]
    done: bool
    """True if all of it was."""


def load(home: JournalFolder, parent: int, tx: str) -> Plan | None:
    """The plan of a transaction, None when it was never written down entirely. RepoError when it is damaged."""
    folder = open_folder(parent, tx)
    try:
        manifest = read_image(folder, MANIFEST)
        if manifest is None:
            return None
        images = {}
        for name in folders.FOLDERS.names(folder):
            image = read_image(folder, name) if name.startswith(("pre", "post")) else None
            if image is not None:
                images[name] = image.data
        return read_back(manifest.data, images, tx, home.root_path)
    finally:
        folders.FOLDERS.close(folder)


def transactions(folder: int) -> list[str]:
    """Ids in the order in which they were begun."""
    return sorted(filter(is_tx, folders.FOLDERS.names(folder)), key=_number)


def new_tx(home: JournalFolder) -> str:
    """The next id: a number, since clocks jump, and a random end, so that no name of ours is foreseen."""
    last = max(map(_number, (*transactions(home.tx), *transactions(home.undo))), default=0)
    return f"{last + 1:06d}-{secrets.token_hex(4)}"


def _number(tx: str) -> int:
    return int(tx.partition("-")[0])


def records(home: JournalFolder) -> list[Record]:
    """Finished transactions that are not undos themselves, oldest first."""
    plans = [plan for tx in transactions(home.undo) if (plan := load(home, home.undo, tx)) is not None]
    backs = [plan for plan in plans if plan.undoes]
    found = []
    for plan in plans:
        if plan.undoes:
            continue
        ours = [back for back in backs if back.undoes == plan.tx]
        undone = frozenset(step.path for back in ours for step in back.steps)
        found.append(Record(plan, undone, bool(ours) and undone >= {step.path for step in plan.steps}))
    return found


def forget_old(home: JournalFolder, seconds: float = 30 * 86_400) -> None:
    """Remove what is older than that, but never the newest; a failure is none of the caller's business."""
    for tx in transactions(home.undo)[:-1]:
        with suppress(OSError):
            written = folders.FOLDERS.stat(home.undo, f"{tx}/{MANIFEST}").st_mtime
            if time.time() - written > seconds:
                forget(home.undo, tx)


def is_pending(state_dir: Path, root: Path) -> bool:
    """Return True if a transaction of a worktree is under way or was cut off; asked without a lock."""
    try:
        return any(map(is_tx, (path.name for path in (journal_path(state_dir, root) / "tx").iterdir())))
    except OSError:
        return False
