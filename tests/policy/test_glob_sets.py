"""A set of globs says what `fnmatch` says of each."""

from __future__ import annotations

from fnmatch import fnmatchcase

from hypothesis import given
from hypothesis import strategies as st

from fretsaw.core.policy.glob_set import GlobSet

GLOBS = st.text("ab.*?[]!/", max_size=6)


@given(st.lists(GLOBS, max_size=4), st.text("ab./*", max_size=6))
def test_a_set_matches_what_one_of_its_globs_matches(globs: list[str], text: str) -> None:
    assert GlobSet(globs).matches(text) == any(fnmatchcase(text, glob) for glob in globs)
