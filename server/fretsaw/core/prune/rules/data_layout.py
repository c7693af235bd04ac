"""The changes of a data file that lay it out anew and leave the data as it is."""

from __future__ import annotations

from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.patch.sequence import differences
from fretsaw.core.prune.data import can_be_compared, is_data
from fretsaw.core.prune.rules.conditions import unless_title_mentions
from fretsaw.core.prune.rules.line_change import LineChange, indent, replacements, with_reason
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


@unless_title_mentions("format")
@unless_title_mentions("tidy")
def data_layout(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Data that cannot be read: lines that say the same but for blanks, which nothing proves to mean the same."""
    if scene.file.op != "edit" or not is_data(scene.path) or scene.asks_for_data_layout:
        return {}
    alike = [change for change in replacements(changes) if _differs_in_blanks(change, scene.path)]
    if not alike or can_be_compared(scene.path, scene.text_before, scene.text_after):
        return {}
    return with_reason(alike, "changes blanks only; that the data is the same is not proved")


def _differs_in_blanks(change: LineChange, path: str) -> bool:
    """Tell whether the sides are the same without blanks; indentation counts where it means something."""
    if "".join(change.removed.split()) != "".join(change.added.split()):
        return False
    return not path.endswith((".yml", ".yaml")) or indent(change.removed) == indent(change.added)
