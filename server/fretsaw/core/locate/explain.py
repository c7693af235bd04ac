"""Misfits in words: one sentence for a person, and for the model the first line that diverges with the file's own
text."""

from __future__ import annotations

import re
from collections import Counter

from fretsaw.core.locate.misfit import Misfit, MisfitKind
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.view import View, squeezed
from fretsaw.core.text.short import cut

_SHOWN = 160


def misfit(kind: MisfitKind, path: str | None, person: str, model: str = "", lines: tuple[int, ...] = ()) -> Misfit:
    """A misfit whose sentence for the model is, where none is given, the one for a person."""
    return Misfit(kind, path, person, model or person, lines)


def _quoting(
    written: str, kind: MisfitKind, path: str | None, person: str, model: str, lines: tuple[int, ...] = ()
) -> Misfit:
    """A misfit whose sentence for the model quotes a line of the edit."""
    return Misfit(kind, path, person, model, lines, written)


def absent(view: View, path: str, pattern: Pattern, line: int | None) -> Misfit:
    """The old lines are not in the file."""
    if not pattern.old:
        return misfit(
            "absent",
            path,
            f"New lines for {path} come without any line of the file around them, so their place is not known.",
            f"{path}: you add lines without any context. Repeat the edit with the 3 unchanged lines above and below.",
        )
    start = _nearest(view, pattern, line)
    if start is None:
        return _quoting(
            _first(pattern),
            "absent",
            path,
            f"No line of an edit to {path} is in the file.",
            f"{path}: none of these lines is in the file; the first is `{cut(_first(pattern), _SHOWN)}`. "
            "Copy the lines to change from the file as it was given to you.",
        )
    at, ours, theirs = _divergence(view, pattern, start)
    shown = "\n".join(
        f"{n + 1:>5} {cut(view.bodies[n], _SHOWN)}" for n in range(max(0, at - 2), min(len(view.bodies), at + 3))
    )
    return _quoting(
        ours,
        "absent",
        path,
        f"An edit to {path} does not match the file: it first differs at line {at + 1}.",
        f"{path}: the edit does not match the file. First differing line:\n  you wrote: `{cut(ours, _SHOWN)}`\n"
        f"  line {at + 1} is: `{cut(theirs, _SHOWN)}`\nThe file there:\n{shown}\n"
        "Repeat this edit with the lines exactly as they are in the file.",
    )


def ambiguous(path: str, pattern: Pattern, starts: list[int], more: bool) -> Misfit:
    """The old lines stand in several places."""
    lines = tuple(start + 1 for start in starts)
    named = ", ".join(map(str, lines[:12])) + (", …" if more or len(lines) > 12 else "")
    return _quoting(
        _first(pattern),
        "ambiguous",
        path,
        f"An edit to {path} fits {'more than ' if more else ''}{len(lines)} places (lines {named}).",
        f"{path}: the lines you want to change (from `{cut(_first(pattern), _SHOWN)}`) stand at lines {named}. "
        "Repeat the edit with enough unchanged lines above or below to fit only the place you mean.",
        lines,
    )


def foreign(path: str, kind: MisfitKind, line: str) -> Misfit:
    """A new line that is a mark of the reply's own form, or that stands for lines which were left out."""
    shown = cut(line, _SHOWN)
    if kind == "placeholder":
        return misfit(
            kind,
            path,
            f"An edit to {path} would write `{shown}`, which stands for lines that were left out.",
            f"`{path}`: your new text holds `{shown}` for lines that you left out. Repeat the edit with these lines "
            "in full, or with an edit that leaves them alone.",
        )
    return misfit(
        kind,
        path,
        f"An edit to {path} would write `{shown}`, a mark of the reply that no line of the file has.",
        f"`{path}`: `{shown}` stands in your new text. Repeat the edit without it.",
    )


def parts_block(path: str, line: int) -> Misfit:
    """New lines that would stand in the middle of a block, since the context below them is missing."""
    return misfit(
        "absent",
        path,
        f"An edit to {path} would part the block at line {line}: it has no line of what follows.",
        f"{path}: your new lines would part the block at line {line}. Repeat the edit with the lines below it.",
    )


def beyond_the_end(path: str, line: int, count: int) -> Misfit:
    """An insertion below a line that the file does not have."""
    return misfit(
        "absent",
        path,
        f"An edit inserts below line {line} of {path}, which has {count} lines.",
        f"`{path}` has {count} lines, so nothing can be inserted below line {line}. Look at the file again.",
    )


def _first(pattern: Pattern) -> str:
    return next((line for line in pattern.old if line.strip()), "")


def _nearest(view: View, pattern: Pattern, line: int | None) -> int | None:
    """Find the place at which most of the old lines are the file's; None where none is."""
    votes: Counter[int] = Counter()
    index = view.index()
    for i, text in enumerate(pattern.old[:400]):
        key = squeezed(text)
        if key:
            places = index.get(key, ())
            votes.update(place - i for place in places[:24])
    if not votes:
        return _resembling(view, pattern)
    most = max(votes.values())
    best = [start for start, count in votes.items() if count == most]
    return min(best, key=lambda start: abs(start - line) if line is not None else start)


def _resembling(view: View, pattern: Pattern) -> int | None:
    """Find a line with most words of the first one."""
    words = sorted(set(re.findall(r"\w{3,}", _first(pattern)[:400])), key=lambda word: (-len(word), word))[:8]
    if not words or len(view.bodies) > 20_000:
        return None
    best, place = 0.6 * sum(map(len, words)), None
    for at, text in enumerate(view.bodies):
        if words[0] in text or words[-1] in text:
            score = sum(len(word) for word in words if word in text)
            if score > best:
                best, place = score, at
    first = next(i for i, line in enumerate(pattern.old) if line.strip())
    return None if place is None else place - first


def _divergence(view: View, pattern: Pattern, start: int) -> tuple[int, str, str]:
    """(index of the file's line, the block's line, the file's line) where they first differ."""
    for i, text in enumerate(pattern.old):
        at = start + i
        if not 0 <= at < len(view.bodies):
            if at >= len(view.bodies):
                return max(0, len(view.bodies) - 1), text, "(the file ends here)"
            continue
        if squeezed(text) != squeezed(view.bodies[at]):
            return at, text, view.bodies[at]
    at = min(max(0, start), len(view.bodies) - 1)
    for i, text in enumerate(pattern.old):
        if 0 <= start + i < len(view.bodies) and text != view.bodies[start + i]:
            return start + i, text, view.bodies[start + i]
    return at, _first(pattern), view.bodies[at]
