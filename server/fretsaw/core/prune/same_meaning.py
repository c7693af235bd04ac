"""Do a text with and one without some changes mean the same? Chooses the witness by language."""

from __future__ import annotations

import json
from itertools import accumulate, pairwise

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.lexer import words
from fretsaw.core.prune.python_meaning import parse, same_meaning, windows
from fretsaw.core.prune.scene import Scene, runs
from fretsaw.core.prune.syntax import same_syntax
from fretsaw.core.text.lines import split_lines

MOST_TRIALS = 96
MOST_READ = 3_000_000
"""Trials, and characters of text read in them, when all changes together do not hold."""


def harmless(scene: Scene, changes: list[Change]) -> set[int]:
    """Ids of the changes that can be left out without changing what the text means: all, or what halving finds."""
    ids = {change.id for change in changes}
    whole = scene.after if scene.meaning is None else split_lines(scene.meaning)
    if not ids or means_same(whole, split_lines(scene.without(ids)), scene.language):
        return ids
    out: set[int] = set()
    # Each text is compared with the last one that held, not with the first: what differs is then the group alone.
    held = whole
    waiting = _halves(changes)
    failed: list[Change] = []
    paired = False
    for _ in range(min(MOST_TRIALS, max(8, MOST_READ // max(len(scene.file.after or ""), 1)))):
        if not waiting and not paired:
            # A bracket that opens and the one that closes may be far from each other.
            waiting, paired = [list(pair) for pair in pairwise(failed)][::-1], True
        if not waiting:
            break
        group = waiting.pop()
        part = {change.id for change in group}
        less = split_lines(scene.without(out | part))
        if means_same(held, less, scene.language):
            out |= part
            held = less
        elif not paired:
            failed += group if len(group) == 1 else []
            waiting += _halves(group)
    return out


def _halves(group: list[Change]) -> list[list[Change]]:
    """The second half and the first, which is tried next; nothing of a single change.

    Changes that touch are parted last: a statement wrapped otherwise is often several of them.
    """
    bounds = list(accumulate(len(run) for run in runs(group)))[:-1] or [len(group) // 2]
    middle = min(bounds, key=lambda at: abs(2 * at - len(group)))
    return [group[middle:], group[:middle]] if middle else []


def means_same(one: list[str], other: list[str], language: str) -> bool:
    """Return True if two texts mean the same. False where that cannot be told."""
    if language == "python":
        return _same_python(one, other)
    left, right = "".join(one), "".join(other)
    told = same_syntax(left, right, language)
    if told is None and language == "json":
        told = _same_json(left, right)
    if told is None and language == "json":
        # Not strictly JSON: only what says the same word by word, bracket by bracket, is the same.
        return words(left, language) == words(right, language)
    return bool(told)


def has_witness(language: str) -> bool:
    """Return True if layout can be told from meaning at all: in prose and data every blank may count."""
    return bool(language)


def _same_json(one: str, other: str) -> bool | None:
    try:
        return bool(json.loads(one) == json.loads(other))
    except (ValueError, RecursionError):
        return None


def _same_python(one: list[str], other: list[str]) -> bool:
    first, second = windows(one, other)
    left, right = parse(first), parse(second)
    if left is None or right is None:
        left, right = parse("".join(one)), parse("".join(other))
    if left is None and right is None:
        return words(first, "python") == words(second, "python") and _indents(first) == _indents(second)
    return left is not None and right is not None and same_meaning(left, right)


def _indents(text: str) -> list[str]:
    return [line[: len(line) - len(line.lstrip())] for line in text.split("\n") if line.strip()]
