"""An edit block as old lines, each kept or removed, with the new lines that go between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import chain, compress, pairwise
from typing import TypeAlias

from fretsaw.core.locate.blank_lines import solid_indices
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.text.short import common_head

_ELLIPSIS = re.compile(
    r"^\s*(?:#|//|/\*|--|;|%|<!--|\"\"\"|\*)?\s*(?:\.{3,}|…)\s*(?P<words>[^.…]*?)\s*(?:\.{3,}|…)?\s*(?:\*/|-->)?\s*$"
)
_UNCHANGED = re.compile(
    r"^\s*(?:#|//|/\*|--|;|%|<!--)\s*[\[(<]?\s*(?:the\s+)?(?:rest|remaining|other|existing|same|previous|unchanged|omitted)\b[\w\s,/'-]{0,60}"
    r"\b(?:unchanged|same|code|file|here|omitted|above|before|function|class|methods?|imports?)\b.{0,20}$",
    re.I,
)


_RUN = re.compile(r" +|-+\+*|\++")
"""Matches the tags of a run: kept lines, or removed lines and the ones that come for them."""
_MOST_PAIRS = 250_000
"""Pairs of lines up to which an old and a new text are compared line by line."""
Step: TypeAlias = tuple[str, str]
"""(tag, line): a blank for a kept line, `-` for a removed and `+` for a new one."""


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
        beside = pairwise(self.inserts)
        is_busy = [is_removed or any(new) for is_removed, new in zip(self.removed, beside, strict=True)]
        return list(compress(range(len(is_busy)), is_busy))

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
        return tuple(chain.from_iterable(self.inserts))

    def with_added(self, correct: Callable[[str], str]) -> Pattern:
        """The pattern with each of its new lines corrected."""
        inserts = tuple(tuple(map(correct, lines)) for lines in self.inserts)
        return replace(self, inserts=inserts)


def pattern_of(block: EditBlock) -> Pattern:
    """The block's pattern; lines that stand on both sides of a change are kept lines."""
    if block.tags is None:
        return from_texts(block.search, block.replace)
    old, new = list(block.search), list(block.replace)
    steps: list[Step] = []
    for run in _RUN.findall(block.tags):
        removed, added, kept = map(run.count, "-+ ")
        steps += _tagged(" ", old[:kept])
        steps += _steps(old[kept : kept + removed], new[kept : kept + added])
        del old[: kept + removed], new[: kept + added]
    return _from_steps(steps)


def from_texts(search: tuple[str, ...], replace: tuple[str, ...]) -> Pattern:
    """The pattern that turns one run of lines into another with few changed lines."""
    return _from_steps(_steps(list(search), list(replace)))


def _tagged(tag: str, lines: Iterable[str]) -> list[Step]:
    """Steps of lines that all have the same tag."""
    return [(tag, line) for line in lines]


def _steps(old: list[str], new: list[str]) -> list[Step]:
    """Steps of a change with few changed lines: `a b c` to `a x c` is ` a`, `-b`, `+x`, ` c`."""
    head, tail = _equal_ends(old, new)
    old_end, new_end = len(old) - tail, len(new) - tail
    between = _steps_between(old[head:old_end], new[head:new_end])
    return _tagged(" ", old[:head]) + between + _tagged(" ", old[old_end:])


def _equal_ends(old: list[str], new: list[str]) -> tuple[int, int]:
    """Count the lines that are equal at the head, and of the others at the tail.

    A line that could count to both counts to the head: `a a` to `a a a` has head 2, tail 0, and so the last a is new.
    """
    head = common_head(old, new)
    tail = common_head(old[head:][::-1], new[head:][::-1])
    return head, tail


def _steps_between(old: list[str], new: list[str]) -> list[Step]:
    """The steps where neither the first lines nor the last ones are equal."""
    is_large = len(old) * len(new) > _MOST_PAIRS
    if is_large or set(old).isdisjoint(new):
        return _tagged("-", old) + _tagged("+", new)
    steps: list[Step] = []
    for op, old_start, old_end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if op == "equal":
            steps += _tagged(" ", old[old_start:old_end])
        else:
            steps += _tagged("-", old[old_start:old_end]) + _tagged("+", new[new_start:new_end])
    return steps


def _from_steps(steps: list[Step]) -> Pattern:
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
    return Pattern(tuple(old), tuple(removed), tuple(map(tuple, inserts)))


def is_elision(line: str) -> bool:
    """Return True if a line stands for lines that are left out."""
    if len(line) > 200:
        return False
    return bool(_ELLIPSIS.match(line) or _UNCHANGED.match(line))


def pieces(pattern: Pattern) -> tuple[Pattern, ...]:
    """The parts of a pattern between kept lines that stand for left-out ones; one part when there are none."""
    kept = set(solid_indices(pattern.old)) - pattern.removed_indices
    elisions = [index for index in sorted(kept) if is_elision(pattern.old[index])]
    bounds = pairwise((-1, *elisions, len(pattern.old)))
    parts = [_part(pattern, above + 1, below) for above, below in bounds]
    return tuple(part for part in parts if part.old or part.changes)


def _part(pattern: Pattern, start: int, stop: int) -> Pattern:
    """The pattern of a range of its old lines, with the new ones before, between and after them."""
    return Pattern(
        old=pattern.old[start:stop],
        removed=pattern.removed[start:stop],
        inserts=pattern.inserts[start : stop + 1],
    )
