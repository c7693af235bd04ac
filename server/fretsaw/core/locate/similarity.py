"""Likeness of two lines, by the runs of signs that they have in common."""

from __future__ import annotations

from difflib import SequenceMatcher

_ALIKE = 0.6
"""The share of common signs from which on two lines say nearly the same."""
_LONGEST = 2000
"""Signs of two lines that are compared at most."""


def ratio(one: str, other: str) -> float:
    """The share of signs that two lines have in common, in order; blanks around them aside."""
    return SequenceMatcher(None, one.strip(), other.strip(), autojunk=False).ratio()


def is_new_state(old: str, new: str) -> bool:
    """Return True if a line can be a new state of an old one."""
    return ratio(old, new) > _ALIKE


def alike(ours: str, theirs: str) -> bool:
    """Return True if two squeezed lines, which are not equal, say nearly the same."""
    if len(ours) + len(theirs) > _LONGEST:
        return False
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    # The first two are upper bounds of the last one, and much cheaper.
    bounds = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(bound() >= _ALIKE for bound in bounds)
