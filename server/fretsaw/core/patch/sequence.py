"""A difference between two sequences of small integers: anchors that stand once on both sides, Myers between them.

Its work is bounded: past the budget a stretch is given back as wholly replaced, which is
longer than it need be but never wrong.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import TypeAlias

Block: TypeAlias = tuple[int, int, int, int]
"""Old [i0, i1) became new [j0, j1)."""

BUDGET = 1_500_000
"""Steps of Myers' search for one call: about half a second at worst."""


def differences(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Block]:
    """The blocks in which the sequences differ, in order, never touching one another."""
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(item, len(numbers)) for item in old]
    b = [numbers.setdefault(item, len(numbers)) for item in new]
    pairs = _matches(a, b)
    return _blocks(pairs, len(a), len(b))


def matches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Pairs (i, j) with `old[i] == new[j]`, rising on both sides, as many as the budget finds."""
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(item, len(numbers)) for item in old]
    b = [numbers.setdefault(item, len(numbers)) for item in new]
    return _matches(a, b)


def _blocks(pairs: list[tuple[int, int]], n: int, m: int) -> list[Block]:
    out: list[Block] = []
    i = j = 0
    for pi, pj in [*pairs, (n, m)]:
        if pi > i or pj > j:
            out.append((i, pi, j, pj))
        i, j = pi + 1, pj + 1
    return out


def _matches(a: list[int], b: list[int]) -> list[tuple[int, int]]:
    """All matched pairs. Stretches wait on a list, not on the call stack, so depth is no danger."""
    found: list[tuple[int, int]] = []
    budget = BUDGET
    waiting: list[Block] = [(0, len(a), 0, len(b))]
    while waiting:
        i0, i1, j0, j1 = waiting.pop()
        while i0 < i1 and j0 < j1 and a[i0] == b[j0]:
            found.append((i0, j0))
            i0, j0 = i0 + 1, j0 + 1
        while i0 < i1 and j0 < j1 and a[i1 - 1] == b[j1 - 1]:
            i1, j1 = i1 - 1, j1 - 1
            found.append((i1, j1))
        if i0 == i1 or j0 == j1:
            continue
        anchors = _anchors(a, b, (i0, i1, j0, j1))
        if anchors:
            found += anchors
            waiting += _between(anchors, (i0, i1, j0, j1))
            continue
        inner, spent = _myers(a, b, (i0, i1, j0, j1), budget)
        budget = max(budget - spent, 20_000)
        found += inner
    found.sort()
    return found


def _between(anchors: list[tuple[int, int]], block: Block) -> list[Block]:
    i, i1, j, j1 = block
    gaps = []
    for pi, pj in [*anchors, (i1, j1)]:
        if pi > i and pj > j:
            gaps.append((i, pi, j, pj))
        i, j = pi + 1, pj + 1
    return gaps


def _anchors(a: list[int], b: list[int], block: Block) -> list[tuple[int, int]]:
    """Items that stand once in each stretch, as a longest rising run (patience)."""
    i0, i1, j0, j1 = block
    counts_a, counts_b = Counter(a[i0:i1]), Counter(b[j0:j1])
    where = {b[j]: j for j in range(j0, j1) if counts_b[b[j]] == 1}
    common = [(i, where[a[i]]) for i in range(i0, i1) if counts_a[a[i]] == 1 and a[i] in where]
    return _rising(common)


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence in which the second numbers rise."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, j) in enumerate(pairs):
        at = bisect_left(tails, j)
        before.append(last[at - 1] if at else -1)
        if at == len(tails):
            tails.append(j)
            last.append(index)
        else:
            tails[at], last[at] = j, index
    out = []
    index = last[-1] if last else -1
    while index >= 0:
        out.append(pairs[index])
        index = before[index]
    return out[::-1]


def _myers(a: list[int], b: list[int], block: Block, budget: int) -> tuple[list[tuple[int, int]], int]:
    """A shortest edit script by Myers' greedy search; nothing matched when the budget does not suffice."""
    i0, i1, j0, j1 = block
    n, m = i1 - i0, j1 - j0
    common = Counter(a[i0:i1]) & Counter(b[j0:j1])
    least = n + m - 2 * common.total()
    if not common or least * least // 2 > budget:
        return [], n + m
    reach = {1: 0}
    trail: list[dict[int, int]] = []
    spent = 0
    for d in range(n + m + 1):
        spent += d + 1
        if spent > budget:
            return [], spent
        layer: dict[int, int] = {}
        for k in range(-d + 2 * max(0, d - m), d - 2 * max(0, d - n) + 1, 2):
            down = k == -d or (k != d and reach.get(k - 1, -1) < reach.get(k + 1, -1))
            x = reach[k + 1] if down else reach[k - 1] + 1
            y = x - k
            while x < n and y < m and a[i0 + x] == b[j0 + y]:
                x, y = x + 1, y + 1
                spent += 1
            layer[k] = x
            if x == n and y == m:
                trail.append(layer)
                return _walk_back(trail, (n, m), (i0, j0)), spent
        trail.append(layer)
        reach = layer
    return [], spent


def _walk_back(trail: list[dict[int, int]], end: tuple[int, int], origin: tuple[int, int]) -> list[tuple[int, int]]:
    """The matched pairs on the way that Myers' search found."""
    x, y = end
    out: list[tuple[int, int]] = []
    for d in range(len(trail) - 1, -1, -1):
        k = x - y
        before = trail[d - 1] if d else {}
        down = k == -d or (k != d and before.get(k - 1, -1) < before.get(k + 1, -1))
        start_x = (before[k + 1] if down else before[k - 1] + 1) if d else 0
        while x > start_x:
            x, y = x - 1, y - 1
            out.append((origin[0] + x, origin[1] + y))
        if d:
            x, y = (x, y - 1) if down else (x - 1, y)
    return out
