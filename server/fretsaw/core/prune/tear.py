"""Keeps what would be torn out of a statement of which the rest stays: the lines of one statement have one fate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.scene import Scene, line_runs
from fretsaw.core.prune.verdict import Verdict

MANY = 5
"""Dropped changes from which on a file of which most changes are dropped counts as formatted anew."""


def torn(scene: Scene, verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The dropped changes that touch a kept one within the same statement, to be kept with it.

    `f(a,` and `b)` were rewritten as `f(a + 1,` and `b )`: the second line stays as it was written, too.
    """
    ids = {change.id for change in scene.changes}
    dropped = {at for at in ids.intersection(verdicts) if verdicts[at].decision == "drop"}
    is_formatted_anew = len(dropped) >= MANY and len(dropped) * 2 > len(scene.changes)
    if is_formatted_anew:
        return {}  # what stays of it is written in the file's own style
    return {at: _kept(verdicts[at]) for at in _torn_ids(scene, dropped)}


def _torn_ids(scene: Scene, dropped: set[int]) -> set[int]:
    """The dropped changes in statements of which another change is kept."""
    back: set[int] = set()
    for run in line_runs(scene.changes):
        if dropped.isdisjoint(change.id for change in run):
            continue
        for part in _statements(scene, run):
            if not part <= dropped:
                back |= part & dropped
    return back


def _statements(scene: Scene, run: list[Change]) -> list[set[int]]:
    """The ids of a run of touching changes, grouped by the statements that they are in."""
    groups = [{run[0].id}]
    for change in run[1:]:
        if _continues(scene, change):
            groups[-1].add(change.id)
        else:
            groups.append({change.id})
    return groups


def _continues(scene: Scene, change: Change) -> bool:
    """Return True if a change begins within a statement, before it or after it."""
    hunk = change.hunk
    if hunk is None:
        return False
    old, new = scene.line_kinds
    at = scene.after_starts[change.id]
    inside_old = bool(hunk.removed) and hunk.start < len(old) and old[hunk.start] == "inside"
    return inside_old or (bool(hunk.added) and at < len(new) and new[at] == "inside")


def _kept(verdict: Verdict) -> Verdict:
    return replace(verdict, decision="keep", reason=f"{verdict.reason}; kept, as the rest of its statement stays")
