"""What a check's results before and after a patch say of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.proof.compare import compare

MARKS = {"p": "passed", "f": "failed", "s": "skipped"}


def green(tests: str | None = None) -> CheckResult:
    """`"t::a=p t::b=f"` as a green result."""
    return CheckResult("green", ("pytest",), 0, tests=None if tests is None else _tests(tests))


def red(tests: str | None = None) -> CheckResult:
    return replace(green(tests), state="red", exit_code=1)


def _tests(text: str) -> dict[str, str]:
    return {name: MARKS[mark] for name, mark in (item.split("=") for item in text.split())}


CASES = [
    # kind, before, after, with the base's own tests
    ("proved", red(), green(), None),
    ("held", green(), green(), None),
    ("red", red(), red(), None),
    ("red", green(), red(), None),
    ("proved", red("t::a=f t::b=p"), green("t::a=p t::b=p"), None),
    ("proved", red("t::a=f"), green("t::a=p t::new=p"), None),
    ("broke", red("t::a=f t::b=p"), red("t::a=p t::b=f"), None),
    ("broke", red("t::a=f t::b=p"), green("t::a=p t::b=f"), None),
    ("red", red("t::a=f t::b=f"), red("t::a=p t::b=f"), None),
    ("fewer", red("t::a=f t::b=p"), green("t::b=p"), None),
    ("fewer", red("t::a=f t::b=p"), green("t::a=s t::b=p"), None),
    ("fewer", red("t::a=f t::b=p"), green("t::a=p t::b=s"), None),
    ("fewer", red("t::a=f t::b=p"), green("t::b=p t::x=p t::y=p"), None),
    ("fewer", red("t::a=f"), green(), None),
    ("fewer", red("t::a=f"), green(""), None),
    ("held", green("t::a=s t::b=p"), green("t::b=p t::c=p"), None),
    # only the runner's own count
    ("proved", replace(red(), ran=2), replace(green(), ran=2), None),
    ("proved", replace(red(), ran=1), replace(green(), ran=3), None),
    ("proved", red(), replace(green(), ran=3), None),
    ("fewer", replace(red(), ran=2), replace(green(), ran=1), None),
    ("fewer", replace(red(), ran=2), replace(green(), ran=0), None),
    ("fewer", replace(red(), ran=2), green(), None),
    ("fewer", replace(red(), ran=2), replace(green(), ran=1), replace(green(), ran=2)),
    # a file that could not be collected before
    ("proved", red("tests.t=f"), green("tests.t::a=p"), None),
    ("proved", red("tests.t=f"), green("tests.t.TestA::a=p"), None),
    ("fewer", red("tests.t=f tests.u=f"), green("tests.t::a=p tests.t::b=p tests.ux::c=p"), None),
    # the patch edits tests
    ("proved", red("t::a=f t::b=p"), green("t::a=p t::renamed=p"), green("t::a=p t::b=p")),
    ("edited", red("t::a=f t::b=p"), green("t::a=p t::b=p"), red("t::a=f t::b=p")),
    ("edited", red(), green(), red()),
    ("broke", green("t::a=p"), green("t::a=p"), red("t::a=f")),
    ("broke", green(), green(), red()),
    ("fewer", red("t::a=f"), green("t::a=p"), green()),
    ("fewer", red("t::a=f t::b=p"), green("t::a=s t::b=p"), green("t::a=p t::b=p")),
    # it was not run
    ("unverified", CheckResult("unavailable", ("x",)), green(), None),
    ("unverified", red(), CheckResult("error", ("x",)), None),
    ("unverified", red(), green(), CheckResult("unavailable", ("x",))),
    # chance
    ("flaky", red("t::a=f"), replace(red("t::a=p"), flaky=True, unsteady=("t::a",)), None),
    ("flaky", replace(red("t::a=f"), flaky=True, unsteady=("t::a",)), green("t::a=p"), None),
    ("flaky", replace(red(), flaky=True), green(), None),
    ("proved", replace(red("t::a=f t::b=f"), flaky=True, unsteady=("t::b",)), green("t::a=p t::b=p"), None),
    # time
    ("proved", replace(red(), state="timeout", exit_code=None), green(), None),
    ("red", red(), replace(red(), state="timeout", exit_code=None, reason="too slow"), None),
]


@pytest.mark.parametrize(("kind", "before", "after", "base"), CASES)
def test_kinds(kind: str, before: CheckResult, after: CheckResult, base: CheckResult | None) -> None:
    judged = compare(before, after, base)
    assert judged.kind == kind, judged.reason
    assert judged.ok == (kind in {"proved", "held"})
    assert judged.reason


def test_the_sentence_names_tests() -> None:
    many = " ".join(f"t::{name}=p" for name in "abcde")
    judged = compare(green(many), red(many.replace("=p", "=f")))
    assert judged.reason == "5 tests that passed before fail now: t::a, t::b, t::c and 2 more"
    assert compare(red("t::a=f"), green("t::a=p")).fixed == ("t::a",)
