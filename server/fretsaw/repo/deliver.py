"""The one function that changes the user's tree: all of a patch or nothing, with a way back written first.

Whatever it was made against is compared with what is there now, by content.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from fretsaw import system
from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import ConflictError, RepoError
from fretsaw.repo.commits import clean_message, commit_plan
from fretsaw.repo.discover import reopened
from fretsaw.repo.git.refs import GitRefs
from fretsaw.repo.git.snapshot import index_entries
from fretsaw.repo.git.trial import file_bytes
from fretsaw.repo.journal import JournalFolder, Plan, Step, folders, forget_old, new_tx, open_journal, recover, transact
from fretsaw.repo.journal.safe_read import FileState, folder_of, look, read_image
from fretsaw.repo.repository import Delivery, How, Repo

_IMMUTABLE = 0x10
_GET_FLAGS = 0x80086601


def deliver(  # noqa: PLR0913 - the keyword arguments are the user's order
    repo: Repo,
    snapshot: Snapshot,
    patch: PatchSet,
    how: How,
    message: str = "",
    *,
    state_dir: Path,
    branch: str | None = None,
    run_id: str = "",
    sign: bool = False,
) -> Delivery:
    """Deliver a patch that was made against `snapshot`.

    worktree: files change, index and HEAD do not; branch: a commit on the new branch `branch`, no file changes;
    commit: a commit on the current branch, and the files change too; none: nothing happens.
    ConflictError lists the files that are not what the patch was made against; RepoError says what stands in the way.
    In both cases nothing was changed.
    """
    if how == "none" or not patch:
        return Delivery("none", patch.paths)
    now = reopened(repo)
    refuse_operation(now)
    message = clean_message(message)
    refs = GitRefs(now, message.partition("\n")[0])
    with open_journal(state_dir, repo.root) as home:
        told = recover(home, refs)
        tx = new_tx(home)
        steps = () if how == "branch" else steps_of(home, patch, snapshot)
        plan = Plan(tx, str(repo.root), run_id, how, steps, missing_folders(home, steps))
        commit = None
        if how != "worktree":
            plan, commit = commit_plan(now, snapshot, patch, plan, message, branch, sign)
        applied = transact(home, plan, refs)
        forget_old(home)
    on = plan.move.ref.removeprefix("refs/heads/") if plan.move else None
    return Delivery(how, patch.paths, commit, on, tx, (*told, *applied.notices))


def refuse_operation(repo: Repo) -> None:
    """RepoError while git waits for the user to finish something."""
    if repo.operation is not None:
        end = "reset" if repo.operation == "bisect" else "--abort"
        article = "an" if repo.operation == "am" else "a"
        raise RepoError(
            f"{article} {repo.operation} is in progress",
            hint=f"finish it, or `git {repo.operation} {end}`; `--apply none` prints the patch",
        )
    if index_entries(repo, "--unmerged"):
        raise RepoError("the index has unmerged files", hint="resolve them and `git add` them")


def steps_of(home: JournalFolder, patch: PatchSet, snapshot: Snapshot) -> tuple[Step, ...]:
    """A step a file. ConflictError with all files that differ; RepoError for one that must not be replaced."""
    steps, conflicts = [], []
    for file in patch.files:
        try:
            with folder_of(home.root, file.path) as (folder, name):
                image = read_image(folder, name)
                if image is not None:
                    _refuse_special(folder, name, file.path)
        except FileNotFoundError:
            image = None
        except OSError as error:
            conflicts.append(f"{file.path} ({error.strerror})")
            continue
        step = _step(file, image, snapshot)
        if step is None:
            conflicts.append(file.path)
        else:
            steps.append(step)
    if conflicts:
        raise ConflictError(
            f"these files changed since the patch was made: {', '.join(conflicts)}; nothing was overwritten",
            hint="save or undo your edits, then try again",
        )
    _refuse_read_only(home, steps)
    return tuple(steps)


def missing_folders(home: JournalFolder, steps: tuple[Step, ...]) -> tuple[str, ...]:
    """Folders that new files need, outermost first."""
    missing: dict[str, None] = {}
    for step in steps:
        parts = step.path.split("/")
        for count in range(1, len(parts)):
            path = "/".join(parts[:count])
            try:
                with folder_of(home.root, path) as (folder, name):
                    there = look(folder, name) is not None
            except FileNotFoundError:
                there = False
            if not there:
                missing[path] = None
    return tuple(missing)


def _step(file: FilePatch, image: FileState | None, snapshot: Snapshot) -> Step | None:
    """The step for a file that is what the patch was made against, None when it is not."""
    before = None if file.before is None else file_bytes(snapshot, file.path, file.before)
    if before != (None if image is None else image.data):
        return None
    executable = file.mode[1] == "100755" if file.mode is not None else image is not None and image.executable
    post = None if file.after is None else FileState(file_bytes(snapshot, file.path, file.after), executable)
    return Step(file.path, image, post)


def _refuse_special(folder: int, name: str, path: str) -> None:
    """RepoError for a file whose replacement would break or override something the user set up."""
    status = folders.FOLDERS.stat(folder, name)
    reason = ""
    if status.st_nlink > 1:
        reason = "it has a second name (a hard link), which would keep the old text"
    elif not status.st_mode & stat.S_IWUSR:
        reason = "it is read-only"
    elif not system.is_mine(status) and not system.is_root():
        reason = "it belongs to another user"
    elif _is_immutable(folder, name):
        reason = "it is immutable (chattr +i)"
    if reason:
        raise RepoError(f"{path} cannot be replaced: {reason}", hint="correct that, then try again")


def _is_immutable(folder: int, name: str) -> bool:
    """Return True if Linux forbids any change of the file; False where that cannot be asked."""
    if not sys.platform.startswith("linux"):
        return False
    import fcntl

    try:
        handle = folders.FOLDERS.open(folder, name, system.READ)
        try:
            flags = fcntl.ioctl(handle, _GET_FLAGS, b"\0" * 8)
        finally:
            os.close(handle)
    except OSError:
        return False
    return bool(int.from_bytes(flags[:4], "little") & _IMMUTABLE)


def _refuse_read_only(home: JournalFolder, steps: list[Step]) -> None:
    """RepoError when the nearest folder of a file cannot be written to."""
    for step in steps:
        parts = step.path.split("/")[:-1]
        while parts:
            if (Path(home.root_path) / "/".join(parts)).is_dir():
                break
            parts.pop()
        folder = Path(home.root_path, *parts)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise RepoError(
                f"{step.path} cannot be written: {folder} is read-only",
                hint="make it writable, or use --apply none",
            )
