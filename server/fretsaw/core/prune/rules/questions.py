"""Questions of several rules: is a name used, is a change away from the fix?"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, filterfalse

from fretsaw.core.languages import is_test, syntax_of
from fretsaw.core.patch import texts
from fretsaw.core.patch.defined_names import imported_names
from fretsaw.core.patch.patch_set import Change, FilePatch, Hunk
from fretsaw.core.prune.lexer import is_comment
from fretsaw.core.prune.rules.line_change import LineChange, ids_of, line_changes, without, without_blanks
from fretsaw.core.prune.scene import Scene, text

_IMPORT_WORDS = frozenset({"import", "from", "as", "use", "using", "static", "const", "let", "var", "require", "type"})
_WORD = re.compile(r"\w+")
_PROSE = re.compile(r"\.(?:md|markdown|rst|txt|adoc)$|(?:^|/)[A-Z]+$")


def count(source: str, name: str) -> int:
    """Count the word in the text."""
    return len(re.findall(rf"(?<!\w){re.escape(name)}(?!\w)", source))


def uses(scene: Scene, name: str, but: str) -> int:
    """Count the word in the text after, without this one piece of it."""
    return count("".join(scene.after).replace(but.strip("\n"), "", 1), name)


def used_elsewhere(scene: Scene, name: str) -> bool:
    """Return True if another file of the patch adds the word, or a file of the snapshot uses it."""
    if any(count(text(hunk.added), name) for hunk in hunks_elsewhere(scene)):
        return True
    # Only in Python has a file to say from where it has a name.
    module = _module(scene.path) if scene.language == "python" else ""
    return any(not module or count(user, module) for user in _files_with_word(scene, name))


def is_unused(scene: Scene, name: str, declaration: str) -> bool:
    """Tell whether a new name has no use besides its own declaration, and the issue does not have it either."""
    if scene.asked.names(name) or uses(scene, name, but=declaration):
        return False
    return not used_elsewhere(scene, name)


def imported_elsewhere(scene: Scene, name: str) -> bool:
    """Python: whether a file of the snapshot takes the name from this module: `from calc import path`, `calc.path`."""
    module = re.escape(_module(scene.path))
    taken = re.compile(
        rf"\b{module}\.{re.escape(name)}\b|\b{module}\s+import\s+(?:\([^)]*|[^\n]*)(?<!\w){re.escape(name)}(?!\w)"
    )
    return any(map(taken.search, _files_with_word(scene, name)))


def _module(path: str) -> str:
    """The last part of a Python module's name."""
    folders, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return folders.rsplit("/", 1)[-1] if stem == "__init__" else stem


def _files_with_word(scene: Scene, name: str) -> Iterator[str]:
    """Texts of the other files of the snapshot that hold the word, as the patch leaves them; prose is no use of it."""
    if scene.find is None or scene.read is None:
        return
    patched = {**texts(scene.patch), scene.path: None}  # its own text is no other file's
    for path in filterfalse(_PROSE.search, scene.find(name)):
        source = patched[path] if path in patched else scene.read(path)
        if source and count(source, name):
            yield source


def other_files(scene: Scene) -> list[FilePatch]:
    """The other files of the patch."""
    return [file for file in scene.patch.files if file.path != scene.path]


def hunks_elsewhere(scene: Scene) -> Iterator[Hunk]:
    """Yield the hunks of the other files of the patch."""
    return chain.from_iterable(file.hunks for file in other_files(scene))


def takes_place_of_import(scene: Scene, change: int, statement: str) -> bool:
    """Tell whether an import comes for one that goes in another change: `import a as b` for `import a as c`."""
    brought = set(_WORD.findall(statement)) - _IMPORT_WORDS
    gone = chain.from_iterable(other.hunk.removed for other in line_changes(without(scene.changes, {change})))
    imports_gone = "".join(filter(imported_names, gone))
    return not brought.isdisjoint(_WORD.findall(imports_gone))


def is_alone(
    scene: Scene, part: Sequence[LineChange], changes: tuple[Change, ...], alike: Collection[int] = frozenset()
) -> bool:
    """Tell whether the fix is elsewhere in the file: nothing that stays is beside the part, and something may be it.

    `alike`: ids of other findings of the same rule. What a rule spoke of, blank lines, comments and tests are no fix:
    a guard that is all that a patch does is what it is for, and so may be one where the issue says the fault is.
    """
    own = ids_of(part)
    if _is_in_named_definition(scene, part):
        return False
    if any(has_fix_beside(scene, change, but=own) for change in part):
        return False
    others = unjudged(scene, changes, but={*own, *alike})
    return any(_has_code(other.lines, scene.language) for other in others)


def has_fix_beside(scene: Scene, change: LineChange, but: Collection[int]) -> bool:
    """Tell whether lines that no rule spoke of change right beside a change; `but`: ids that do not count."""
    return not all(map(LineChange.is_blank, unjudged(scene, scene.beside(change.change), but=but)))


def unjudged(scene: Scene, changes: Iterable[Change], but: Collection[int]) -> list[LineChange]:
    """The changes of lines that no rule spoke of yet, without those of the ids in `but`."""
    return list(line_changes(without(without(changes, but), scene.judged)))


def _is_in_named_definition(scene: Scene, part: Sequence[LineChange]) -> bool:
    """Tell whether the issue names the innermost definition that the part stands in, be it in a traceback."""
    innermost = (next(scene.definitions_around(change.hunk.start), "") for change in part)
    return any(map(scene.asked.names, innermost))


def _has_code(lines: Iterable[str], language: str) -> bool:
    """Return True if a line is neither blank nor a comment."""
    return not all(is_comment(line, language) for line in without_blanks(lines))


def are_comments(lines: Iterable[str], language: str) -> bool:
    """Return True if there is a comment among the lines, and else nothing but comments and blank lines."""
    written = without_blanks(lines)
    return bool(written) and not _has_code(written, language)


def opens_block(lines: Sequence[str], row: int) -> bool:
    """Tell whether the line on this row begins a block: `if a:` or `if (a) {`."""
    return row < len(lines) and lines[row].rstrip().endswith((":", "{"))


def edits_other_code(scene: Scene) -> bool:
    """Tell whether the patch edits code in another file that is no test."""
    edited = (file.path for file in other_files(scene) if file.op == "edit")
    without_tests = filterfalse(is_test, edited)
    return any(map(syntax_of, without_tests))
