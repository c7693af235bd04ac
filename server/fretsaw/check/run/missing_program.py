"""Explain a check's command that cannot be started, and show how to write it."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

_SHELL_WORDS = frozenset("cd source . export set alias if for while [ test eval exec ulimit umask".split())
_SHELL_SIGNS = frozenset(("&&", "||", "|", ";", ">", "2>&1", "<"))


def why_not_started(root: Path, argv: tuple[str, ...]) -> str:
    """Say what is wrong with the first word of a command that names no program, for a person.

    >>> why_not_started(Path("/"), ("A=1", "pytest"))
    'A=1: no such program in PATH; it sets a variable, which only a shell reads: env A=1 pytest'
    """
    first, line = argv[0], shlex.join(argv)
    if "/" in first:
        return _file(root / first, first, argv)
    missing = f"{first}: no such program in PATH"
    if re.match(r"[A-Za-z_]\w*=", first):
        return f"{missing}; it sets a variable, which only a shell reads: env {line}"
    if first in _SHELL_WORDS or _SHELL_SIGNS & set(argv):
        words = " ".join(argv)
        return f"{missing}; no shell runs the check: sh -c {shlex.quote(words)}"
    return missing


def _file(path: Path, name: str, argv: tuple[str, ...]) -> str:
    if path.is_dir():
        return f"{name}: it is a folder, not a program"
    if not path.is_file():
        return f"{name}: there is no such file (a path is relative to the repository's root)"
    if os.access(path, os.X_OK):
        return f"{name}: it cannot be started"
    rest = shlex.join(argv)
    return f"{name}: it is not executable; make it so with `chmod +x {name}`, or run it by its interpreter: sh {rest}"
