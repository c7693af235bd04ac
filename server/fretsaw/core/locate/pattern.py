"""An edit block as old lines, each kept or removed, with the new lines that go between them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import compress

from fretsaw.core.reply.edit_block import EditBlock

_ELLIPSIS = re.compile(
    r"^\s*(?:#|//|/\*|--|;|%|<!--|\"\"\"|\*)?\s*(?:\.{3,}|…)\s*(?P<words>[^.…]*?)\s*(?:\.{3,}|…)?\s*(?:\*/|-->)?\s*$"
)
_UNCHANGED = re.compile(
    r"^\s*(?:#|//|/\*|--|;|%|<!--)\s*[\[(<]?\s*(?:the\s+)?(?:rest|remaining|other|existing|same|previous|unchanged|omitted)\b[\w\s,/'-]{0,60}"
    r"\b(?:unchanged|same|code|file|here|omitted|above|before|function|class|methods?|imports?)\b.{0,20}$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """The old lines of an edit block, each kept or removed, and the new lines between them."""

    old: tuple[str, ...]
    removed: tuple[bool, ...]
    inserts: tuple[tuple[str, ...], ...]
    """New lines before each old line, and (last) after all of them: one entry more than `old`."""

    @property
    def changes(self) -> bool:
        """Return True if anything is removed or inserted."""
        return any(self.removed) or any(self.inserts)

    @property
    def removed_indices(self) -> frozenset[int]:
        """Indices of the old lines that are removed."""
        return frozenset(compress(range(len(self.old)), self.removed))

    @property
    def busy(self) -> list[int]:
        """Indices of the old lines that are removed or stand next to a new one."""
        return [
            index
            for index, is_removed in enumerate(self.removed)
            if is_removed or self.inserts[index] or self.inserts[index + 1]
        ]

    @property
    def new(self) -> tuple[str, ...]:
        """The lines it leaves behind."""
        out = list(self.inserts[0])
        for line, gone, after in zip(self.old, self.removed, self.inserts[1:], strict=True):
            if not gone:
                out.append(line)
            out += after
        return tuple(out)

    @property
    def added(self) -> tuple[str, ...]:
        """All new lines, in order."""
        return tuple(line for lines in self.inserts for line in lines)

    def with_added(self, correct: Callable[[str], str]) -> Pattern:
        """The pattern with each of its new lines corrected."""
        inserts = tuple(tuple(map(correct, lines)) for lines in self.inserts)
        return replace(self, inserts=inserts)


def pattern_of(block: EditBlock) -> Pattern:
    """The block's pattern; lines that stand on both sides of a change are kept lines."""
    if block.tags is None:
        return from_texts(block.search, block.replace)
    steps: list[tuple[str, str]] = []
    gone: list[str] = []
    come: list[str] = []
    old, new = iter(block.search), iter(block.replace)
    for tag in block.tags:
        if tag == "-":
            if come:
                _settle(steps, gone, come)
            gone.append(next(old))
        elif tag == "+":
            come.append(next(new))
        else:
            _settle(steps, gone, come)
            next(new)
            steps.append((" ", next(old)))
    _settle(steps, gone, come)
    return _from_steps(steps)


def from_texts(search: tuple[str, ...], replace: tuple[str, ...]) -> Pattern:
    """The pattern that turns one run of lines into another with few changed lines."""
    return _from_steps(_steps(list(search), list(replace)))


def _settle(steps: list[tuple[str, str]], gone: list[str], come: list[str]) -> None:
    """Close a run of removed and added lines; what is the same on both sides is kept."""
    if gone and come:
        steps += _steps(gone, come)
    else:
        steps += [("-", line) for line in gone]
        steps += [("+", line) for line in come]
    gone.clear()
    come.clear()


def _steps(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """Steps (tag, line) of a change with few changed lines: `a b c` to `a x c` is ` a`, `-b`, `+x`, ` c`."""
    head, tail = _equal_ends(old, new)
    steps = [(" ", line) for line in old[:head]]
    steps += _steps_between(old[head : len(old) - tail], new[head : len(new) - tail])
    return steps + [(" ", line) for line in old[len(old) - tail :]]


def _equal_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """Count the lines that are equal at the head, and of the others at the tail.

    A line that could count to both counts to the head: `a a` to `a a a` has head 2, tail 0, and so the last a is new.
    """
    shorter = min(len(old), len(new))
    head = 0
    while head < shorter and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shorter - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail


def _steps_between(old: list[str], new: list[str]) -> list[tuple[str, str]]:
    """The steps where neither the first lines nor the last ones are equal."""
    if not old or not new or len(old) * len(new) > 250_000 or not set(old) & set(new):
        return [("-", line) for line in old] + [("+", line) for line in new]
    steps: list[tuple[str, str]] = []
    for op, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            steps += [(" ", line) for line in old[i:j]]
        else:
            steps += [("-", line) for line in old[i:j]] + [("+", line) for line in new[k:m]]
    return steps


def _from_steps(steps: list[tuple[str, str]]) -> Pattern:
    old: list[str] = []
    removed: list[bool] = []
    inserts: list[list[str]] = [[]]
    for tag, line in steps:
        if tag == "+":
            inserts[-1].append(line)
        else:
            old.append(line)
            removed.append(tag == "-")
            inserts.append([])
    return Pattern(tuple(old), tuple(removed), tuple(tuple(lines) for lines in inserts))


def is_elision(line: str) -> bool:
    """Return True if a line stands for lines that are left out."""
    if len(line) > 200:
        return False
    return _ELLIPSIS.match(line) is not None or _UNCHANGED.match(line) is not None


def pieces(pattern: Pattern) -> tuple[Pattern, ...]:
    """The parts of a pattern between kept lines that stand for left-out ones; one part when there are none."""
    parts: list[Pattern] = []
    start = 0
    carried = pattern.inserts[0]
    for at, line in enumerate(pattern.old):
        if not pattern.removed[at] and is_elision(line):
            parts.append(_part(pattern, start, at, carried))
            start, carried = at + 1, pattern.inserts[at + 1]
    parts.append(_part(pattern, start, len(pattern.old), carried))
    return tuple(part for part in parts if part.old or part.changes)


def _part(pattern: Pattern, start: int, stop: int, first: tuple[str, ...]) -> Pattern:
    return Pattern(
        pattern.old[start:stop], pattern.removed[start:stop], (first, *pattern.inserts[start + 1 : stop + 1])
    )
