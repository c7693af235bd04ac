"""Lines of an edit that stand for code which the model left out: "… existing code …", in any wording and comment style.

Such a line is never written. Where the edit leaves no doubt what it stands for, that stays; else it is named.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import takewhile

from fretsaw.core.locate.blank_lines import depth, first_solid, is_blank, solid_indices
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.similarity import is_new_state
from fretsaw.core.locate.view import squeezed

_COMMENT = re.compile(
    r"^\s*(?:\{\s*)?(?:#+|//+!?|/\*+|--+\[*|;+|%+|<!--|\"{3}|'{3}|\*|\(\*|\{-|\{#|<%--|REM\b|dnl\b|!|'|\.\.(?!\.))?\s*"
    r"(?P<said>.*?)\s*(?:\*+/|-->|\"{3}|'{3}|\*\)|-\}|#\}|--%>|\]\])?\s*\}?\s*$",
    re.I,
)
_DOTS = re.compile(r"^[\s\[({<*_-]*(?:\.{3,}|…+|\. \. \.)|(?:\.{3,}|…+|\. \. \.)[\s\])}>*_-]*$")
_DOTS_ANYWHERE = re.compile(r"\.{3,}|…+|\. \. \.")
_LONGEST = 200
_MOST_WORDS = 14
"""Words of a stand-in at most: a longer text says something."""
_LEFT_OUT = re.compile(
    r"\b(?:existing|rest|remaining|remainder|unchanged|omitted|same|previous(?:ly)?|original|other|others|all other"
    r"|no changes?|snip(?:ped)?|elided|truncated|skipp?ed|abbreviated|continues?|as (?:before|above|is)|above|below"
    r"|brevity|keep|code (?:here|goes here)|your code|etc)\b",
    re.I,
)
_THINGS = (
    "code|imports?|methods?|functions?|lines?|logic|implementation|content|tests?|body|fields|props|styles|rules"
    "|entries|file|class|module|script|parts?"
)
_STAYS = (
    r"unchanged|unmodified|omitted|as (?:before|above|is|it was)"
    r"|(?:remains?|stays?|is|are|kept|keep|goes?|continues?) (?:the )?(?:same|unchanged|as (?:is|before)|here|below)"
)
_SURELY = re.compile(
    rf"\b(?:rest|remainder|remaining|existing|other|previous|original)\b[\w\s,/'’()-]{{0,70}}\b(?:{_STAYS})\b"
    r"|\b(?:unchanged|omitted|elided|skipped|truncated|abbreviated) (?:code|lines?|parts?|for (?:brevity|clarity))\b"
    rf"|^(?:rest|remainder) of (?:the |this |your )?(?:\w+ ){{0,3}}(?:{_THINGS})\b"
    rf"|^(?:the )?(?:{_THINGS}) (?:omitted|unchanged|above|below (?:is )?unchanged)\b"
    rf"|^(?:existing|previous|original|unchanged|remaining) (?:{_THINGS})(?: here| goes here| above| below)?$"
    r"|^(?:same as (?:before|above)|no changes?(?: here| needed)?|snip(?:ped)?|-{1,3} ?snip ?-{1,3})$"
    r"|^(?:keep|leave) (?:the |all |your )?(?:rest|existing|remaining|other)\b",
    re.I,
)


_HINTS = (
    "...", ". . .", "…", "rest", "remain", "unchanged", "exist", "other", "previous", "original", "omit", "elided",
    "skipp", "truncat", "abbrev", "same", "no change", "snip", "keep", "leave", "above", "below",
)  # fmt: skip
"""A sign that every stand-in has: few lines do, and only these are looked at."""


def may_hold_placeholder(text: str) -> bool:
    """False where no line of a text can be a stand-in: a quick look at all of them at once."""
    lowered = text.lower()
    return any(hint in lowered for hint in _HINTS)


def is_placeholder(line: str) -> bool:
    """Tell whether a line says no more than that something is left out.

    Three dots alone count only in a comment: `...` by itself is an expression of Python.
    """
    if len(line) > _LONGEST or not may_hold_placeholder(line):
        return False
    said = _COMMENT.sub(r"\g<said>", line).strip()
    is_comment = said != line.strip()
    words = _DOTS_ANYWHERE.sub(" ", said).strip(" \t[](){}<>*_-:,.")
    if len(words.split()) > _MOST_WORDS:
        return False
    if _DOTS.search(said) is None:
        is_set_off = is_comment or said[:1] in "[("
        return is_set_off and _SURELY.search(words) is not None
    if not words:
        return is_comment or "…" in said
    may_be_words = is_comment or _only_prose(said)
    return may_be_words and _LEFT_OUT.search(words) is not None


def _only_prose(said: str) -> bool:
    """Return True if a text outside of a comment has no sign of code in it."""
    return re.search(r"[=;{}()\"`]", said.strip("[](){}")) is None


def without_placeholders(pattern: Pattern, there: Collection[str]) -> tuple[Pattern, str]:
    """The pattern without new lines that stand for others, and the first one of which that cannot be told (or "").

    `there`: the squeezed lines of the file; what it holds as text is text. `-a -b +# ... existing code ...` keeps a and
    b; `+x +# ... rest of the code ...` behind them leaves the mark out; between new lines nobody knows what it is.
    """
    removed, inserts = list(pattern.removed), list(pattern.inserts)
    for at, new in enumerate(pattern.inserts):
        marks = _marks(new, there)
        if not marks:
            continue
        first, last = _run_around(removed, at)
        ends = _kept_ends(pattern.old[first:last], new, marks)
        if ends is not None:
            first_kept, first_below = first + ends[0], last - ends[1]
            removed[first_kept:first_below] = [False] * (first_below - first_kept)
            inserts[at] = ()
            inserts[first_kept] = new[: marks[0]]
            inserts[last] = new[marks[-1] + 1 :]
            continue
        inserts[at] = _without_marks(new, marks)
        lacks_new_states = last - first > len(inserts[at])
        if lacks_new_states or not _at_an_end(new, marks) or _is_body(new, marks):
            return pattern, new[marks[0]].strip()
    return replace(pattern, removed=tuple(removed), inserts=tuple(inserts)), ""


def _marks(new: tuple[str, ...], there: Collection[str]) -> list[int]:
    """List the indices of the new lines that stand for others, and that the file does not have."""
    marks = [index for index, line in enumerate(new) if is_placeholder(line)]
    return [mark for mark in marks if squeezed(new[mark]) not in there]


def _without_marks(new: tuple[str, ...], marks: list[int]) -> tuple[str, ...]:
    """The new lines without the marks, and without the blank lines that only set these apart."""
    left_out: set[int] = set()
    for mark in marks:
        blanks_above = takewhile(is_blank, reversed(new[:mark]))
        left_out.update(range(mark - len(list(blanks_above)), mark + 1))
    return tuple(line for index, line in enumerate(new) if index not in left_out)


def _kept_ends(old: Sequence[str], new: Sequence[str], marks: list[int]) -> tuple[int, int] | None:
    """Count how many removed lines above and below the one mark have new states; None where that is not clear.

    Old `a b c d`, new `a2 … d2`: one above (a), one below (d), and the mark stands for b and c.
    """
    head, tail = marks[0], len(new) - marks[-1] - 1
    is_one_run = marks[-1] - marks[0] == len(marks) - 1
    if not is_one_run or head + tail >= len(old):
        return None
    old_ends = [*old[:head], *old[len(old) - tail :]]
    new_ends = [*new[:head], *new[len(new) - tail :]]
    are_states = all(map(is_new_state, old_ends, new_ends))
    return (head, tail) if are_states else None


def _run_around(removed: list[bool], at: int) -> tuple[int, int]:
    """The removed old lines that touch a place of new ones, as a range."""
    above, below = reversed(removed[:at]), removed[at:]
    return at - sum(takewhile(bool, above)), at + sum(takewhile(bool, below))


def _at_an_end(new: tuple[str, ...], marks: list[int]) -> bool:
    """Return True if all marks stand before, or all behind, the other new lines, blank ones aside."""
    others = sorted(set(solid_indices(new)).difference(marks))
    return not others or max(marks) < others[0] or min(marks) > others[-1]


def _is_body(new: tuple[str, ...], marks: list[int]) -> bool:
    """Return True if a mark stands in the body of something that the new lines begin: deeper than the line above it."""
    for mark in marks:
        above = first_solid(reversed(new[:mark])) or new[mark]
        if depth(new[mark]) > depth(above):
            return True
    return False
