"""Layout that comes of something that stays: lines moved into a block or out of one, or aligned to what changed.

To put such lines back has no effect on the program, and leaves a text that nobody would write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.scene import Scene, hunks_of, runs

FEWEST = 12
"""Lines from which a file may be indented anew all over, and changes of layout from which it may be formatted anew."""
MANY = 60
"""Lines that are most of a file, and so many that nothing beside them moved them all."""


def followers(scene: Scene, layout: Sequence[Change], staying: set[int]) -> set[int]:
    """Ids of those changes of layout that follow one that stays, or another follower. `staying`: ids.

    A line that is in another block than before follows wherever it is; else what was indented anew right beside a
    change that stays, and lines of the same paragraph wrapped otherwise. In a file that was indented or formatted
    anew all over that is why, and only what is in another block follows.
    """
    nested = _nested_ids(scene, layout)
    moved = [change for change in layout if is_shifted(change) and change.id not in nested]
    everywhere = scene.meaning is not None or _is_everywhere(scene, moved, staying)
    formatted = len(layout) - len(nested) >= max(FEWEST, 2 * len(staying))
    free = {change.id for change in layout} - nested
    # From each that stays to what is beside it, from there on to what is beside that, as far as something follows.
    waiting = [change for change in scene.changes if change.id in staying | nested]
    following = nested & {change.id for change in waiting}
    while waiting:
        change = waiting.pop()
        for other in scene.beside(change):
            if other.id not in free:
                continue
            beside_staying = change.id in staying and _depth(other) == _depth(change)
            if _follows(other, beside_staying, everywhere, formatted):
                free.discard(other.id)
                following.add(other.id)
                waiting.append(other)
    return following


def _nested_ids(scene: Scene, layout: Sequence[Change]) -> set[int]:
    return {change.id for change in layout if is_shifted(change) and _is_nested(scene, change)}


def _follows(change: Change, beside_staying: bool, everywhere: bool, formatted: bool) -> bool:
    """Tell whether a change follows the one beside it: moved with it, or wrapped otherwise in the same paragraph.

    `everywhere`, `formatted`: the file was indented or formatted anew all over, which is why.
    """
    if is_shifted(change):
        return not everywhere
    return beside_staying and _is_wrapped(change) and not formatted


def is_shifted(change: Change) -> bool:
    """Return True if the first line's indentation changed."""
    return _shift(change) is not None


def _shift(change: Change) -> tuple[str, str] | None:
    """The first line's indentation before and after, where they differ."""
    if change.hunk is None or not change.hunk.removed or not change.hunk.added:
        return None
    old, new = (line[: len(line) - len(line.lstrip())] for line in (change.hunk.removed[0], change.hunk.added[0]))
    return (old, new) if old != new else None


def _is_nested(scene: Scene, change: Change) -> bool:
    """Return True if the change's first line is deeper in blocks than it was, or less deep."""
    before, after = scene.depths
    hunk, start = change.hunk, scene.after_starts.get(change.id)
    if before is None or after is None or hunk is None or start is None:
        return False
    if hunk.start >= len(before) or start >= len(after):
        return False
    # An operator that moved to the end of the line above is held by fewer nodes than its operand.
    old, new = hunk.removed[0].lstrip(), hunk.added[0].lstrip()
    return old[:1] == new[:1] and before[hunk.start] != after[start]


def _is_everywhere(scene: Scene, moved: Sequence[Change], staying: set[int]) -> bool:
    """Tell whether lines were indented anew for no change that stays: most of the file's, or many away from each."""
    near, away = _moved_lines(scene, {change.id for change in moved}, staying)
    if away >= max(FEWEST, 2 * near):
        return True
    indented = sum(line[:1].isspace() and bool(line.strip()) for line in scene.before)
    if near + away < FEWEST or 2 * (near + away) < indented:
        return False
    return near + away >= MANY or _is_uniform(moved)


def _moved_lines(scene: Scene, moved: set[int], staying: set[int]) -> tuple[int, int]:
    """Count the lines that moved in runs of changes with one that stays, and in the other runs."""
    near = away = 0
    for run in runs([change for change in scene.changes if change.hunk is not None]):
        moved_hunks = hunks_of(change for change in run if change.id in moved)
        lines = sum(len(hunk.removed) for hunk in moved_hunks)
        if staying.isdisjoint(change.id for change in run):
            away += lines
        else:
            near += lines
    return near, away


def _is_uniform(moved: Sequence[Change]) -> bool:
    """Tell whether eight of ten shifts are the usual one of their indentation, such as 2 → 4 and 4 → 8."""
    shifts = Counter(filter(None, map(_shift, moved)))
    usual: dict[str, int] = {}
    for (old, _), count in shifts.items():
        usual[old] = max(usual.get(old, 0), count)
    return 10 * sum(usual.values()) >= 8 * shifts.total()


def _is_wrapped(change: Change) -> bool:
    return change.hunk is not None and len(change.hunk.removed) != len(change.hunk.added)


def _depth(change: Change) -> int:
    """The indentation of a change's first line."""
    lines = (change.hunk.added or change.hunk.removed) if change.hunk else ("",)
    return len(lines[0]) - len(lines[0].lstrip())
