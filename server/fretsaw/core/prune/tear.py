"""Keeps what would be torn out of a statement of which the rest stays: the lines of one statement have one fate."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.rules import RULES
from fretsaw.core.prune.scene import Scene, grouped, ids_of, line_runs
from fretsaw.core.prune.verdict import Verdict, dropped_changes, taken_back

MANY = 5
"""Changes of layout from which on a file of which most changes are such counts as formatted anew."""


def torn(scene: Scene, verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The dropped changes that touch a kept one within the same statement, to be kept with it.

    `f(a,` and `b)` were rewritten as `f(a + 1,` and `b )`: the second line stays as it was written, too.
    """
    dropped = ids_of(dropped_changes(scene.changes, verdicts))
    layout = [at for at in dropped if _is_layout(verdicts[at])]
    is_formatted_anew = len(layout) >= MANY and len(layout) * 2 > len(scene.changes)
    if is_formatted_anew:
        return {}  # what stays of it is written in the file's own style
    return taken_back(verdicts, _torn_ids(scene, dropped), why_kept=", as the rest of its statement stays")


def _is_layout(verdict: Verdict) -> bool:
    """Tell whether a change was dropped as layout."""
    rule = RULES.get(verdict.rule)
    return rule is not None and rule.layout


def _torn_ids(scene: Scene, dropped: set[int]) -> set[int]:
    """The dropped changes in statements of which another change is kept."""
    torn_ids: set[int] = set()
    for run in line_runs(scene.changes):
        if dropped.isdisjoint(ids_of(run)):
            continue
        for statement in grouped(run, partial(_continues, scene)):
            ids = ids_of(statement)
            if not ids <= dropped:
                torn_ids |= ids & dropped
    return torn_ids


def _continues(scene: Scene, _: Change, change: Change) -> bool:
    """Return True if a change begins within a statement, before it or after it."""
    hunk = change.hunk
    if hunk is None:
        return False
    kinds_before, kinds_after = scene.line_kinds
    start_after = scene.after_starts[change.id]
    first_removed = kinds_before[hunk.start : hunk.end][:1]
    first_added = kinds_after[start_after : start_after + len(hunk.added)][:1]
    return "inside" in (*first_removed, *first_added)
