"""The rule on prints that were made for debugging, in any language. Not provable."""

from __future__ import annotations

import re

from fretsaw.core.languages import BY_SYNTAX
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.scene import Scene, text

_PRINT = {name: re.compile(row.prints) for name, row in BY_SYNTAX.items() if row.prints}
_TRANSLATED = re.compile(r"\(\s*(?:_|__|gettext|ngettext|tr|translate|i18n\.t)\(")
"""Texts that are translated are meant for users."""


def debug_print(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A statement that prints, put in alone."""
    pattern = _PRINT.get(scene.language)
    if pattern is None or "print" in scene.asked.title_topics:
        return {}
    if any(pattern.match(line) for change in scene.changes if change.hunk for line in change.hunk.removed):
        return {}  # output that went and came again in other words
    return {
        change.id: "adds output for debugging"
        for change in changes
        if change.hunk and not change.hunk.removed and change.kind == "lines" and pattern.match(text(change.hunk.added))
        if not _TRANSLATED.search(text(change.hunk.added))
    }
