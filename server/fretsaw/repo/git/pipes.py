"""Refuse a repository in which git would wait for ever, at a pipe, a socket or a device in place of its own files."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from fretsaw.errors import RepoError

OF_FOLDERS = (".gitignore", ".gitattributes")
"""Files that git reads in every folder of a worktree."""
OF_RECORDS = ("HEAD", "config", "index", "packed-refs", "info/exclude", "info/attributes", "info/grafts", "shallow")
"""Files that git reads in its own folder."""


def refuse_pipes(paths: Iterable[Path]) -> None:
    """Raise RepoError if what one of the paths leads to is no file and no folder."""
    for path in paths:
        try:
            mode = path.stat().st_mode
        except OSError:
            continue
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise RepoError(
                f"{path} is {_kind(mode)}: git would wait for it, so git was not run", hint=f"remove it: rm {path}"
            )


def refuse_pipes_in(root: Path, tracked: Iterable[str]) -> None:
    """Raise RepoError for a pipe by the name of an ignore or attributes file beside or above tracked paths."""
    folders = {""}
    for path in tracked:
        folder = path.rpartition("/")[0]
        while folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    # Thousands of folders, and nearly none has one: a Path and an exception for each would cost more than git does.
    places = (f"{root}/{folder}/{name}" if folder else f"{root}/{name}" for folder in folders for name in OF_FOLDERS)
    refuse_pipes(Path(place) for place in places if os.access(place, os.F_OK))


def find_pipe(root: Path, seconds: float = 5.0) -> None:
    """Raise RepoError for a pipe by the name of an ignore file anywhere below a folder, looking for so long at most.

    For where git walks through folders without tracked files and does not come back: an ignored one, which git leaves
    out, may have such a pipe and do no harm.
    """
    end = time.monotonic() + seconds
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name != ".git"]
        refuse_pipes(Path(folder, name) for name in OF_FOLDERS if name in files)
        if time.monotonic() > end:
            return


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISFIFO, "a named pipe"), (stat.S_ISSOCK, "a socket"))
    return next((name for is_kind, name in kinds if is_kind(mode)), "a device")
