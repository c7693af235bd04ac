"""From a reply to a patch: place its edit blocks in a snapshot, derive what they change, prune it.

The one pipeline: `fix`, `vet` and the preview of a reply that still streams in all go this way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from fretsaw.core import locate, prune
from fretsaw.core.context.search import paths_with
from fretsaw.core.issue import Issue
from fretsaw.core.locate.explain import unwritable
from fretsaw.core.locate.misfit import Placing
from fretsaw.core.patch import derive_set, texts
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.prune.verdict import Mode, Pruned, Verdict
from fretsaw.core.reply.edit_block import EditBlock, Reading
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.lines import split_lines


@dataclass(frozen=True, slots=True)
class PlacedEdit:
    """All edits of a reply, looked up in a snapshot."""

    placing: Placing
    """The place of each edit, or the misfits."""
    patch: PatchSet
    """The changes of the edits; empty where one of them has no clear place: all or none."""


def place_edit(
    edit: Reading | Iterable[EditBlock],
    snapshot: Snapshot,
    correcting: PatchSet = PatchSet(),
    standing: PatchSet = PatchSet(),
) -> PlacedEdit:
    """Place every edit block and derive the patch against the snapshot.

    `correcting`: a patch that was refused. Edits that do not fit the snapshot are tried on the texts that it makes; the
    patch then holds that one with the corrections in it.
    `standing`: a patch that a person answers to, of which the model is told that the files hold it. Its texts are tried
    first, since an edit that says nothing of a change leaves it as it is; a model that sends all of it again fits the
    snapshot alone.
    """
    blocks = edit if isinstance(edit, Reading) else tuple(edit)
    placing = _place_on_top(blocks, snapshot, standing) if standing else None
    if placing is None:
        placing = locate.place(blocks, snapshot.read, snapshot.paths, snapshot.why_hidden)
    if placing.misfits and correcting:
        placing = _place_on_top(blocks, snapshot, correcting) or placing
    if not placing.misfits:
        placing = _only_writable(placing, snapshot)
    if placing.misfits:
        return PlacedEdit(placing, PatchSet())
    moved = {one.block.move_to: one.path for one in placing.located if one.block.move_to and one.block.op != "copy"}
    targets = {one.block.move_to for one in placing.located}
    after = {
        path: text if path in targets else _with_line_ends(text, path, snapshot) for path, text in placing.after.items()
    }
    return PlacedEdit(placing, derive_set(snapshot.read, after, _modes(placing, snapshot), moved))


def _only_writable(placing: Placing, snapshot: Snapshot) -> Placing:
    """The placing, refused where a new line holds a sign that its file's encoding does not have."""
    for path, text in placing.after.items():
        encoding = snapshot.encoding(path) if text is not None else None
        if text is None or encoding is None:
            continue
        for line in split_lines(text):
            sign = encoding.lacking(line)
            if sign:
                what = f"a sign (U+{ord(sign):04X}) that the file's encoding ({encoding.codec}) does not have,"
                return replace(placing, after={}, misfits=(unwritable(path, what, line),))
    return placing


def _modes(placing: Placing, snapshot: Snapshot) -> dict[str, tuple[str, str]]:
    """The modes that a reply asks for, and of a moved or copied script the one that it had."""
    taken = {one.block.move_to: one.path for one in placing.located if one.block.move_to}
    kept = {target: ("100755", "100755") for target, source in taken.items() if source in snapshot.executable}
    return {**kept, **(placing.modes or {})}


def _with_line_ends(text: str | None, path: str, snapshot: Snapshot) -> str | None:
    """The text of a new file with the line endings that it is to have; any other as it is."""
    if text is None or "\n" not in text or "\r\n" in text or snapshot.read(path) is not None:
        return text
    if snapshot.new_file_ends(path).newline == "\n":
        return text
    return text.replace("\n", "\r\n")


def _place_on_top(blocks: Reading | tuple[EditBlock, ...], snapshot: Snapshot, correcting: PatchSet) -> Placing | None:
    """The edits placed in the texts of a patch, which they then contain; None where they do not fit there."""
    corrected = texts(correcting)
    deleted = {path for path, text in corrected.items() if text is None}
    paths = sorted({*snapshot.paths, *correcting.paths} - deleted)
    placing = locate.place(blocks, lambda path: corrected[path] if path in corrected else snapshot.read(path), paths)
    return None if placing.misfits else replace(placing, after={**corrected, **placing.after})


def prune_edit(patch: PatchSet, snapshot: Snapshot, issue: Issue, mode: Mode) -> Pruned:
    """Give each atomic change of the patch its verdict, with the whole snapshot to look in."""
    return prune.prune(patch, issue, mode, snapshot.read, partial(paths_with, snapshot))


def close_drops(patch: PatchSet, verdicts: Sequence[Verdict], snapshot: Snapshot) -> tuple[Verdict, ...]:
    """Take back the drops of a judge, or of rules that know no program text, that would tear something."""
    return prune.close_drops(patch, verdicts, snapshot.read, partial(paths_with, snapshot))
