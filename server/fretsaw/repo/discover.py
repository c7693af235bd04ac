"""Finds and opens the repository that a path lies in, or says why it cannot be worked with. Changes nothing.

The folder is looked for here rather than by git, so that a bare repository that
lies inside a worktree (and whose configuration its author chose) is never taken for the repository.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from fretsaw.errors import RepoError
from fretsaw.repo.git.pipes import OF_RECORDS, refuse_pipes
from fretsaw.repo.git.program import Git, check_version, environment, find_git, with_own_settings
from fretsaw.repo.repository import Repo

OPERATIONS = (
    ("MERGE_HEAD", "merge"),
    ("rebase-merge", "rebase"),
    ("rebase-apply/applying", "am"),
    ("rebase-apply", "rebase"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("sequencer", "cherry-pick"),
    ("BISECT_LOG", "bisect"),
)
"""Files in the git folder while git waits for the user, and the command that each belongs to."""


def open_repo(path: Path | str) -> Repo:
    """The repository whose worktree `path` (a file or a folder) lies in. RepoError with git's own reason if not."""
    root = _find_root(Path(path))
    refuse_pipes(root / ".git" / name for name in OF_RECORDS)
    refuse_pipes([root / ".git"])
    exe = find_git(root)
    ceiling = str(root.parent)
    found = Git(exe, root, environment(GIT_CEILING_DIRECTORIES=ceiling))
    check_version(found)
    git_dir, common_dir, object_format, shallow = _places(found, root)
    refuse_pipes(folder / name for folder in {git_dir, common_dir} for name in OF_RECORDS)
    git = with_own_settings(found.having(GIT_DIR=str(git_dir), GIT_WORK_TREE=str(root)))
    branch, head = _head(git)
    return Repo(
        root=root,
        git_dir=git_dir,
        common_dir=common_dir,
        head=head,
        branch=branch,
        operation=operation(git_dir),
        object_format="sha256" if object_format == "sha256" else "sha1",
        shallow=shallow,
        git=git,
    )


def reopened(repo: Repo) -> Repo:
    """The same repository with head, branch and operation as they are now."""
    branch, head = _head(repo.git)
    return replace(repo, branch=branch, head=head, operation=operation(repo.git_dir))


def operation(git_dir: Path) -> str | None:
    """The operation that waits for the user in this worktree, None when there is none."""
    return next((name for mark, name in OPERATIONS if os.path.lexists(git_dir / mark)), None)


def _find_root(path: Path) -> Path:
    """The nearest folder at or above `path` with a `.git` in it."""
    try:
        start = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise RepoError(f"{path} cannot be opened: {getattr(error, 'strerror', None) or error}") from None
    if "\n" in str(start):
        raise RepoError("the path of the repository contains a line break", hint="rename the folder")
    for folder in (start, *start.parents):
        if os.path.lexists(folder / ".git"):
            return folder
        if folder.name == ".git":
            raise RepoError(f"{path} is inside a .git folder", hint="go to the worktree of the repository")
    raise RepoError(f"{path} is not in a git repository", hint="run `git init` and commit, or go to a repository")


def _places(git: Git, root: Path) -> tuple[Path, Path, str, bool]:
    """Git folder, common folder, object format, shallow: asked with git's own check of the owner in force."""
    asked = ("--is-bare-repository", "--show-object-format", "--is-shallow-repository", "--absolute-git-dir")
    done = git.run("rev-parse", *asked, "--git-common-dir", "--show-toplevel")
    lines = os.fsdecode(done.out).splitlines()
    if lines[:1] == ["true"]:
        raise RepoError(f"{root} is a bare repository", hint="go to a clone that has a worktree")
    if done.code != 0 or len(lines) != 6:
        raise _refused(git, root, done.err.decode("utf-8", "replace"), done.reason)
    _, object_format, shallow, git_dir, common, top = lines
    if Path(top).resolve() != root:
        raise RepoError(f"git works in {top}, not in {root}", hint=f"core.worktree is set; go to {top}")
    dot_git = root / ".git"
    if dot_git.is_symlink() and not dot_git.resolve().is_relative_to(root):
        raise RepoError(
            f"{dot_git} is a symbolic link to {dot_git.resolve()}", hint="open the repository that it belongs to"
        )
    return Path(git_dir), Path(root, common).resolve(), object_format, shallow == "true"


def _refused(git: Git, root: Path, said: str, reason: str) -> RepoError:
    """Git's refusal in our words; the hint is the one thing that helps."""
    if "dubious ownership" in said:
        return RepoError(
            f"git does not trust {root}: it belongs to another user",
            hint=f"to trust it: git config --global --add safe.directory {root}",
        )
    if "extension" in said or "repo version" in said or "repositoryformatversion" in said:
        return RepoError(f"this git cannot read the repository: {reason}", hint="install a newer git")
    if any(words in said for words in ("not a git repository", "safe.bareRepository", "invalid gitfile")):
        return RepoError(f"{root / '.git'} is not a git repository", hint="repair it or run `git init`")
    return RepoError(f"{root} cannot be opened: {reason}", hint=f"see `git -C {root} status` ({git.exe})")


def _head(git: Git) -> tuple[str | None, str | None]:
    """(branch or None, commit or None). RepoError when HEAD names a commit that is not there."""
    both = git.run("rev-parse", "HEAD^{commit}", "--symbolic-full-name", "HEAD")
    if both.code == 0:
        commit, name = os.fsdecode(both.out).splitlines()
        return (name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else None), commit
    ref = git.line("symbolic-ref", "--quiet", "HEAD")
    branch = ref.removeprefix("refs/heads/") if ref else None
    named = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD")
    if named.code == 0 or branch is None or _is_broken(git, ref or ""):
        raise RepoError("HEAD names a commit that cannot be read", hint="run `git fsck`")
    return branch, None


def _is_broken(git: Git, ref: str) -> bool:
    """Return True if the branch of HEAD exists although no commit can be read from it (an unborn one does not
    exist)."""
    listed = git.run("for-each-ref", "--format=%(refname)", "--", ref)
    return bool(listed.out.strip()) or listed.code != 0 or b"broken" in listed.err
