"""Enclosing lines that a model named (`@@ class X`, a diff's section heading), and what they enclose.

It is handed line numbers from 0.
"""

from __future__ import annotations

import re

from fretsaw.core.locate.indent import lead
from fretsaw.core.locate.view import View, squeezed

_DEEPEST = 6
_MOST = 32
"""The number of blocks beginning with an anchor's line that are looked at."""


def inside(view: View, anchors: tuple[str, ...], starts: list[int], ends: list[int]) -> int | None:
    """The only one of the starts that the anchors enclose; None for none or several."""
    if not anchors or len(anchors) > _DEEPEST:
        return None
    if anchors not in view.scopes:
        scopes = [(0, len(view.bodies))]
        for anchor in anchors:
            scopes = [scope for low, high in scopes for scope in _scopes(view, anchor, low, high)][:_MOST]
        view.scopes[anchors] = scopes
    scopes = view.scopes[anchors]
    hits = {
        start
        for start, end in zip(starts, ends, strict=True)
        if any(low <= end - 1 and start < high and end <= high + 1 for low, high in scopes)
    }
    return hits.pop() if len(hits) == 1 else None


def _scopes(view: View, anchor: str, low: int, high: int) -> list[tuple[int, int]]:
    """Blocks (by indentation) that begin with the anchor's line, within bounds."""
    want = squeezed(anchor)
    bounds = range(low, high)
    places = [at for at in view.index().get(want, ()) if at in bounds]
    if not places and len(want) >= 8:
        # A model often leaves off what follows: `def total(self` for `def total(self, rate):`.
        longer = (found for key, found in view.index().items() if key.startswith(want))
        places = [at for found in longer for at in found if at in bounds]
    return [(at, _scope_end(view, at, high)) for at in places[:_MOST]]


def _scope_end(view: View, at: int, high: int) -> int:
    depth = len(lead(view.bodies[at]))
    for index in range(at + 1, high):
        line = view.bodies[index]
        if line.strip() and len(lead(line)) <= depth and line.lstrip()[:1] not in (")", "]", "}", "#", "{"):
            return index
    return high


def under_heading(view: View, anchors: tuple[str, ...], at: int) -> bool:
    """Return True if the section heading of a diff, where there is one, is the last unindented line above a place."""
    if not anchors:
        return True
    want = squeezed(anchors[-1])
    for index in range(min(at, len(view.bodies)) - 1, -1, -1):
        line = view.bodies[index]
        if re.match(r"[A-Za-z_$]", line):
            return squeezed(line).startswith(want[:70])
    return False
