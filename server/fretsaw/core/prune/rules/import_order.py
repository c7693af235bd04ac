"""Rules on imports, includes and requires: the same ones in another order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter

from fretsaw.core.languages import BY_SYNTAX
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.lexer import FREE_QUOTES, is_comment, words
from fretsaw.core.prune.rules.conditions import unless_issue_matches, unless_title_mentions
from fretsaw.core.prune.rules.line_change import LineChange, among, ids_of, indent, line_changes, without
from fretsaw.core.prune.scene import Scene, runs

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


@dataclass(frozen=True, slots=True)
class _ImportChange:
    """A change of imports and nothing else, with the statements that go and those that come, and how often."""

    change: LineChange
    removed: Counter[str]
    added: Counter[str]

    @property
    def id(self) -> int:
        """The id of the change."""
        return self.change.id

    def is_order(self) -> bool:
        """Return True if the same statements come as go."""
        return self.removed == self.added

    def is_order_of_names(self) -> bool:
        """Return True if one statement comes as it goes but for the order of its names."""
        return self.is_order() and self.removed.total() == 1


@unless_issue_matches(_ASKS_FOR_ORDER)
@unless_title_mentions("imports")
@unless_title_mentions("tidy")
def import_order(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The same imports at the same depth, the statements or the names in one of them in another order."""
    rows, reordered = _reordered(scene, changes, patterns=_IMPORT)
    if scene.language == "python":
        reordered = _without_rebinding(scene, rows, reordered=reordered)
    return dict.fromkeys(reordered, "changes the order of imports only")


