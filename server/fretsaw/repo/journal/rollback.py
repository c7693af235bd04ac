"""The backward half of a transaction: from whatever is on disk to what was there before.

It can be cut off anywhere and started again: each decision is made from what is on disk.
"""

from __future__ import annotations

from contextlib import suppress

from fretsaw.errors import RepoError
from fretsaw.repo.journal import file_operations, folders
from fretsaw.repo.journal.apply import MANIFEST, REPLACED, keep, moved_folders, open_folder, put_away
from fretsaw.repo.journal.journal_folder import JournalFolder
from fretsaw.repo.journal.plan import Plan
from fretsaw.repo.journal.safe_read import FileState, NotRegularError, folder_of, look, read_image


def rollback(home: JournalFolder, plan: Plan) -> list[str]:
    """Every file as it was; what to tell the user. RepoError when a file could not be put back (it can be retried)."""
    notices: list[str] = []
    stuck: list[str] = []
    for number, step in enumerate(plan.steps):
        try:
            with suppress(FileNotFoundError), folder_of(home.root, step.path) as (folder, name):
                notices += _restore(home, plan, number, folder, name)
                file_operations.sync_folder(folder)
        except OSError as error:
            if error.errno in REPLACED:
                notices += _out_of_reach(home, plan, number)
            else:
                stuck.append(f"{step.path} ({error.strerror})")
    for path in reversed(plan.folders):
        with suppress(OSError), folder_of(home.root, path) as (folder, name):  # not empty: someone uses it
            file_operations.remove_folder(folder, name)
    if stuck:
        raise RepoError(
            f"some files could not be restored: {', '.join(stuck)}",
            hint=f"the old text is in {home.path / 'tx' / plan.tx}; the next `agent` command tries again to restore it",
            changed=", ".join(stuck),
        )
    forget(home.tx, plan.tx)
    return notices


def restore_moved(home: JournalFolder, plan: Plan, held: dict[int, int]) -> list[str]:
    """Put the files of folders back that were moved away meanwhile; what to tell the user. Never fails."""
    notices: list[str] = []
    for number, folder, name in moved_folders(home, plan, held):
        with suppress(OSError):
            notices += _restore(home, plan, number, folder, name)
            file_operations.sync_folder(folder)
    return notices


def forget(parent: int, tx: str) -> None:
    """Remove a transaction's folder; the manifest goes first, so that half a folder is never taken for a whole."""
    folder = open_folder(parent, tx)
    try:
        names = sorted(folders.FOLDERS.names(folder), key=lambda name: name != MANIFEST)
        for name in names:
            file_operations.remove(folder, name)
            if name == MANIFEST:
                file_operations.sync_folder(folder)
    finally:
        folders.FOLDERS.close(folder)
    file_operations.remove_folder(parent, tx)


def _out_of_reach(home: JournalFolder, plan: Plan, number: int) -> list[str]:
    """Someone replaced the folder of a file: what is there now is not followed, what was there is kept for them."""
    step = plan.steps[number]
    told = f"a folder of {step.path} was replaced by something else meanwhile; it was not followed"
    if step.pre is None:
        return [told]
    kept = keep(home, f"{plan.tx}-{number}", step.path, step.pre.data)
    return [f"{told}, and the file's text from before is kept in {kept}"]


def _restore(home: JournalFolder, plan: Plan, number: int, folder: int, name: str) -> list[str]:
    """Put one file back; the three kinds of step differ in what a swap leaves behind."""
    step, temporary = plan.steps[number], plan.temporary(number)
    _settle_links(folder, temporary, name)
    held = look(folder, temporary)
    if step.pre is not None and step.post is not None:
        swapped = _peek(folder, name) == step.post and _peek(folder, temporary) != step.post
        if held is not None and swapped:
            file_operations.exchange(folder, temporary, name)
        return put_away(home, plan, number, folder, step.post, partly=not swapped)
    if step.post is not None:
        if held is None and _peek(folder, name) == step.post:
            file_operations.move_away(folder, name, temporary)
        return put_away(home, plan, number, folder, step.post, partly=held is not None)
    if held is not None and look(folder, name) is None:
        file_operations.move_new(folder, temporary, name)
        return []
    return put_away(home, plan, number, folder, None)


def _settle_links(folder: int, temporary: str, name: str) -> None:
    """Go on between two calls where names are swapped by links, to a state that one call would have left."""
    keep = temporary + file_operations.KEEP
    if look(folder, keep) is not None:
        if look(folder, temporary) is None:
            file_operations.rename_over(folder, keep, folder, temporary)
        else:
            file_operations.remove(folder, keep)  # a second name of what still stands at `name`
    here, held = look(folder, name), look(folder, temporary)
    if here is not None and held is not None and (here.st_dev, here.st_ino) == (held.st_dev, held.st_ino):
        file_operations.remove(folder, temporary)


def _peek(folder: int, name: str) -> FileState | str | None:
    """The image, None when nothing is there, "odd" for what is not a regular file."""
    try:
        return read_image(folder, name)
    except NotRegularError:
        return "odd"
