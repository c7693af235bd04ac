"""Read where a repository came from. Nothing is fetched."""

from __future__ import annotations

from fretsaw.repo.repository import Repo


def origin_url(repo: Repo) -> str | None:
    """The URL of the remote `origin` as the user's configuration has it, None where there is none."""
    return repo.git.line("config", "--get", "remote.origin.url") or None


def has_commit(repo: Repo, commit: str) -> bool:
    """Tell whether a commit is in the repository here."""
    return repo.git.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}") == commit
