"""Keeps definitions whole: nothing of one that goes stays behind, and nothing of one that comes is left without it.

-def f():           Dropping the removal of the docstring alone would leave it behind as the last words of what
-    "Doc."         stands above: the docstring, like decorators, comments and body, has the fate of `def f`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile

from fretsaw.core.patch.defined_names import defined_name
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.indents import blanks_before
from fretsaw.core.prune.lexer import is_comment
from fretsaw.core.prune.scene import Scene, added_lines, changes_but, ids_of, line_changes, removed_lines
from fretsaw.core.prune.verdict import Verdict, dropped_changes, taken_back

_DECORATIONS = ("@", "#[", "[")
_GOES_ON = (")", "{")
_CLOSERS = ("}", "end")
_WHOLE = ", as the rest of its definition has the same fate"


def orphaned(scene: Scene, verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The dropped changes without which a part of a definition would stand without its header."""
    dropped = dropped_changes(scene.changes, verdicts)
    if not dropped or scene.file.op != "edit" or not scene.language:
        return {}
    kept = line_changes(changes_but(scene.changes, ids_of(dropped)))
    gone = list(_removed_definitions(scene, kept))
    left_behind = {change.id for change in dropped if _touches_any(gone, _written_rows(scene.before, _before(change)))}
    rows_kept = list(chain.from_iterable(_written_rows(scene.after, _after(scene, change)) for change in kept))
    headers = {one.header for one in _added_definitions(scene, dropped) if _touches_any([one], rows_kept)}
    return taken_back(verdicts, left_behind | headers, why_kept=_WHOLE)


@dataclass(frozen=True, slots=True)
class _Definition:
    """A definition that comes or goes: the change of its header, and its rows with what stands right above."""

    header: int
    rows: range


def _removed_definitions(scene: Scene, changes: Iterable[Change]) -> Iterator[_Definition]:
    """Yield the definitions that go with these changes, with their rows before; not those with another header now."""
    for change in changes:
        if not any(map(defined_name, added_lines(change))):
            yield from _definitions(scene.before, _before(change), change.id, scene.language)


def _added_definitions(scene: Scene, changes: Iterable[Change]) -> Iterator[_Definition]:
    """Yield the definitions that come with these changes, with their rows after; not those that had another header."""
    for change in changes:
        if not any(map(defined_name, removed_lines(change))):
            yield from _definitions(scene.after, _after(scene, change), change.id, scene.language)


def _definitions(lines: Sequence[str], rows: range, header: int, language: str) -> Iterator[_Definition]:
    """Yield the definitions with a body of which the header is on one of the rows."""
    for row in rows:
        if defined_name(lines[row]) and _opens_body(lines[row]):
            yield _Definition(header, _rows_of(lines, row, language))


def _opens_body(line: str) -> bool:
    """Tell whether a definition has lines below it that are its own; `LIMIT = 3` has none."""
    return not line.rstrip().endswith((";", ",")) and "=" not in line.partition("(")[0]


def _before(change: Change) -> range:
    """The rows of what a change removes, in the text before."""
    return range(change.hunk.start, change.hunk.end) if change.hunk else range(0)


def _after(scene: Scene, change: Change) -> range:
    """The rows of what a change adds, in the text after."""
    start = scene.after_starts.get(change.id, 0)
    return range(start, start + len(added_lines(change)))


def _written_rows(lines: Sequence[str], rows: range) -> Iterator[int]:
    """Yield those of the rows that are not blank."""
    return (row for row in rows if lines[row].strip())


def _touches_any(definitions: Sequence[_Definition], rows: Iterable[int]) -> bool:
    """Tell whether one of the rows is in one of the definitions."""
    return bool(definitions) and any(row in one.rows for row in rows for one in definitions)


def _rows_of(lines: Sequence[str], header: int, language: str) -> range:
    """The rows of a definition: what is deeper below its header, the line that closes it, and what stands above it."""
    depth = _depth(lines[header])
    below = takewhile(lambda row: _goes_on(lines[row], depth), range(header + 1, len(lines)))
    end = max((row for row in below if lines[row].strip()), default=header) + 1
    if lines[end : end + 1] and lines[end].lstrip().startswith(_CLOSERS):
        end += 1
    above = takewhile(lambda row: _belongs_below(lines[row], language), range(header - 1, -1, -1))
    return range(min(above, default=header), end)


def _goes_on(line: str, depth: int) -> bool:
    """Tell whether a line is blank, deeper than a header, or goes on with it: `):`, or `{` on a line of its own."""
    return not line.strip() or _depth(line) > depth or line.lstrip().startswith(_GOES_ON)


def _depth(line: str) -> int:
    """The width of a line's indentation."""
    return len(blanks_before(line))


def _belongs_below(line: str, language: str) -> bool:
    """Tell whether a line is a decoration or a comment, which belong to what stands below them."""
    return line.lstrip().startswith(_DECORATIONS) or is_comment(line, language)
