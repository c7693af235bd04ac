"""Keep the file's own spelling in lines that an edit changes: only what the edit meant to change does.

Old `a = 1 /* x */`, the file's `a   = 1   /* x */`, new `a = 5 /* x */`: the file gets `a   = 5   /* x */`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from fretsaw.core.locate.blank_lines import lead
from fretsaw.core.locate.fit import Fit, Splice
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.view import INVISIBLE, View, typewriter

_LONGEST = 2000


def respelled(view: View, pattern: Pattern, fit: Fit) -> Fit:
    """The fit whose new lines keep the file's blanks, quotes and signs wherever the edit's old lines only miss them."""
    theirs = {index: view.bodies[place] for index, place in enumerate(fit.at) if place is not None}
    if all(pattern.old[index] == line for index, line in theirs.items() if pattern.removed[index]):
        return fit
    pairs = _pairs(pattern, fit)
    splices: list[Splice] = []
    for start, end, new in fit.splices:
        lines = list(new)
        for offset, index in pairs.get(start, {}).items():
            if offset < len(lines) and index in theirs:
                lines[offset] = merged(pattern.old[index], theirs[index], lines[offset])
        splices.append((start, end, tuple(lines)))
    return fit if tuple(splices) == fit.splices else replace(fit, splices=tuple(splices))


def _pairs(pattern: Pattern, fit: Fit) -> dict[int, dict[int, int]]:
    """Start of a splice -> index among its new lines -> the removed old line that it is a new state of."""
    place_of = {place: index for index, place in enumerate(fit.at) if place is not None}
    found: dict[int, dict[int, int]] = {}
    for start, end, new in fit.splices:
        removed = [place_of[place] for place in range(start, end) if place in place_of]
        if removed and new:
            found[start] = dict(_alike([pattern.old[index] for index in removed], new, removed))
    return found


def _alike(old: Sequence[str], new: Sequence[str], indices: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs (index of a new line, index of its old line): in order, one to one, else the most alike ones."""
    if len(old) == len(new):
        yield from enumerate(indices)
        return
    if len(old) * len(new) > 400:
        return
    after = 0
    for offset, line in enumerate(new):
        ratios = [
            (SequenceMatcher(None, old[i].strip(), line.strip(), autojunk=False).ratio(), -i)
            for i in range(after, len(old))
        ]
        best, negative = max(ratios, default=(0.0, 0))
        if best > 0.6:
            after = 1 - negative
            yield offset, indices[-negative]


def merged(ours: str, theirs: str, new: str) -> str:
    """The line of the file with what changes from our old line to the new one; the new line where that is not clear.

    >>> merged("a = 1  # x", "a   = 1    # x", "a = 5  # x")
    'a   = 5    # x'
    """
    if ours == theirs or max(len(ours), len(theirs), len(new)) > _LONGEST:
        return new
    old_units, their_units = list(_units(ours.strip())), list(_units(theirs.strip()))
    if [unit for unit, _ in old_units] != [unit for unit, _ in their_units]:
        return new
    new_units = list(_units(new.strip()))
    matcher = SequenceMatcher(None, [u for u, _ in old_units], [u for u, _ in new_units], autojunk=False)
    out: list[str] = []
    for op, i, j, k, m in matcher.get_opcodes():
        out += [text for _, text in (their_units[i:j] if op == "equal" else new_units[k:m])]
    end = theirs[len(theirs.rstrip()) :] if ours.rstrip() == ours and new.rstrip() == new else new[len(new.rstrip()) :]
    return lead(new) + "".join(out) + end


def _units(line: str) -> Iterator[tuple[str, str]]:
    """Pairs (what counts when lines are compared, how it is written): a run of blanks is one, typeset is plain.

    A sign that nobody sees goes with the one before it; a letter with its combining marks is one.
    """
    at = 0
    while at < len(line):
        end = at + 1
        if line[at].isspace():
            while end < len(line) and line[end].isspace():
                end += 1
            unit = " "
        else:
            while end < len(line) and (unicodedata.combining(line[end]) or line[end] in INVISIBLE):
                end += 1
            unit = "".join(c for c in unicodedata.normalize("NFC", line[at:end]) if c not in INVISIBLE)
        plain = typewriter(unit)
        if plain == "...":
            yield "...", line[at:end]
        elif line[at : at + 3] == "...":
            end = at + 3
            yield "...", line[at:end]
        elif plain:
            yield (" " if plain.isspace() else plain), line[at:end]
        else:
            yield "", line[at:end]
        at = end
