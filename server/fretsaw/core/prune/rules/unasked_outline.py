"""Rules on code that works but was not asked for, in the languages that tree-sitter outlines. Not provable."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.prune.lexer import without_comment, words
from fretsaw.core.prune.rules.questions import (
    asks_for_guard,
    count,
    is_alone,
    takes_place_of_import,
    used_elsewhere,
    uses,
)
from fretsaw.core.prune.rules.rewordings import find_renames
from fretsaw.core.prune.scene import Scene, hunks_of, is_blank, text
from fretsaw.core.prune.syntax import Outline, Part, same_syntax

_TYPED = frozenset({"typescript", "tsx"})
_IMPORT = re.compile(r"\b(?:import|use|require)\b|^\s*(?:\w+\s+)?\"[\w./-]+\"\s*$|^\s*[\w{},\s]+$", re.MULTILINE)
_LEAVES = re.compile(r"\b(?:return|continue|break|next)\b")
_CATCH = re.compile(r"\b(?:catch|rescue)\b")
_SAFE_ACCESS = re.compile(r"(\w+)(?:\?\.(?![\d\[(])|&\.(?=\w))")
_IN_LIST = frozenset(",{}():") | {"as", "type", "self"}
_CALLED_BY_OTHERS = re.compile(
    r"main$|init$|WinMain|Test|Benchmark|Fuzz|Example|test|readObject|writeObject|readResolve|writeReplace|initialize"
    r"|on_|handle_|before_|after_|method_missing|respond_to_missing"
)
_TEST = re.compile(r"(?:^|/)(?:tests?|specs?|__tests__)/|(?:_test|_spec|\.test|\.spec|Test)\.\w+$")
_NOT_STANDARD = re.compile(
    r"Interrupt|Signal|NoMemory|Script|LoadError|NotImplemented|SystemExit|Syntax|SecurityError|SystemStack|Exception$"
)
"""Ruby: errors that `rescue StandardError` does not catch."""


def unused_import(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Imports, or names in one, that nothing in the file uses."""
    if "imports" in scene.asked.title_topics:
        return {}
    return {
        at: f"imports {', '.join(names)}, which nothing uses"
        for at, names, said in _imported(scene, changes)
        if all(uses(scene, name, said) == 0 for name in names) and not takes_place_of_import(scene, at, said)
    }