@unless_issue_matches(_ASKS_FOR_ORDER)
@unless_title_mentions("imports")
def load_order(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The same includes or requires in another order: seldom asked for, and not provably without a meaning."""
    _, reordered = _reordered(scene, changes, patterns=_LOADS)
    return dict.fromkeys(reordered, "changes the order in which files are loaded, and nothing else")


def _reordered(
    scene: Scene, changes: tuple[Change, ...], patterns: Mapping[str, re.Pattern[str]]
) -> tuple[list[_ImportChange], set[int]]:
    """The changes of nothing but imports, and the ids of those that only put them in another order."""
    pattern = patterns.get(scene.language)
    if pattern is None:
        return [], set()
    rows = list(_import_changes(changes, scene.language, pattern=pattern))
    unchanged = filter(_ImportChange.is_order, rows)
    same = ids_of(unchanged) | _reordered_runs(scene, rows, pattern=pattern)
    return rows, same | _moved(scene, without(rows, same), pattern=pattern)


def _import_changes(changes: tuple[Change, ...], language: str, pattern: re.Pattern[str]) -> Iterator[_ImportChange]:
    """Yield the changes both sides of which hold imports only."""
    for change in line_changes(changes):
        statements = chain(_statements(change.removed), _statements(change.added))
        if not change.is_blank() and all(map(pattern.match, statements)):
            yield _ImportChange(
                change=change, removed=_counted(change.removed, language), added=_counted(change.added, language)
            )


def _reordered_runs(scene: Scene, rows: list[_ImportChange], pattern: re.Pattern[str]) -> set[int]:
    """Runs of changes that together bring back what they take: `-a`, `-b +c +b`, `-c +a`."""
    row_of = {row.id: row for row in rows}
    reordered: set[int] = set()
    for run in runs([row.change.change for row in rows]):
        together = [row_of[change.id] for change in run]
        first, last = together[0].change, together[-1].change
        if _bring_back_what_they_take(together) and _is_among_imports(scene, first, last=last, pattern=pattern):
            reordered |= ids_of(run)
    return reordered


def _bring_back_what_they_take(rows: Iterable[_ImportChange]) -> bool:
    """Tell whether the same statements come as go, taken together."""
    balance = Counter[str]()
    for row in rows:
        balance.update(row.added)
        balance.subtract(row.removed)
    return not any(balance.values())


def _without_rebinding(scene: Scene, rows: list[_ImportChange], reordered: set[int]) -> set[int]:
    """Those that may change places: all, or where two of them bind one name, those within a single statement.

    Names may change places in one statement, whatever the others bind.
    """
    within_statement = filter(_ImportChange.is_order_of_names, rows)
    inside = ids_of(within_statement)
    moved = [row.change for row in among(rows, reordered - inside)]
    return inside if _rebinds(scene, moved) else reordered


def _moved(scene: Scene, rows: list[_ImportChange], pattern: re.Pattern[str]) -> set[int]:
    """Pairs of a removal and an insertion of the same statements, with nothing but imports between them."""
    gone = {_key(row.removed): row for row in rows if not row.added}
    moved: set[int] = set()
    for row in rows:
        other = None if row.removed else gone.pop(_key(row.added), None)
        if other is None:
            continue
        first, last = sorted((row, other), key=attrgetter("id"))
        if _is_among_imports(scene, first.change, last=last.change, pattern=pattern):
            moved |= {row.id, other.id}
    return moved


def _key(statements: Counter[str]) -> frozenset[tuple[str, int]]:
    """The statements as a value to look up."""
    return frozenset(statements.items())


def _is_among_imports(scene: Scene, first: LineChange, last: LineChange, pattern: re.Pattern[str]) -> bool:
    """Return True if only imports, comments and blank lines stand from one change to another, before and after."""
    starts = scene.after_starts
    before = scene.before[first.hunk.start : last.hunk.end]
    after = scene.after[starts[first.id] : starts[last.id] + len(last.hunk.added)]
    parts = chain(_statements("".join(before)), _statements("".join(after)))
    return all(pattern.match(part) or is_comment(part, scene.language) for part in parts)


def _rebinds(scene: Scene, changes: list[LineChange]) -> bool:
    """Return True if a name that the changes import is imported twice at their depth: which one holds, the order
    decides."""
    if not changes:
        return False
    bound = Counter(_bound_names(scene.before))
    has_star = "*" in "".join(bound)
    moved = chain.from_iterable(_bound_names(change.hunk.removed) for change in changes)
    return has_star or any(bound[name] > 1 for name in moved)


def _bound_names(lines: Iterable[str]) -> Iterator[str]:
    """The names that the import statements among some lines bind, as often as they do."""
    return chain.from_iterable(map(_names_bound_by, _statements("".join(lines))))


def _names_bound_by(statement: str) -> list[str]:
    """Names, after their depth, that a statement of Python binds: of modules only where it gives them another name.

    `    from a import b, c as d` gives `    b` and `    d`; `import a, b as c` gives `c`.
    """
    statement_parts = _PYTHON.match(statement)
    if statement_parts is None:
        return []
    listed = statement_parts["names"].split("#")[0].strip(" ()\n").split(",")
    fewest_words = 1 if statement_parts["module"] else 2
    names = [name.split() for name in listed]
    return [statement_parts["depth"] + name[-1] for name in names if len(name) >= fewest_words]


def _statements(source: str) -> Iterator[str]:
    """Cut a text into its statements, one with brackets over several lines as one; blank ones are left out."""
    return filter(str.strip, (statement[0] for statement in _LOGICAL.finditer(source)))


def _counted(source: str, language: str) -> Counter[str]:
    """Count the statements of a text, each with its depth and its names in order."""
    return Counter(f"{indent(statement)} {_sorted(statement, language)}" for statement in _statements(source))


def _sorted(statement: str, language: str) -> str:
    """The statement with its names in order, where they stand in one pair of brackets. `a as b` stays together.

    `import {b, a as c} from "x"` gives `import { a as c , b } from "x"`.
    """
    statement_words = words(statement, language)
    if language in FREE_QUOTES:
        statement_words = [word for word in statement_words if word != ";"]
    if language == "python":
        head, names, tail = _parts_of_python(statement_words)
    elif statement_words.count("{") == 1 and "}" in statement_words:
        first, end = statement_words.index("{") + 1, statement_words.index("}")
        head, names, tail = statement_words[:first], statement_words[first:end], statement_words[end:]
    else:
        return " ".join(statement_words)
    listed = (name.strip(" ,") for name in " ".join(names).split(" , "))
    return " ".join([*head, " , ".join(sorted(filter(None, listed))), *tail])


def _parts_of_python(statement_words: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Part the words of an import after `import` into head, names without brackets, and comments."""
    first_name = statement_words.index("import") + 1
    comments = [word for word in statement_words[first_name:] if word[0] == "#"]
    left_out = {"(", ")", *comments}
    names = [word for word in statement_words[first_name:] if word not in left_out]
    return statement_words[:first_name], names, comments
