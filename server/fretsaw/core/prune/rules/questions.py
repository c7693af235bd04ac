"""Questions of several rules: is a name used, does the issue ask for a guard, is a change away from the fix?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from fretsaw.core.languages import is_test, syntax_of
from fretsaw.core.patch.defined_names import imported_names
from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.prune.definitions_around import definitions_around
from fretsaw.core.prune.lexer import is_comment
from fretsaw.core.prune.scene import Scene, hunks_of, is_blank, text

_IMPORT_WORDS = frozenset({"import", "from", "as", "use", "using", "static", "const", "let", "var", "require", "type"})
_PROSE = re.compile(r"\.(?:md|markdown|rst|txt|adoc)$|(?:^|/)[A-Z]+$")


def count(said: str, name: str) -> int:
    """Count the word in the text."""
    return len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", said))


def uses(scene: Scene, name: str, but: str) -> int:
    """Count the word in the text after, without this one piece of it."""
    return count("".join(scene.after).replace(but.strip("\n"), "", 1), name)


def used_elsewhere(scene: Scene, name: str) -> bool:
    """Return True if another file of the patch adds the word, or a file of the snapshot uses it."""
    for file in scene.patch.files:
        if file.path != scene.path and any(count(text(hunk.added), name) for hunk in file.hunks):
            return True
    if scene.language != "python":
        return next(_holders(scene, name), None) is not None
    # Only in Python has a file to say from where it has a name.
    module = _module(scene.path)
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
        if path == scene.path or _PROSE.search(path):
            continue
        said = patched[path] if path in patched else scene.read(path)
        if said and count(said, name):
            yield said


def takes_place_of_import(scene: Scene, change: int, statement: str) -> bool:
    """Tell whether an import comes for one that goes in another change: `import a as b` for `import a as c`."""
    words = set(re.findall(r"\w+", statement)) - _IMPORT_WORDS
    gone = (line for other in scene.changes if other.hunk and other.id != change for line in other.hunk.removed)
    return any(imported_names(line) and words & set(re.findall(r"\w+", line)) for line in gone)


def asks_for_guard(scene: Scene, name: str) -> bool:
    """Return True if the issue is about missing values, or speaks of them and of this name."""
    return "none" in scene.asked.title_topics or ("none" in scene.asked.topics and scene.asked.names(name))


def is_alone(
    scene: Scene, part: Iterable[Change], changes: tuple[Change, ...], alike: Collection[int] = frozenset()
) -> bool:
    """Tell whether the fix is elsewhere in the file: nothing that stays is beside the part, and something may be it.

    `alike`: ids of other findings of the same rule. What a rule spoke of, blank lines, comments and tests are no fix:
    a guard that is all that a patch does is what it is for, and so may be one where the issue says the fault is.
    """
    part = list(part)
    if _is_in_named_definition(scene, part):
        return False
    ids = {change.id for change in part}
    for change in part:
        near = [other for other in scene.beside(change) if other.id not in ids and other.id not in scene.judged]
        if not all(map(is_blank, hunks_of(near))):
            return False
    passed_over = {*ids, *alike, *scene.judged}
    others = hunks_of(change for change in changes if change.id not in passed_over)
    return any(_is_code(hunk, scene.language) for hunk in others)


def _is_in_named_definition(scene: Scene, part: list[Change]) -> bool:
    """Tell whether the issue names the innermost definition that the part stands in, be it in a traceback."""
    starts = [hunk.start for hunk in hunks_of(part)]
    return any(scene.asked.names(name) for at in starts for name in islice(definitions_around(scene.before, at), 1))


def _is_code(hunk: Hunk, language: str) -> bool:
    return any(line.strip() and not is_comment(line, language) for line in hunk.removed + hunk.added)


def edits_other_code(scene: Scene) -> bool:
    """Tell whether the patch edits code in another file that is no test."""
    others = (file for file in scene.patch.files if file.path != scene.path and file.op == "edit")
    return any(syntax_of(file.path) and not is_test(file.path) for file in others)
