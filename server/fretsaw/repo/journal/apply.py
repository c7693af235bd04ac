"""The forward half of a transaction: write it down, put the new files beside the old, swap, clean up.

Every function can be cut off after any operation; `rollback` or `finish` then goes on from what
is on disk.
"""

from __future__ import annotations

import errno
import itertools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from fretsaw.errors import ConflictError
from fretsaw.repo.journal import file_operations, folders
from fretsaw.repo.journal.journal_folder import JournalFolder
from fretsaw.repo.journal.plan import Plan, Step, written
from fretsaw.repo.journal.safe_read import FileState, NotRegularError, folder_of, read_image

MANIFEST = "manifest.json"
REPLACED = (errno.ENOTDIR, errno.ELOOP)
"""Errors of opening a folder when a link or a file has taken its place."""
DONE = "done"


def prepare(home: JournalFolder, plan: Plan) -> None:
    """Images and manifest on disk; from here on a crash is rolled back."""
    file_operations.make_folder(home.tx, plan.tx, 0o700)
    folder = open_folder(home.tx, plan.tx)
    try:
        for number, step in enumerate(plan.steps):
            for side, image in (("pre", step.pre), ("post", step.post)):
                if image is not None:
                    file_operations.write_new(folder, f"{side}{number}", image.data, 0o600)
        _appear(folder, MANIFEST, written(plan))
        file_operations.sync_folder(home.tx)
    finally:
        folders.FOLDERS.close(folder)


@contextmanager
def hold_folders() -> Iterator[dict[int, int]]:
    """The folders that are worked in, held open, by the number of the step: they lead there also when one moves."""
    held: dict[int, int] = {}
    try:
        yield held
    finally:
        for handle in held.values():
            folders.FOLDERS.close(handle)


def moved_folders(home: JournalFolder, plan: Plan, held: dict[int, int]) -> Iterator[tuple[int, int, str]]:
    """(number, open folder, last name) of each step whose folder is somewhere else now, with what we put into it."""
    for number, handle in held.items():
        path = plan.steps[number].path
        there = None
        with suppress(OSError), folder_of(home.root, path) as (folder, _):
            there = folders.FOLDERS.identity(folder)
        if there != folders.FOLDERS.identity(handle):
            yield number, handle, path.rpartition("/")[2]


def stage(home: JournalFolder, plan: Plan, held: dict[int, int]) -> None:
    """New folders, and every new file beside its target under a name of ours: whatever can fail fails here."""
    for path in plan.folders:
        with folder_of(home.root, path) as (folder, name):
            with suppress(FileExistsError):
                file_operations.make_folder(folder, name)
            file_operations.sync_folder(folder)
    for number, step in enumerate(plan.steps):
        if step.post is None:
            continue
        with folder_of(home.root, step.path) as (folder, name):
            held[number] = folders.FOLDERS.duplicate(folder)
            mode = 0o777 if step.post.executable else 0o666
            like = None
            if step.pre is not None:
                try:
                    like = file_operations.original(folder, name)
                except OSError:
                    raise conflict(step) from None
            file_operations.write_new(folder, plan.temporary(number), step.post.data, mode, like, step.post.access)


def swap(home: JournalFolder, plan: Plan, held: dict[int, int]) -> None:
    """Each file, at one instant. ConflictError when what it replaced is not what the plan was made against."""
    for number, step in enumerate(plan.steps):
        with folder_of(home.root, step.path) as (folder, name):
            if number not in held:
                held[number] = folders.FOLDERS.duplicate(folder)
            _swap_one(folder, name, plan.temporary(number), step)
            file_operations.sync_folder(folder)


def _swap_one(folder: int, name: str, temporary: str, step: Step) -> None:
    try:
        if step.pre is None:
            file_operations.move_new(folder, temporary, name)
            return
        if step.post is None:
            file_operations.move_away(folder, name, temporary)
        else:
            file_operations.exchange(folder, temporary, name)
        displaced = read_image(folder, temporary)
    except (FileExistsError, FileNotFoundError, NotRegularError):
        raise conflict(step) from None
    if displaced != step.pre:
        raise conflict(step)


