"""Correct mistakes that a reply repeats in its edits: typeset quotes, tabs written out.

Where one edit of a file proves such a habit, the new lines of the others are corrected as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from fretsaw.core.locate.fit import Fit
from fretsaw.core.locate.view import View, typewriter

HABITS = ("typographic", "literal-escapes")
"""Rungs whose use in one edit says something of the others."""

_LEAD_TABS = re.compile(r"^[ \t]*(?:\\t)+")


def tabs_meant(line: str) -> str:
    r"""The line with `\t` at its start as tabs.

    >>> tabs_meant(r"\t\tx = '\t'") == "\t\tx = '\\t'"
    True
    """
    return _LEAD_TABS.sub(lambda match: match[0].replace("\\t", "\t"), line)


def put_right(view: View, fit: Fit, habits: Collection[str]) -> Fit:
    """The fit with its new lines as the habits say they were meant."""
    table: dict[int, str] = {}
    if "typographic" in habits:
        used = {c for _, _, new in fit.splices for line in new if not line.isascii() for c in line}
        table = str.maketrans({c: typewriter(c) for c in used if typewriter(c) != c and c not in view.text})
    tabs = "literal-escapes" in habits

    def mended(line: str) -> str:
        return tabs_meant(line.translate(table)) if tabs else line.translate(table)

    splices = tuple((start, end, tuple(map(mended, new))) for start, end, new in fit.splices)
    return fit if splices == fit.splices else replace(fit, splices=splices)
