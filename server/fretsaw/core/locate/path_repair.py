"""Find the tracked file that a path means: itself, the one it ends like, or one that a sentence names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from posixpath import normpath

_OUTSIDE = re.compile(r"[/~]|\.\./|\.{0,2}\Z|[A-Za-z]:")
"""A path from the root, from a home, from above, of a drive of Windows; the folder itself; nothing."""
_NO_PATH = frozenset("\0\n")


def clean(path: str) -> str:
    """A path with `/` between its parts and without `./`; it may still lead outside."""
    path = path.strip().replace("\\", "/")
    return normpath(path) if path else ""


def is_outside(path: str) -> bool:
    """Return True if a cleaned path leads outside the repository or into git's own folder, or is no path at all."""
    if _OUTSIDE.match(path) or not _NO_PATH.isdisjoint(path):
        return True
    parts = [part.lower().rstrip(". ") for part in path.split("/")]
    return ".git" in parts


def by_name(paths: Collection[str]) -> dict[str, list[str]]:
    """Last part of a path -> the tracked paths that end with it, sorted."""
    found: dict[str, list[str]] = {}
    for path in sorted(paths):
        found.setdefault(path.rsplit("/", 1)[-1], []).append(path)
    return found


def repair(path: str, names: Mapping[str, list[str]], *, loosely: bool) -> str | None:
    """Return the one tracked path that ends like `path`, or that `path` ends like; None for none or several.

    `loosely` also takes the only file of that name, in whatever case; for edits, whose text must be found there anyway.
    """
    bare = path.lstrip("/")
    alike = names.get(bare.rsplit("/", 1)[-1], []) if bare else []
    tail = "/" + bare
    for fits in (
        [other for other in alike if ("/" + other).endswith(tail)],
        [other for other in alike if "/" in other and tail.endswith("/" + other)],
        alike if loosely else [],
        _in_another_case(bare, names),
    ):
        if len(fits) == 1:
            return fits[0]
        if fits:
            return None
    return None


def _in_another_case(path: str, names: Mapping[str, list[str]]) -> list[str]:
    """The tracked paths that differ from a path, or from its end, in the case of letters alone."""
    folded = path.casefold()
    last = folded.rsplit("/", 1)[-1]
    near = [other for name, paths in names.items() if name.casefold() == last for other in paths]
    whole = [other for other in near if other.casefold() == folded]
    return whole or [other for other in near if ("/" + other).casefold().endswith("/" + folded)]


_NAMED = re.compile(r"`([^`]{1,200})`|\"([^\"]{1,200})\"|'([^']{1,200})'|\*\*([^*]{1,200})\*\*|([^\s`\"*]{2,200})")
_AROUND = " \t:;,.!?()[]<>{}*`'\"#"


def named_in(lines: Sequence[str], is_file: Callable[[str], bool]) -> str | None:
    """The one tracked path that the nearest of a few lines of text names; None where they name none, or several.

    A whole line without its decoration counts first, as a path may hold blanks and signs of its own.
    """
    for line in lines:
        if len(line) > 400:
            continue
        whole = _tracked(line.strip(), is_file)
        if whole:
            return whole
        words = (next(group for group in match.groups() if group) for match in _NAMED.finditer(line))
        found = dict.fromkeys(filter(None, (_tracked(word, is_file) for word in words)))
        if found:
            return next(iter(found)) if len(found) == 1 else None
    return None


def _tracked(text: str, is_file: Callable[[str], bool]) -> str | None:
    """The tracked path that a text is, with what stands around it taken off as far as needed."""
    tries = (text, text.strip("*`\"' \t"), text.rstrip(":,;. \t"), text.strip("*`\"' \t:,;."), text.strip(_AROUND))
    return next((clean(item) for item in tries if item and is_file(clean(item))), None)
