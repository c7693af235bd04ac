"""The rule on comments and marks that tell a checker to be silent. Not provable."""

from __future__ import annotations

import re

from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.prune.lexer import without_comment
from fretsaw.core.prune.rules.conditions import unless_issue_mentions
from fretsaw.core.prune.rules.line_change import (
    LineChange,
    edits,
    indent,
    line_changes,
    with_reason,
    without,
    without_blanks,
)
from fretsaw.core.prune.scene import Scene

_SILENCES = re.compile(
    r"""@ts-(?:ignore|nocheck|expect-error)|(?:eslint|tslint|biome)[-:](?:disable|ignore)|\b(?:istanbul|c8|v8)\ ignore
    |\#\s*(?:type|pyright|mypy):\s*ignore|\#\s*(?i:noqa)\b|pylint:\s*disable|pragma:\s*no\ cover|//\s*nolint\b|\bNOLINT
    |^\s*\#!?\[(?:allow|expect)\(|^\s*@SuppressWarnings\b|rubocop:disable|\#\s*pragma\s+(?:GCC|clang)\s+diagnostic\s+ignored""",
    re.VERBOSE,
)
_FINDING = re.compile(r"\b[A-Z]{1,5}\d{2,5}\b|\b[a-z]+(?:[-/][a-z]+)+\b")
"""The name of a checker's finding: `SIM115`, `import-not-found`."""
_MARK_ALONE = re.compile(r"\s*(?:#|//|/\*|@SuppressWarnings\([^)]*\)\s*$)")
"""A line that is a comment or a mark as a whole, without code."""


@unless_issue_mentions("lint")
def suppression(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A checker silenced over code that does not change."""
    silencing_changes = [
        change
        for change in edits(changes)
        if _silences_other_code(scene, change, changes=changes) and not names_finding(scene, change.added)
    ]
    return with_reason(silencing_changes, "silences a checker, which the issue does not ask for")


def names_finding(scene: Scene, mark: str) -> bool:
    """Return True if the issue has the name of a finding that a mark silences: then it is what the mark is for."""
    return any(map(scene.asked.names, _FINDING.findall(mark)))


def silences_anew(hunk: Hunk) -> bool:
    """Return True if more of the added lines than of the removed ones silence a checker."""
    return len(list(filter(_SILENCES.search, hunk.added))) > len(list(filter(_SILENCES.search, hunk.removed)))


def _silences_other_code(scene: Scene, change: LineChange, changes: tuple[Change, ...]) -> bool:
    """Tell whether a change adds a mark that silences, at the end of a line or above code that stays as it is."""
    if _is_mark(change):
        return not _is_about_change(scene, change, changes=changes)
    return change.is_one_line() and _is_at_end(change.hunk, scene.language)


def _is_mark(change: LineChange) -> bool:
    """Return True if it adds lines that silence, and nothing else."""
    if change.hunk.removed or change.is_blank():
        return False
    lines = without_blanks(change.hunk.added)
    return all(map(_MARK_ALONE.match, lines)) and all(map(_SILENCES.search, lines))


def _is_at_end(hunk: Hunk, language: str) -> bool:
    """Return True if a line stays as it is but for a comment at its end that silences: `x = f()  # noqa`."""
    code_before, comment_before = without_comment(hunk.removed[0], language)
    code_after, comment_after = without_comment(hunk.added[0], language)
    silences_anew = _SILENCES.search(comment_after) and not _SILENCES.search(comment_before)
    return bool(silences_anew) and code_before == code_after


def _is_about_change(scene: Scene, change: LineChange, changes: tuple[Change, ...]) -> bool:
    """Return True if a change stands beside it or in the block that it stands above, or the whole file is changed."""
    others = without(changes, {change.id})
    if any(other.hunk is None for other in others):
        return True
    first, end = change.hunk.start, _block_end(scene.before, change.hunk.end)
    around = (other for other in line_changes(others) if first <= other.hunk.end and other.hunk.start <= end)
    return not all(map(_is_mark, around))


def _block_end(lines: list[str], first: int) -> int:
    """Find the end of the statement or block that begins on this row: the next line that is not indented more.

    Of `if a:`, `    b()`, ``, `c()` with the first line's row, 0, it is the row of `c()`, 3.
    """
    if first >= len(lines):
        return first
    depth = indent(lines[first])
    below = range(first + 1, len(lines))
    return next((row for row in below if lines[row].strip() and indent(lines[row]) <= depth), len(lines))
