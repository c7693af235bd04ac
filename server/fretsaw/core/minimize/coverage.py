"""Find kept changes that no test runs through: kept, but unverified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fretsaw.core.languages import syntax_of
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.lexer import is_comment


def unverified(kept: Iterable[Change], covered: Mapping[str, frozenset[int]] | None) -> frozenset[int]:
    """Ids of the kept changes that add code of which the check runs no line.

    `covered`: path → line numbers from 1, of the texts after, that the check executes; None: not known, nothing is
    marked. A path that is not in it was not measured, and its changes are not marked either. Changes that add no
    code (comments, blank lines, removals) cannot be covered and are not marked.
    """
    if covered is None:
        return frozenset()
    out = set()
    shift: dict[str, int] = {}
    for change in sorted(kept, key=lambda change: change.id):
        if change.hunk is None:
            continue
        start = change.hunk.start + shift.get(change.path, 0)
        shift[change.path] = shift.get(change.path, 0) + len(change.hunk.added) - len(change.hunk.removed)
        lines = _code_lines(change, start)
        if change.path in covered and lines and covered[change.path].isdisjoint(lines):
            out.add(change.id)
    return frozenset(out)


def _code_lines(change: Change, start: int) -> list[int]:
    language = syntax_of(change.path)
    added = change.hunk.added if change.hunk else ()
    return [start + at for at, line in enumerate(added, 1) if line.strip() and not is_comment(line, language)]
