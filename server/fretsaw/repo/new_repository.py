"""Makes a fresh repository of a folder, for the demo and for tests. Never used on a folder of the user's."""

from __future__ import annotations

from pathlib import Path

from fretsaw.errors import RepoError
from fretsaw.repo.git.program import Git, environment, find_git

_AUTHOR = {
    "GIT_AUTHOR_NAME": "demo",
    "GIT_AUTHOR_EMAIL": "demo@example.invalid",
    "GIT_COMMITTER_NAME": "demo",
    "GIT_COMMITTER_EMAIL": "demo@example.invalid",
}


def create(folder: Path, message: str = "base") -> None:
    """Initialise a repository in `folder` and commit all that lies in it. RepoError when it is one already."""
    if (folder / ".git").exists():
        raise RepoError(f"{folder} is already a repository")
    git = Git(find_git(folder.resolve()), folder, environment(**_AUTHOR))
    git.out("init", "--quiet", "--initial-branch=main")
    git.out("add", "--all", "--force")
    git.out("commit", "--quiet", "--no-verify", "--message", message)
