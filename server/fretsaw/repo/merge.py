"""Merge texts as git would, and patches with what their files have become since. Changes nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fretsaw.core.patch.derive import derive
from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.snapshot import Snapshot
from fretsaw.repo.git.program import Git, environment


def merge_bytes(exe: str, now: bytes, base: bytes, other: bytes) -> bytes | None:
    """`now` with the change from `base` to `other` in it, None when that conflicts."""
    with tempfile.TemporaryDirectory(prefix="fretsaw-") as folder:
        for name, data in (("now", now), ("base", base), ("other", other)):
            Path(folder, name).write_bytes(data)
        git = Git(exe, Path(folder), environment(GIT_CEILING_DIRECTORIES=str(Path(folder).parent)))
        done = git.run("merge-file", "-p", "-q", "now", "base", "other")
    return done.out if done.code == 0 else None


def follow_files(exe: str, patch: PatchSet, now: Snapshot) -> tuple[PatchSet, tuple[str, ...]]:
    """The patch against the files as they are now, and the paths that were edited since it was made.

    A file whose own lines were changed keeps its patch: whoever delivers it finds the conflict.
    """
    files: list[FilePatch] = []
    followed: list[str] = []
    for file in patch.files:
        text = now.read(file.path) if file.path in now.paths else None
        if file.before is None or file.after is None or text is None or text == file.before:
            files.append(file)
            continue
        merged = merge_texts(exe, text, file.before, file.after)
        if merged is None:
            files.append(file)
            continue
        followed.append(file.path)
        new = derive(file.path, text, merged, file.mode)
        files += [new] if new is not None else []
    return PatchSet(tuple(files)), tuple(followed)


def merge_texts(exe: str, now: str, base: str, other: str) -> str | None:
    """`now` with the change from `base` to `other` in it, None when that conflicts."""
    merged = merge_bytes(exe, *(text.encode("utf-8", "surrogateescape") for text in (now, base, other)))
    return None if merged is None else merged.decode("utf-8", "surrogateescape")
