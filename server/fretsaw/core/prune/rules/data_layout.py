"""The changes of a data file that lay it out anew and leave the data as it is."""

from __future__ import annotations

from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.patch.sequence import differences
from fretsaw.core.prune.scene import Scene
from fretsaw.core.text.lines import split_lines


def changes_without_data(scene: Scene, changes: tuple[Change, ...], wanted: str) -> set[int]:
    """Ids of the changes without which the text is the one that is wanted; none where some have to be rewritten."""
    touched = differences(scene.before, split_lines(wanted))
    rows = {row for start, end, _, _ in touched for row in range(start, end + 1)}
    idle = {change.id for change in changes if change.hunk is None or rows.isdisjoint(_rows_of(change.hunk))}
    return idle if scene.without(idle) == wanted else set()


def _rows_of(hunk: Hunk) -> range:
    """The old rows of a hunk, and the one behind them."""
    return range(hunk.start, hunk.end + 1)
