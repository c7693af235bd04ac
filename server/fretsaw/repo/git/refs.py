"""The part of git in a transaction: moves a branch, lets the index follow."""

from __future__ import annotations

import os
import time

from fretsaw.errors import ConflictError, RepoError
from fretsaw.repo.git.snapshot import index_entries
from fretsaw.repo.journal.plan import IndexMove, RefMove
from fretsaw.repo.repository import Repo

_NOTHING = "0"
_PATIENCE = 5.0
"""Seconds to wait for another git that holds the index."""


class GitRefs:
    """The `Refs` of a repository."""

    def __init__(self, repo: Repo, subject: str = "") -> None:
        self._repo = repo
        self._subject = "fretsaw: " + (subject or "change")

    def move(self, move: RefMove) -> None:
        """Move the branch if it is still where the plan says; ConflictError when it is not."""
        none = _NOTHING * (64 if self._repo.object_format == "sha256" else 40)
        if move.new is None:
            done = self._repo.git.run("update-ref", "-m", self._subject, "-d", move.ref, move.old or none)
        else:
            log = ("-m", self._subject, "--create-reflog")
            done = self._repo.git.run("update-ref", *log, move.ref, move.new, move.old or none)
        if done.code != 0:
            raise ConflictError(
                f"{move.ref.removeprefix('refs/heads/')} could not be moved: {done.reason}",
                hint="another git command was at work, or the name is taken; try again",
            )

    def reached(self, move: RefMove) -> bool:
        """Return True if the branch is where the plan wanted it, or has gone on from there."""
        now = self.tip(move.ref)
        if move.new is None or now is None:
            return now == move.new
        return now == move.new or (now != move.old and self.contains(now, move.new))

    def tip(self, ref: str) -> str | None:
        """Commit id of a branch (full name), None when it does not exist."""
        return self._repo.git.line("rev-parse", "--verify", "--quiet", "--end-of-options", ref)

    def contains(self, tip: str, commit: str) -> bool:
        """Return True if a commit is in the history of another."""
        return self._repo.git.run("merge-base", "--is-ancestor", commit, tip).code == 0

    def is_published(self, commit: str) -> bool:
        """Return True if a remote-tracking branch or a tag has a commit, so that others may have it."""
        listed = ("for-each-ref", "--count=1", "--contains", commit, "refs/remotes", "refs/tags")
        return bool(self._repo.git.out(*listed).strip())

    def worktree_of(self, ref: str) -> str:
        """The worktree in which a branch is checked out, empty when in none."""
        return self._repo.git.line("for-each-ref", "--format=%(worktreepath)", ref) or ""

    def refresh(self, index: tuple[IndexMove, ...]) -> str:
        """Entries that are still as before become what the commit has; others are the user's and stay."""
        try:
            wait_for_index(self._repo)
            now = {
                entry.path: (entry.mode, entry.blob)
                for entry in index_entries(self._repo, "--", *(move.path for move in index))
            }
            lines = [_index_line(move) for move in index if now.get(move.path) == move.old != move.new]
            if lines:
                self._repo.git.out("update-index", "-z", "--index-info", stdin=b"".join(lines))
        except RepoError as error:
            paths = " ".join(move.path for move in index)
            return f"the index was not updated ({error.message}); `git reset -q -- {paths}` does that"
        return ""


def wait_for_index(repo: Repo) -> None:
    """Return when no other git holds the index; RepoError when one holds it for too long. Never removes its lock."""
    lock = repo.git_dir / "index.lock"
    deadline = time.monotonic() + _PATIENCE
    while lock.exists():
        if time.monotonic() > deadline:
            raise RepoError(
                f"another git command holds {lock}",
                hint="wait for it; if no git is running, remove that file",
            )
        time.sleep(0.05)


def _index_line(move: IndexMove) -> bytes:
    mode, blob = move.new or ("0", _NOTHING * 40)
    return f"{mode} {blob}\t".encode() + os.fsencode(move.path) + b"\0"
