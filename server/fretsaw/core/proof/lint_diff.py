"""What a linter says more than before: only the difference counts, never what was there already. Knows no linter.

A finding is a line `path:line[:column]: text`, as most linters and compilers print it. Numbers move with every edit,
so findings are compared by path and text.
"""

from __future__ import annotations

import re
from collections import Counter

_FINDING = re.compile(r"^\s*(?:\./)?(?P<path>[^\s:]+):(?P<line>\d+)(?::\d+)?(?::\d+)?:?\s+(?P<text>\S.*)$")
_MOST_LINES = 20_000


def lint_findings(output: str) -> tuple[tuple[str, int, str], ...]:
    """(path, line number from 1, text) of every line that is a finding."""
    found = []
    for line in output.split("\n")[:_MOST_LINES]:
        match = _FINDING.match(line[:1000])
        if match:
            found.append((match["path"], int(match["line"]), match["text"].strip()))
    return tuple(found)


def new_findings(before: str, after: str) -> tuple[str, ...]:
    """The findings of `after` that `before` has not, as `path:line: text`, in their order.

    >>> new_findings("a.py:3:1: unused x", "a.py:9:1: unused x\\na.py:9:1: unused y")
    ('a.py:9: unused y',)
    """
    old = Counter((path, text) for path, _, text in lint_findings(before))
    new = []
    for path, line, text in lint_findings(after):
        if old[path, text] > 0:
            old[path, text] -= 1
        else:
            new.append(f"{path}:{line}: {text}")
    return tuple(new)
