"""Correct mistakes that a reply repeats in its edits: typeset quotes, tabs written out.

Where one edit of a file proves such a habit, the new lines of the others are corrected as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from fretsaw.core.locate.fit import Fit
from fretsaw.core.locate.view import View, typewriter_table

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
    if "typographic" in habits:
        table = typewriter_table("".join(fit.new_lines), view.text)
        fit = fit.with_lines(lambda line: line.translate(table))
    if "literal-escapes" in habits:
        fit = fit.with_lines(tabs_meant)
    return fit
