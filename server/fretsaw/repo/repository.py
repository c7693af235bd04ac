"""The values of this room: a repository, what was delivered, what was undone."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from fretsaw.repo.git.program import Git

How: TypeAlias = Literal["worktree", "branch", "commit", "none"]


@dataclass(frozen=True, slots=True)
class Repo:
    """A git repository with a worktree, as it was when it was opened."""

    root: Path
    """The worktree's folder: absolute, symlinks resolved."""
    git_dir: Path
    """This worktree's own git folder (`.git`, or `.git/worktrees/NAME` of a linked one)."""
    common_dir: Path
    """The folder that holds the objects and the branches; `git_dir` unless the worktree is a linked one."""
    head: str | None
    """Commit id (hex), None on an unborn branch."""
    branch: str | None
    """Name without `refs/heads/`, None when HEAD is detached."""
    operation: str | None
    """"merge", "rebase", "am", "cherry-pick", "revert" or "bisect" while one is in progress."""
    object_format: Literal["sha1", "sha256"]
    shallow: bool
    git: Git = field(repr=False, compare=False)
    """The git program, set up for this repository."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The result of delivering a patch."""

    kind: How
    paths: tuple[str, ...] = ()
    commit: str | None = None
    branch: str | None = None
    """The branch that has the commit."""
    tx: str | None = None
    """The name by which `undo` finds this change; None when nothing was changed."""
    notices: tuple[str, ...] = ()
    """Notices for a person, e.g. text that someone else saved meanwhile and where it was kept."""


@dataclass(frozen=True, slots=True)
class UndoResult:
    """The result of an undo."""

    undone: tuple[str, ...] = ()
    """Paths whose text from before is back."""
    left: tuple[tuple[str, str], ...] = ()
    """(path, why it was left as it is)."""
    message: str = ""
    """One sentence for a person."""
    tx: str | None = None
    notices: tuple[str, ...] = ()
