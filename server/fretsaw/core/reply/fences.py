"""Fenced blocks: where one opens, and which of the marks below closes it where blocks stand in blocks.

A mark with words behind it never closes; a bare one may close a block or open one inside. What tells them apart is
the balance of all marks that follow, and what stands right above and below each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from fretsaw.core.reply.written_paths import alone

FENCE = re.compile(r"^([ \t]{0,12})(`{3,}|~{3,})[ \t]*([^`]*)$")
_DIFF = re.compile(r"diff --git |--- \S|\+\+\+ \S|@@|\*\*\* (?:Begin|Update|Add|Delete)|Index: ")
_ENDS_EDIT = re.compile(r">{5,9} ?(?:REPLACE|UPDATED)|\*\*\* End Patch|</(?:edit|file|new_str|new_string|replace)>$")
_BEGINS_EDIT = re.compile(r"<{5,9} ?(?:SEARCH|ORIGINAL)|\*\*\* Begin Patch|diff --git |--- a/|@@ -\d")
_MOST_MARKS = 65
"""Marks that are weighed against one another at most; beyond these the first bare one closes."""
_MOST_LINES, _MOST_MARKS_OF_LONG = 20_000, 9
"""The same for longer replies, which no model writes: each mark would be looked at from 65 others above."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block that is open."""

    mark: str
    """Its run of backticks or tildes."""
    indent: int
    info: str
    """The text behind the opening mark, stripped."""
    opened: int
    """Index of the opening line."""
    close: int | None
    """Index of the closing line; None: never closed."""
    unsure: bool = False
    """Another mark may close it as well, and nothing tells which of them does."""


class _Mark(NamedTuple):
    """A line below that may close a block or open one."""

    at: int
    bare: bool
    """Nothing stands behind it, so that it may close."""


def open_fence(lines: Sequence[str], at: int) -> Fence | None:
    """The fence that opens at a line, with its closing line found; None where none opens."""
    match = FENCE.match(lines[at])
    if match is None:
        return None
    indent, mark, info = len(match[1]), match[2], match[3].strip()
    first = next((line for line in lines[at + 1 : at + 4] if line.strip()), "")
    widest = indent if info.split(" ")[0].lower() in ("diff", "patch") or _DIFF.match(first) else 12
    close, unsure = _close(lines, at, mark, (indent, widest))
    return Fence(mark, indent, info, at, close, unsure)


def _close(lines: Sequence[str], opened: int, mark: str, indents: tuple[int, int]) -> tuple[int | None, bool]:
    """The line that closes the block, and whether another one may as well."""
    for widest in sorted({indents[0], indents[1]}):
        marks = _marks(lines, opened, mark, (0 if widest != indents[0] else indents[0], widest))
        close, unsure = _weighed(lines, marks)
        if close is not None:
            return close, unsure
    return None, False


def _weighed(lines: Sequence[str], marks: Iterator[_Mark]) -> tuple[int | None, bool]:
    """Find the mark that closes a block; one with words opens a block inside, which the next bare one closes."""
    depth, most = 0, _MOST_MARKS if len(lines) <= _MOST_LINES else _MOST_MARKS_OF_LONG
    waiting = list(islice(marks, 1))
    while waiting:
        if not waiting[0].bare:
            depth += 1
        elif depth:
            depth -= 1
        else:
            run, waiting = _run(waiting, marks, most)
            close, unsure, used = _close_within(lines, run, bool(waiting), most)
            if close is not None or used == 0:
                return close, unsure
            continue
        waiting = waiting[1:] or list(islice(marks, 1))
    return None, False


def _run(waiting: list[_Mark], marks: Iterator[_Mark], most: int) -> tuple[list[_Mark], list[_Mark]]:
    """The bare marks up to the next one with words, and that one."""
    run = list(waiting)
    for mark in marks:
        if not mark.bare:
            return run, [mark]
        run.append(mark)
        if len(run) >= most:
            break
    return run, []


def _close_within(lines: Sequence[str], run: list[_Mark], more: bool, most: int) -> tuple[int | None, bool, int]:
    """Of bare marks at the block's own level: the one that closes it, whether that is unsure, how many were used.

    Three of them: the first closes and the others are a block below, or the first two are a block inside and the last
    one closes. Two, with a block below that has words: both are a block inside, or the first closes and one is stray.
    """
    count = len(run)
    if count == 1 or count >= most:
        return run[0].at, False, count
    # Only now: of a long run of marks most are never weighed.
    openings = [_opening(lines, mark.at) for mark in run]
    if count % 2 == 0:
        inside = openings[0] - openings[1]
        if more and inside > 0:
            return None, False, count
        # Not balanced either way: the block is closed, and one mark too many follows.
        return (run[0].at, False, count) if inside <= 0 else (run[-1].at, True, count)
    # For each mark that may close (an even number of them before it): what speaks for this reading.
    scores = [
        (sum(_sign(at, close) * opening for at, opening in enumerate(openings)), close) for close in range(0, count, 2)
    ]
    best = max(score for score, _ in scores)
    closes = [close for score, close in scores if score == best]
    return run[closes[-1]].at, len(closes) > 1, count


def _sign(at: int, close: int) -> int:
    """1 for a mark that opens a block where the one at `close` closes the block around, -1 for one that closes."""
    return (1 if at % 2 == 0 else -1) if at < close else (-1 if (at - close) % 2 == 0 else 1)


def _marks(lines: Sequence[str], opened: int, mark: str, indents: tuple[int, int]) -> Iterator[_Mark]:
    """The marks below an opening one that are as long at least and stand neither further left nor right."""
    for at in range(opened + 1, len(lines)):
        line = lines[at]
        if mark not in line:
            continue
        found, indent, bare = _fence_signs(line)
        if found == mark[0] and indents[0] <= indent <= indents[1]:
            yield _Mark(at, bare)


@lru_cache(maxsize=256)  # a reply has few marks of different form, and each is looked at from many above
def _fence_signs(line: str) -> tuple[str, int, bool]:
    """The sign of a line's mark, empty for none, its indentation, and whether nothing stands behind it."""
    match = FENCE.match(line)
    return (match[2][0], len(match[1]), not match[3].strip()) if match else ("", 0, False)


def _opening(lines: Sequence[str], at: int) -> int:
    """Score a mark by its surroundings, from -4 for closing to 5 for opening.

    Text right below it and a blank line, a colon or a path above speak for opening.
    An edit's own end above it, and its beginning below, say more than that.
    """
    above, below = lines[at - 1].strip(), lines[at + 1].strip() if at + 1 < len(lines) else ""
    if _ENDS_EDIT.match(above):
        return -4
    if _BEGINS_EDIT.match(below):
        return 4
    heads = not above or above.endswith(":")
    return (1 if below else -1) + (1 if heads else -1) + (1 if above.endswith(":") else 0) + 2 * bool(alone(above))


def dedented(lines: Sequence[str], fence: Fence) -> list[str]:
    """All lines, those within an indented fence moved left as far as the fence itself stands in."""
    out = list(lines)
    stop = len(out) if fence.close is None else fence.close
    for index in range(fence.opened + 1, stop):
        line = out[index]
        lead = len(line) - len(line.lstrip(" \t"))
        out[index] = line[min(lead, fence.indent) :]
    return out
