"""Two red results of a check that prints no test by name: do they fail in the same way? Pure text."""

from __future__ import annotations

import re

from fretsaw.core.proof.check_result import CheckResult

# What differs between two runs of the same thing: times, sizes, addresses, temporary paths, dates.
_NOISE = re.compile(
    r"0x[0-9a-f]+|"
    r"\b\d{4}-\d\d-\d\d[T ]?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?|\b\d+(?:\.\d+)? ?(?:ms|s|µs|us|ns|sec|seconds|min|[KMG]i?B)"
    r"\b|/(?:tmp|var/folders|dev/shm)/[^\s'\"]+|\bpid[ =]\d+|\b[0-9a-f]{12,}\b",
    re.IGNORECASE,
)
_FAILURE = re.compile(r"^\s*(?:FAILED|FAIL:?|ERROR:|not ok(?: \d+)?(?: -)?|[✖✗×✘])\s+(\S.*)$", re.MULTILINE)


def is_red_alike(before: CheckResult, after: CheckResult) -> bool:
    """Return True if both are red and nothing but an exit code and equal or fewer failures can be told from them."""
    if before.state == "timeout" and after.state == "timeout":
        return True
    if before.state != "red" or after.state != "red" or before.exit_code != after.exit_code:
        return False
    if before.evidence != "exit code" or after.evidence != "exit code":
        return False
    return is_same_output(before, after) or is_progress(before, after)


def is_same_output(before: CheckResult, after: CheckResult) -> bool:
    """Return True if both ended alike and printed the same, times and temporary names aside."""
    return before.exit_code == after.exit_code and _plain(before.output) == _plain(after.output)


def is_progress(before: CheckResult, after: CheckResult) -> bool:
    """Return True if failures that were printed before are gone and none is new."""
    was, now = _failures(before.output), _failures(after.output)
    return bool(now) and now < was


def _plain(output: str) -> str:
    return " ".join(_NOISE.sub("·", output).split())


def _failures(output: str) -> frozenset[str]:
    return frozenset(_plain(line) for line in _FAILURE.findall(output))
