"""Run the check before a change, and find what makes it useless as a proof before anything is spent."""

from __future__ import annotations

import re

from fretsaw.core.issue import Issue
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.run import Event
from fretsaw.errors import CheckError
from fretsaw.fix.services import Services

_NO_TEST = re.compile(
    r"^(?:=* ?no tests ran\b|Ran 0 tests|(?:Error: )?No test files found|No tests? (?:were )?found"
    r"|0 examples, 0 failures(?!, \d+ error)|(?:\[ERROR\] .*)?No tests (?:were executed|matching pattern))"
    r"|^ERROR: file or directory not found:|^error: no test target (?:named|matches)",
    re.MULTILINE,
)
_SPEAKS = re.compile(r"\b(?:tests?|specs?|pytest|coverage)\b", re.IGNORECASE)
"""An issue that speaks of tests may ask for those that are missing."""


def check_before(services: Services, issue: Issue) -> CheckResult | None:
    """The check on the snapshot as it is. A check that cannot be started is found before a dollar is spent."""
    if services.check is None:
        return None
    services.report(Event("check-before", "running the check before the change", percentage=5))
    before = services.check({})
    if before.state == "error":
        raise CheckError(
            f"the check could not be started: {before.reason}",
            hint=f"the command is {' '.join(before.argv)!r}; correct it with --check",
        )
    if _ends_before_any_test(before) and not _SPEAKS.search(issue.text):
        raise CheckError(
            "the check cannot prove a fix: it ends before any test runs",
            hint=f"no model was called; name the test files in the command {' '.join(before.argv)!r}",
        )
    if before.cause:
        raise CheckError(
            f"the check is set up wrong: {before.cause}",
            hint=f"no model was called; to see the output of {' '.join(before.argv)!r}: `agent check --run`",
        )
    if before.state == "unavailable":
        # Said before a dollar is spent on what will not be applied by itself.
        services.report(Event("check-before", f"UNVERIFIED from here on: {before.reason}", percentage=8, lasting=True))
    return before


def _ends_before_any_test(before: CheckResult) -> bool:
    """Return True if it is red since it found no test, or left all of them out."""
    if before.state != "red" or any(state != "deselected" for state in (before.tests or {}).values()):
        return False
    return bool(before.tests) or _NO_TEST.search(before.output) is not None


def notices_about_check(before: CheckResult) -> list[str]:
    """The notices on what the check before a change cannot show."""
    if before.state == "green":
        return ["the check was green before the change: it shows that nothing broke, not that the issue is fixed"]
    if before.state == "unavailable":
        return [f"UNVERIFIED: the check was not run: {before.reason}"]
    if before.runners and not before.named("passed") and not before.named("failed"):
        return ["the check ran no test"]
    if before.isolation == "none":
        return ["the check ran without isolation"]
    return []
