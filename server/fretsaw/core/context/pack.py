"""Take the chunks that are worth most a token, up to a budget, and join them to parts of files."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from fretsaw.core.context.chunks import Chunk
from fretsaw.core.context.parts import Part
from fretsaw.core.context.render import document
from fretsaw.core.text.lines import split_lines

Estimate = Callable[[str], int]

_COST_POWER = 0.75
"""The power of its size that counts against a chunk: 1 ranks by value a token, 0 by value alone."""
_WORTHLESS = 0.01
"""Share of the value that all chunks that are left have to hold, or nothing more is shown: at 0.01 no issue of
`bench/context_fit.py` loses a line at any budget."""
_NEARLY_WHOLE = 0.8
_GAP = 4
"""Lines between two ranges up to which they become one."""
_MOST_NEXT = 10


class Valued(NamedTuple):
    """A chunk with what it is worth."""

    chunk: Chunk
    tokens: int
    value: float
    """Share of the value of all chunks."""
    why: str
    must: bool = False
    """True for what a person pointed to."""


@dataclass(frozen=True, slots=True)
class Packed:
    """The parts that fit, and what was left out."""

    parts: tuple[Part, ...]
    """In the order of paths and lines."""
    tokens: int
    following: tuple[Part, ...]
    """The next beyond the budget, best first, at most 10."""
    following_tokens: int
    unfit: tuple[Chunk, ...]
    """Chunks that a person pointed to and that the budget cannot hold."""
    worthless: bool
    """True if packing stopped since nothing that is left is worth its tokens."""


Range = tuple[int, int]


@dataclass(slots=True)
class _File:
    """One file of which chunks are taken."""

    path: str
    texts: Mapping[str, str]
    tokens: int
    taken: list[Valued] = field(default_factory=list)
    taken_tokens: int = 0
    whole: bool = False
    rest: int = 0
    """Tokens of the chunks that are not taken."""
    shown: list[Range] = field(default_factory=list)
    """Sorted ranges of the lines that the taken chunks show; those that touch, or that a few lines or blank ones part,
    are one."""
    _lines: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """The lines with their endings; most files are not read for it."""
        if not self._lines:
            self._lines = split_lines(self.texts[self.path])
        return self._lines

    def take(self, each: Valued) -> None:
        """Show one more chunk, and the headers of what it lies in."""
        self.taken.append(each)
        self.taken_tokens += each.tokens
        self._show(each.chunk.first, each.chunk.last)
        for around in (each.chunk.holder, each.chunk.definition):
            if around is not None and around.header < each.chunk.first:
                self._show(around.header, around.header)

    def give_back(self, each: Valued, shown: list[Range] | None = None) -> None:
        """Show a chunk no more. `shown`: the ranges from before it was taken, where they are known."""
        self.taken.remove(each)
        self.taken_tokens -= each.tokens
        if shown is not None:
            self.shown = shown
            return
        left, self.taken, self.taken_tokens, self.shown = self.taken, [], 0, []
        for other in left:
            self.take(other)

    def _show(self, first: int, last: int) -> None:
        at = bisect_left(self.shown, (first, last))
        start = end = at
        while start > 0 and self._touch(self.shown[start - 1][1], first):
            start -= 1
            first, last = min(first, self.shown[start][0]), max(last, self.shown[start][1])
        while end < len(self.shown) and self._touch(last, self.shown[end][0]):
            last = max(last, self.shown[end][1])
            end += 1
        self.shown[start:end] = [(first, last)]

    def _touch(self, end: int, begin: int) -> bool:
        return begin <= end + _GAP + 1 or not any(map(str.strip, islice(self.lines, end, begin - 1)))

    def ranges(self) -> list[Range]:
        """The lines that are shown."""
        return [(1, max(1, len(self.lines)))] if self.whole else self.shown

    def parts(self) -> list[Part]:
        """The ranges with their texts and the reason of the most valuable chunk in each."""
        out = []
        for first, last in self.ranges():
            inside = [each for each in self.taken if first <= each.chunk.first <= last]
            why = max(inside, key=lambda each: each.value).why if inside else "around what is shown"
            whole = first == 1 and last >= len(self.lines)
            out.append(Part(self.path, first, last, "".join(self.lines[first - 1 : last]), why, whole=whole))
        return out


def pack(valued: Sequence[Valued], texts: Mapping[str, str], budget: int, estimate: Estimate) -> Packed:
    """Take what is worth most a token; the parts never cost more than the budget by `estimate`."""
    overhead = {path: estimate(document(Part(path, 99999, 99999, "", "", whole=False), "")) for path in texts}
    order = sorted(
        valued, key=lambda each: (not each.must, -_density(each, overhead), each.chunk.path, each.chunk.first)
    )
    files = _files(valued, texts)
    taken: list[Valued] = []
    cost = _Cost(files, overhead, estimate)
    worthless = False
    for _ in range(3):
        worthless = _fill(order, files, taken, cost, budget)
        _trim(files, taken, cost, budget)
        if worthless or budget - cost.exact() < budget // 50:
            break
    parts = [part for path in sorted(files) if files[path].taken for part in files[path].parts()]
    left = _left(order, files, taken)
    following = left[:_MOST_NEXT]
    return Packed(
        tuple(parts),
        cost.exact(),
        tuple(_part(each, files[each.chunk.path]) for each in following),
        sum(each.tokens + overhead[each.chunk.path] for each in following),
        tuple(each.chunk for each in left if each.must),
        worthless,
    )


def _left(order: Sequence[Valued], files: Mapping[str, _File], taken: Sequence[Valued]) -> list[Valued]:
    """The chunks that are not shown, best first."""
    chosen = {id(each.chunk) for each in taken}
    return [each for each in order if id(each.chunk) not in chosen and not files[each.chunk.path].whole]


def _density(each: Valued, overhead: Mapping[str, int]) -> float:
    return each.value / math.pow(each.tokens + overhead[each.chunk.path], _COST_POWER)


def _files(valued: Sequence[Valued], texts: Mapping[str, str]) -> dict[str, _File]:
    tokens: dict[str, int] = {}
    for each in valued:
        tokens[each.chunk.path] = tokens.get(each.chunk.path, 0) + each.tokens
    return {path: _File(path, texts, tokens.get(path, 0), rest=tokens.get(path, 0)) for path in texts}


@dataclass(slots=True)
class _Cost:
    """Tokens so far: roughly while chunks are taken, exactly where it counts."""

    files: Mapping[str, _File]
    overhead: Mapping[str, int]
    estimate: Estimate
    rough: dict[str, int] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)

    def update(self, file: _File) -> None:
        """Note that what is shown of a file has changed."""
        ranges = 1 if file.whole else len(file.shown)
        self.rough[file.path] = file.taken_tokens + int(1.05 * self.overhead[file.path]) * ranges
        self.counted.pop(file.path, None)

    def exact(self) -> int:
        """All tokens, as the estimate has them."""
        for path, file in self.files.items():
            if file.taken and path not in self.counted:
                self.counted[path] = sum(self.estimate(document(part, part.text)) for part in file.parts())
        return sum(self.counted[path] for path, file in self.files.items() if file.taken)

    def so_far(self) -> int:
        """Exact for files that have not changed since they were counted."""
        return sum(self.counted.get(path, rough) for path, rough in self.rough.items())


def _fill(order: Sequence[Valued], files: Mapping[str, _File], taken: list[Valued], cost: _Cost, budget: int) -> bool:
    """Take what fits, in order; True when it ends since what is left is worth nothing."""
    have = {id(each.chunk) for each in taken}
    left = 1.0 - sum(each.value for each in taken)
    room = budget - cost.so_far()
    for each in order:
        if left < _WORTHLESS and not each.must:
            return True
        file = files[each.chunk.path]
        if id(each.chunk) in have:
            continue
        if each.tokens > room:
            continue
        shown = list(file.shown)
        file.take(each)
        before = cost.rough.get(file.path, 0) if file.path not in cost.counted else cost.counted[file.path]
        cost.update(file)
        grown = cost.rough[file.path] - before
        if grown > room:
            file.give_back(each, shown)
            cost.update(file)
            continue
        taken.append(each)
        room -= grown
        left -= each.value
        file.rest -= each.tokens
        room = _complete(file, room, cost)
    return False


def _complete(file: _File, room: int, cost: _Cost) -> int:
    """Show a file whole where little of it is missing; returns the room that is left."""
    if file.whole or file.rest > (1 - _NEARLY_WHOLE) * file.tokens or file.rest + 50 > room:
        return room
    file.whole = True
    room -= file.rest
    cost.update(file)
    cost.rough[file.path] += file.rest
    return room


def _trim(files: Mapping[str, _File], taken: list[Valued], cost: _Cost, budget: int) -> None:
    """Give back the last that was taken until the budget holds exactly."""
    while taken and cost.exact() > budget:
        over = cost.exact() - budget
        while taken and over > 0:
            last = taken.pop()
            file = files[last.chunk.path]
            file.give_back(last)
            file.rest += last.tokens
            file.whole = False
            cost.update(file)
            if not file.taken:
                del cost.rough[file.path]
            over -= last.tokens


def _part(each: Valued, file: _File) -> Part:
    chunk = each.chunk
    text = "".join(file.lines[chunk.first - 1 : chunk.last])
    return Part(chunk.path, chunk.first, chunk.last, text, each.why, whole=False)
