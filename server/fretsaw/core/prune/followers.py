"""Layout that comes of something that stays: lines moved into a block or out of one, or aligned to what changed.

To put such lines back has no effect on the program, and leaves a text that nobody would write. Knows no rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.scene import Scene, runs

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
    nested = {change.id for change in layout if is_shifted(change) and _is_nested(scene, change)}
    moved = [change for change in layout if is_shifted(change) and change.id not in nested]
    everywhere = scene.meaning is not None or _is_everywhere(scene, moved, staying)
    formatted = len(layout) - len(nested) >= max(FEWEST, 2 * len(staying))
    known = {change.id for change in layout}
    out: set[int] = set()
    waiting = [change for change in scene.changes if change.id in staying | nested]
    while waiting:
        change = waiting.pop()
        if change.id in nested:
            out.add(change.id)
        for other in scene.beside(change):
            if other.id not in known or other.id in out | nested:
                continue
            shifted = is_shifted(other)
            wrapped = change.id in staying and _is_wrapped(other) and _depth(other) == _depth(change)
            if (shifted and not everywhere) or (not shifted and wrapped and not formatted):
                out.add(other.id)
                waiting.append(other)
    return out


def is_shifted(change: Change) -> bool:
    """Whether the first line's indentation changed."""
    return _shift(change) is not None


def _shift(change: Change) -> tuple[str, str] | None:
    """The first line's indentation before and after, where they differ."""
    if change.hunk is None or not change.hunk.removed or not change.hunk.added:
        return None
    old, new = (line[: len(line) - len(line.lstrip())] for line in (change.hunk.removed[0], change.hunk.added[0]))
    return (old, new) if old != new else None


def _is_nested(scene: Scene, change: Change) -> bool:
    """Whether the change's first line is deeper in blocks than it was, or less deep."""
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
    """Whether lines were indented anew for no change that stays: most of the file's, or many away from every such."""
    shifted = {change.id for change in moved}
    near = away = 0
    for run in runs([change for change in scene.changes if change.hunk]):
        lines = sum(len(change.hunk.removed) for change in run if change.hunk and change.id in shifted)
        if any(change.id in staying for change in run):
            near += lines
        else:
            away += lines
    if away >= max(FEWEST, 2 * near):
        return True
    indented = sum(line[:1].isspace() and bool(line.strip()) for line in scene.before)
    if near + away < FEWEST or 2 * (near + away) < indented:
        return False
    shifts = Counter(filter(None, map(_shift, moved)))
    usual: dict[str, int] = {}
    for (old, _), count in shifts.items():
        usual[old] = max(usual.get(old, 0), count)
    return near + away >= MANY or 10 * sum(usual.values()) >= 8 * shifts.total()


def _is_wrapped(change: Change) -> bool:
    return change.hunk is not None and len(change.hunk.removed) != len(change.hunk.added)


def _depth(change: Change) -> int:
    """The indentation of a change's first line."""
    lines = (change.hunk.added or change.hunk.removed) if change.hunk else ("",)
    return len(lines[0]) - len(lines[0].lstrip())
