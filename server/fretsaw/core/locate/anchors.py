"""Enclosing lines that a model named (`@@ class X`, a diff's section heading), and what they enclose.

It is handed line numbers from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from fretsaw.core.locate.blank_lines import depth
from fretsaw.core.locate.fit import Fit
from fretsaw.core.locate.only import only
from fretsaw.core.locate.view import Scope, View, squeezed

_DEEPEST = 6
_MOST = 32
"""The number of blocks beginning with an anchor's line that are looked at."""
_LEAST_BEGINNING = 8
"""Signs that the beginning of a line has at least where it may stand for the whole line."""
_UNINDENTED = re.compile(r"[A-Za-z_$]")
_LONGEST_HEADING = 70
"""Signs of a section heading that git writes at most, with some room."""
_CLOSING = re.compile(r"\s*[)\]}#{]")
"""Matches a line that does not end a block, however little it is indented: a bracket of the block's own, a comment."""


def inside(view: View, anchors: tuple[str, ...], fits: Sequence[Fit]) -> int | None:
    """The only start of a fit that the anchors enclose; None for none or several."""
    if not 1 <= len(anchors) <= _DEEPEST:
        return None
    scopes = view.scopes.get(anchors)
    if scopes is None:
        scopes = view.scopes[anchors] = _enclosed_by(view, anchors)
    return only({fit.start for fit in fits if any(_is_enclosed(fit, scope) for scope in scopes)})


def _is_enclosed(fit: Fit, scope: Scope) -> bool:
    """Return True if a fit is in a scope, or goes beyond it by the line that closes it."""
    low, high = scope
    starts_inside = low < fit.end and fit.start < high
    return starts_inside and fit.end <= high + 1


def _enclosed_by(view: View, anchors: tuple[str, ...]) -> list[Scope]:
    """Find the blocks of the last anchor within those of the one before it, and so on.

    `class A`, `def f`: the methods f of every class A.
    """
    scopes = [(0, len(view.bodies))]
    for anchor in anchors:
        inner = chain.from_iterable(_scopes(view, anchor, scope) for scope in scopes)
        scopes = list(islice(inner, _MOST))
    return scopes


def _scopes(view: View, anchor: str, outer: Scope) -> Iterator[Scope]:
    """Blocks (by indentation) that begin with the anchor's line, within bounds."""
    is_within = range(*outer).__contains__
    exact = filter(is_within, _places_of(view, anchor))
    beginnings = filter(is_within, _places_of_beginning(view, anchor))
    for place in list(exact)[:_MOST] or list(beginnings)[:_MOST]:
        yield place, _scope_end(view, place, outer_end=outer[1])


def _places_of(view: View, anchor: str) -> Iterable[int]:
    """The lines that are the anchor's, but for blanks."""
    return view.index().get(squeezed(anchor), ())


def _places_of_beginning(view: View, anchor: str) -> Iterable[int]:
    """The lines that begin with the anchor: a model often leaves off what follows.

    `def total(self` for `def total(self, rate):`.
    """
    beginning = squeezed(anchor)
    if len(beginning) < _LEAST_BEGINNING:
        return ()
    index = view.index()
    return chain.from_iterable(index[line] for line in index if line.startswith(beginning))


def _scope_end(view: View, place: int, outer_end: int) -> int:
    """Find the first line below a place that is not indented deeper, at most the outer block's end."""
    outermost = depth(view.bodies[place])
    for index in range(place + 1, outer_end):
        if _ends_block(view.bodies[index], outermost):
            return index
    return outer_end


def _ends_block(line: str, outermost: int) -> bool:
    """Return True if a line stands outside of a block that begins at a depth; a closing bracket is the block's own."""
    if not line.strip() or depth(line) > outermost:
        return False
    return _CLOSING.match(line) is None


def under_heading(view: View, anchors: tuple[str, ...], at: int) -> bool:
    """Return True if the section heading of a diff, where there is one, is the last unindented line above a place."""
    if not anchors:
        return True
    want = squeezed(anchors[-1])[:_LONGEST_HEADING]
    heading = next(filter(_UNINDENTED.match, reversed(view.bodies[:at])), None)
    return heading is not None and squeezed(heading).startswith(want)
