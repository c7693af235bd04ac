"""Read a unified diff by its own lines: predictions come without the files that they change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_GIT = re.compile(r"diff --git a/.* b/(.*)")


@dataclass(slots=True)
class FileDiff:
    """One file of a diff."""

    path: str = ""
    is_new: bool = False
    is_deleted: bool = False
    mode: str = ""
    """The mode of a new file, where the diff tells it."""
    is_binary: bool = False
    hunks: list[list[str]] = field(default_factory=list)
    """Lines with their sign: ` `, `-`, `+`; without line endings."""

    @property
    def added(self) -> list[str]:
        """The added lines, without their sign."""
        return [line[1:] for hunk in self.hunks for line in hunk if line.startswith("+")]


def read_diff(text: str) -> list[FileDiff]:
    """The files of a diff, in order; what belongs to no file is passed over."""
    files: list[FileDiff] = []
    lines = iter(text.split("\n"))
    for line in lines:
        if found := _GIT.fullmatch(line):
            files.append(FileDiff(found[1]))
        elif line.startswith("--- "):
            _begin(files, line[4:], next(lines, ""))
        elif files and (found := _HUNK.match(line)):
            files[-1].hunks.append(list(_body(lines, int(found[1] or 1), int(found[2] or 1))))
        elif files:
            _note(files[-1], line)
    return [file for file in files if file.path]


def _begin(files: list[FileDiff], old: str, new: str) -> None:
    old, new = old.split("\t", maxsplit=1)[0], new.removeprefix("+++ ").split("\t")[0]
    if not files or files[-1].hunks:
        files.append(FileDiff())
    file = files[-1]
    file.is_new, file.is_deleted = file.is_new or old == "/dev/null", file.is_deleted or new == "/dev/null"
    named = old if new == "/dev/null" else new
    file.path = re.sub(r"^[ab]/", "", named)


def _body(lines: Iterator[str], old: int, new: int) -> Iterator[str]:
    """The lines of one hunk, by its counts: a removed line may look like the head of a file."""
    while old > 0 or new > 0:
        line = next(lines, None)
        if line is None:
            return
        if line.startswith("\\"):
            continue
        line = line or " "
        old -= line[0] in " -"
        new -= line[0] in " +"
        yield line


def _note(file: FileDiff, line: str) -> None:
    if line.startswith("new file mode "):
        file.is_new, file.mode = True, line.removeprefix("new file mode ").strip()
    elif line.startswith("deleted file mode "):
        file.is_deleted = True
    elif line.startswith(("GIT binary patch", "Binary files ")):
        file.is_binary = True
