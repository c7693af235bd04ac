"""Read the texts of two states: blobs all at once, the worktree file by file, and why there is none of a path."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fretsaw.core.policy import is_secret
from fretsaw.repo.git.line_ends import line_ends
from fretsaw.repo.git.snapshot import LARGEST
from fretsaw.repo.git.states import WORKTREE, States
from fretsaw.repo.journal import folders
from fretsaw.repo.journal.safe_read import read_beneath
from fretsaw.repo.repository import Repo

REGULAR = ("100644", "100755")
_KINDS = {"120000": "a symbolic link", "160000": "a submodule"}


class Row(NamedTuple):
    """One path of `git diff --raw`, or an untracked one."""

    path: str
    old_path: str
    modes: tuple[str, str]
    blobs: tuple[str, str]
    status: str


def odd_row(row: Row) -> str:
    """The reason why a path is not looked at, as far as git's list tells."""
    if row.status == "U":
        return "unmerged: resolve it first"
    odd = next((mode for mode in row.modes if mode not in (*REGULAR, "000000")), "")
    if odd:
        return _KINDS.get(odd, f"of the mode {odd}")
    return "its name says that it holds secrets" if is_secret(row.path) else ""


class Texts:
    """The texts of the two states, and why there are none of a path."""

    def __init__(self, repo: Repo, states: States) -> None:
        self._repo = repo
        self._states = states
        self._blobs: dict[str, bytes | str] = {}
        self._disk: dict[str, str | None] = {}
        self.problems: dict[str, str] = {}

    def load(self, rows: Iterable[Row]) -> None:
        """Read the blobs of these rows at once: a process a file would take minutes."""
        fit = [row for row in rows if not odd_row(row)]
        ids = [row.blobs[0] for row in fit] + [row.blobs[1] for row in fit if self._states.after != WORKTREE]
        wanted = [name for name in dict.fromkeys(ids) if name.strip("0") and name not in self._blobs]
        if not wanted:
            return
        listed = "\n".join(wanted).encode() + b"\n"
        checked = self._repo.git.out("cat-file", "--batch-check", stdin=listed).decode().splitlines()
        small = []
        for name, line in zip(wanted, checked, strict=True):
            size = line.rpartition(" ")[2]
            if not size.isdigit():
                self._blobs[name] = "its text is not in this clone"
            elif int(size) > LARGEST:
                self._blobs[name] = f"larger than {LARGEST // 1000:,} kB"
            else:
                small.append(name)
        out = self._repo.git.out("cat-file", "--batch", stdin="\n".join(small).encode() + b"\n") if small else b""
        at = 0
        for name in small:
            end = out.index(b"\n", at)
            count = int(out[at:end].rpartition(b" ")[2])
            self._blobs[name] = out[end + 1 : end + 1 + count]
            at = end + 2 + count

    def before(self, row: Row) -> str | None:
        """The text before, None where there is none."""
        return self._of_blob(row.path, row.blobs[0]) if row.modes[0] in REGULAR else None

    def after(self, row: Row) -> str | None:
        """The text after, None where there is none."""
        if row.modes[1] not in REGULAR:
            return None
        return self.on_disk(row.path) if self._states.after == WORKTREE else self._of_blob(row.path, row.blobs[1])

    def on_disk(self, path: str) -> str | None:
        """The text in the worktree, read once."""
        if path not in self._disk:
            self._disk[path] = self._read(path)
        return self._disk[path]

    def as_on_disk(self, path: str, before: str, after: str) -> str:
        """The text before with the line ends that a checkout gives it, where git converts them."""
        if self._states.after != WORKTREE or "\r\n" not in after or "\r\n" in before:
            return before
        ends = line_ends(self._repo, path)
        return before.replace("\n", "\r\n") if ends is not None and ends.stored_as_lf else before

    def _read(self, path: str) -> str | None:
        try:
            root = folders.FOLDERS.open_top(str(self._repo.root))
            try:
                image = read_beneath(root, path)
            finally:
                folders.FOLDERS.close(root)
        except OSError as error:
            self.problems[path] = f"it cannot be read: {error.strerror}"
            return None
        if image is None:
            self.problems[path] = "it went away while it was looked at"
            return None
        return self._text(path, image.data)

    def _of_blob(self, path: str, name: str) -> str | None:
        found = self._blobs.get(name, b"")
        if isinstance(found, str):
            self.problems[path] = found
            return None
        return self._text(path, found)

    def _text(self, path: str, data: bytes) -> str | None:
        if len(data) > LARGEST:
            self.problems[path] = f"larger than {LARGEST // 1000:,} kB"
        elif b"\0" in data[:8000]:
            self.problems[path] = "binary"
        else:
            return data.decode("utf-8", "surrogateescape")
        return None
