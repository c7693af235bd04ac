"""Data as JSON in the layout that its file had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import takewhile
from operator import eq

from fretsaw.core.patch import derive
from fretsaw.core.patch.patch_set import FilePatch, Hunk
from fretsaw.core.patch.sequence import differences
from fretsaw.core.prune.indents import indent_of
from fretsaw.core.prune.lexer import words
from fretsaw.core.prune.old_indents import OldIndents
from fretsaw.core.prune.old_layout import Style, in_old_layout
from fretsaw.core.prune.same_meaning import means_same
from fretsaw.core.prune.scene import Scene
from fretsaw.core.text.lines import split_lines

_BRACKET = re.compile(r"[\[\]{}]")
_STEPS = {"{": 1, "[": 1, "}": -1, "]": -1}
"""Sign → what it adds to the number of brackets that are open."""


def data_in_old_layout(scene: Scene) -> FilePatch | None:
    """JSON that was laid out in another way, word by word as it was; None where it was not, or that is asked for."""
    unit = _unit(scene.before)
    if "format" in scene.asked.topics or unit == _unit(scene.after):
        return None
    style = Style(scene.language, OldIndents(), new_brackets=False)
    lines = split_lines(in_old_layout(Hunk(0, tuple(scene.before), tuple(scene.after)), style))
    if unit is not None:
        lines = list(_indented(lines, unit))
    is_smaller = _changed_lines(scene.before, lines) < _changed_lines(scene.before, scene.after)
    if not is_smaller or not means_same(scene.after, lines, scene.language):
        return None
    return derive(scene.path, scene.file.before, "".join(lines), scene.file.mode)


def _changed_lines(before: Sequence[str], after: Sequence[str]) -> int:
    """Count the lines that go and those that come."""
    blocks = differences(before, after)
    return sum(end - start + new_end - new_start for start, end, new_start, new_end in blocks)


def _unit(lines: Iterable[str]) -> str | None:
    """Return the indentation of one level of brackets; None where no line has one, or not all are multiples of it."""
    units: set[str] = set()
    for line, depth in _with_depths(filter(str.strip, lines)):
        if depth:
            indent = indent_of(line)
            unit = indent[: len(indent) // depth]
            if indent != unit * depth:
                return None
            units.add(unit)
    return units.pop() if len(units) == 1 else None


def _indented(lines: Iterable[str], unit: str) -> Iterator[str]:
    """The lines, each indented by the unit as often as brackets are open; blank ones as they are."""
    for line, depth in _with_depths(lines):
        yield unit * depth + line.lstrip(" \t") if line.strip() else line


def _with_depths(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Each line with the number of brackets that are open where it begins; one that closes them stands outside.

    `{`, `"a": [`, `1`, `]}`: 0, 1, 2, 0.
    """
    depth = 0
    for line in lines:
        # Most lines hold no bracket, and are not cut into words.
        steps = [_STEPS[word] for word in words(line, "json") if word in _STEPS] if _BRACKET.search(line) else []
        begins_closing = line.lstrip(" \t").startswith(("}", "]"))
        closed = takewhile(partial(eq, -1), steps) if begins_closing else ()
        yield line, max(depth + sum(closed), 0)
        depth += sum(steps)
