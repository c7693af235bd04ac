"""Reads how long ago each file changed, in commits: the order of documents in a prompt follows it."""

from __future__ import annotations

import os
from dataclasses import replace

from fretsaw.errors import RepoError
from fretsaw.repo.repository import Repo

_COMMITS = 200
"""Commits that are looked at: 20 to 150 ms."""
_SECONDS = 5.0
_MARK = "\x01"


def last_changes(repo: Repo) -> dict[str, int]:
    """Path → how many commits ago it changed last: 0 is not committed yet, 1 in HEAD; missing: longer ago than that.

    Where git does not tell, nothing is known: it decides on an order alone.
    """
    if repo.head is None:
        return {}
    git = replace(repo.git, seconds=_SECONDS)
    shape = ("--no-show-signature", "--no-renames", "--name-only", "--format=%x01", "-z")
    ages: dict[str, int] = {}
    try:
        logged = os.fsdecode(git.out("log", "-n", str(_COMMITS), *shape, repo.head, "--"))
        changed = os.fsdecode(git.out("diff-index", "--name-only", "-z", repo.head, "--"))
    except RepoError:
        return {}
    for age, commit in enumerate(logged.split(_MARK)[1:], 1):
        for path in commit.replace("\n", "\0").split("\0"):
            ages.setdefault(path, age)
    ages.update(dict.fromkeys(changed.split("\0"), 0))
    return ages
