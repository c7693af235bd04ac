"""Layout that comes of something that stays: lines moved into a block or out of one, or aligned to what changed.

To put such lines back has no effect on the program, and leaves a text that nobody would write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.indents import blanks_before, indent_of
from fretsaw.core.prune.scene import Scene, hunks_of, ids_of, runs

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
    """Why layout of a file may have changed beside a change that stays."""

    is_indented_anew: bool
    """All over the file, which is why lines moved."""
    is_formatted_anew: bool
    """All over the file, which is why lines were wrapped otherwise."""

    def lets_follow(self, change: Change, *, beside: Change, stays: bool) -> bool:
        """Tell whether a change follows the one beside it: moved with it, or wrapped otherwise in the same paragraph as
        one that stays."""
        if is_shifted(change):
            return not self.is_indented_anew
        is_in_paragraph = stays and _depth(change) == _depth(beside)
        return is_in_paragraph and _is_wrapped(change) and not self.is_formatted_anew


def _nested_ids(scene: Scene, layout: Sequence[Change]) -> set[int]:
    return ids_of(change for change in layout if _is_nested(scene, change))


def is_shifted(change: Change) -> bool:
    """Return True if the first line's indentation changed."""
    return _shift(change) is not None


def _shift(change: Change) -> tuple[str, str] | None:
    """The first line's indentation before and after, where they differ."""
    hunk = change.hunk
    if hunk is None or not hunk.removed or not hunk.added:
        return None
    shift = blanks_before(hunk.removed[0]), blanks_before(hunk.added[0])
    return shift if shift[0] != shift[1] else None


def _is_nested(scene: Scene, change: Change) -> bool:
    """Return True if the change's first line was moved, and is deeper in blocks than it was, or less deep."""
    hunk = change.hunk
    if hunk is None or not is_shifted(change):
        return False
    before, after = scene.depths
    if before is None or after is None:
        return False
    # An operator that moved to the end of the line above is held by fewer nodes than its operand.
    old, new = hunk.removed[0].lstrip(), hunk.added[0].lstrip()
    begins_alike = old[:1] == new[:1]
    return begins_alike and before[hunk.start] != after[scene.after_starts[change.id]]


def _is_everywhere(scene: Scene, moved: Sequence[Change], staying: set[int]) -> bool:
    """Tell whether lines were indented anew for no change that stays: most of the file's, or many away from each."""
    near, away = _moved_lines(scene, ids_of(moved), staying)
    if away >= max(FEWEST, 2 * near):
        return True
    lines = near + away
    indented = [line for line in scene.before if indent_of(line)]
    is_most_of_file = lines >= FEWEST and 2 * lines >= len(indented)
    return is_most_of_file and (lines >= MANY or _is_uniform(moved))


def _moved_lines(scene: Scene, moved: set[int], staying: set[int]) -> tuple[int, int]:
    """Count the lines that moved in runs of changes with one that stays, and in the other runs."""
    with_lines = [change for change in scene.changes if change.hunk is not None]
    counts: Counter[bool] = Counter()
    for run in runs(with_lines):
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
    return change.hunk is not None and len(change.hunk.removed) != len(change.hunk.added)


def _depth(change: Change) -> int:
    """The indentation of a change's first line."""
    lines = change.hunk.added or change.hunk.removed if change.hunk else ("",)
    return len(blanks_before(lines[0]))
