"""A patch set split into atomic changes, and any subset of them put together again."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from fretsaw.core.patch.align import parts
from fretsaw.core.patch.derive import derive, hunks_of
from fretsaw.core.patch.overlay import Overlay, put_on, take_off
from fretsaw.core.patch.patch_set import Change, ChangeKind, FilePatch, Hunk, PatchSet
from fretsaw.core.patch.reindent import realigned


def split(patch: PatchSet) -> tuple[Change, ...]:
    """The atomic changes, numbered from 1; the same patch gives the same ones every time.

    A created or deleted file is one change. Of an edited file its mode, the conversion of its line endings and the
    loss of its final newline are changes of their own, then each part of each hunk.
    """
    out: list[Change] = []
    for file in patch.files:
        out += [Change(len(out) + at, file.path, kind, hunk) for at, (kind, hunk) in enumerate(_atoms(file), 1)]
    return tuple(out)


def select(patch: PatchSet, ids: Collection[int]) -> PatchSet:
    """The patch set of the changes with these ids (of `split(patch)`); files of which nothing is left are left out."""
    return assemble(patch, [change for change in split(patch) if change.id in ids])


def assemble(patch: PatchSet, changes: Iterable[Change]) -> PatchSet:
    """`select` for changes at hand: `split(patch)` is not done again."""
    chosen: dict[str, list[Change]] = {}
    for change in changes:
        chosen.setdefault(change.path, []).append(change)
    files = []
    for file in patch.files:
        kept = _assemble(file, sorted(chosen.get(file.path, []), key=lambda change: change.id))
        if kept is not None:
            files.append(kept)
    return PatchSet(tuple(files))


def _atoms(file: FilePatch) -> Iterator[tuple[ChangeKind, Hunk | None]]:
    if file.op != "edit":
        yield file.op, file.hunks[0] if file.hunks else None
        return
    if file.mode:
        yield "mode", None
    overlay, hunks = _plain(file)
    if overlay.endings:
        yield "endings", None
    if overlay.eof:
        yield "eof", None
    after = FilePatch(file.path, file.before, hunks).after or ""
    hunks = realigned(file.before or "", after, hunks)
    moved = _moved_imports(hunks)
    for hunk in hunks:
        for i0, i1, j0, j1 in parts(hunk.removed, hunk.added, moved):
            yield "lines", Hunk(hunk.start + i0, hunk.removed[i0:i1], hunk.added[j0:j1])


_IMPORT = re.compile(
    r"\s*(?:(?:import|from|use|using|require|require_relative)\b|#\s*include\b|(?:const|let|var)\s.*\brequire\()"
)
"""Lines that stand by themselves in any order: what takes the place of one was not made from it."""


def _moved_imports(hunks: Sequence[Hunk]) -> dict[str, bool]:
    """The imports that go in one hunk of a file and come in another, and whether that one is further down."""
    gone = {line: hunk.start for hunk in hunks for line in hunk.removed if _IMPORT.match(line)}
    return {line: hunk.start > gone[line] for hunk in hunks for line in hunk.added if line in gone}


def _plain(file: FilePatch) -> tuple[Overlay, tuple[Hunk, ...]]:
    """The overlay and the hunks without it."""
    if file.before is None or file.after is None:
        return Overlay(), file.hunks
    overlay, plain = take_off(file.before, file.after)
    return overlay, file.hunks if overlay == Overlay() else hunks_of(file.before, plain)


def _assemble(file: FilePatch, changes: list[Change]) -> FilePatch | None:
    if not changes:
        return None
    if file.op != "edit":
        return file
    kinds = {change.kind for change in changes}
    mode = file.mode if "mode" in kinds else None
    hunks = _merged(change.hunk for change in changes if change.hunk is not None)
    lines = FilePatch(file.path, file.before, hunks, mode=mode)
    if not kinds & {"endings", "eof"}:
        return lines if hunks or mode else None
    overlay, _ = _plain(file)
    wanted = Overlay(overlay.endings if "endings" in kinds else None, overlay.eof and "eof" in kinds)
    return derive(file.path, file.before, put_on(wanted, lines.after or ""), mode)


def _merged(hunks: Iterable[Hunk]) -> tuple[Hunk, ...]:
    """Hunks that touch become one; what both sides of one begin or end with is no change."""
    out: list[Hunk] = []
    for hunk in hunks:
        if out and out[-1].end == hunk.start:
            last = out.pop()
            hunk = Hunk(last.start, last.removed + hunk.removed, last.added + hunk.added)  # noqa: PLW2901
        out.append(hunk)
    return tuple(hunk for hunk in map(_trimmed, out) if hunk.removed or hunk.added)


def _trimmed(hunk: Hunk) -> Hunk:
    start, removed, added = hunk.start, hunk.removed, hunk.added
    while removed and added and removed[0] == added[0]:
        start, removed, added = start + 1, removed[1:], added[1:]
    while removed and added and removed[-1] == added[-1]:
        removed, added = removed[:-1], added[:-1]
    return Hunk(start, removed, added)


def texts(patch: PatchSet) -> dict[str, str | None]:
    """Path → text after (None: deleted)."""
    return {file.path: file.after for file in patch.files}
