"""The files of a patch that a rule of a project speaks of."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from functools import lru_cache

from fretsaw.core.issue.issue import Area
from fretsaw.core.patch.patch_set import PatchSet

_EVERYWHERE = Area()


def patch_within(area: Area, patch: PatchSet) -> PatchSet:
    """The patch of the files that lie within an area."""
    if area == _EVERYWHERE:
        return patch
    return PatchSet(tuple(file for file in patch.files if is_within(area, file.path)))


def is_within(area: Area, path: str) -> bool:
    """Return True if a path lies below the folder, fits a glob where there are any, and in no folder that is out."""
    if area.folder and not path.startswith(f"{area.folder}/"):
        return False
    if any(path.startswith(f"{folder}/") for folder in area.without):
        return False
    inner = path[len(area.folder) + 1 :] if area.folder else path
    return not area.globs or any(fits_glob(glob, inner) for glob in area.globs)


def fits_glob(glob: str, path: str) -> bool:
    """Return True if a path fits a glob in which `*` stays within a folder, `**` does not, and `{a,b}` is either.

    >>> fits_glob("**/*.py", "a.py"), fits_glob("src/*.{ts,tsx}", "src/a.tsx"), fits_glob("*.py", "src/a.py")
    (True, True, False)
    """
    parts = path.split("/")
    return any(_fits(pattern, parts) for pattern in _patterns(glob))


_Pattern = tuple["re.Pattern[str] | None", ...]
"""One expression for each part of a path; None: any number of folders."""


def _fits(pattern: _Pattern, parts: Sequence[str]) -> bool:
    """Walk the places of a pattern that the parts reach: no glob costs more than its length times the path's."""
    places = _with_skipped(pattern, {0})
    for part in parts:
        reached: set[int] = set()
        for at in places:
            one = pattern[at] if at < len(pattern) else _NOTHING
            if one is None:
                reached.add(at)
            elif one.match(part):
                reached.add(at + 1)
        places = _with_skipped(pattern, reached)
    return len(pattern) in places


def _with_skipped(pattern: _Pattern, places: set[int]) -> set[int]:
    return places | {at + 1 for at in places if at < len(pattern) and pattern[at] is None}


@lru_cache(maxsize=512)
def _patterns(glob: str) -> tuple[_Pattern, ...]:
    """The patterns of a glob, one for each choice between braces; none for a glob that nobody writes."""
    waiting, out = [glob.removeprefix("./").removeprefix("/")], dict[str, None]()
    for _ in range(_MOST):
        if not waiting or len(glob) > _LONGEST:
            break
        each = waiting.pop()
        braces = _BRACES.search(each)
        if braces is None:
            out[each] = None
        else:
            waiting += [each[: braces.start()] + choice + each[braces.end() :] for choice in braces[1].split(",")]
    return tuple(map(_pattern, out))


def _pattern(glob: str) -> _Pattern:
    out: list[re.Pattern[str] | None] = []
    for part in glob.split("/"):
        if part.startswith("**") and (not out or out[-1] is not None):
            out.append(None)
        if part != "**":
            # `fnmatch` knows classes in brackets, which are plain signs here; its expressions do not backtrack.
            out.append(re.compile(fnmatch.translate(part.replace("[", "[[]"))))
    if out[-1] is None:
        out.append(re.compile(fnmatch.translate("*")))  # `src/**` is what is in `src`
    return tuple(out)


_BRACES = re.compile(r"\{([^{}]*)\}")
_NOTHING = re.compile(r"(?!)")
_LONGEST, _MOST = 1_000, 1_000
"""Characters of a glob, and steps in which its braces are taken apart."""