def conflict(step: Step) -> ConflictError:
    """Someone else changed the file meanwhile."""
    return ConflictError(
        f"{step.path} was changed by someone else; nothing was overwritten", hint="save your work, then try again"
    )


def clean_moved(home: JournalFolder, plan: Plan, held: dict[int, int]) -> list[str]:
    """Remove the old files of ours from folders that were moved away after the swap."""
    notices: list[str] = []
    for number, folder, _ in moved_folders(home, plan, held):
        pre = plan.steps[number].pre
        if pre is not None:
            with suppress(OSError):
                notices += put_away(home, plan, number, folder, pre)
    return notices


def mark_done(home: JournalFolder, plan: Plan) -> None:
    """The commit point: from here on a crash is finished, not rolled back."""
    folder = open_folder(home.tx, plan.tx)
    try:
        _appear(folder, DONE, b"done\n")
    finally:
        folders.FOLDERS.close(folder)


def is_done(home: JournalFolder, tx: str) -> bool:
    """Return True if a transaction passed its commit point."""
    return os.path.exists(home.path / "tx" / tx / DONE)  # noqa: PTH110 - a plain question


def finish(home: JournalFolder, plan: Plan) -> list[str]:
    """Remove the old files unless someone wrote to them meanwhile, keep the record for undo; what to tell the user."""
    notices: list[str] = []
    for number, step in enumerate(plan.steps):
        if step.pre is None:
            continue
        try:
            with suppress(FileNotFoundError), folder_of(home.root, step.path) as (folder, _):
                notices += put_away(home, plan, number, folder, step.pre)
                file_operations.sync_folder(folder)
        except OSError as error:
            if error.errno not in REPLACED:
                raise
            notices.append(f"a folder of {step.path} was replaced meanwhile; Fretsaw did not follow the replacement")
    for path in plan.emptied:
        with suppress(OSError), folder_of(home.root, path) as (folder, name):  # not empty: it stays
            file_operations.remove_folder(folder, name)
    file_operations.rename_over(home.tx, plan.tx, home.undo, plan.tx)
    file_operations.sync_folder(home.undo)
    return notices


def put_away(
    home: JournalFolder, plan: Plan, number: int, folder: int, ours: FileState | None, *, partly: bool = False
) -> list[str]:
    """Remove our temporary file; what is not `ours` (or, `partly`, a beginning of it) is kept in `conflicts`."""
    temporary, path = plan.temporary(number), plan.steps[number].path
    try:
        held = read_image(folder, temporary)
    except NotRegularError:
        return [f"what stood at {path} is now at {temporary} beside it"]
    if held is None:
        return []
    notices = []
    if ours is None or not (ours.data == held.data or (partly and ours.data.startswith(held.data))):
        kept = keep(home, f"{plan.tx}-{number}", path, held.data)
        notices.append(f"{path}: text that was saved meanwhile is kept in {kept}")
    file_operations.remove(folder, temporary)
    return notices


def keep(home: JournalFolder, prefix: str, path: str, data: bytes) -> Path:
    """Save text that is nobody's to throw away in `conflicts`; where it is now."""
    ending = re.sub(r"[^A-Za-z0-9._-]", "_", path.rpartition("/")[2])[-80:]
    for number in itertools.count():  # half a file may lie there since a crash
        name = f"{prefix}-{number}-{ending}"
        try:
            file_operations.write_new(home.conflicts, name, data, 0o600)
        except FileExistsError:
            there = read_image(home.conflicts, name)
            if there is None or there.data != data:
                continue
        break
    file_operations.sync_folder(home.conflicts)
    return home.path / "conflicts" / name


def open_folder(parent: int, name: str) -> int:
    """Open a folder of ours."""
    return folders.FOLDERS.open_below(parent, name)


def _appear(folder: int, name: str, data: bytes) -> None:
    """A file that is there entirely or not at all."""
    file_operations.write_new(folder, f"{name}.tmp", data, 0o600)
    file_operations.rename_over(folder, f"{name}.tmp", folder, name)
    file_operations.sync_folder(folder)
