"""The rule on comments and marks that tell a checker to be silent. Not provable."""

from __future__ import annotations

import re

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.lexer import without_comment
from fretsaw.core.prune.scene import Scene, is_blank

_SILENCES = re.compile(
    r"""@ts-(?:ignore|nocheck|expect-error)|(?:eslint|tslint|biome)[-:](?:disable|ignore)|\b(?:istanbul|c8|v8)\ ignore
    |\#\s*(?:type|pyright|mypy):\s*ignore|\#\s*noqa\b|pylint:\s*disable|pragma:\s*no\ cover|//\s*nolint\b|\bNOLINT
    |^\s*\#!?\[(?:allow|expect)\(|^\s*@SuppressWarnings\b|rubocop:disable|\#\s*pragma\s+(?:GCC|clang)\s+diagnostic\s+ignored""",
    re.VERBOSE,
)


def suppression(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A checker silenced over code that does not change."""
    if "lint" in scene.asked.topics:
        return {}
    return {
        change.id: "silences a checker, which the issue does not ask for"
        for change in changes
        if (_is_mark(change) and not _is_about_change(scene, change, changes)) or _is_at_end(scene, change)
    }


def _is_mark(change: Change) -> bool:
    """Return True if it adds lines that silence, and nothing else."""
    hunk = change.hunk
    if hunk is None or hunk.removed or change.kind != "lines" or is_blank(hunk):
        return False
    return all(_SILENCES.search(_mark_of(line)) for line in hunk.added if line.strip())


def _mark_of(line: str) -> str:
    """The line where it is a comment or a mark as a whole; "" where code stands on it too."""
    return line if re.match(r"\s*(?:#|//|/\*|@SuppressWarnings\([^)]*\)\s*$)", line) else ""


def _is_at_end(scene: Scene, change: Change) -> bool:
    """Return True if a line stays as it is but for a comment at its end that silences."""
    hunk = change.hunk
    if hunk is None or change.kind != "lines" or not len(hunk.removed) == len(hunk.added) == 1:
        return False
    old, new = (without_comment(lines[0], scene.language) for lines in (hunk.removed, hunk.added))
    return old[0] == new[0] and bool(_SILENCES.search(new[1])) and not _SILENCES.search(old[1])


def _is_about_change(scene: Scene, change: Change, changes: tuple[Change, ...]) -> bool:
    """Return True if a change stands beside it, or in the block that it stands above."""
    hunk = change.hunk
    if hunk is None:
        return False
    end = _block_end(scene.before, hunk.end)
    others = (other.hunk for other in changes if other.id != change.id and not _is_mark(other))
    return any(other is None or (hunk.start <= other.end and other.start <= end) for other in others)


def _block_end(lines: list[str], at: int) -> int:
    """Find the end of the statement or block that begins at this line: the next line that is not indented more."""
    if at >= len(lines):
        return at
    indent = len(lines[at]) - len(lines[at].lstrip())
    end = at + 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    return end
