"""Reads the last commits that changed lines of a file."""

from __future__ import annotations

import os
from dataclasses import replace

from fretsaw.errors import RepoError
from fretsaw.repo.repository import Repo

_MOST, _SECONDS = 8, 5.0
_FORM = "--format=%h %as %an: %s"


def line_history(repo: Repo, path: str, first: int, last: int) -> tuple[str, ...]:
    """Commits, newest first, that changed these lines of the file as HEAD has it (`first` 0: any line).

    Empty where git does not tell in time.
    """
    if repo.head is None:
        return ()
    git = replace(repo.git, seconds=_SECONDS)
    common = ("log", f"-n{_MOST}", "-s", "--no-show-signature", "--no-textconv", "--no-ext-diff", _FORM)
    try:
        if first:
            logged = git.out(*common, f"-L{first},{last}:{path}", repo.head, "--")
        else:
            logged = git.out(*common, repo.head, "--", path)
    except RepoError:  # too many lines, a file that HEAD does not have, a long history
        return ()
    return tuple(filter(None, os.fsdecode(logged).splitlines()))
