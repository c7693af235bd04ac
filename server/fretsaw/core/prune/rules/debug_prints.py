"""The rule on prints that were made for debugging, in any language. Not provable."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain

from fretsaw.core.languages import BY_SYNTAX, is_test
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.rules.conditions import unless_title_mentions
from fretsaw.core.prune.rules.line_change import LineChange, insertions, of_kind, with_reason
from fretsaw.core.prune.scene import Scene, hunks_of

_PRINT = {name: re.compile(row.prints) for name, row in BY_SYNTAX.items() if row.prints}
_TRANSLATED = re.compile(r"\(\s*(?:_|__|gettext|ngettext|tr|translate|i18n\.t)\(")
"""Texts that are translated are meant for users."""
_REPORT = re.compile(r"\s*fprintf\(\s*stderr\b")
"""An error that a program in C tells its users of."""
_FOR_TOOLS = re.compile(
    r"\bfile\s*=\s*(?!sys\.std|None\b)\w|\bprintln!\(\s*\"cargo:|::(?:set-output|add-mask|error|warning|notice|group)\b"
)
"""Output that a file or a tool reads: Cargo, the runner of a workflow."""
_SENTENCE = re.compile(r"(?i)[\"'`](?!\W*debug)[^\"'`\n]*\w{2,}\W+[\w%{$][^\"'`\n]*[\"'`]")
"""A text of two words, as it is printed for people."""
PRINTS_OF_SCRIPT = 6
"""Lines that print, from which on a file is a script that reports."""
_NEAR, _MANY = 6, 2
"""Lines above and below an output in which so many others like it show that the code is there to print."""


@unless_title_mentions("print")
def debug_print(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A statement that prints, put in alone."""
    pattern = _PRINT.get(scene.language)
    if pattern is None or _removes_output(scene, pattern):
        return {}
    inserted = insertions(of_kind("lines", changes))
    prints = [change for change in inserted if _is_output(change.added, pattern)]
    if prints and _is_there_to_print(scene, pattern):
        prints = [change for change in prints if not _SENTENCE.search(change.added)]
    for_debugging = [change for change in prints if not _prints_already(scene, change, pattern)]
    return with_reason(for_debugging, "adds output for debugging")


def _removes_output(scene: Scene, pattern: re.Pattern[str]) -> bool:
    """Tell whether a file loses output, which may come again in other words."""
    removed_lines = chain.from_iterable(hunk.removed for hunk in hunks_of(scene.changes))
    return any(map(pattern.match, removed_lines))


def _is_output(source: str, pattern: re.Pattern[str]) -> bool:
    """Tell whether a text prints something that is not for translators or tools to read."""
    is_for_others = _finds_any((_TRANSLATED, _FOR_TOOLS), source)
    return pattern.match(source) is not None and not is_for_others


def _finds_any(patterns: Iterable[re.Pattern[str]], source: str) -> bool:
    """Return True if one of the patterns finds something in the text."""
    return any(pattern.search(source) for pattern in patterns)


def _is_there_to_print(scene: Scene, pattern: re.Pattern[str]) -> bool:
    """Tell whether a file that is no test prints in so many places that this is how it tells its users of things."""
    return not is_test(scene.path) and len(list(filter(pattern.match, scene.before))) >= PRINTS_OF_SCRIPT


def _prints_already(scene: Scene, change: LineChange, pattern: re.Pattern[str]) -> bool:
    """Tell whether the code around prints as well, or the file reports its errors in the same way."""
    start = change.hunk.start
    around = scene.before[max(0, start - _NEAR) : start + _NEAR]
    if len(list(filter(pattern.match, around))) >= _MANY:
        return True
    return _REPORT.match(change.added) is not None and any(map(_REPORT.match, scene.before))
