"""Write the real changes of a reformatted file as the file was: its indentation, quotes, line breaks.

Without this the few lines that stay of such a patch would be the only ones in another style.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import chain, islice, product
from operator import or_
from typing import TypeAlias

from fretsaw.core.patch import derive
from fretsaw.core.patch.patch_set import Change, FilePatch, Hunk
from fretsaw.core.prune.indents import indent_of
from fretsaw.core.prune.json_layout import data_in_old_layout
from fretsaw.core.prune.old_indents import OldIndents, old_indents
from fretsaw.core.prune.old_layout import Style, in_old_layout
from fretsaw.core.prune.rules.layout import reworded
from fretsaw.core.prune.same_meaning import means_same
from fretsaw.core.prune.scene import Scene, changes_but, hunks_of, ids_of, line_changes, runs
from fretsaw.core.text.lines import split_lines

FEWEST = 5
"""Changes of layout alone from which a file counts as formatted anew; they have to be most of its changes, too."""
MOST_TRIALS = 32
Trial: TypeAlias = dict[int, "Hunk | None"]
"""id → what the change becomes; None: it is in the hunk of the one before."""


def restyled(scene: Scene, layout: Sequence[Change]) -> FilePatch | None:
    """The file's patch with the changes that stay in the file's own style; None where there is nothing to do.

    `layout`: the changes that were found to change layout alone. What is written otherwise is proved to mean the same:
    in the text as it is, or, where indentation is syntax and one style only can stand in a file, in the text without
    the layout.
    """
    if scene.file.op != "edit":
        return None
    data = scene.data_in_old_layout
    if data is not None:
        is_so_without_layout = scene.without(ids_of(layout)) == data
        return None if is_so_without_layout else derive(scene.path, scene.file.before, data, scene.file.mode)
    if scene.language == "json" and not scene.asks_for_data_layout:
        return data_in_old_layout(scene)
    if len(scene.changes) <= FEWEST:
        return None
    staying = _staying(scene, layout)
    if _is_formatted_anew(layout, staying):
        return _one_by_one(scene, layout, staying)
    return _all_at_once(scene) if scene.language == "python" else None


def _is_formatted_anew(layout: Sequence[Change], staying: Sequence[Change]) -> bool:
    return len(layout) >= max(FEWEST, len(staying) + 1)


def _staying(scene: Scene, layout: Iterable[Change]) -> list[Change]:
    """The changes of lines but those of layout."""
    return changes_but(line_changes(scene.changes), ids_of(layout))


def _one_by_one(scene: Scene, layout: Sequence[Change], staying: Sequence[Change]) -> FilePatch | None:
    """`restyled` with every trial that holds after the ones before it."""
    taken: Trial = {}
    held = scene.after
    for trial in islice(_trials(scene, layout, staying), MOST_TRIALS):
        if not taken.keys().isdisjoint(trial):
            continue
        lines = split_lines(_with(scene, taken | trial, scene.changes))
        if means_same(held, lines, scene.language):
            held = lines
            taken |= trial
    return derive(scene.path, scene.file.before, "".join(held), scene.file.mode) if taken else None


def _all_at_once(scene: Scene) -> FilePatch | None:
    """`restyled` where the layout cannot be taken away as long as something stays in another one."""
    layout = reworded(scene, scene.changes)
    staying = _staying(scene, layout)
    if not _is_formatted_anew(layout, staying):
        return None
    for trial in islice(_trials(scene, layout, staying), MOST_TRIALS):
        without_layout = split_lines(_with(scene, trial, staying))
        if means_same(scene.after, without_layout, scene.language):
            after = _with(scene, trial, scene.changes)
            return derive(scene.path, scene.file.before, after, scene.file.mode)
    return None


def _trials(scene: Scene, layout: Sequence[Change], staying: Sequence[Change]) -> Iterator[Trial]:
    """Yield the attempts, the best first: all at once, then each; changes that touch as one, then one by one."""
    indents = old_indents(scene, layout)
    groupings = runs(staying), [[change] for change in staying]
    for groups, new_brackets in product(groupings, (False, True)):
        style = Style(scene.language, indents, new_brackets)
        attempts = (_group_in_style(group, style) for group in groups)
        trials = list(filter(None, attempts))
        if len(trials) > 1:
            yield reduce(or_, trials)
        yield from trials


def _group_in_style(group: Sequence[Change], style: Style) -> Trial:
    """The trial that writes a group of changes in the file's style; empty where it is written so."""
    hunks = hunks_of(group)
    removed = chain.from_iterable(hunk.removed for hunk in hunks)
    added = chain.from_iterable(hunk.added for hunk in hunks)
    hunk = _in_style(Hunk(hunks[0].start, tuple(removed), tuple(added)), style)
    if hunk is None:
        return {}
    first, *others = group
    return {first.id: hunk, **dict.fromkeys(change.id for change in others)}


def _with(scene: Scene, trial: Trial, wanted: Iterable[Change]) -> str:
    """The text after with what the trial makes of changes, of those that are wanted."""
    in_others = {at for at, hunk in trial.items() if hunk is None}
    changes = changes_but(wanted, in_others)
    return scene.text_with(replace(change, hunk=trial.get(change.id, change.hunk)) for change in changes)


def _in_style(hunk: Hunk, style: Style) -> Hunk | None:
    """The hunk with its new lines in the style of its old ones; None where that is how they are."""
    lines = tuple(_at_its_depth(line, hunk, style.indents) for line in _styled_lines(hunk, style))
    # What would be nothing but the old lines is for a rule to drop, which says so.
    return replace(hunk, added=lines) if lines not in (hunk.added, hunk.removed) else None


def _styled_lines(hunk: Hunk, style: Style) -> Iterable[str]:
    """The new lines word by word as the old ones; in the file's indentation alone where they are not as many then."""
    new_indents = map(indent_of, hunk.added)
    lines = tuple(split_lines(in_old_layout(hunk, style))) if hunk.removed else ()
    are_as_many = 0 < len(lines) == len(hunk.removed)
    if not are_as_many:
        return map(style.indents.placed, hunk.added, new_indents)
    is_in_another_block = lines == hunk.removed and len(lines) == len(hunk.added)
    return map(style.indents.placed, lines, new_indents) if is_in_another_block else lines


def _at_its_depth(line: str, hunk: Hunk, indents: OldIndents) -> str:
    """A line of the reply where the reply has it: the words it stands in the place of may have stood deeper."""
    bare = line.strip()
    old_lines = {"", *map(str.strip, hunk.removed)}
    if bare in old_lines:
        return line
    in_reply = {indent_of(new) for new in hunk.added if new.strip() == bare}
    if len(in_reply) != 1 or indent_of(line) in in_reply:
        return line
    return indents.placed(line, indent=in_reply.pop())
