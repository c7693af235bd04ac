"""Rules on Python code that works but was not asked for: unused things, guards, widened excepts. Not provable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.prune.rules import added_import
from fretsaw.core.prune.rules.added_import import AddedImport
from fretsaw.core.prune.rules.conditions import unless_title_mentions
from fretsaw.core.prune.rules.line_change import (
    LineChange,
    insertions,
    line_changes,
    of_kind,
    rewritten_lines,
    rows_after,
    with_reason,
    without_blanks,
)
from fretsaw.core.prune.rules.missing_value import Guard, asks_for_guard, away_from_fix
from fretsaw.core.prune.rules.questions import imported_elsewhere, is_unused
from fretsaw.core.prune.scene import Scene

_IMPORT = re.compile(r"\s*(?:from\s+[\w.]+\s+)?import\s+\(?(?P<names>[^)#]+)\)?")
_MEANT_UNUSED = re.compile(r"noqa|__future__")
_TEST = re.compile(r"(?:^|/)(?:test|conftest|(?:\w+_)?bench(?:marks?)?(?:/|\.|_))")
_HEADER = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")
_AT_MARGIN = re.compile(r"^\S", re.MULTILINE)
_CALLED_BY_NAME = re.compile(
    r"pytest_|visit_|depart_|test|Test|setup|teardown|setUp|tearDown|main$|handle_|on_|do_|_print_|_eval_|__"
)
_GUARD = re.compile(r"\s*if\s+(?:not\s+([\w.]+)|([\w.\[\]'\"]+)\s+is\s+None|([\w.]+)\s*==\s*None)\s*:\s*(.*)$")
_EARLY_END = re.compile(r"\s*(?:return\b|continue\s*$|break\s*$|pass\s*$)")
_EXCEPT = re.compile(r"\s*except\b\s*(?P<types>[^:]*?)(?:\s+as\s+\w+)?\s*:")
_WIDE = re.compile(r"\b(?:Base)?Exception\b")


@unless_title_mentions("imports")
def unused_import(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An import whose names nothing in the file uses."""
    if scene.path.endswith("__init__.py"):
        return {}
    return added_import.unused(added for added in _imports(of_kind("lines", changes)) if _is_needless(scene, added))


def _is_needless(scene: Scene, added: AddedImport) -> bool:
    """Tell whether no file uses an import, and it does not say of itself that it is there for another reason."""
    is_meant = _MEANT_UNUSED.search(added.statement) is not None
    if is_meant or not added.is_unused(scene):
        return False
    return not any(imported_elsewhere(scene, name) for name in added.names)


