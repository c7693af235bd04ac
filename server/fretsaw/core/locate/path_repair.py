"""Which tracked file a path means: itself, or the one it ends like. Knows no texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from posixpath import normpath


def clean(path: str) -> str:
    """A path with `/` between its parts and without `./`; it may still lead outside."""
    path = path.strip().replace("\\", "/")
    return normpath(path) if path else ""


def is_outside(path: str) -> bool:
    """Whether a cleaned path leads outside the repository or into git's own folder."""
    if not path or path.startswith(("/", "~", "../")) or path in (".", "..") or re.match(r"^[A-Za-z]:", path):
        return True
    return "\0" in path or "\n" in path or any(part.lower().rstrip(". ") == ".git" for part in path.split("/"))


def by_name(paths: Collection[str]) -> dict[str, list[str]]:
    """Last part of a path -> the tracked paths that end with it, sorted."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths):
        found.setdefault(path.rsplit("/", 1)[-1], []).append(path)
    return found


def repair(path: str, names: Mapping[str, list[str]], *, loosely: bool) -> str | None:
    """The one tracked path that ends like `path`, or that `path` ends like; None for none or several.

    `loosely` also takes the only file of that name; for edits, whose text must be found there anyway.
    """
    bare = path.lstrip("/")
    alike = names.get(bare.rsplit("/", 1)[-1], []) if bare else []
    tail = "/" + bare
    for fits in (
        [other for other in alike if ("/" + other).endswith(tail)],
        [other for other in alike if "/" in other and tail.endswith("/" + other)],
        alike if loosely else [],
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            return None
    return None
