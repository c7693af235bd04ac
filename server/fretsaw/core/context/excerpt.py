"""The lines of a long file that are worth showing: whole definitions around points."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate

from fretsaw.core.context.outline import Definition

_IMPORT = re.compile(r"^(?:from|import|use|using|#include|package|require|const .*require\(|mod )\b")
_AROUND = 12
_LONGEST_HEADER = 30
_GAP = 4
_FLOOR = 0.05
"""Definitions that weigh less than this share of the file's heaviest are not shown."""

Range = tuple[int, int]
"""First and last line, from 1."""


def excerpt(
    definitions: tuple[Definition, ...],
    lines: list[str],
    points: Mapping[int, Mapping[str, float]],
    room: int,
    cost: Callable[[int], int],
) -> list[Range]:
    """Ranges of lines that cost at most `room`, best definitions first; sorted, merged. Lines have no endings.

    `cost`: characters of a range → tokens.
    """
    upto = [0, *accumulate(len(line) + 1 for line in lines)]
    weighed = _weighed(definitions, points, len(lines))
    head = merged(_imports(lines)) if weighed else []
    chosen = head if _cost(head, upto, cost) <= room // 5 else []
    floor = _FLOOR * weighed[0][0] if weighed else 0.0  # weights are negative
    for weight, _, span in weighed:
        if weight > floor:
            break
        for option in _options(span, points):
            wanted = merged([*chosen, option, *_headers(definitions, option)])
            if _cost(wanted, upto, cost) <= room:
                chosen = wanted
                break
    return chosen if chosen != head else []


def _cost(ranges: Iterable[Range], upto: list[int], cost: Callable[[int], int]) -> int:
    return sum(cost(upto[last] - upto[first - 1]) for first, last in ranges)


def _weighed(
    definitions: tuple[Definition, ...], points: Mapping[int, Mapping[str, float]], count: int
) -> list[tuple[float, int, Range]]:
    """(minus weight, first line, range) of every innermost definition with a point, heaviest first."""
    owners: dict[Range, dict[str, float]] = {}
    for line in sorted(points):
        if not 1 <= line <= count:
            continue
        span = _innermost(definitions, line, count)
        at = owners.setdefault(span, {})
        for what, weight in points[line].items():
            at[what] = max(at.get(what, 0.0), weight)
    return sorted((-sum(each.values()), span[0], span) for span, each in owners.items())


def _innermost(definitions: tuple[Definition, ...], line: int, count: int) -> Range:
    """The smallest definition around a line; a class stands for its header; else a few lines around."""
    around = [each for each in definitions if each.first <= line <= each.last]
    if not around:
        return max(1, line - _AROUND // 2), min(count, line + _AROUND // 2)
    inner = max(around, key=lambda each: each.first)
    if not inner.holds:
        return inner.first, inner.last
    body = min((each.first for each in definitions if inner.header < each.first <= inner.last), default=inner.last + 1)
    if line < body:
        return inner.first, min(body - 1, inner.header + _LONGEST_HEADER, inner.last)
    return max(inner.first, line - _AROUND), min(inner.last, line + _AROUND)


def _options(span: Range, points: Mapping[int, Mapping[str, float]]) -> Iterable[Range]:
    """The whole range, then windows around its heaviest point for when there is no room for all of it."""
    yield span
    if span[1] - span[0] < 2 * _AROUND:
        return
    inside = [line for line in points if span[0] <= line <= span[1]]
    centre = min(inside, key=lambda line: (-sum(points[line].values()), line), default=span[0])
    for around in (40, _AROUND):
        yield max(span[0], centre - around), min(span[1], centre + around)


def _headers(definitions: tuple[Definition, ...], span: Range) -> list[Range]:
    """The header lines of the definitions that enclose a range, so that the model can name them."""
    return [
        (each.header, each.header)
        for each in definitions
        if each.header < span[0] and each.last >= span[1] and span[0] - each.header > 0
    ]


def _imports(lines: list[str]) -> list[Range]:
    """The block of imports at the head of a file, at most 40 lines."""
    at = [index + 1 for index, line in enumerate(lines[:200]) if _IMPORT.match(line)]
    return [(at[0], min(at[-1], at[0] + 39))] if at else []


def merged(ranges: Iterable[Range]) -> list[Range]:
    """Sorted ranges; those that touch or leave a gap of a few lines become one."""
    out: list[Range] = []
    for first, last in sorted(ranges):
        if out and first <= out[-1][1] + _GAP:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        else:
            out.append((first, last))
    return out