def import_for_findings(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An import that only what other rules found makes use of: it goes with them."""
    return added_import.for_findings(scene, _imports(changes))


def _imports(changes: Iterable[Change]) -> Iterator[AddedImport]:
    """Yield what each change that adds an import and nothing else adds."""
    for change in insertions(changes):
        statement = _IMPORT.fullmatch(change.added.strip())
        names = _bound(statement["names"]) if statement else []
        if names:
            yield AddedImport(id=change.id, names=names, statement=change.added)


def _bound(names: str) -> list[str]:
    """The names that are bound by those which an import lists: `a, b as c, d.e` binds a, c and d."""
    listed = without_blanks(part.strip(" \\\n\t") for part in names.split(","))
    return [part.split(" as ")[-1].strip().split(".")[0] for part in listed]


def unused_helper(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A new function or class at top level that nothing in the patch uses and the issue does not name."""
    if _TEST.search(scene.path):
        return {}
    reasons: dict[int, str] = {}
    for helper in _helpers(changes):
        if helper.is_unused(scene) and not helper.has_old_body(scene):
            reasons |= with_reason(helper.part, f"adds {helper.name}, which nothing uses")
    return reasons


@dataclass(frozen=True, slots=True)
class _Helper:
    """A function or class that is put in at top level, by its header and what is put in right below that."""

    name: str
    part: Sequence[LineChange]

    def is_unused(self, scene: Scene) -> bool:
        """Tell whether no framework calls it, the issue does not name it, and nothing uses it."""
        header = self.part[0].hunk.added[0]
        return not _CALLED_BY_NAME.match(self.name) and is_unused(scene, self.name, declaration=header)

    def has_old_body(self, scene: Scene) -> bool:
        """Return True if it has lines that were there before, or that other changes write.

        A new name above an old body: to drop `class New:` would leave its methods to whatever stands above.
        """
        end = max(rows_after(scene, change).stop for change in self.part)
        below = next(filter(str.strip, scene.after[end:]), "x")
        return below[0].isspace()


def _helpers(changes: Iterable[Change]) -> Iterator[_Helper]:
    """Yield the functions and classes without decorators that the changes put in at top level."""
    listed = list(line_changes(changes))
    for index, header in enumerate(listed):
        declaration = None if header.hunk.removed else _HEADER.match(header.added)
        if declaration and not _is_decorated(listed, index):
            body = takewhile(partial(_goes_below, header.hunk), listed[index + 1 :])
            yield _Helper(declaration[1], [header, *body])


def _is_decorated(changes: Sequence[LineChange], index: int) -> bool:
    """Tell whether the change above the one at this index ends with a decorator."""
    above = changes[index - 1].hunk.added if index else ()
    return bool(above) and above[-1].lstrip().startswith("@")


def _goes_below(header: Hunk, change: LineChange) -> bool:
    """Return True if a change only inserts, at the header's place, lines that are indented or blank."""
    is_at_header = change.hunk.start == header.start
    if change.hunk.removed or not is_at_header:
        return False
    return _AT_MARGIN.search(change.added) is None


def none_guard(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An early end for a missing value, away from the fix."""
    guards = [guard for guard in _guards(changes) if not asks_for_guard(scene, guard.name)]
    return away_from_fix(scene, guards, changes=changes, alike=guards)


def _guards(changes: Iterable[Change]) -> Iterator[Guard]:
    """Yield the early ends for a missing value that changes add and do nothing else.

    `+if a.b is None:`, `+    return` guards b; the two lines may be one change or two.
    """
    listed = list(line_changes(changes))
    for index, change in enumerate(listed):
        condition = None if change.hunk.removed else _GUARD.match(change.added.partition("\n")[0])
        if condition is None:
            continue
        *values, same_line = condition.groups()
        is_whole = same_line or len(change.hunk.added) > 1
        part = listed[index : index + 1] if is_whole else listed[index : index + 2]
        if _ends_early(part, same_line):
            value = next(filter(None, values))
            yield Guard(value.split(".")[-1], part)


def _ends_early(part: Sequence[LineChange], same_line: str) -> bool:
    """Return True if the guard's body has two lines at most and ends in `return`, `continue`, `break` or `pass`."""
    if same_line:
        return _EARLY_END.match(same_line) is not None
    header, body = part[0].hunk, part[-1].hunk
    is_below_header = header.start == body.start
    if body.removed or not is_below_header:
        return False
    lines = without_blanks(body.added)
    is_short = len(lines) in (1, 2)
    return is_short and _EARLY_END.match(lines[-1]) is not None


@unless_title_mentions("except")
def widened_except(_scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An except clause that catches more than before, with the same body."""
    reasons = {}
    for change in rewritten_lines(changes):
        old, new = _EXCEPT.match(change.removed), _EXCEPT.match(change.added)
        if old and new and _width(new["types"]) > _width(old["types"]):
            reasons[change.id] = f"catches {new['types'] or 'everything'} instead of {old['types']}"
    return reasons


def _width(types: str) -> int:
    """Rank how much a clause of these types catches: 0 what it names, 1 with Exception among them, 2 everything."""
    if not types:
        return 2
    return 1 if _WIDE.search(types) else 0
