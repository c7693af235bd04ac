"""Layout that comes of something that stays: lines moved into a block or out of one, or aligned to what changed.

To put such lines back has no effect on the program, and leaves a text that nobody would write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.indents import blanks_before, indent_of
from fretsaw.core.prune.scene import Scene, added_lines, changes_but, hunks_of, ids_of, line_runs, removed_lines

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
    shifted = list(filter(is_shifted, layout))
    nested = ids_of(filter(partial(_is_nested, scene), shifted))
    moved = changes_but(shifted, nested)
    cause = _Cause(
        is_indented_anew=scene.meaning is not None or _is_everywhere(scene, moved, staying),
        is_formatted_anew=len(layout) - len(nested) >= max(FEWEST, 2 * len(staying)),
    )
    free = ids_of(layout) - nested
    # From each that stays to what is beside it, from there on to what is beside that, as far as something follows.
    waiting = [change for change in scene.changes if change.id in staying | nested]
    following = nested & ids_of(waiting)
    while waiting:
        change = waiting.pop()
        stays = change.id in staying
        for other in scene.beside(change):
            if other.id in free and cause.lets_follow(other, beside=change, stays=stays):
                free.discard(other.id)
                following.add(other.id)
                waiting.append(other)
    return following


@dataclass(frozen=True, slots=True)
class _Cause:
    """Reasons for changes of layout that have nothing to do with what stays."""

    is_indented_anew: bool
    """All over the file: lines moved for that."""
    is_formatted_anew: bool
    """All over the file: lines were wrapped otherwise for that."""

    def lets_follow(self, change: Change, *, beside: Change, stays: bool) -> bool:
        """Tell whether a change follows the one beside it: moved with it, or wrapped otherwise in the same paragraph as
        one that stays."""
        if is_shifted(change):
            return not self.is_indented_anew
        is_in_paragraph = stays and _depth(change) == _depth(beside)
        return is_in_paragraph and _is_wrapped(change) and not self.is_formatted_anew


def is_shifted(change: Change) -> bool:
    """Return True if the first line's indentation changed."""
    return _shift(change) is not None


def _shift(change: Change) -> tuple[str, str] | None:
    """The first line's indentation before and after, where they differ."""
    removed, added = removed_lines(change), added_lines(change)
    if not removed or not added:
        return None
    old, new = blanks_before(removed[0]), blanks_before(added[0])
    return (old, new) if old != new else None


def _is_nested(scene: Scene, change: Change) -> bool:
    """Return True if the change's first line is deeper in blocks than it was, or less deep."""
    hunk = change.hunk
    if hunk is None:
        return False
    # An operator that moved to the end of the line above is held by fewer nodes than its operand.
    old, new = hunk.removed[0].lstrip(), hunk.added[0].lstrip()
    begins_alike = old[:1] == new[:1]
    before, after = scene.depths if begins_alike else (None, None)
    if before is None or after is None:
        return False
    return before[hunk.start] != after[scene.after_starts[change.id]]


def _is_everywhere(scene: Scene, moved: Sequence[Change], staying: set[int]) -> bool:
    """Tell whether lines were indented anew for no change that stays: most of the file's, or many away from each."""
    near, away = _moved_lines(scene, ids_of(moved), staying)
    if away >= max(FEWEST, 2 * near):
        return True
    lines = near + away
    if lines < FEWEST or (lines < MANY and not _is_uniform(moved)):
        return False
    indented = list(filter(indent_of, scene.before))
    return 2 * lines >= len(indented)


def _moved_lines(scene: Scene, moved: set[int], staying: set[int]) -> tuple[int, int]:
    """Count the lines that moved in runs of changes with one that stays, and in the other runs."""
    counts: Counter[bool] = Counter()
    for run in line_runs(scene.changes):
        moved_hunks = hunks_of(change for change in run if change.id in moved)
        is_near = not staying.isdisjoint(ids_of(run))
        counts[is_near] += sum(len(hunk.removed) for hunk in moved_hunks)
    return counts[True], counts[False]


def _is_uniform(moved: Sequence[Change]) -> bool:
    """Tell whether eight of ten shifts are the usual one of their indentation, such as 2 → 4 and 4 → 8."""
    shifts = Counter(filter(None, map(_shift, moved)))
    # The usual ones come last, so that they stay.
    usual = {old: count for (old, _), count in reversed(shifts.most_common())}
    return 10 * sum(usual.values()) >= 8 * shifts.total()


def _is_wrapped(change: Change) -> bool:
    return len(removed_lines(change)) != len(added_lines(change))


def _depth(change: Change) -> int:
    """The indentation of a change's first line."""
    lines = added_lines(change) + removed_lines(change)
    return len(blanks_before(lines[0]))
