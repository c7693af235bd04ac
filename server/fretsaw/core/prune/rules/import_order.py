"""Rules on imports, includes and requires: the same ones in another order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from fretsaw.core.languages import BY_SYNTAX
from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.prune.lexer import FREE_QUOTES, is_comment, words
from fretsaw.core.prune.scene import Scene, hunks_of, runs, text

_IMPORT = {name: re.compile(row.name_import) for name, row in BY_SYNTAX.items() if row.name_import}
"""Imports that are good for names only."""
_LOADS = {
    "c": re.compile(r"\s*#\s*include\b"),
    "cpp": re.compile(r"\s*#\s*include\b"),
    "ruby": re.compile(r"\s*require(?:_relative)?\b"),
}
"""Statements that load something in the order in which they stand, so that another order may mean something."""
_ASKS_FOR_ORDER = re.compile(
    r"\b(?:import|include|require|load)\w*\b[^.\n]{0,80}\b(?:before|after|first|last|order|above|below|circular|cyclic)\b"
    r"|\b(?:order|circular|cyclic|cycle)\b[^.\n]{0,40}\b(?:import|include|require)",
    re.I,
)
_PYTHON = re.compile(r"(?P<depth>\s*)(?:from\s+(?P<module>[\w.]+)\s+)?import\b(?P<names>.*)", re.DOTALL)
_LOGICAL = re.compile(r"[^\n(\[{]*(?:[(\[{][^)\]}]*[)\]}])?[^\n]*\n?")

Row: TypeAlias = tuple[Change, tuple[Counter[str], Counter[str]]]
"""A change of imports with the statements that go and those that come."""


def import_order(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The same imports at the same depth, the statements or the names in one of them in another order."""
    pattern = _IMPORT.get(scene.language)
    if pattern is None:
        return {}
    rows, same = _reordered(scene, changes, pattern)
    if scene.language == "python":
        same = _without_rebinding(scene, rows, same)
    return dict.fromkeys(same, "changes the order of imports only")


