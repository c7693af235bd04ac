"""A git folder of our own: objects that we write ourselves, an index, no configuration but ours, no hooks.

What it shall know of it is handed in as bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fretsaw.repo.git.program import Git, private_environment

_ATTRIBUTES = "* -filter -diff -merge -ident -text -eol -working-tree-encoding\n"


@dataclass(frozen=True, slots=True)
class GitStore:
    """The private folder and how git is called in it."""

    folder: Path
    git: Git
    object_format: Literal["sha1", "sha256"]

    def add_blob(self, data: bytes) -> str:
        """Write an object; its id."""
        name = blob_id(data, self.object_format)
        target = self.folder / "objects" / name[:2] / name[2:]
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(zlib.compress(b"blob %d\0" % len(data) + data, 1))
        return name

    def set_index(self, entries: Mapping[str, tuple[str, str]]) -> None:
        """Make the index hold exactly these: path → (mode, blob)."""
        lines = b"".join(
            f"{mode} {blob}\t".encode() + os.fsencode(path) + b"\0" for path, (mode, blob) in entries.items()
        )
        self.git.out("update-index", "-z", "--index-info", stdin=lines)

    def index(self) -> dict[str, tuple[str, str]]:
        """Read the index: path → (mode, blob)."""
        held = {}
        for line in os.fsdecode(self.git.out("ls-files", "-z", "--stage")).split("\0"):
            if line:
                head, _, path = line.partition("\t")
                mode, blob, _ = head.split(" ")
                held[path] = (mode, blob)
        return held


def blob_id(data: bytes, object_format: Literal["sha1", "sha256"]) -> str:
    """The id that git gives to these bytes."""
    return hashlib.new(object_format, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@contextmanager
def private_store(
    exe: str, object_format: Literal["sha1", "sha256"], objects: Path | None = None
) -> Iterator[GitStore]:
    """A fresh store in a temporary folder, gone afterwards.

    With `objects` (a repository's objects folder) git reads and writes objects there instead.
    """
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a private folder in it
    in_memory = memory.is_dir() and os.access(memory, os.W_OK | os.X_OK)  # 30 ms less than a disk for a trial
    folder = Path(tempfile.mkdtemp(prefix="fretsaw-", dir=memory if in_memory else None))
    try:
        _lay_out(folder, object_format)
        env = private_environment(folder, GIT_INDEX_FILE=str(folder / "index"))
        if objects is not None:
            env["GIT_OBJECT_DIRECTORY"] = str(objects)
        yield GitStore(folder, Git(exe, folder, env), object_format)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lay_out(folder: Path, object_format: str) -> None:
    """Make what `git init --bare` makes, without its template and without a process."""
    for name in ("objects/info", "refs/heads", "info"):
        (folder / name).mkdir(parents=True)
    extension = "\trepositoryformatversion = 0\n"
    if object_format == "sha256":
        extension = "\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = sha256\n[core]\n"
    (folder / "config").write_text(f"[core]\n{extension}\tbare = true\n")
    (folder / "HEAD").write_text("ref: refs/heads/trial\n")
    (folder / "info/attributes").write_text(_ATTRIBUTES)
