"""Find the tracked file that a path means: itself, the one it ends like, or one that a sentence names."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain
from posixpath import normpath

from fretsaw.core.locate.only import only

_OUTSIDE = re.compile(r"[/~]|\.\./|\.{0,2}\Z|[A-Za-z]:")
"""A path from the root, from a home, from above, of a drive of Windows; the folder itself; nothing."""
_UNUSABLE = re.compile(r"[\0\n]|(?:^|/)\.git[. ]*(?:/|\Z)", re.I | re.A)
"""Signs that no path has; git's own folder, in whatever case and however Windows reads its name."""


def clean(path: str) -> str:
    """A path with `/` between its parts and without `./`; it may still lead outside."""
    path = path.strip().replace("\\", "/")
    return normpath(path) if path else ""


def is_outside(path: str) -> bool:
    """Return True if a cleaned path leads outside the repository or into git's own folder, or is no path at all."""
    return bool(_OUTSIDE.match(path) or _UNUSABLE.search(path))


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
    alike = names.get(bare.rsplit("/", 1)[-1], [])
    longer = [other for other in alike if _ends_like(other, bare)]
    shorter = [other for other in alike if "/" in other and _ends_like(bare, other)]
    of_that_name = alike if loosely else []
    return only(longer or shorter or of_that_name or _in_another_case(bare, names))


def _ends_like(path: str, end: str) -> bool:
    """Return True if the last parts of a path are these; `server/app/main.py` ends like `app/main.py`."""
    return f"/{path}".endswith(f"/{end}")


def _in_another_case(path: str, names: Mapping[str, list[str]]) -> list[str]:
    """The tracked paths that differ from a path, or from its end, in the case of letters alone."""
    folded = path.casefold()
    tracked = chain.from_iterable(names.values())
    ends = [other for other in tracked if _ends_like(other.casefold(), folded)]
    whole = [other for other in ends if other.casefold() == folded]
    return whole or ends


_NAMED = re.compile(r"`([^`]{1,200})`|\"([^\"]{1,200})\"|'([^']{1,200})'|\*\*([^*]{1,200})\*\*|([^\s`\"*]{2,200})")
_LONGEST = 400
"""Signs of a line of text that is looked at."""
_AROUND = " \t:;,.!?()[]<>{}*`'\"#"


def named_in(lines: Sequence[str], is_file: Callable[[str], bool]) -> str | None:
    """The one tracked path that the nearest of a few lines of text names; None where they name none, or several.

    A whole line without its decoration counts first, as a path may hold blanks and signs of its own.
    """
    for line in lines:
        named = _paths_in(line, is_file) if len(line) <= _LONGEST else set()
        if named:
            return only(named)
    return None


def _paths_in(line: str, is_file: Callable[[str], bool]) -> set[str]:
    """The tracked path that a line is, else those that its words are."""
    whole = _tracked(line.strip(), is_file)
    if whole:
        return {whole}
    words = (match[match.lastindex or 0] for match in _NAMED.finditer(line))
    return set(filter(None, (_tracked(word, is_file) for word in words)))


def _tracked(text: str, is_file: Callable[[str], bool]) -> str | None:
    """The tracked path that a text is, with what stands around it taken off as far as needed."""
    tries = (text, text.strip("*`\"' \t"), text.rstrip(":,;. \t"), text.strip("*`\"' \t:,;."), text.strip(_AROUND))
    return next(filter(is_file, map(clean, filter(None, tries))), None)
