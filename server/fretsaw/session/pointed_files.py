"""Files and lines that a person points to on the command line: `--file PATH[:A-B]`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from fretsaw.core.text.lines import split_lines
from fretsaw.errors import UsageError
from fretsaw.session.open import Session

_PLACE = re.compile(r"(.+?):(\d{1,9})(?:-(\d{1,9}))?")
_TO_THE_END = 1 << 30
_MOST_COUNTED = 1_000_000
"""Bytes of a file up to which its lines are counted; a larger one is not shown, and that is said."""

Place = tuple[str, int, int]
"""Path from the repository's root, first and last line."""


def read_places(session: Session, arguments: Iterable[str], where: Path = Path()) -> tuple[Place, ...]:
    """The places that are meant, each path relative to `where`. Raises UsageError for one that is no file of the
    repository, and for lines that it cannot have."""
    return tuple(_place(session, argument, where) for argument in arguments)


def _place(session: Session, argument: str, where: Path) -> Place:
    path, first, last = argument, 1, _TO_THE_END
    found = _PLACE.fullmatch(argument)
    if found and not (where / argument).exists():
        path, first = found[1], int(found[2])
        last = int(found[3]) if found[3] else first
        if not 1 <= first <= last:
            raise UsageError(f"--file {argument}: lines are counted from 1, the first before the last")
    file = where / path
    # The folder is resolved, the name is not: a symlink is not shown, and that is said.
    inside = file.parent.resolve() / file.name
    root = session.root.resolve()
    if not inside.is_relative_to(root):
        raise UsageError(f"--file {argument}: it is outside of the repository {root}")
    if not inside.is_file():
        raise UsageError(f"--file {argument}: there is no file {file}")
    if first > 1 and inside.stat().st_size <= _MOST_COUNTED:
        count = len(split_lines(inside.read_bytes().decode("utf-8", "surrogateescape")))
        if first > count:
            raise UsageError(f"--file {argument}: the file ends at line {count}")
    return inside.relative_to(root).as_posix(), first, last