def import_for_findings(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An import that only what other rules found makes use of: it goes with them."""
    found = "".join(text(c.hunk.added) for c in scene.changes if c.hunk and c.id in scene.judged)
    if not found:
        return {}
    return {
        at: f"imports {', '.join(names)} for what is not needed either"
        for at, names, said in _imported(scene, changes)
        if all(0 < count(found, name) == uses(scene, name, said) for name in names)
    }


def _imported(scene: Scene, changes: tuple[Change, ...]) -> Iterator[tuple[int, list[str], str]]:
    """(id, names, text) of each change that adds one import, or names to one, and does nothing else."""
    likely = [c for c in changes if c.hunk and c.kind == "lines" and _IMPORT.search(text(c.hunk.added))]
    outline = scene.outline_after if likely else None
    for change in likely:
        if outline is None or change.hunk is None:
            return
        part = _import_on(outline, scene.after_starts[change.id], change.hunk.added)
        names = _names_added(part, change.hunk, scene.language) if part else []
        if names:
            yield change.id, names, text(change.hunk.added)


def _import_on(outline: Outline, start: int, lines: Sequence[str]) -> Part | None:
    """The import that covers just these lines, blank ones aside; `start`: row of the first. None without one."""
    rows = {start + at for at, line in enumerate(lines) if line.strip()}
    return next((part for part in outline.imports if rows and rows == set(range(part.first, part.last + 1))), None)


def _names_added(part: Part, hunk: Hunk, language: str) -> list[str]:
    """Names of an import that the hunk adds; none where it does anything else.

    `import {a} from "x"` to `import {a, b} from "x"` adds b; with another module it does something else.
    """
    old, new = words(text(hunk.removed), language), words(text(hunk.added), language)
    names = [name for name in part.names if name not in old]
    only_adds = not old or (set(old) <= set(new) and set(new) - set(old) <= {*names, *_IN_LIST})
    return names if only_adds else []


def unused_helper(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A new function or type, not open to other files, that nothing uses and the issue does not name."""
    if _TEST.search(scene.path) or not any(c.hunk and not c.hunk.removed and not is_blank(c.hunk) for c in changes):
        return {}
    outline = scene.outline_after
    out: dict[int, str] = {}
    for part in outline.helpers if outline else ():
        name = part.names[0]
        if _CALLED_BY_OTHERS.match(name) or scene.asked.names(name) or used_elsewhere(scene, name):
            continue
        body = _inserted(scene, part.first, part.last, changes)
        said = "".join(scene.after[part.first : part.last + 1])
        # A call of itself is no use.
        if body and uses(scene, name, said) == 0:
            out |= dict.fromkeys((change.id for change in body), f"adds {name}, which nothing uses")
    return out


def guard(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An early end for a missing value, or `?.` for `.`, away from the fix."""
    out = _safe_access(scene, changes)
    likely = any(c.hunk and not c.hunk.removed and _LEAVES.search(text(c.hunk.added)) for c in changes)
    outline = scene.outline_after if likely else None
    parts = outline.guards if outline else ()
    guards = [(part.names[0], _inserted(scene, part.first, part.last, changes)) for part in parts]
    alike = {change.id for _, body in guards for change in body}
    for name, body in guards:
        if body and not asks_for_guard(scene, name) and is_alone(scene, body, changes, alike):
            reason = f"guards against a missing {name}, which the issue does not mention"
            out |= dict.fromkeys((change.id for change in body), reason)
    return out


def _safe_access(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    if scene.language not in _TYPED | {"javascript", "ruby"}:
        return {}
    out = {}
    for change in changes:
        hunk = change.hunk
        if hunk is None or not len(hunk.removed) == len(hunk.added) == 1:
            continue
        old, new = hunk.removed[0], hunk.added[0]
        names = _SAFE_ACCESS.findall(new)
        plain = [_SAFE_ACCESS.sub(r"\1.", line) for line in (old, new)]
        if len(names) <= len(_SAFE_ACCESS.findall(old)) or plain[0] != plain[1]:
            continue
        if not any(asks_for_guard(scene, name) for name in names) and is_alone(scene, [change], changes):
            out[change.id] = f"guards against a missing {names[-1]}, which the issue does not mention"
    return out


def widened_catch(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A catch clause that catches more than before."""
    if "except" in scene.asked.title_topics:
        return {}
    out = {}
    for change in changes:
        hunk = change.hunk
        if hunk is None or not len(hunk.removed) == len(hunk.added) == 1 or not _CATCH.search(hunk.added[0]):
            continue
        old = _caught(scene.outline_before, hunk.start)
        new = _caught(scene.outline_after, scene.after_starts[change.id])
        if old and new and new[1] > old[1] and not (scene.language == "ruby" and _is_other(old[0], new[1])):
            out[change.id] = f"catches {', '.join(new[0]) or 'everything'} instead of {', '.join(old[0]) or 'less'}"
    return out


def _is_other(types: tuple[str, ...], width: int) -> bool:
    return width < 2 and any(_NOT_STANDARD.search(one) for one in types)


def _caught(outline: Outline | None, row: int) -> tuple[tuple[str, ...], int] | None:
    found = [(types, width) for at, types, width in outline.catches if at == row] if outline else []
    return found[0] if len(found) == 1 else None


def hints_added(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """TypeScript: type annotations added to code that is otherwise the same."""
    if scene.language not in _TYPED or "types" in scene.asked.topics:
        return {}
    likely = [change for change in changes if _adds_words(change, scene.language)][:MOST_HINTED]
    after = "".join(scene.after)
    return {
        change.id: "adds type annotations"
        for change in likely
        if same_syntax(after, scene.without({change.id}), scene.language, {"type_annotation"})
    }


MOST_HINTED = 12
"""Changes of a file up to which each is tried without its annotations."""


def _adds_words(change: Change, language: str) -> bool:
    """Return True if the new side is the old one with words put in, a colon among them."""
    hunk = change.hunk
    if hunk is None or not hunk.removed or text(hunk.added).count(":") <= text(hunk.removed).count(":"):
        return False
    new = iter(words(text(hunk.added), language))
    return all(word in new for word in words(text(hunk.removed), language))


def renamed_local(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A variable or parameter of a function with another name, and nothing else changed on its lines."""
    return find_renames(scene, changes, partial(_is_whole, scene))


def _is_whole(scene: Scene, old: str, new: str, group: list[Change]) -> bool:
    """Tell whether the lines of the group rename what one of them declares, everywhere in the function that owns it."""
    before, after = scene.outline_before, scene.outline_after
    if before is None or after is None or {old, new} & (before.shorthands | after.shorthands):
        return False
    scope = _owner(before, old, {row for c in group if c.hunk for row in range(c.hunk.start, c.hunk.end)})
    if scope is None:
        return False
    word = re.compile(rf"(?<![\w.]){re.escape(old)}(?!\w)")
    return not any(word.search(without_comment(line, scene.language)[0]) for line in _lines_after(scene, *scope))


def _owner(outline: Outline, name: str, rows: set[int]) -> tuple[int, int] | None:
    """First and last row of the one function that owns the name declared on one of the rows and holds all of them."""
    scopes = {declared.scope for declared in outline.declared if declared.name == name and declared.row in rows}
    if len(scopes) != 1:
        return None
    scope = scopes.pop()
    if not scope or not rows.issubset(range(scope[0], scope[1] + 1)):
        return None
    return scope


def _lines_after(scene: Scene, first: int, last: int) -> list[str]:
    """The lines that all changes leave of these rows of the text before, not in order: kept ones, then new ones."""
    kept = dict(enumerate(scene.before[first : last + 1], first))
    new: list[str] = []
    for hunk in hunks_of(scene.changes):
        for row in range(hunk.start, hunk.end):
            kept.pop(row, None)
        if first <= hunk.start <= last:
            new.extend(hunk.added)
    return [*kept.values(), *new]


def _inserted(scene: Scene, first: int, last: int, changes: tuple[Change, ...]) -> list[Change]:
    """The open changes that add these rows and no others; none unless all of the rows are new."""
    rows = {row for row in range(first, last + 1) if scene.after[row].strip()}
    found = []
    for change in scene.changes:
        hunk = change.hunk
        start = scene.after_starts.get(change.id, -1)
        if hunk is None or hunk.removed or start < first or start + len(hunk.added) > last + 1:
            continue
        rows -= set(range(start, start + len(hunk.added)))
        found.append(change)
    still_open = {change.id for change in changes}
    return [change for change in found if change.id in still_open] if not rows else []
