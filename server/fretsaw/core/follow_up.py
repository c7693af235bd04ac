"""A request that follows a proposal: what stays of the proposal, and what the model may propose anew.

A thread is a run of such turns. Every turn is held against the state before the first one, with the user's own edits
in it (`base`), so that what nobody asked for is found in the whole change, and the check proves the whole change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from fretsaw.core.chat import Message
from fretsaw.core.patch import FilePatch, Hunk, PatchSet, assemble, derive_set, hunks_of, split, texts
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.verdict import Pruned, Verdict
from fretsaw.core.run import Draft, Proposal
from fretsaw.core.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The state of a thread at a further request."""

    said: str
    """The request, as the person wrote it."""
    last: PatchSet
    """The change of the thread so far, against the base: what is applied or still proposed of it."""
    held: tuple[Change, ...] = ()
    """Changes of `split(last)` that stay byte for byte: a person has accepted them, or speaks of another one."""
    rejected: tuple[Change, ...] = ()
    """Changes that a person has rejected in this thread, at their places in the base: they do not come back."""
    earlier: tuple[Message, ...] = ()
    """The conversation with the model so far; empty where it cannot be continued and begins anew."""
    asked_about: tuple[Change, ...] = ()
    """The changes that the request is about; empty: the proposal as a whole."""
    edited: Mapping[str, str] = field(default_factory=dict)
    """Path → present text of files of the thread that the user has edited by hand since they were shown."""

    def top(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with the change of the thread so far in it: what the model is told that the files hold."""
        return snapshot.with_texts(texts(self.last))


def hold(patch: PatchSet, follow: FollowUp) -> tuple[PatchSet, tuple[str, ...]]:
    """The patch with the held changes in it exactly as they were, and the paths where it had them otherwise.

    A change of the patch that overlaps a held one gives way to it.
    """
    if not follow.held:
        return patch, ()
    by_path: dict[str, list[Change]] = {}
    for change in follow.held:
        by_path.setdefault(change.path, []).append(change)
    files = {file.path: file for file in patch.files}
    last = {file.path: file for file in follow.last.files}
    overridden = []
    for path, changes in by_path.items():
        new = _hold_in_file(files.get(path), last[path], changes)
        if not _has_all(files.get(path), changes) or _loses_lines(files.get(path), new, changes):
            overridden.append(path)
        files[path] = new
    return PatchSet(tuple(files[path] for path in sorted(files))), tuple(overridden)


def _loses_lines(file: FilePatch | None, new: FilePatch, held: Iterable[Change]) -> bool:
    """Tell whether a whole file was held, as its last newline was, and the reply changed lines of it."""
    return file is not None and any(change.hunk is None for change in held) and new.after != file.after


def _has_all(file: FilePatch | None, held: Iterable[Change]) -> bool:
    """Tell whether a patch that speaks of a file has all the held changes."""
    atoms = {(change.kind, change.hunk) for change in split(PatchSet((file,)))} if file else set()
    return file is None or all((change.kind, change.hunk) in atoms for change in held)


def _hold_in_file(file: FilePatch | None, last: FilePatch, held: list[Change]) -> FilePatch:
    if last.op != "edit":
        return last  # a file that came or went as a whole: what was accepted is all of it
    hunks = [change.hunk for change in held if change.hunk is not None]
    if file is None or file.op != "edit" or len(hunks) < len(held):
        return _only(last, held)
    others = [hunk for hunk in _hunks_of(file) if not any(_overlap(hunk, stays) for stays in hunks)]
    in_order = enumerate(sorted([*hunks, *others], key=lambda hunk: (hunk.start, hunk.end)), start=1)
    numbered = [Change(number, file.path, "lines", hunk) for number, hunk in in_order]
    joined = assemble(PatchSet((replace(file, mode=None),)), numbered)
    return replace(joined.files[0], mode=file.mode) if joined else last


def _hunks_of(file: FilePatch) -> list[Hunk]:
    return [change.hunk for change in split(PatchSet((file,))) if change.kind == "lines" and change.hunk]


def _only(file: FilePatch, changes: Iterable[Change]) -> FilePatch:
    return assemble(PatchSet((file,)), changes).files[0]


def _overlap(one: Hunk | None, other: Hunk | None) -> bool:
    """Tell whether two replacements of lines of the same text are in each other's way."""
    if one is None or other is None:
        return False
    if one.start == one.end or other.start == other.end:
        # Lines put in: at the same place, or into what the other replaces.
        return one.start <= other.end and other.start <= one.end
    return one.start < other.end and other.start < one.end


def settle(pruned: Pruned, follow: FollowUp) -> tuple[Verdict, ...]:
    """The verdicts where held changes stay and rejected ones go, whatever the rules say of them."""
    held = {_key(change) for change in follow.held}
    rejected = {(_key(change), _start(change)) for change in follow.rejected}

    def settled(item: Verdict) -> Verdict:
        key = _key(item.change)
        if key in held:
            return replace(item, decision="keep", rule="", reason="kept from before, as you left it", needed_by="")
        if (key, _start(item.change)) in rejected:  # the same lines elsewhere are another change
            return replace(item, decision="drop", rule="rejected", reason="you have rejected this change before")
        return item

    return tuple(map(settled, pruned.verdicts))


def moved_changes(changes: Iterable[Change], before: PatchSet, base: Mapping[str, str | None]) -> tuple[Change, ...]:
    """Changes of a patch at their places in the texts that its files have by now; `base`: path → text."""
    old = {file.path: file.before for file in before.files}
    moved = []
    for change in changes:
        text, later = old.get(change.path), base.get(change.path)
        if change.hunk is not None and text is not None and later is not None and text != later:
            start = _moved(text, later)[0](change.hunk.start)
            change = replace(change, hunk=replace(change.hunk, start=start))  # noqa: PLW2901
        moved.append(change)
    return tuple(moved)


def _start(change: Change) -> int:
    return change.hunk.start if change.hunk else -1


def _key(change: Change) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    hunk = change.hunk
    return change.path, change.kind, hunk.removed if hunk else (), hunk.added if hunk else ()


def find_held(last: PatchSet, kept: Iterable[tuple[str | None, Change]]) -> tuple[Change, ...]:
    """The changes of `last` that hold lines which other changes put in, each given with the text after it was made.

    Lines are followed from that text into the one after `last`; of a change that only takes lines out, its place.
    """
    after = texts(last)
    marked: dict[str, set[float]] = {}
    whole: set[str] = set()
    for text, change in kept:
        if change.hunk is None or text is None or change.kind != "lines":
            whole.add(change.path)
        elif after.get(change.path) is not None:
            marked.setdefault(change.path, set()).update(_followed(text, change.hunk, after[change.path] or ""))
    return tuple(
        change
        for change in split(last)
        if change.path in whole or marked.get(change.path, set()) & _places(change, last)
    )


def _followed(text: str, hunk: Hunk, later: str) -> set[float]:
    """The lines of a hunk (its start in the text with it), as numbers in a later text; a place between is x.5."""
    shifted, gone = _moved(text, later)
    if not hunk.added:
        return {shifted(hunk.start) - 0.5}
    return {float(shifted(line)) for line in range(hunk.start, hunk.start + len(hunk.added)) if line not in gone}


def _moved(text: str, later: str) -> tuple[_Shift, set[int]]:
    hunks = hunks_of(text, later)
    gone = {line for hunk in hunks for line in range(hunk.start, hunk.end)}
    return _Shift(hunks), gone


@dataclass(frozen=True, slots=True)
class _Shift:
    """From a line's number to that in a later text."""

    hunks: tuple[Hunk, ...]

    def __call__(self, line: int) -> int:
        return line + sum(len(hunk.added) - len(hunk.removed) for hunk in self.hunks if hunk.end <= line)


def _places(change: Change, patch: PatchSet) -> set[float]:
    """The lines that a change puts into the text after the patch; a place between two lines is x.5."""
    if change.hunk is None:
        return set()
    earlier = [
        other.hunk
        for other in split(patch)
        if other.path == change.path and other.hunk is not None and other.id < change.id
    ]
    start = change.hunk.start + sum(len(hunk.added) - len(hunk.removed) for hunk in earlier)
    return {start - 0.5} if not change.hunk.added else {float(start + at) for at in range(len(change.hunk.added))}


P = TypeVar("P", Proposal, Draft)


def rebase(proposal: P, base: Mapping[str, str | None], now: Mapping[str, str | None]) -> P:
    """The proposal against the texts that its files have now, to the same texts after it.

    `base`, `now`: path → text, in the state that the proposal was made against and in the present one, of the files in
    which they differ. What the proposal does not want of that difference is taken back, with a verdict of its own.
    """
    if not now:
        return proposal
    before = {file.path: file.before for file in proposal.proposed.files} | dict(now)
    patch, proposed = (_against(before, base, of) for of in (proposal.patch, proposal.proposed))
    verdicts = _carried_over(proposed, patch, proposal.verdicts)
    if assemble(proposed, [item.change for item in verdicts if item.decision != "drop"]) != patch:
        # What was dropped cannot be told apart from what is taken back: it is on record in the transcript only.
        proposed, verdicts = patch, _carried_over(patch, patch, proposal.verdicts)
    return replace(proposal, proposed=proposed, patch=patch, verdicts=verdicts)


def _against(before: Mapping[str, str | None], base: Mapping[str, str | None], patch: PatchSet) -> PatchSet:
    """The patch that leads from other texts to the same ones."""
    modes = {file.path: file.mode for file in patch.files if file.mode}
    return derive_set(before.get, {**base, **texts(patch)}, modes)


def _carried_over(proposed: PatchSet, patch: PatchSet, known: Collection[Verdict]) -> tuple[Verdict, ...]:
    stays = {_key(change) for change in split(patch)}
    by_key = {_key(item.change): item for item in known}
    out = []
    for change in split(proposed):
        key = _key(change)
        told = by_key.get(key)
        if told is not None and (told.decision != "drop") == (key in stays):
            out.append(replace(told, change=change))
        elif key in stays:
            out.append(Verdict(change, "keep", "", "as you asked, in place of what was applied before"))
        else:
            out.append(Verdict(change, "drop", "not-needed-now", "not a part of the new proposal"))
    return tuple(out)
