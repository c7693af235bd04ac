"""The rule on prints that were made for debugging, in any language. Not provable."""

from __future__ import annotations

import re
from itertools import chain

from fretsaw.core.languages import BY_SYNTAX
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.rules.conditions import unless_title_mentions
from fretsaw.core.prune.rules.line_change import insertions, of_kind, with_reason
from fretsaw.core.prune.scene import Scene, hunks_of

_PRINT = {name: re.compile(row.prints) for name, row in BY_SYNTAX.items() if row.prints}
_TRANSLATED = re.compile(r"\(\s*(?:_|__|gettext|ngettext|tr|translate|i18n\.t)\(")
"""Texts that are translated are meant for users."""


@unless_title_mentions("print")
def debug_print(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A statement that prints, put in alone."""
    pattern = _PRINT.get(scene.language)
    if pattern is None:
        return {}
    removed = chain.from_iterable(hunk.removed for hunk in hunks_of(scene.changes))
    if any(map(pattern.match, removed)):
        return {}  # output that went and came again in other words
    inserted = insertions(of_kind("lines", changes))
    for_debugging = [
        change for change in inserted if pattern.match(change.added) and not _TRANSLATED.search(change.added)
    ]
    return with_reason(for_debugging, "adds output for debugging")
