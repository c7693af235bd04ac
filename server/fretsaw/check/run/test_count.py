"""Read the number of tests from a runner's output, for runners in which no reporter of ours is. Pure text."""

from __future__ import annotations

import json
import re

_MORE = (
    r"^Ran (\d+) tests? in ",  # unittest, Django
    r"^[#ℹ] tests (\d+)$",  # node --test
    r"^test result: \w+\. (\d+) passed; (\d+) failed;",  # cargo
    r"^[ \t]*Tests:?[ \t].*?\b(\d+) failed",  # Jest, Vitest
    r"^[ \t]*Tests:?[ \t].*?\b(\d+) passed",
    r"^[ \t]+(\d+) (?:passing|failing)\b",  # Mocha
    r"^(\d+) examples?, \d+ failures?",  # RSpec
    r"^Files=\d+, Tests=(\d+),",  # prove
    r"^(?:\[\w+\] )?Tests run: (\d+), Failures: \d+, Errors: \d+, Skipped: \d+$",  # Surefire's last line
    r"^\d+% tests passed, \d+ tests? failed out of (\d+)",  # ctest
    r"^(\d+) runs, \d+ assertions, ",  # Minitest
)
_LESS = (
    r"^(?:OK|FAILED) \(.*?\bskipped=(\d+)",
    r"^[#ℹ] skipped (\d+)$",
    r"^(?:\[\w+\] )?Tests run: \d+, Failures: \d+, Errors: \d+, Skipped: (\d+)$",
    r"^(?:\d+) runs, .*?\b(\d+) skips",
    r"^\d+ examples?, \d+ failures?, (\d+) pending",
)

_LINES: tuple[tuple[str, str], ...] = (
    # what the line of a test looks like: its name, and a word that says how it ended
    (
        "cargo",
        r"^test (?P<id>\S.*?) \.\.\. (?P<is>ok|FAILED|ignored)\b"
        r"|^ +(?:Running|Doc-tests) (?P<part>[^\n(]{1,200}?)(?= \(|$)",
    ),
    ("go", r"^ *--- (?P<is>PASS|FAIL|SKIP): (?P<id>\S+) \("),
    (
        "ctest",
        r"^ *\d+/\d+ Test +#\d+: (?P<id>\S.*?) \.{2,} *(?:[^*\n]*\*{3})?"
        r"(?P<is>Passed|Failed|Not Run|Skipped|Exception|Timeout)",
    ),
    ("TAP", r"^(?P<is>ok|not ok)\b(?: \d+)?(?: -)? *(?P<id>[^#\n]*)(?P<but>#[ \t]*(?i:skip|todo))?"),
)
_OUTCOMES = {
    "ok": "passed", "PASS": "passed", "Passed": "passed", "FAILED": "failed", "FAIL": "failed", "Failed": "failed",
    "not ok": "failed", "Exception": "failed", "Timeout": "failed", "ignored": "skipped", "SKIP": "skipped",
    "Not Run": "skipped", "Skipped": "skipped",
}  # fmt: skip
_ACTIONS = {"pass": "passed", "fail": "failed", "skip": "skipped"}
_TOTALS = (
    ("TAP", r"^(?:not )?ok\b", r"^1\.\.(\d+)\b"),
    ("cargo", r"^test \S.*? \.\.\. (?:ok|FAILED|ignored)\b", r"^running (\d+) tests?$"),
    (
        "ctest",
        r"^ *\d+/\d+ Test +#\d+: (?![^\n]*\(Disabled\))",
        r"^\d+% tests passed, \d+ tests? failed out of (\d+)",
    ),
)
"""Runner, the line of a test, the number that it announces or sums up."""
_WORST = {"passed": 0, "skipped": 1, "failed": 2}


def printed_tests(output: str) -> dict[str, str] | None:
    """Test → "passed" | "failed" | "skipped", of runners that print a line a test; None where there is no such line."""
    tests = _of_go_json(output)
    if tests:
        return tests
    for _, pattern in _LINES:
        part = ""
        for match in re.finditer(pattern, output, re.MULTILINE):
            groups = match.groupdict()
            if groups.get("part"):
                part = f"{groups['part']} "
                continue
            outcome = "skipped" if groups.get("but") else _OUTCOMES[groups["is"]]
            name = f"{part}{groups['id'].strip()}"
            if name.strip() and _WORST[outcome] >= _WORST[tests.get(name, "passed")]:
                tests[name] = outcome
        if tests:
            return tests
    return None


def _of_go_json(output: str) -> dict[str, str]:
    """The tests of `go test -json`: one object a line, with package, test and action."""
    tests: dict[str, str] = {}
    for line in re.findall(r'^\{"Time":[^\n]*"Action":"(?:pass|fail|skip)"[^\n]*$', output, re.MULTILINE):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if event.get("Test"):
            tests[f"{event.get('Package')}: {event['Test']}"] = _ACTIONS[event["Action"]]
    return tests


def printed_doubts(output: str, exit_code: int | None) -> tuple[str, ...]:
    """Disagreements of the tests that are printed with their own summary or the exit code; a sentence each."""
    tests = printed_tests(output)
    if not tests:
        return ()
    doubts = []
    if exit_code == 0 and "failed" in tests.values():
        doubts.append("the exit code means success, but failed tests are printed")
    for name, points, total in _TOTALS:
        plans = [int(number) for number in re.findall(total, output, re.MULTILINE)]
        if plans and sum(plans) != len(re.findall(points, output, re.MULTILINE)):
            doubts.append(f"{name} announces a different number of tests than it prints")
    return tuple(doubts)


def count_run(output: str) -> int | None:
    """The sum of all summaries, without what was skipped; None where there is none."""
    more, less = _numbers(_MORE, output), _numbers(_LESS, output)
    return sum(more) - sum(less) if more else None


def _numbers(patterns: tuple[str, ...], output: str) -> list[int]:
    found = (re.finditer(pattern, output, re.MULTILINE) for pattern in patterns)
    return [int(number) for matches in found for match in matches for number in match.groups()]
