"""The files of a patch that a rule of a project speaks of."""

from __future__ import annotations

import re
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
    return _expression(glob).fullmatch(path) is not None


@lru_cache(maxsize=512)
def _expression(glob: str) -> re.Pattern[str]:
    glob = glob.removeprefix("./").removeprefix("/")
    out, depth, at = "", 0, 0
    while at < len(glob):
        sign = glob[at]
        if glob.startswith("**/", at):
            out, at = f"{out}(?:[^/]*/)*", at + 3
            continue
        if glob.startswith("**", at):
            out, at = f"{out}.*", at + 2
            continue
        if sign == "{" and "}" in glob[at:]:
            depth, out = depth + 1, f"{out}(?:"
        elif sign == "}" and depth:
            depth, out = depth - 1, f"{out})"
        else:
            out += {"*": "[^/]*", "?": "[^/]", ",": "|" if depth else ","}.get(sign, re.escape(sign))
        at += 1
    return re.compile(out + ")" * depth, re.DOTALL)
