"""One run's evidence: what the reporters say, what the runner prints and how it ends, and where the three disagree."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from fretsaw.check.run.channel import Heard, Report
from fretsaw.check.run.test_count import count_run, printed_doubts, printed_tests
from fretsaw.core.proof.check_result import CheckResult

_WORST = {"deselected": 0, "passed": 1, "skipped": 2, "failed": 3}

_SUMMARIES: Mapping[str, tuple[str, str, str]] = {
    "pytest": (
        r"^=* ?(?=\d+ (?:passed|failed|error))[^\n]*? in [\d.]+s\b[^\n]*$",
        r"\b(\d+) (?:passed|xpassed)\b",
        r"\b(\d+) (?:failed|errors?)\b",
    ),
    "unittest": (
        r"^Ran \d+ tests? in [^\n]*\n\n(?:OK|FAILED)[^\n]*",
        "",
        r"(?:failures|errors|unexpected successes)=(\d+)",
    ),
    "node --test": (r"^[#ℹ] pass \d+\n[#ℹ] fail \d+$", r"pass (\d+)", r"fail (\d+)"),
    "mocha": (
        r"^ +\d+ passing\b[^\n]*(?:\n +\d+ (?:pending|failing))*",
        r"(\d+) passing",
        r"(\d+) failing",
    ),
    "jest": (r"^Tests: +[^\n]* total$", r"(\d+) passed", r"(\d+) failed"),
    "rspec": (r"^\d+ examples?, \d+ failures?[^\n]*$", "", r"(\d+) (?:failures?|errors? occurred)"),
    "minitest": (r"^\d+ runs, \d+ assertions, [^\n]*$", "", r"(\d+) (?:failures|errors)"),
    "test-unit": (r"^\d+ tests, \d+ assertions, [^\n]*$", "", r"(\d+) (?:failures|errors)"),
}
"""Runner → its last summary, in it the number that passed ("" where it has none), and the one that failed."""


def with_evidence(result: CheckResult, heard: Heard) -> CheckResult:
    """The result with the tests that ran and every doubt about it.

    Where no reporter told anything, the tests are those that the runner printed.
    """
    reports = [report for report in heard.reports if report.tests or not report.ended]
    runners = tuple(sorted({report.runner for report in reports}))
    if not reports:
        doubts: tuple[str, ...] = (
            ("the report has lines that Fretsaw's reporter did not write",) if heard.forged else ()
        )
        doubts += printed_doubts(result.output, result.exit_code)
        tests = printed_tests(result.output)
        return replace(result, tests=tests, ran=count_run(result.output), doubts=doubts)
    tests = _merge(reports)
    if "cargo test" in runners:
        tests = _with_names_of_cargo(tests, result.output)
    return replace(
        result,
        tests=tests,
        ran=sum(outcome in {"passed", "failed"} for outcome in tests.values()),
        runners=runners,
        doubts=tuple(dict.fromkeys(_doubts(result, heard, reports, tests))),
    )


def _merge(reports: list[Report]) -> dict[str, str]:
    """The tests of all reports; of a test that is in several, the worst outcome."""
    tests: dict[str, str] = {}
    for report in reports:
        for name, outcome in report.tests.items():
            if _WORST[outcome] >= _WORST[tests.get(name, "deselected")]:
                tests[name] = outcome
    return tests


def _with_names_of_cargo(tests: Mapping[str, str], output: str) -> dict[str, str]:
    """The tests by the source file that cargo names for each binary, with those of rustdoc, as it prints them."""
    sources = {
        match[2]: match[1]
        for match in re.finditer(r"^ +Running (\S[^\n]*?) \([^\n)]*?([^/\n)]+)\)$", output, re.MULTILINE)
    }
    named = {}
    for name, outcome in tests.items():
        binary, _, test = name.partition(" ")
        named[f"{sources.get(binary, binary)} {test}"] = outcome
    printed = printed_tests(output) or {}
    return named | {name: outcome for name, outcome in printed.items() if name.startswith("Doc-tests ")}


def _doubts(result: CheckResult, heard: Heard, reports: list[Report], tests: Mapping[str, str]) -> list[str]:
    doubts = [f"{report.runner} ended before its report did" for report in reports if not report.ended]
    if heard.forged:
        doubts.append("the report has lines that Fretsaw's reporter did not write")
    if result.exit_code == 0 and "failed" in tests.values():
        doubts.append("the exit code means success, but the report has failed tests")
    for report in reports:
        doubts += report.altered
        doubts += [f"{name} raised an error and was reported as passed" for name in report.turned]
    if len(reports) == 1 and reports[0].ended and not _agrees(reports[0], result.output):
        doubts.append(f"{reports[0].runner}'s output contradicts its report")
    return doubts


def _agrees(report: Report, output: str) -> bool:
    """Tell whether the last summary that was printed has the numbers of the report; one without summary agrees."""
    if report.runner == "maven":
        printed = count_run(output)
        return printed is None or printed == sum(outcome != "skipped" for outcome in report.tests.values())
    if report.runner == "ctest":
        totals = re.findall(r"^\d+% tests passed, (\d+) tests? failed out of (\d+)", output, re.MULTILINE)
        counts = Counter(report.tests.values())
        told = (str(counts["failed"]), str(sum(counts.values()) - counts["deselected"]))
        return not totals or totals[-1] == told
    if report.runner not in _SUMMARIES:
        return True
    summary, passed, failed = _SUMMARIES[report.runner]
    lines = re.findall(summary, output, re.MULTILINE)
    if not lines:
        return True
    counts = Counter(report.tests.values())
    if bool(_number(failed, lines[-1])) != bool(counts["failed"]):
        return False
    return bool(counts["failed"]) or not passed or _number(passed, lines[-1]) == counts["passed"]


def _number(pattern: str, line: str) -> int:
    return sum(map(int, re.findall(pattern, line)))
