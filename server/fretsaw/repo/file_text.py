"""The text of one file of a worktree as a snapshot has it, without taking one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from fretsaw.core.text.disk_encodings import by_bytes
from fretsaw.errors import RepoError
from fretsaw.repo.discover import open_repo
from fretsaw.repo.git.program import user_git_file
from fretsaw.repo.git.snapshot import Attributes, Entry, Reader

_NAME = b"working-tree-encoding"


def file_text(root: Path, path: str) -> str | None:
    """The text of a file below a worktree's folder, in the encoding that git's attributes or its bytes tell; None where
    there is none.

    git is started only where an attributes file on the way speaks of encodings.
    """
    full = root / path
    try:
        if not full.is_file() or full.is_symlink():
            return None
        told = [name for name in _attributes_files(path) if _holds(root / name, _NAME)]
        # A linked worktree has the clone's attributes and configuration elsewhere; git knows where.
        if told or (root / ".git").is_file() or _may_user_speak(root):
            repo = open_repo(root)
            entries = [Entry(name, "", "", 0, "") for name in told]
            return Reader(repo, Attributes(repo, entries))(path)
        data = full.read_bytes()
    except (OSError, RepoError):
        return None
    encoding = by_bytes(data)
    return encoding.decode(data) if encoding else data.decode("utf-8", "surrogateescape")


def _attributes_files(path: str) -> Iterator[str]:
    """Yield the attributes files that hold for a path: `.gitattributes`, `src/.gitattributes`, those of the clone."""
    folders = path.split("/")[:-1]
    for depth in range(len(folders) + 1):
        yield "/".join([*folders[:depth], ".gitattributes"])
    yield ".git/info/attributes"


def _may_user_speak(root: Path) -> bool:
    """Tell whether the user's own attributes may speak of encodings; a configuration may name another file of them."""
    configs = [root / ".git/config", user_git_file("config", os.environ), Path.home() / ".gitconfig"]
    names_file = any(_holds(file, b"attributesfile") or _holds(file, b"[include") for file in filter(None, configs))
    usual = user_git_file("attributes", os.environ)
    return names_file or (usual is not None and _holds(usual, _NAME))


def _holds(file: Path, word: bytes) -> bool:
    return file.is_file() and word in file.read_bytes().lower()
