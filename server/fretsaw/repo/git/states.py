"""Find the two states of a repository that are to be compared: commits, the index, the worktree."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from fretsaw.errors import RepoError, UsageError
from fretsaw.repo.repository import Repo

INDEX, WORKTREE = ":index", ":worktree"
"""States that are no commits; no revision is written like this."""

_EMPTY_TREES = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
_RANGE = re.compile(r"(?P<first>[^\s.][^\s]*?)?(?P<dots>\.{2,3})(?P<last>[^\s.][^\s]*)?")


@dataclass(frozen=True, slots=True)
class States:
    """The two states to compare."""

    title: str
    before: str
    """The id of a commit or of the empty tree."""
    after: str
    """Such an id, `INDEX` or `WORKTREE`."""
    message: str = ""
    """The message of the commit, of a range all of them."""


def find_states(
    repo: Repo, *, staged: bool = False, commit: str | None = None, span: str | None = None, since: str | None = None
) -> States:
    """The states that the options name; without any the worktree against HEAD. UsageError for an unknown revision."""
    empty = empty_tree(repo)
    head = repo.head or empty
    if staged:
        return States("what is staged", head, INDEX)
    if commit is not None:
        after = _revision(repo, commit)
        first, is_merge = _parent(repo, after, empty)
        note = ", against its first parent" if is_merge else ""
        return States(f"commit {after[:12]}{note}", first, after, _messages(repo, "-1", after))
    if span is not None:
        return _span(repo, span)
    if since is not None:
        before = _revision(repo, since)
        title = f"the working tree since {before[:12]}"
        return States(title, before, WORKTREE, _messages(repo, f"{before}..{repo.head}") if repo.head else "")
    against = "HEAD" if repo.head else "no commit yet"
    return States(f"the working tree against {against}", head, WORKTREE)


def empty_tree(repo: Repo) -> str:
    """The id of the tree without a file."""
    return _EMPTY_TREES[repo.object_format]


def with_commit_index(repo: Repo) -> Repo:
    """The same repository with the index of the commit that is being made, where git runs us as its hook.

    `git commit -a` and `git commit PATH` have an index of their own, which only the hook's environment names.
    """
    named = os.environ.get("GIT_INDEX_FILE")
    if not named:
        return repo
    index = Path(repo.root, named).resolve()
    if not index.is_file() or not index.is_relative_to(repo.git_dir.resolve()):
        return repo
    return replace(repo, git=repo.git.having(GIT_INDEX_FILE=str(index)))


def hooks_folder(repo: Repo) -> Path:
    """The folder where git looks for hooks by the user's configuration; of husky the one that a person writes to."""
    for level in ("--local", "--global"):  # our own setting switches hooks off
        named = repo.git.line("config", level, "--path", "--get", "core.hooksPath")
        if named:
            folder = Path(repo.root, named)
            return folder.parent if folder.name == "_" and folder.parent.name == ".husky" else folder
    return repo.common_dir / "hooks"


def is_range(text: str) -> bool:
    """Tell whether a text is written like a range of revisions: `A..B`, `A...B`, one side left out for HEAD."""
    found = _RANGE.fullmatch(text)
    return found is not None and (found["first"] or found["last"]) is not None and "/../" not in f"/{text}/"


def _span(repo: Repo, span: str) -> States:
    found = _RANGE.fullmatch(span)
    if found is None or not is_range(span):
        raise UsageError(f"{span!r} is not a range of commits", hint="write it as `main..HEAD` or `main...topic`")
    first, last = (_revision(repo, found[side] or "HEAD") for side in ("first", "last"))
    before = first
    if found["dots"] == "...":
        base = repo.git.line("merge-base", first, last)
        if not base:
            raise RepoError(f"{span}: the two commits have no common ancestor", hint="write `A..B` to compare the two")
        before = base.split("\n")[0]
    return States(f"{before[:12]}..{last[:12]}", before, last, _messages(repo, f"{before}..{last}"))


def _revision(repo: Repo, name: str) -> str:
    found = repo.git.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if not found:
        raise UsageError(f"there is no commit {name!r} here", hint="see `git log --oneline`")
    return found


def _parent(repo: Repo, commit: str, empty: str) -> tuple[str, bool]:
    """The first parent of a commit, and whether it has more. RepoError where a shallow clone ends with it."""
    parents = (repo.git.line("rev-list", "--parents", "-1", commit) or commit).split()[1:]
    if parents:
        return parents[0], len(parents) > 1
    body = repo.git.out("cat-file", "commit", commit)
    if b"\nparent " in body.partition(b"\n\n")[0]:
        raise RepoError(f"the parent of {commit[:12]} is not in this shallow clone", hint="run `git fetch --deepen 1`")
    return empty, False


def _messages(repo: Repo, *which: str) -> str:
    return repo.git.out("log", "--format=%B", "--no-show-signature", "-n", "50", *which).decode("utf-8", "replace")
