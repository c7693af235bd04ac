"""Tests that a file declares, by the words of its language: for checks that do not say how many they ran.

`go test ./...` prints a line a package and `mvn -q` nothing at all, so a deleted test that passed would go unseen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from fretsaw.core.languages import declaration_pattern

# A test's name is a group of the pattern, or the first that is called in the lines after an annotation.
_ANNOTATION = re.compile(r"[@#]?\[[^\]]{0,200}\]|@\w+(?:\([^)]{0,200}\))?|^\([^)]{0,200}\)")
_CALLED = re.compile(r"(`[^`\n]+`|\w+)[ \t]*[(<]")
_NEAR = 300
"""Characters after an annotation in which the name is looked for."""


def declared_tests(path: str, text: str) -> tuple[str, ...]:
    """Names of the tests in a file's text, in its order, as often as they stand there; none where no row fits.

    Comments are not told from code: a test that is commented out by `//` or `#` no longer begins a line, and is gone.
    """
    pattern = declaration_pattern(path)
    return tuple(_name(match, text) for match in pattern.finditer(text)) if pattern else ()


def _name(match: re.Match[str], text: str) -> str:
    given = next(filter(None, match.groups()), "")
    after = "" if given else _ANNOTATION.sub("", text[match.end() : match.end() + _NEAR])
    called = _CALLED.search(after)
    return given or (called[1] if called else match[0].strip())


def deleted_tests(files: Iterable[tuple[str, str | None, str | None]]) -> tuple[str, ...]:
    """Names of tests that (path, text before, text after) lose, empty while as many are declared after as before.

    A test may be renamed or moved to another of these files.
    """
    before: Counter[str] = Counter()
    after: Counter[str] = Counter()
    for path, was, now in files:
        before.update(declared_tests(path, was or ""))
        after.update(declared_tests(path, now or ""))
    return tuple(sorted((before - after).elements())) if after.total() < before.total() else ()
