"""A long log in few characters: its head, its tail, each kind of error once, all with their line numbers. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

MOST = 8_000
"""Characters of a log that are sent at most."""
_HEAD, _TAIL = 0.15, 0.3
"""Shares of them for the first and for the last lines; errors have the rest."""
_LONGEST_LINE = 400
_BEFORE, _AFTER = 2, 30
"""Lines around the first line of an error: a trace goes on below it."""
_MOST_KINDS = 60
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)")
_ERROR = re.compile(
    r"\b(?:error|errors|exception|panic(?:ked)?|fatal|critical|failed|failure|assert(?:ion)?|segfault|"
    r"undefined reference|cannot|unable to)\b|\w(?:Error|Exception)\b|^FAIL|^E  ",
    re.IGNORECASE,
)
_WORDS = (*str.split("error exception panic fatal critical fail assert segfault undefined cannot unable"), "\ne  ")
"""Beginnings of which each line that `_ERROR` matches has one, in small letters."""
_NO_ERROR = re.compile(r"\b(?:0|no) (?:errors?|failures?|failed)\b|\b(?:errors?|failed)[ :=]+0\b", re.IGNORECASE)
_TRACE = re.compile(r"\s|Traceback |Caused by|at |File |\.\.\.|E  |>  |[\w.]*(?:Error|Exception)\b|$")
_HEX = re.compile(r"0x[0-9a-f]+|\b[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b|\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoldedLog:
    """A log as it is sent."""

    text: str
    """Each line with its number, `12: text`, where lines are left out; else the log as it is."""
    lines: int
    """The number of lines of the whole log."""
    folded: int
    """The number of lines that are left out."""


def fold_log(text: str, most: int = MOST) -> FoldedLog:
    """Fold a log to about so many characters. A line that is shown is the line of this number."""
    plain = _ANSI.sub("", text).replace("\r\n", "\n")
    lines = plain.split("\n")
    if "\r" in plain:
        lines = [line.rpartition("\r")[2] for line in lines]  # a progress bar as it was at its end
    if lines and not lines[-1]:
        lines.pop()
    if len(plain) <= most:
        return FoldedLog("\n".join(lines), len(lines), 0)
    head = _count(lines, int(most * _HEAD))
    tail = len(lines) - _count(lines[: head - 1 if head else None : -1], int(most * _TAIL))
    shown = {*range(head), *range(tail, len(lines))}
    notes: dict[int, str] = {}
    left = most - sum(min(len(lines[at]), _LONGEST_LINE) + 8 for at in shown)
    unnamed: list[int] = []
    for block, times, last in _errors(lines, head, tail):
        size = sum(min(len(lines[at]), _LONGEST_LINE) + 8 for at in block if at not in shown)
        if size > left:
            unnamed.append(block[0] + 1)
            continue
        left -= size
        shown |= set(block)
        if times > 1:
            notes[block[-1]] = f"({times} times, the last at line {last + 1})"
    return FoldedLog("\n".join(_rendered(lines, sorted(shown), notes, unnamed)), len(lines), len(lines) - len(shown))


def _count(lines: list[str], budget: int) -> int:
    """The number of lines, from the first, that fit."""
    for number, line in enumerate(lines):
        budget -= min(len(line), _LONGEST_LINE) + 8
        if budget < 0:
            return number
    return len(lines)


def _errors(lines: list[str], head: int, tail: int) -> Iterator[tuple[range, int, int]]:
    """(lines of its first block, how often, line of the last) of each kind of error, in the order of the log."""
    first: dict[str, int] = {}
    times: Counter[str] = Counter()
    last: dict[str, int] = {}
    for at in _likely(lines):
        line = lines[at]
        if not _ERROR.search(line[:_LONGEST_LINE]) or _NO_ERROR.search(line[:_LONGEST_LINE]):
            continue
        kind = _HEX.sub("#", line[:_LONGEST_LINE]).strip()
        first.setdefault(kind, at)
        times[kind] += 1
        last[kind] = at
    end = head
    for kind, at in list(first.items())[:_MOST_KINDS]:
        if at < end or at >= tail:
            continue
        stop = at + 1
        while stop < min(at + _AFTER, tail) and _TRACE.match(lines[stop]) and lines[stop].strip():
            stop += 1
        start, least = max(end, at - _BEFORE), max(end, at - _AFTER)
        above = at
        while above > least and (lines[above - 1][:1] in {" ", "\t"} or lines[above - 1].startswith("Traceback ")):
            above -= 1  # a trace of Python stands above its error
        start, end = min(start, above), stop
        yield range(start, stop), times[kind], last[kind]


def _likely(lines: list[str]) -> list[int]:
    """The lines with a word of an error, in order: a search for each in one text takes a twentieth of a pattern's."""
    whole = "\n".join(lines).lower()
    found = []
    for word in _WORDS:
        at = whole.find(word)
        while at >= 0:
            found.append(at + word.startswith("\n"))
            end = whole.find("\n", at + 1)
            at = whole.find(word, end) if end >= 0 else -1
    numbers, number, start = dict[int, None](), 0, 0
    for place in sorted(found):
        number += whole.count("\n", start, place)
        start = place
        numbers[number] = None
    return list(numbers)


def _rendered(lines: list[str], shown: list[int], notes: dict[int, str], unnamed: list[int]) -> Iterator[str]:
    """The lines that are shown, and a line for each gap between them."""
    if unnamed:
        more = ", ".join(map(str, unnamed[:20])) + (", …" if len(unnamed) > 20 else "")
        yield f"[further kinds of errors begin at lines {more}]"
    before = -1
    for at in [*shown, len(lines)]:
        if at > before + 1:
            yield _gap(lines, before + 1, at)
        if at < len(lines):
            line = lines[at]
            cut = f"… ({len(line):,} characters)" if len(line) > _LONGEST_LINE else ""
            yield f"{at + 1}: {line[:_LONGEST_LINE]}{cut}"
            if at in notes:
                yield f"[{notes[at]}]"
        before = at


def _gap(lines: list[str], start: int, end: int) -> str:
    """The lines that are left out, with the one that is most of them."""
    said = f"lines {start + 1}-{end}" if end > start + 1 else f"line {end}"
    whole = "\n".join(line[:80] for line in lines[start:end]).encode("utf-8", "surrogatepass")
    # Without digits, all at once: 30 times as fast as line by line.
    alike = Counter(whole.translate(None, b"0123456789").decode("utf-8", "surrogatepass").split("\n"))
    (kind, times), *_ = alike.most_common(1)
    often = f", {times} like “{kind.strip()}”" if times > 2 and kind.strip() else ""
    return f"[{said} are left out{often}]"
