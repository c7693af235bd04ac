"""Tests that are declared in a file of code, as Rust's `mod tests`: which hunks of a patch change those."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fretsaw.core.languages import declaration_pattern
from fretsaw.core.patch.patch_set import FilePatch
from fretsaw.core.proof.declared_tests import declared_tests
from fretsaw.core.text.lines import split_lines

_MODULE = re.compile(r"\s*#\[cfg\((?:test|all\(test\b[^\n]*)\)\]")
"""Rust: what follows is compiled for tests only."""
_ABOVE = re.compile(r"\s*(?:[@#\[]|//|/\*|\*)")
"""Attributes, decorators and comments belong to what is below them."""
_CLOSES = re.compile(r"\s*(?:[\])}]|end\b)")


def inline_test_hunks(file: FilePatch) -> Mapping[int, str]:
    """Index of a hunk → the test that it changes, "" for what is around tests; none where there are none."""
    if file.op != "edit" or declaration_pattern(file.path) is None:
        return {}
    lines = split_lines(file.before or "")
    spans = [*_modules(lines), *_tests(file.path, lines)]
    found: dict[int, str] = {}
    for number, hunk in enumerate(file.hunks):
        for name, first, end in spans:  # the narrower ones come last
            inside = first < hunk.start < end if not hunk.removed else first <= hunk.start and hunk.end <= end
            if inside:
                found[number] = name
    return found


def _modules(lines: Sequence[str]) -> list[tuple[str, int, int]]:
    return [("", n, _block_end(lines, n)) for n, line in enumerate(lines) if _MODULE.match(line)]


def _tests(path: str, lines: Sequence[str]) -> list[tuple[str, int, int]]:
    """(test, first line, line after its last) from 0."""
    text, pattern = "".join(lines), declaration_pattern(path)
    if pattern is None:
        return []
    places = [text.count("\n", 0, match.start()) for match in pattern.finditer(text)]
    spans = []
    for name, at in zip(declared_tests(path, text), places, strict=True):
        first = at
        while first > 0 and _ABOVE.match(lines[first - 1]):
            first -= 1
        spans.append((name, first, _block_end(lines, at)))
    return spans


def _block_end(lines: Sequence[str], at: int) -> int:
    """The line after a block, told by the indentation of the line that begins it and of what is below.

    >>> _block_end(["#[test]", "fn a() {", "    b();", "}", "fn c() {"], 0)
    4
    """
    depth = _depth(lines[at])
    n = at
    while n + 1 < len(lines) and _ABOVE.match(lines[n]):
        n += 1
    for end in range(n + 1, len(lines)):
        if lines[end].strip() and _depth(lines[end]) <= depth:
            return end + 1 if _CLOSES.match(lines[end]) else end
    return len(lines)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
