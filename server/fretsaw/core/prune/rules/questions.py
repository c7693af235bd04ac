"""What several rules ask: is a name used, does the issue ask for a guard, is a change away from the fix?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.scene import Scene, text


def count(said: str, name: str) -> int:
    """How often the text holds the word."""
    return len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", said))


def uses(scene: Scene, name: str, but: str) -> int:
    """How often the text after holds the word, without this one piece of it."""
    return count("".join(scene.after).replace(but.strip("\n"), "", 1), name)


def used_elsewhere(scene: Scene, name: str) -> bool:
    """Whether another file of the patch adds the word."""
    others = (file for file in scene.patch.files if file.path != scene.path)
    return any(count(line, name) for file in others for hunk in file.hunks for line in hunk.added)


def asks_for_guard(scene: Scene, name: str) -> bool:
    """Whether the issue is about missing values, or speaks of them and of this name."""
    return "none" in scene.asked.title_topics or ("none" in scene.asked.topics and scene.asked.names(name))


def is_alone(scene: Scene, part: Iterable[Change], changes: tuple[Change, ...]) -> bool:
    """Whether no change that stays is right beside the part, while there are others: the fix is elsewhere."""
    part = list(part)
    ids = {change.id for change in part}
    near = [c for change in part for c in scene.beside(change) if c.id not in ids and c.id not in scene.judged]
    if any(other.hunk and text(other.hunk.removed + other.hunk.added).strip() for other in near):
        return False
    return any(change.id not in ids for change in changes) or len(scene.patch.files) > 1
