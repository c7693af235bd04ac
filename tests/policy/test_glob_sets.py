"""A set of globs says what `fnmatch` says of each."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fretsaw.core.ledger.area import fits_glob
from fretsaw.core.policy.glob_set import GlobSet

GLOBS = st.text("ab.*?[]!/", max_size=6)


@given(st.lists(GLOBS, max_size=4), st.text("ab./*", max_size=6))
def test_a_set_matches_what_one_of_its_globs_matches(globs: list[str], text: str) -> None:
    assert GlobSet(globs).matches(text) == any(fnmatchcase(text, glob) for glob in globs)


@pytest.mark.parametrize(
    "glob", ["{" * 3000, "{a," * 200 + "}" * 200, "*a" * 300, "**/" * 200 + "x", "[" * 2000, "{a,b}" * 60]
)
def test_hostile_globs_of_rules_files_are_answered(glob: str) -> None:
    assert fits_glob(glob, "a" * 200 + "/" + "b/" * 60 + "c.py") in (True, False)


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("**/*.py", "a.py", True),
        ("**/*.py", "src/deep/a.py", True),
        ("src/*.py", "src/deep/a.py", False),
        ("*.{ts,tsx}", "a.tsx", True),
        ("src/{a,b}/**", "src/b/c/d.py", True),
        ("src/{a,b}/**", "src/c/d.py", False),
    ],
)
def test_globs_of_rules_files(glob: str, path: str, fits: bool) -> None:
    assert fits_glob(glob, path) is fits
