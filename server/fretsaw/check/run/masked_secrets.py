"""Blacks out the user's secrets in what a check prints, since that goes to a model and into reports.

Knows the values as they are written; one that a test encodes or takes apart it does not find.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from fretsaw.check.toolchain import read_regular

MARK = "[secret]"
_SHORTEST = 8  # shorter ones are words like "true" or "localhost"
_MOST = 256 << 10
_NAMES = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL", re.IGNORECASE)
_ASSIGNED = re.compile(r"^\s*(?:export\s+)?([\w.-]+)\s*[=:]\s*(.+?)\s*$")


def secret_values(root: Path, paths: Iterable[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Values in these files of the tree, in its `.env` files, and in variables that are named like a secret."""
    files = {*(root / path for path in paths), *root.glob(".env*")}
    found = {value for path in files for value in _values(path)}
    found |= {value for name, value in environ.items() if _NAMES.search(name)}
    return tuple(sorted((value for value in found if len(value) >= _SHORTEST), key=len, reverse=True))


def _values(path: Path) -> Iterable[str]:
    """The right sides of assignments, and long lines of key material."""
    text = read_regular(path, _MOST).decode("utf-8", "replace")
    for line in text.splitlines():
        assigned = _ASSIGNED.match(line)
        if assigned and not line.lstrip().startswith("#"):
            value = assigned[2].strip("'\"")
            if _looks_secret(assigned[1], value):
                yield value
        elif re.fullmatch(r"[A-Za-z0-9+/=]{32,}", line.strip()):
            yield line.strip()


def _looks_secret(name: str, value: str) -> bool:
    """Return True if an assignment is one of a secret: by its name, as an address with a password, or as key
    material."""
    if _NAMES.search(name) or re.search(r"://[^/\s]+@", value):
        return True
    mixed = re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
    return bool(len(value) >= 20 and mixed and not re.search(r"[/\s]", value))


def black_out(text: str, values: Iterable[str]) -> str:
    """The text with each of these values as `[secret]`.

    >>> black_out("key is sk-12345678", ("sk-12345678",))
    'key is [secret]'
    """
    for value in values:
        text = text.replace(value, MARK)
    return text
