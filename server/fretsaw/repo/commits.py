"""Plans a commit of a patch: what it holds, which branch gets it, which index entries follow. Changes no file.

It does write objects: they mean nothing until a branch names them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.policy.file_names import INVISIBLE
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import ConflictError, RepoError
from fretsaw.repo.git.history import Committed, History, open_history
from fretsaw.repo.git.refs import wait_for_index
from fretsaw.repo.git.snapshot import index_entries
from fretsaw.repo.git.trial import encode, file_bytes, mode_after
from fretsaw.repo.journal import IndexMove, Plan, RefMove
from fretsaw.repo.repository import Repo


def commit_plan(
    repo: Repo, snapshot: Snapshot, patch: PatchSet, plan: Plan, message: str, branch: str | None, sign: bool
) -> tuple[Plan, str]:
    """The plan with its branch and index moves, and the commit's id; `sign`: as the user's own configuration says.

    RepoError when the user's uncommitted text would be committed with it, or the branch cannot be had;
    ConflictError when HEAD moved.
    """
    if repo.head != snapshot.base:
        raise ConflictError("HEAD moved since the patch was made", hint="try again")
    ref = _new_branch(repo, branch or f"fretsaw/{plan.run or plan.tx}") if plan.how == "branch" else _current(repo)
    with open_history(repo) as history:
        before = history.files(repo.head, patch.paths)
        files = _files(patch, snapshot, before)
        if plan.how == "commit":
            _refuse_staged(repo, patch, before)
        commit, entries = _commit(history, repo, files, message, sign)
    move = RefMove(ref, None if plan.how == "branch" else repo.head, commit)
    index = tuple(
        IndexMove(path, (before[path].mode, before[path].blob) if path in before else None, entries.get(path))
        for path in patch.paths
    )
    return replace(plan, move=move, index=index if plan.how == "commit" else ()), commit


def _commit(
    history: History, repo: Repo, files: dict[str, tuple[str, bytes] | None], message: str, sign: bool
) -> tuple[str, dict[str, tuple[str, str]]]:
    try:
        return history.commit(repo.head, files, clean_message(message), sign)
    except OSError as error:
        raise RepoError(f"the commit cannot be written: {error}") from None


def clean_message(message: str) -> str:
    """A commit message without what a terminal would obey or not show; a model may have had a hand in it."""
    plain = message.replace("\r\n", "\n").encode("utf-8", "replace").decode()
    plain = INVISIBLE.sub("", re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", plain)).strip()
    return f"{plain or 'Apply a change'}\n"


def _current(repo: Repo) -> str:
    """Full name of the branch that HEAD is on."""
    if repo.branch is None:
        raise RepoError("HEAD is detached", hint="use --apply branch --branch NAME")
    wait_for_index(repo)
    return f"refs/heads/{repo.branch}"


def _new_branch(repo: Repo, name: str) -> str:
    """Full name of a branch that does not exist yet. RepoError when it does, or git would not have the name."""
    ref = f"refs/heads/{name}"
    if name.startswith("-") or repo.git.run("check-ref-format", ref).code != 0 or name == "HEAD":
        raise RepoError(f"{name!r} is not a valid branch name", hint="give another --branch NAME")
    if repo.git.line("rev-parse", "--verify", "--quiet", "--end-of-options", ref) is not None:
        raise RepoError(f"the branch {name} exists already", hint="give another --branch NAME")
    return ref


def _files(patch: PatchSet, snapshot: Snapshot, before: dict[str, Committed]) -> dict[str, tuple[str, bytes] | None]:
    """Collect the commit's content at each path of the patch. RepoError when a file has text that is not committed."""
    files: dict[str, tuple[str, bytes] | None] = {}
    dirty = []
    for file in patch.files:
        committed = before.get(file.path)
        text = _after(file, committed, snapshot)
        if text and committed is None and b"\r\n" in text and snapshot.new_file_ends(file.path).stored_as_lf:
            text = text.replace(b"\r\n", b"\n")
        if text is None:
            dirty.append(file.path)
        elif file.after is None:
            files[file.path] = None
        else:
            mode = committed.mode if committed is not None and file.mode is None else mode_after(file, snapshot)
            files[file.path] = (mode, text)
    if dirty:
        raise RepoError(
            f"these files have uncommitted changes, which would be committed too: {', '.join(dirty)}",
            hint="commit them first, or use --apply worktree",
        )
    return files


def _after(file: FilePatch, committed: Committed | None, snapshot: Snapshot) -> bytes | None:
    """Bytes for the commit (empty for a deletion), None when the patch was not made against what is committed.

    Where git converts line endings the worktree has CRLF and the commit LF; that is no change of the user's.
    """
    before = None if file.before is None else _kept_by_git(snapshot, file.path, file.before)
    after = b"" if file.after is None else _kept_by_git(snapshot, file.path, file.after)
    if before is None or committed is None:
        return after if before is None and committed is None else None
    if before == committed.data:
        return after
    if before.replace(b"\r\n", b"\n") == committed.data:
        return after.replace(b"\r\n", b"\n")
    return None


def _kept_by_git(snapshot: Snapshot, path: str, text: str) -> bytes:
    """The bytes of a text in git: UTF-8 where git converts the file at checkout, else as on the disk."""
    encoding = snapshot.encoding(path)
    if encoding is not None and encoding.stored_as_utf8:
        return encode(text)
    return file_bytes(snapshot, path, text)


def _refuse_staged(repo: Repo, patch: PatchSet, before: dict[str, Committed]) -> None:
    """RepoError when a touched path is staged otherwise than HEAD has it."""
    staged = {entry.path: (entry.mode, entry.blob) for entry in index_entries(repo, "--", *patch.paths)}
    committed = {path: (item.mode, item.blob) for path, item in before.items()}
    differing = [path for path in patch.paths if staged.get(path) != committed.get(path)]
    if differing:
        raise RepoError(
            f"these files have staged changes: {', '.join(differing)}",
            hint="commit or unstage them first, or use --apply worktree",
        )
