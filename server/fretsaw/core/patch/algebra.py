"""Apply, reverse and compose patches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fretsaw.core.patch.derive import derive
from fretsaw.core.patch.patch_set import FilePatch, Hunk, PatchSet
from fretsaw.core.text.lines import split_lines
from fretsaw.errors import ConflictError


def apply(before: str, hunks: Iterable[Hunk]) -> str:
    """The text after. ConflictError when a hunk's removed lines do not stand where it says, or hunks overlap."""
    lines = split_lines(before)
    out: list[str] = []
    at = 0
    for hunk in hunks:
        if hunk.start < at or tuple(lines[hunk.start : hunk.end]) != hunk.removed:
            raise ConflictError(
                f"line {hunk.start + 1} has changed since the patch was made",
                hint="derive the patch again from the present text",
            )
        out += lines[at : hunk.start]
        out += hunk.added
        at = hunk.end
    return "".join(out + lines[at:])


def reverse(patch: FilePatch) -> FilePatch:
    """The patch that undoes it."""
    hunks = []
    shift = 0
    for hunk in patch.hunks:
        hunks.append(Hunk(hunk.start + shift, hunk.added, hunk.removed))
        shift += len(hunk.added) - len(hunk.removed)
    mode = (patch.mode[1], patch.mode[0]) if patch.mode else None
    return FilePatch(patch.path, patch.after, tuple(hunks), deleted=patch.before is None, mode=mode)


def reverse_set(patch: PatchSet) -> PatchSet:
    """The patch set that undoes it."""
    return PatchSet(tuple(reverse(file) for file in patch.files))


def compose(first: PatchSet, second: PatchSet) -> PatchSet:
    """One patch set that does both, `second` being made against what `first` leaves.

    ConflictError when the texts of a path that both change do not meet.
    """
    later = {file.path: file for file in second.files}
    files: list[FilePatch] = []
    for file in first.files:
        other = later.pop(file.path, None)
        joined = file if other is None else _join(file, other)
        if joined is not None:
            files.append(joined)
    files += later.values()
    return PatchSet(tuple(sorted(files, key=lambda file: file.path)))


def _join(first: FilePatch, second: FilePatch) -> FilePatch | None:
    if first.after != second.before:
        raise ConflictError(
            f"{first.path}: the second patch does not apply after the first",
            hint="derive the second patch again",
        )
    if first.mode and second.mode:
        mode: tuple[str, str] | None = (first.mode[0], second.mode[1])
    else:
        mode = first.mode or second.mode
    joined = derive(first.path, first.before, second.after, mode)
    return replace(joined, mode=None) if joined and joined.mode and joined.mode[0] == joined.mode[1] else joined
