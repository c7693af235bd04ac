"""How many tests a runner says it ran, for runners that write no report we read. Pure: knows only what was printed."""

from __future__ import annotations

import re

_MORE = (
    r"^Ran (\d+) tests? in ",  # unittest, Django
    r"^[#ℹ] tests (\d+)$",  # node --test
    r"^test result: \w+\. (\d+) passed; (\d+) failed;",  # cargo
    r"^[ \t]*Tests:?[ \t].*?\b(\d+) failed",  # Jest, Vitest
    r"^[ \t]*Tests:?[ \t].*?\b(\d+) passed",
    r"^[ \t]+(\d+) (?:passing|failing)\b",  # Mocha
)
_LESS = (
    r"^(?:OK|FAILED) \(.*?\bskipped=(\d+)",
    r"^[#ℹ] skipped (\d+)$",
)


def count_run(output: str) -> int | None:
    """The sum of all summaries, without what was skipped; None where there is none."""
    more, less = _numbers(_MORE, output), _numbers(_LESS, output)
    return sum(more) - sum(less) if more else None


def _numbers(patterns: tuple[str, ...], output: str) -> list[int]:
    found = (re.finditer(pattern, output, re.MULTILINE) for pattern in patterns)
    return [int(number) for matches in found for match in matches for number in match.groups()]
