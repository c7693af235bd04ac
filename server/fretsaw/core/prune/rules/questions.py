"""Questions of several rules: is a name used, does the issue ask for a guard, is a change away from the fix?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.scene import Scene, text

_PROSE = re.compile(r"\.(?:md|markdown|rst|txt|adoc)$|(?:^|/)[A-Z]+$")


def count(said: str, name: str) -> int:
    """Count the word in the text."""
    return len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", said))


def uses(scene: Scene, name: str, but: str) -> int:
    """Count the word in the text after, without this one piece of it."""
    return count("".join(scene.after).replace(but.strip("\n"), "", 1), name)


def used_elsewhere(scene: Scene, name: str) -> bool:
    """Return True if another file of the patch adds the word, or a file of the snapshot uses it."""
    others = (file for file in scene.patch.files if file.path != scene.path)
    if any(count(line, name) for file in others for hunk in file.hunks for line in hunk.added):
        return True
    # Only in Python has a file to say from where it has a name.
    module = _module(scene.path) if scene.language == "python" else ""
    return any(not module or count(said, module) for said in _holders(scene, name))


def imported_elsewhere(scene: Scene, name: str) -> bool:
    """Python: whether a file of the snapshot takes the name from this module: `from calc import path`, `calc.path`."""
    module = re.escape(_module(scene.path))
    taken = re.compile(
        rf"\b{module}\.{re.escape(name)}\b|\b{module}\s+import\s+(?:\([^)]*|[^\n]*)(?<!\w){re.escape(name)}(?!\w)"
    )
    return any(taken.search(said) for said in _holders(scene, name))


def _module(path: str) -> str:
    """The last part of a Python module's name."""
    folders, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return folders.rsplit("/", 1)[-1] if stem == "__init__" else stem


def _holders(scene: Scene, name: str) -> Iterator[str]:
    """Texts of the other files of the snapshot that hold the word, as the patch leaves them; prose is no use of it."""
    if scene.find is None or scene.read is None:
        return
    patched = {file.path: file.after for file in scene.patch.files}
    for path in scene.find(name):
        said = patched[path] if path in patched else scene.read(path)
        if path != scene.path and said and not _PROSE.search(path) and count(said, name):
            yield said


def asks_for_guard(scene: Scene, name: str) -> bool:
    """Return True if the issue is about missing values, or speaks of them and of this name."""
    return "none" in scene.asked.title_topics or ("none" in scene.asked.topics and scene.asked.names(name))


def is_alone(scene: Scene, part: Iterable[Change], changes: tuple[Change, ...]) -> bool:
    """Return True if no change that stays is right beside the part, while there are others: the fix is elsewhere."""
    part = list(part)
    ids = {change.id for change in part}
    near = [c for change in part for c in scene.beside(change) if c.id not in ids and c.id not in scene.judged]
    if any(other.hunk and text(other.hunk.removed + other.hunk.added).strip() for other in near):
        return False
    return any(change.id not in ids for change in changes) or len(scene.patch.files) > 1
