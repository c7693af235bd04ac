"""Reads commits and makes one, through GitPython: the only module that imports it, and only when it is called.

GitPython is given a git folder of our own that borrows the repository's objects, so it
reads no configuration of the repository and can run no hook; it writes loose objects and nothing else.
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fretsaw.errors import FretsawError, RepoError
from fretsaw.repo.git.committer import person, signing_environment
from fretsaw.repo.git.program import killed
from fretsaw.repo.git.store import GitStore, private_store
from fretsaw.repo.repository import Repo

if TYPE_CHECKING:
    import git

_LOCK = threading.RLock()


@dataclass(frozen=True, slots=True)
class Committed:
    """A file as a commit has it."""

    mode: str
    blob: str
    data: bytes


class History:
    """The objects of a repository, open."""

    def __init__(self, repo: Repo, store: GitStore, objects: git.Repo) -> None:
        self._repo = repo
        self._store = store
        self._objects = objects

    def files(self, commit: str | None, paths: Iterable[str]) -> dict[str, Committed]:
        """Those of `paths` that a commit has as regular files; none for None. RepoError when an object is missing."""
        if commit is None:
            return {}
        found = {}
        try:
            tree = self._objects.commit(commit).tree
            for path in paths:
                try:
                    item = tree.join(path)
                except KeyError:
                    continue
                if item.type == "blob":
                    found[path] = Committed(f"{item.mode:o}", item.hexsha, item.data_stream.read())
        except (ValueError, OSError) as error:
            # GitPython takes a `git cat-file` that died for a repository of another owner, and says so in eight lines.
            why = "git cat-file ended early; try again" if "SHA is empty" in str(error) else str(error)
            raise RepoError(f"commit {commit[:12]} cannot be read: {why}") from None
        return found

    def commit(
        self, parent: str | None, files: Mapping[str, tuple[str, bytes] | None], message: str, sign: bool = False
    ) -> tuple[str, dict[str, tuple[str, str]]]:
        """Make a commit of `parent` with these files (mode, bytes; None: gone); its id and path → (mode, blob)."""
        entries = {path: (image[0], self._blob(image[1])) for path, image in files.items() if image is not None}
        tree = self._tree(parent, files, entries)
        make = self._signed_commit if sign else self._commit
        return make(parent, tree, message), entries

    def _blob(self, data: bytes) -> str:
        from gitdb import IStream  # type: ignore[import-untyped]

        stored = self._objects.odb.store(IStream("blob", len(data), io.BytesIO(data)))
        return str(stored.hexsha.decode())

    def _tree(self, parent: str | None, files: Iterable[str], entries: Mapping[str, tuple[str, str]]) -> str:
        """A tree like the parent's but for these files; built in the store's own index."""
        if parent is not None:
            self._store.git.out("read-tree", "--end-of-options", parent)
        gone = {path: ("0", "0" * 40) for path in files if path not in entries}
        self._store.set_index({**entries, **gone})
        return os.fsdecode(self._store.git.out("write-tree", "--missing-ok")).strip()

    def _commit(self, parent: str | None, tree: str, message: str) -> str:
        from git import Actor, Commit

        author, authored = person(self._repo, "GIT_AUTHOR_IDENT")
        committer, committed = person(self._repo, "GIT_COMMITTER_IDENT")
        made = Commit.create_from_tree(
            self._objects,
            tree,
            message,
            parent_commits=[self._objects.commit(parent)] if parent else [],
            head=False,
            author=Actor(*author),
            committer=Actor(*committer),
            author_date=authored,
            commit_date=committed,
        )
        return made.hexsha

    def _signed_commit(self, parent: str | None, tree: str, message: str) -> str:
        """The same commit, made and signed by git itself. RepoError with git's reason where it cannot be signed."""
        env = signing_environment(self._repo)
        for role in ("AUTHOR", "COMMITTER"):
            (name, email), date = person(self._repo, f"GIT_{role}_IDENT")
            env |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": email, f"GIT_{role}_DATE": date}
        parents = ("-p", parent) if parent else ()
        done = self._repo.git.run("commit-tree", "-S", *parents, "-F", "-", tree, stdin=message.encode(), env=env)
        if done.code != 0:
            raise RepoError(
                f"the commit could not be signed: {done.reason}",
                hint="`git config --global --get-regexp '^(gpg|user)\\.'` shows how git signs; or omit --sign",
            )
        return os.fsdecode(done.out).strip()


@contextmanager
def open_history(repo: Repo) -> Iterator[History]:
    """The objects of a repository, to read and to add to. RepoError for a SHA-256 one, which GitPython cannot read."""
    if repo.object_format != "sha1":
        raise RepoError(
            "Fretsaw cannot commit in a SHA-256 repository",
            hint="use --apply worktree and commit yourself",
        )
    objects = repo.common_dir / "objects"
    with _errors_in_words(), private_store(repo.git.exe, "sha1", objects) as store:
        with _variables_of_ours(repo.git.exe):
            opened = _opened(store, str(objects))
        try:
            yield History(repo, store, opened)
        finally:
            opened.close()


@contextmanager
def _errors_in_words() -> Iterator[None]:
    """RepoError for a git that GitPython started and that failed or was killed."""
    try:
        yield
    except FretsawError:
        raise
    except Exception as error:
        from git.exc import GitCommandError

        if not isinstance(error, GitCommandError):
            raise
        command = next((str(word) for word in error.command[1:] if not str(word).startswith("-")), "")
        if isinstance(error.status, int) and error.status < 0:
            raise killed(command, -error.status) from None
        raise RepoError(f"git {command} failed: {error.status}", hint="run `agent doctor`") from None


def _opened(store: GitStore, objects: str) -> git.Repo:
    """GitPython on our store: its reads and writes go to `objects`, the processes it starts see our variables."""
    import git

    class Objects(git.GitCmdObjectDB):
        def __init__(self, _path: str, call: git.Git) -> None:
            super().__init__(objects, call)

    class Call(git.Git):
        def execute(self, *args: Any, **kwargs: Any) -> Any:
            with _variables_of_ours(store.git.exe):
                return super().execute(*args, **kwargs)

    class Opened(git.Repo):
        GitCommandWrapperType = Call

    opened = Opened(store.folder, odbt=Objects, expand_vars=False)
    opened.git.update_environment(**store.git.env)
    return opened


@contextmanager
def _variables_of_ours(exe: str) -> Iterator[None]:
    """GitPython obeys the `GIT_*` of the process when it opens a repository, and runs the first git of the PATH when it
    is imported unless it is told which one to take. So it sees ours for that moment, and nobody else's.
    """
    with _LOCK:
        theirs = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("GIT_")}
        ours = {"GIT_PYTHON_GIT_EXECUTABLE": exe, "GIT_PYTHON_REFRESH": "quiet"}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name in ours:
                os.environ.pop(name, None)
            os.environ.update(theirs)
