"""List the folders that a check may look at where no mount can hide one: everything but what bubblewrap would hide.

Landlock allows by folder and cannot take back below one, so a folder around a hidden one is taken apart.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from fretsaw.check.sandbox.bwrap import hidden_places

DEVICES = tuple(f"/dev/{name}" for name in "null zero full random urandom tty ptmx pts".split())


def readable(hidden: Iterable[Path], shown: Iterable[str]) -> list[str]:
    """Absolute paths whose contents may be read and run: the outside without what is hidden, and what is shown."""
    closed = hidden_places(hidden)
    return [*_open_below(Path("/"), closed), *shown]


def _open_below(folder: Path, closed: frozenset[Path]) -> Iterator[str]:
    """The parts of a folder that hold nothing closed. Links are left out: what they lead to has rules of its own."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = Path(entry.path)
        if path in closed or path == Path("/dev") or entry.is_symlink():
            continue
        if any(place.is_relative_to(path) for place in closed):
            yield from _open_below(path, closed)
        else:
            yield str(path)
