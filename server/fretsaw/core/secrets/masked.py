"""A snapshot, an issue, a check and a patch as a model sees them, and patches as they are written. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from threading import RLock
from types import MappingProxyType
from typing import TypeVar

from fretsaw.core.issue import Issue
from fretsaw.core.patch.patch_set import FilePatch, PatchSet
from fretsaw.core.proof.check_result import Check, CheckResult
from fretsaw.core.secrets.mask import MARKER, SecretMask
from fretsaw.core.secrets.value_texts import change_texts
from fretsaw.core.snapshot import Snapshot

T = TypeVar("T")
_HISTORY = "the history"
KEY_MARK = "[key hidden]"
"""The stand-in for the API key where an endpoint or a model repeats it; it never comes back."""


def mask_snapshot(snapshot: Snapshot, mask: SecretMask) -> Snapshot:
    """The snapshot with every text masked when it is first read.

    Its searcher still finds in the real texts, since it only says where: what is shown of a line is read again.
    """
    texts: dict[str, str | None] = {}
    lock = RLock()

    def read(path: str) -> str | None:
        with lock:
            if path not in texts:
                text = snapshot.reader(path)
                texts[path] = text if text is None else mask.mask(text, path)
            return texts[path]

    overlay = {path: mask.mask(text, path) for path, text in snapshot.overlay.items()}
    return replace(
        snapshot,
        reader=read,
        overlay=MappingProxyType(overlay),
        history=lambda path, first, last: tuple(mask.mask_all([*snapshot.history(path, first, last)], _HISTORY)),
    )


def mask_issue(issue: Issue, mask: SecretMask) -> Issue:
    """The issue with every text masked; places are told as lines of its text."""
    mask.mask(issue.text, "the issue")
    return mask_value(issue, mask, "the issue")


def mask_value(value: T, mask: SecretMask, source: str) -> T:
    """A value of the core with every text in it masked."""
    return change_texts(value, lambda texts: mask.mask_all(texts, source))


def reveal_value(value: T, mask: SecretMask) -> T:
    """A value of the core with every known marker replaced by what it stands for."""
    return change_texts(value, lambda texts: [mask.reveal(text) for text in texts])


def mask_check(check: Check, mask: SecretMask, name: str) -> Check:
    """The check on revealed texts, with its output masked."""

    def masked(texts: Mapping[str, str | None]) -> CheckResult:
        revealed = {path: text if text is None else mask.reveal(text) for path, text in texts.items()}
        return mask_value(check(revealed), mask, name)

    return masked


def misused_markers(masked: PatchSet, mask: SecretMask) -> tuple[tuple[str, str], ...]:
    """(path, why) for each file that a patch would write a marker into, or copy a secret to.

    A marker may stay where it is, go, or move to another file of the patch; the value that it stands for is then
    written. What was never a marker of ours, or is only a part of one, would be written as it is.
    """
    revealed = reveal_value(masked, mask)
    reasons: dict[tuple[str, str], None] = {}
    before = {file.path: mask.markers_in(file.before or "") for file in masked.files}
    removed = _moved_away(masked, mask)
    for file, real in zip(masked.files, revealed.files, strict=True):
        known = real.before or ""
        for line in (line for hunk in real.hunks for line in hunk.added):
            if KEY_MARK in line and KEY_MARK not in known:
                reasons[file.path, "it would write the API key, which the answer held"] = None
            found = MARKER.search(line)
            if found and found[0] not in known:
                reasons[file.path, _INVENTED.format(found[0])] = None
        copied = mask.markers_in("".join(_added(file))) - before[file.path] - removed
        reasons.update(dict.fromkeys((file.path, _COPIED.format(marker)) for marker in sorted(copied)))
    return tuple(reasons)


_INVENTED = (
    "it would write {}, which stands for no value that was kept back: copy such a placeholder as it is, or leave it out"
)
_COPIED = "it would copy the secret that {} stands for into another file"


def _added(file: FilePatch) -> list[str]:
    return [line for hunk in file.hunks for line in hunk.added]


def _moved_away(patch: PatchSet, mask: SecretMask) -> frozenset[str]:
    """The markers that a file of the patch loses."""
    gone: set[str] = set()
    for file in patch.files:
        gone |= mask.markers_in(file.before or "") - mask.markers_in(file.after or "")
    return frozenset(gone)


def has_markers(patch: PatchSet) -> bool:
    """Return True if a text of the patch holds what looks like a marker."""
    return any(MARKER.search(file.before or "") or MARKER.search("".join(_added(file))) for file in patch.files)


def unknown_markers(patch: PatchSet, mask: SecretMask) -> frozenset[str]:
    """The markers in a patch's texts whose values are not known."""
    revealed = reveal_value(patch, mask)
    texts = [text for file in revealed.files for text in (file.before or "", *_added(file))]
    return frozenset(found for text in texts for found in MARKER.findall(text))
