"""Lets unidiff read a patch and git apply it in a store of our own; both must agree with the core, byte for byte.

Nothing is read from it and nothing is written to it.
"""

from __future__ import annotations

from typing import TypeAlias

from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.patch.render import render
from fretsaw.core.patch.reread import reread
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import FretsawError, NoPatchError, RepoError
from fretsaw.repo.git.snapshot import ignored
from fretsaw.repo.git.store import GitStore, blob_id, private_store
from fretsaw.repo.repository import Repo

Tree: TypeAlias = dict[str, tuple[str, str]]
"""path → (mode, blob)."""

REGULAR = ("100644", "100755")


def trial(repo: Repo, snapshot: Snapshot, patch: PatchSet) -> None:
    """Nothing when unidiff and git make of the rendered patch what the core says; FretsawError (our bug) when not.

    NoPatchError when a file would be created that the repository's ignore rules hide, or a text has no bytes.
    """
    if not patch:
        return
    problem = reread(patch)
    if problem is not None:
        raise _bug(problem)
    created = [file.path for file in patch.files if file.op == "create"]
    if created and (hidden := ignored(repo, created)):
        raise NoPatchError(f"the patch creates files that .gitignore hides: {', '.join(sorted(hidden))}")
    try:
        with private_store(repo.git.exe, repo.object_format) as store:
            _try(store, snapshot, patch)
    except OSError as error:
        raise RepoError(
            f"the patch could not be tried in a temporary folder: {error.strerror}",
            hint="make room there, or set TMPDIR",
        ) from None


def _try(store: GitStore, snapshot: Snapshot, patch: PatchSet) -> None:
    base = _base(store, snapshot, patch)
    if base:
        store.set_index(base)
    rendered = encode(render(patch))
    done = store.git.run("apply", "--cached", "--whitespace=nowarn", "-p1", "-", stdin=rendered)
    if done.code != 0:
        raise _bug(f"git does not take the patch: {done.reason}")
    _compare(_wanted(store, snapshot, patch), store.index())


def encode(text: str) -> bytes:
    """The bytes of a text, as they were before it was decoded. NoPatchError when it holds half a character."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        found = f"U+{ord(text[error.start]):04X}"
        raise NoPatchError(f"the patch has {found}, invalid in UTF-8") from None


def file_bytes(snapshot: Snapshot, path: str, text: str) -> bytes:
    """The bytes of a path's text on the disk. NoPatchError when its encoding does not have one of the signs."""
    try:
        return encode(snapshot.on_disk(path, text))
    except UnicodeEncodeError as error:
        found, encoding = f"U+{ord(text[error.start]):04X}", snapshot.encoding(path)
        codec = encoding.codec if encoding is not None else error.encoding
        raise NoPatchError(f"the patch has {found}, which {path}'s encoding {codec} lacks") from None


def mode_before(file: FilePatch, snapshot: Snapshot) -> str:
    """The git mode of a file that a patch changes."""
    if file.mode is not None:
        return file.mode[0]
    return "100755" if file.path in snapshot.executable else "100644"


def mode_after(file: FilePatch, snapshot: Snapshot) -> str:
    """The git mode that it has afterwards; a new file is not executable unless that was asked for."""
    return file.mode[1] if file.mode is not None else mode_before(file, snapshot)


def _base(store: GitStore, snapshot: Snapshot, patch: PatchSet) -> Tree:
    return {
        file.path: (mode_before(file, snapshot), store.add_blob(encode(file.before)))
        for file in patch.files
        if file.before is not None
    }


def _wanted(store: GitStore, snapshot: Snapshot, patch: PatchSet) -> Tree:
    return {
        file.path: (mode_after(file, snapshot), blob_id(encode(file.after), store.object_format))
        for file in patch.files
        if file.after is not None
    }


def _compare(wanted: Tree, found: Tree) -> None:
    """Raise unless both are the same and hold nothing but regular files."""
    for path in sorted(wanted.keys() | found.keys()):
        if wanted.get(path) != found.get(path):
            raise _bug(f"git and the core disagree on {path}: {found.get(path)} is not {wanted.get(path)}")
        if found[path][0] not in REGULAR:
            raise _bug(f"{path} would not be a regular file: {found[path][0]}")


def _bug(message: str) -> FretsawError:
    return FretsawError(f"{message}", hint="this is a bug in Fretsaw, please report the run")
