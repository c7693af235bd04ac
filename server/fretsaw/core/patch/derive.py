"""Two texts → the smallest readable difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from fretsaw.core.patch.patch_set import FilePatch, Hunk, PatchSet
from fretsaw.core.patch.sequence import differences
from fretsaw.core.patch.slide import slide
from fretsaw.core.text.lines import split_lines


def derive(path: str, before: str | None, after: str | None, mode: tuple[str, str] | None = None) -> FilePatch | None:
    """The patch that turns `before` into `after` (None: no file), or None where nothing changes.

    `mode` is (old, new) git mode where a change of it is wanted; of a file that is created or deleted it is
    the one mode that the file has (the same twice).
    """
    if before is None and after is None:
        return None
    if mode is not None and mode[0] == mode[1] and before is not None and after is not None:
        mode = None
    if before == after and mode is None:
        return None
    return FilePatch(path, before, hunks_of(before or "", after or ""), deleted=after is None, mode=mode)


def hunks_of(before: str, after: str) -> tuple[Hunk, ...]:
    """The hunks, in order, not touching one another."""
    old, new = split_lines(before), split_lines(after)
    blocks = slide(old, new, differences(old, new))
    return tuple(Hunk(i0, tuple(old[i0:i1]), tuple(new[j0:j1])) for i0, i1, j0, j1 in blocks)


def derive_set(
    before: Callable[[str], str | None],
    after: Mapping[str, str | None],
    modes: Mapping[str, tuple[str, str]] | None = None,
    moved: Mapping[str, str] | None = None,
) -> PatchSet:
    """One patch a path of `after` or `modes` that really changes. A path only in `modes` keeps its text.

    `moved`: new path → the old one, of files that the reply moves in words.
    """
    modes, moved = modes or {}, moved or {}
    files = []
    for path in sorted({*after, *modes}):
        old = before(path)
        patch = derive(path, old, after.get(path, old), modes.get(path))
        if patch is not None:
            files.append(replace(patch, moved_from=moved[path]) if path in moved and old is None else patch)
    return PatchSet(tuple(files))
