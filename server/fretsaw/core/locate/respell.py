"""Keep the file's own spelling in lines that an edit changes: only what the edit meant to change does.

Old `a = 1 /* x */`, the file's `a   = 1   /* x */`, new `a = 5 /* x */`: the file gets `a   = 5   /* x */`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import takewhile

from fretsaw.core.locate.blank_lines import lead
from fretsaw.core.locate.fit import Fit, Splice
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.similarity import is_new_state, ratio
from fretsaw.core.locate.view import INVISIBLE, View, typewriter, without_unseen

_LONGEST = 2000
_MOST_PAIRS = 400
"""Pairs of old and new lines that are compared at most to tell which new line is a state of which old one."""


def respelled(view: View, pattern: Pattern, fit: Fit) -> Fit:
    """The fit whose new lines keep the file's blanks, quotes and signs wherever the edit's old lines only miss them."""
    old_at = {place: line for place, line in zip(fit.at, pattern.old, strict=True) if place is not None}
    splices = tuple(_respelled(view, old_at, splice) for splice in fit.splices)
    return replace(fit, splices=splices)


def _respelled(view: View, old_at: dict[int, str], splice: Splice) -> Splice:
    """The splice in the file's spelling; `old_at`: index of a line of the file -> the edit's old line for it."""
    start, end, new = splice
    ours, theirs = [old_at[place] for place in range(start, end)], view.bodies[start:end]
    if ours == theirs:
        return splice
    lines = list(new)
    for new_index, index in _new_states(ours, new):
        lines[new_index] = merged(ours[index], theirs[index], new[new_index])
    return start, end, tuple(lines)


def _new_states(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Pairs (index of a new line, index of its old line): in order, one to one, else the most alike ones.

    Old `a = 1`, `b = 2`, new `b = 3`: (0, 1).
    """
    if len(old) == len(new):
        yield from enumerate(range(len(old)))
        return
    if len(old) * len(new) > _MOST_PAIRS:
        return
    first = 0
    for new_index, line in enumerate(new):
        rest = old[first:]
        best = max(rest, key=lambda candidate: ratio(candidate, line), default="")
        if best and is_new_state(best, line):
            index = old.index(best, first)
            first = index + 1
            yield new_index, index


def merged(ours: str, theirs: str, new: str) -> str:
    """The line of the file with what changes from our old line to the new one; the new line where that is not clear.

    >>> merged("a = 1  # x", "a   = 1    # x", "a = 5  # x")
    'a   = 5    # x'
    """
    if ours == theirs or max(len(ours), len(theirs), len(new)) > _LONGEST:
        return new
    old_keys, _ = _units(ours.strip())
    their_keys, their_texts = _units(theirs.strip())
    if old_keys != their_keys:
        return new
    new_keys, new_texts = _units(new.strip())
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    out: list[str] = []
    for op, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        out += their_texts[old_start:old_end] if op == "equal" else new_texts[new_start:new_end]
    has_blanks_at_end = ours.rstrip() != ours or new.rstrip() != new
    end_of = new if has_blanks_at_end else theirs
    return lead(new) + "".join(out) + end_of[len(end_of.rstrip()) :]


def _units(line: str) -> tuple[list[str], list[str]]:
    """Split a line into units: what counts of each when lines are compared, and how each is written.

    A run of blanks is one unit, and so are three dots; a sign that nobody sees goes with the one before it; a letter
    with its combining marks is one. `a …` is `a`, a blank and three dots.
    """
    texts: list[str] = []
    start = 0
    while start < len(line):
        end = _end_of_unit(line, start)
        texts.append(line[start:end])
        start = end
    return list(map(_key, texts)), texts


def _end_of_unit(line: str, start: int) -> int:
    """Find the end of the unit that begins at an index."""
    if line.startswith("...", start):
        return start + 3
    belongs = str.isspace if line[start].isspace() else _belongs_to_sign_before
    return start + 1 + len(list(takewhile(belongs, line[start + 1 :])))


def _belongs_to_sign_before(sign: str) -> bool:
    """Return True for a combining mark, and for a sign that nobody sees."""
    return sign in INVISIBLE or unicodedata.combining(sign) > 0


def _key(text: str) -> str:
    """A unit as it counts: blanks are one blank, typeset signs are the typewriter's."""
    return " " if text.isspace() else typewriter(without_unseen(text))
