"""Split a repository's path into its folder, its stem and its suffix."""

from __future__ import annotations

from posixpath import basename, dirname, splitext
from typing import NamedTuple


class PathParts(NamedTuple):
    """The parts of `src/app/run.py`: `src/app`, `run`, `.py`."""

    folder: str
    stem: str
    suffix: str


def path_parts(path: str) -> PathParts:
    """Split a path with `/` between its parts.

    >>> path_parts("src/app/run.py"), path_parts("Makefile").suffix
    (PathParts(folder='src/app', stem='run', suffix='.py'), '')
    """
    stem, suffix = splitext(basename(path))
    return PathParts(dirname(path), stem, suffix)
