"""Rules on code that works but was not asked for, in the languages that tree-sitter outlines. Not provable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.lexer import without_comment, words
from fretsaw.core.prune.rules import added_import
from fretsaw.core.prune.rules.added_import import AddedImport
from fretsaw.core.prune.rules.conditions import only_in, unless_issue_mentions, unless_title_mentions
from fretsaw.core.prune.rules.line_change import (
    LineChange,
    among,
    edits,
    ids_of,
    insertions,
    replacements,
    rewritten_lines,
    rows_after,
    sides_of,
    with_reason,
)
from fretsaw.core.prune.rules.missing_value import Guard, asks_for_guard, away_from_fix
from fretsaw.core.prune.rules.questions import is_unused
from fretsaw.core.prune.rules.rewordings import find_renames
from fretsaw.core.prune.scene import Scene, hunks_of
from fretsaw.core.prune.syntax import Outline, Part, same_syntax

_TYPED = frozenset({"typescript", "tsx"})
_WITH_SAFE_ACCESS = _TYPED | {"javascript", "ruby"}
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


@unless_title_mentions("imports")
def unused_import(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Imports, or names in one, that nothing in the file uses."""
    return added_import.unused(added for added in _imports(scene, changes) if added.is_unused(scene))


def import_for_findings(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An import that only what other rules found makes use of: it goes with them."""
    return added_import.for_findings(scene, _imports(scene, changes))


def _imports(scene: Scene, changes: tuple[Change, ...]) -> Iterator[AddedImport]:
    """Yield what is added by each change that adds one import, or names to one, and does nothing else."""
    likely = [change for change in edits(changes) if _IMPORT.search(change.added)]
    outline = _outline_after(scene, is_needed=bool(likely))
    for change in likely:
        part = _import_on(outline, scene, change=change)
        names = _names_added(part, change, language=scene.language) if part else []
        if names:
            yield AddedImport(id=change.id, names=names, statement=change.added)


_NOTHING = Outline(imports=(), declared=(), helpers=(), guards=(), catches=(), shorthands=frozenset())


def _outline_after(scene: Scene, is_needed: bool) -> Outline:
    """The outline of the text after; an empty one where there is none, or nothing to look for: a parse costs."""
    outline = scene.outline_after if is_needed else None
    return outline or _NOTHING


def _import_on(outline: Outline, scene: Scene, change: LineChange) -> Part | None:
    """The import that covers just the lines that a change adds, blank ones aside; None without one."""
    rows = _written_rows(scene, rows_after(scene, change))
    return next((part for part in outline.imports if rows == list(_rows(part))), None)


def _written_rows(scene: Scene, rows: Iterable[int]) -> list[int]:
    """Those of the rows of the text after that are not blank."""
    return [row for row in rows if scene.after[row].strip()]


def _rows(part: Part) -> range:
    """The rows of a part of the outline."""
    return range(part.first, part.last + 1)


def _names_added(part: Part, change: LineChange, language: str) -> list[str]:
    """Names of an import that the change adds; none where it does anything else.

    `import {a} from "x"` to `import {a, b} from "x"` adds b; with another module it does something else.
    """
    old, new = words(change.removed, language), words(change.added, language)
    names = [name for name in part.names if name not in old]
    is_longer_list = set(old) <= set(new) <= {*old, *names, *_IN_LIST}
    return names if is_longer_list or not old else []


def unused_helper(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A new function or type, not open to other files, that nothing uses and the issue does not name."""
    adds_code = not all(map(LineChange.is_blank, insertions(changes)))
    outline = _outline_after(scene, is_needed=adds_code and not _TEST.search(scene.path))
    reasons: dict[int, str] = {}
    for part in outline.helpers:
        inserted = _inserted(scene, part, changes=changes)
        if inserted and _is_unused_helper(scene, part):
            reasons |= with_reason(inserted, f"adds {part.names[0]}, which nothing uses")
    return reasons


def _is_unused_helper(scene: Scene, part: Part) -> bool:
    """Tell whether no framework calls what is declared, the issue does not name it, and nothing else uses it."""
    # A call of itself is no use.
    declaration = "".join(scene.after[part.first : part.last + 1])
    return not _CALLED_BY_OTHERS.match(part.names[0]) and is_unused(scene, part.names[0], declaration=declaration)


def guard(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An early end for a missing value, or `?.` for `.`, away from the fix."""
    guards = _early_ends(scene, changes)
    unasked = [one for one in guards if one.part and not asks_for_guard(scene, one.name)]
    return {
        **away_from_fix(scene, _safe_accesses(scene, changes), changes=changes),
        **away_from_fix(scene, unasked, changes=changes, alike=guards),
    }


def _early_ends(scene: Scene, changes: tuple[Change, ...]) -> list[Guard]:
    """The early ends for a missing value, with the changes that add them; with none where some of it was there."""
    _, inserted = sides_of(insertions(changes))
    outline = _outline_after(scene, is_needed=_LEAVES.search(inserted) is not None)
    return [Guard(part.names[0], _inserted(scene, part, changes=changes)) for part in outline.guards]


def _safe_accesses(scene: Scene, changes: tuple[Change, ...]) -> Iterator[Guard]:
    """Yield the changes that only make an access safe, where the issue does not ask for it."""
    if scene.language not in _WITH_SAFE_ACCESS:
        return
    for change in rewritten_lines(changes):
        names = _names_made_safe(change.removed, change.added)
        if names and not asks_for_guard(scene, *names):
            yield Guard(names[-1], [change])


def _names_made_safe(old: str, new: str) -> list[str]:
    """The names with a safe access in a line that has more of them than it had; none where anything else changes.

    `a.b(c?.d)` to `a?.b(c?.d)` gives a and c.
    """
    names = _SAFE_ACCESS.findall(new)
    has_more = len(names) > len(_SAFE_ACCESS.findall(old))
    is_else_same = _SAFE_ACCESS.sub(r"\1.", old) == _SAFE_ACCESS.sub(r"\1.", new)
    return names if has_more and is_else_same else []


@unless_title_mentions("except")
def widened_catch(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A catch clause that catches more than before."""
    reasons = {}
    for change in rewritten_lines(changes):
        if not _CATCH.search(change.added):
            continue
        old = _clause_on(scene.outline_before, change.hunk.start)
        new = _clause_on(scene.outline_after, scene.after_starts[change.id])
        if old and new and new.is_wider(old, scene.language):
            reasons[change.id] = f"catches {new.named('everything')} instead of {old.named('less')}"
    return reasons


@dataclass(frozen=True, slots=True)
class _Clause:
    """A catch clause, with how much it catches."""

    types: tuple[str, ...]
    width: int

    def is_wider(self, old: _Clause, language: str) -> bool:
        """Tell whether it catches more than the old one, and not only other errors."""
        is_other = language == "ruby" and self.width < 2 and any(map(_NOT_STANDARD.search, old.types))
        return self.width > old.width and not is_other

    def named(self, without_types: str) -> str:
        """The types in words for a person; `without_types` where it names none."""
        return ", ".join(self.types) or without_types


def _clause_on(outline: Outline | None, row: int) -> _Clause | None:
    """The one catch clause on a row; None where there is none or more than one."""
    clauses = [_Clause(types, width) for clause_row, types, width in (outline or _NOTHING).catches if clause_row == row]
    return clauses[0] if len(clauses) == 1 else None


@only_in(_TYPED)
@unless_issue_mentions("types")
def hints_added(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """TypeScript: type annotations added to code that is otherwise the same."""
    likely = [change for change in replacements(changes) if _adds_words(change, scene.language)][:MOST_HINTED]
    after = "".join(scene.after)
    hinted = [
        change
        for change in likely
        if same_syntax(after, scene.without({change.id}), scene.language, {"type_annotation"})
    ]
    return with_reason(hinted, "adds type annotations")


MOST_HINTED = 12
"""Changes of a file up to which each is tried without its annotations."""


def _adds_words(change: LineChange, language: str) -> bool:
    """Return True if the new side is the old one with words put in, a colon among them."""
    if change.added.count(":") <= change.removed.count(":"):
        return False
    new = iter(words(change.added, language))
    return all(word in new for word in words(change.removed, language))


@unless_issue_mentions("rename")
def renamed_local(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A variable or parameter of a function with another name, and nothing else changed on its lines."""
    return find_renames(scene, changes, is_local=partial(_is_whole, scene))


def _is_whole(scene: Scene, old: str, new: str, group: list[LineChange]) -> bool:
    """Tell whether the lines of the group rename what one of them declares, everywhere in the function that owns it."""
    before, after = scene.outline_before, scene.outline_after
    if before is None or after is None or {old, new} & (before.shorthands | after.shorthands):
        return False
    rows = chain.from_iterable(range(change.hunk.start, change.hunk.end) for change in group)
    scope = _owner(before, old, rows=set(rows))
    if scope is None:
        return False
    word = re.compile(rf"(?<![\w.]){re.escape(old)}(?!\w)")
    code = (without_comment(line, scene.language)[0] for line in _lines_after(scene, *scope))
    return not any(map(word.search, code))


def _owner(outline: Outline, name: str, rows: set[int]) -> tuple[int, int] | None:
    """First and last row of the one function that owns the name declared on one of the rows and holds all of them."""
    scopes = {declared.scope for declared in outline.declared if declared.name == name and declared.row in rows}
    scope = scopes.pop() if len(scopes) == 1 else None
    if scope is None:
        return None
    first, last = scope
    holds_all = rows.issubset(range(first, last + 1))
    return scope if holds_all else None


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


def _inserted(scene: Scene, part: Part, changes: tuple[Change, ...]) -> list[LineChange]:
    """The open changes that add the rows of a part and no others; none unless all of the rows are new."""
    inside = [change for change in insertions(scene.changes) if _is_in_part(rows_after(scene, change), part)]
    new_rows = set(chain.from_iterable(rows_after(scene, change) for change in inside))
    old_rows = _written_rows(scene, set(_rows(part)) - new_rows)
    return [] if old_rows else among(inside, ids_of(changes))


def _is_in_part(rows: range, part: Part) -> bool:
    """Tell whether a part of the outline holds all of the rows."""
    return part.first <= rows.start <= rows.stop <= part.last + 1
