"""Only what a linter says more than before counts."""

from __future__ import annotations

import pytest

from fretsaw.core.proof.lint_diff import lint_findings, new_findings

BEFORE = "a.py:3:1: F401 unused\nb.py:7: error: bad\nFound 2 errors\n"


@pytest.mark.parametrize(
    ("after", "new"),
    [
        (BEFORE, ()),
        ("a.py:30:9: F401 unused\nb.py:70: error: bad\n", ()),
        ("", ()),
        (BEFORE + "a.py:9:1: F401 unused\n", ("a.py:9: F401 unused",)),
        ("./a.py:3:1: F401 unused\nc.py:1:1: E1 new\n", ("c.py:1: E1 new",)),
        ("warning: 12:30 lunch\nhttp://x:80 not a finding\n", ()),
    ],
    ids=["the same", "moved", "mended", "once more", "another file", "no findings"],
)
def test_new_findings(after: str, new: tuple[str, ...]) -> None:
    assert new_findings(BEFORE, after) == new


def test_a_gigantic_line_is_cut() -> None:
    assert len(lint_findings("a.py:1: " + "x" * 5_000_000)[0][2]) < 1000