def load_order(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The same includes or requires in another order: seldom asked for, and not provably without a meaning."""
    pattern = _LOADS.get(scene.language)
    found = _reordered(scene, changes, pattern)[1] if pattern else set()
    return dict.fromkeys(found, "changes the order in which files are loaded, and nothing else")


def _reordered(scene: Scene, changes: tuple[Change, ...], pattern: re.Pattern[str]) -> tuple[list[Row], set[int]]:
    """The changes of nothing but imports, and the ids of those that only put them in another order."""
    if "imports" in scene.asked.title_topics or _ASKS_FOR_ORDER.search(scene.issue.text):
        return [], set()
    found = ((change, _bound(change.hunk, scene.language, pattern)) for change in changes if change.hunk)
    rows = [(change, bound) for change, bound in found if bound]
    same = {change.id for change, (removed, added) in rows if removed == added} | _reordered_runs(scene, rows, pattern)
    return rows, same | _moved(scene, [row for row in rows if row[0].id not in same], pattern)


def _reordered_runs(scene: Scene, rows: list[Row], pattern: re.Pattern[str]) -> set[int]:
    """Runs of changes that together bring back what they take: `-a`, `-b +c +b`, `-c +a`."""
    out: set[int] = set()
    for run in runs([change for change, _ in rows]):
        counts = [found for change, found in rows if change in run]
        if _total(counts, 0) == _total(counts, 1) and _among_imports(scene, run, pattern):
            out |= {change.id for change in run}
    return out


def _without_rebinding(scene: Scene, rows: list[Row], same: set[int]) -> set[int]:
    """Those that may change places: all, or where two of them bind one name, those within a single statement.

    Names may change places in one statement, whatever the others bind.
    """
    inside = {change.id for change, (removed, added) in rows if removed == added and removed.total() == 1}
    return inside if _rebinds(scene, [change for change, _ in rows if change.id in same - inside]) else same


def _moved(scene: Scene, rows: list[Row], pattern: re.Pattern[str]) -> set[int]:
    """Pairs of a removal and an insertion of the same statements, with nothing but imports between them."""
    out: set[int] = set()
    gone = {tuple(sorted(removed.elements())): change for change, (removed, added) in rows if not added}
    for change, (removed, added) in rows:
        other = gone.pop(tuple(sorted(added.elements())), None) if not removed else None
        if other is not None and _among_imports(scene, sorted((change, other), key=lambda one: one.id), pattern):
            out |= {change.id, other.id}
    return out


def _among_imports(scene: Scene, changes: list[Change], pattern: re.Pattern[str]) -> bool:
    """Return True if only imports, comments and blank lines stand between the first and the last, before and after."""
    first, last = changes[0], changes[-1]
    if first.hunk is None or last.hunk is None:
        return False
    starts = scene.after_starts
    sides = (
        scene.before[first.hunk.start : last.hunk.end],
        scene.after[starts[first.id] : starts[last.id] + len(last.hunk.added)],
    )
    said = [part for side in sides for part in _LOGICAL.findall("".join(side))]
    return all(pattern.match(part) for part in said if part.strip() and not is_comment(part, scene.language))


def _rebinds(scene: Scene, changes: list[Change]) -> bool:
    """Return True if a name that the changes import is imported twice at their depth: which one holds, the order
    decides."""
    if not changes:
        return False
    bound = Counter(_bound_names(scene.before))
    has_star = "*" in "".join(bound)
    moved = (name for hunk in hunks_of(changes) for name in _bound_names(hunk.removed))
    return has_star or any(bound[name] > 1 for name in moved)


def _bound_names(lines: Iterable[str]) -> list[str]:
    """The names that the import statements among some lines bind, as often as they do."""
    statements = _LOGICAL.findall("".join(lines))
    return [name for statement in statements for name in _binds(statement)]


def _binds(statement: str) -> list[str]:
    """Names, after their depth, that a statement of Python binds: of modules only where it gives them another name."""
    found = _PYTHON.match(statement)
    if found is None:
        return []
    names = [part.split() for part in found["names"].split("#")[0].strip(" ()\n").split(",")]
    return [found["depth"] + name[-1] for name in names if name and (found["module"] or len(name) > 1)]


def _total(counts: list[tuple[Counter[str], Counter[str]]], side: int) -> Counter[str]:
    return sum((pair[side] for pair in counts), Counter[str]())


def _bound(hunk: Hunk, language: str, pattern: re.Pattern[str]) -> tuple[Counter[str], Counter[str]] | None:
    """Count each side's imports, statement by statement with sorted names; None where anything else stands there."""
    sides = []
    for lines in (hunk.removed, hunk.added):
        found: Counter[str] = Counter()
        for statement in _LOGICAL.findall(text(lines)):
            if not statement.strip():
                continue
            if not pattern.match(statement):
                return None
            indent = len(statement) - len(statement.lstrip())
            found[f"{indent} {_sorted(statement, language)}"] += 1
        sides.append(found)
    return (sides[0], sides[1]) if sides[0] or sides[1] else None


def _sorted(statement: str, language: str) -> str:
    """The statement with its names in order, where they stand in one pair of brackets. `a as b` stays together."""
    said = words(statement, language)
    if language in FREE_QUOTES:
        said = [word for word in said if word != ";"]
    if language == "python":
        at = said.index("import") + 1
        names = [word for word in said[at:] if word not in "()" and word[0] != "#"]
        head, tail = said[:at], [word for word in said[at:] if word[0] == "#"]
    elif said.count("{") == 1 and "}" in said:
        at, end = said.index("{") + 1, said.index("}")
        head, names, tail = said[:at], said[at:end], said[end:]
    else:
        return " ".join(said)
    listed = sorted(filter(None, (name.strip(" ,") for name in " ".join(names).split(" , "))))
    return " ".join([*head, " , ".join(listed), *tail])
