"""Whether a check's results before and after a patch prove it. Knows nothing of patches or of how a check is run.

The exit code alone does not do: a patch that deletes the failing test, skips it or ends the runner early is green too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from fretsaw.core.proof.check_result import CheckResult

Kind: TypeAlias = Literal["proved", "held", "red", "broke", "fewer", "edited", "flaky", "unverified"]
"""proved: red before, green after · held: green before and after, so it shows only that nothing broke · red: not
green after · broke: a test that passed fails · fewer: tests vanished or are skipped now · edited: green only because
the patch changed the tests · flaky: repeated runs did not agree · unverified: it was not run."""

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two or three results of a check say of a patch."""

    kind: Kind
    reason: str
    """A sentence for a person (and for the model, when it is to try again)."""
    fixed: tuple[str, ...] = ()
    """Tests that failed before and pass after."""
    broken: tuple[str, ...] = ()
    """Tests that passed before and fail after, with the patch's tests or with the base's own."""
    gone: tuple[str, ...] = ()
    """Tests that passed or failed before and are not collected, or skipped, after."""

    @property
    def ok(self) -> bool:
        """Whether the patch may be delivered as checked."""
        return self.kind in {"proved", "held"}


def compare(
    before: CheckResult,
    after: CheckResult,
    base_tests_after: CheckResult | None = None,
    deleted: tuple[str, ...] = (),
) -> Comparison:
    """Judge a patch by the check before it, after it, and after it with the base's own tests where it edits tests.

    `base_tests_after` None: the patch leaves the existing tests alone. `deleted`: tests that the patch's own lines take
    away without a new one for each; they count where the check says of no test that it ran, as exit codes do then.
    Tests that repeated runs disagree about prove nothing and break nothing.
    """
    for when, result in (("before", before), ("after", after), ("with the base's own tests after", base_tests_after)):
        if result is not None and result.state in {"unavailable", "error"}:
            return Comparison("unverified", f"the check did not run {when} the patch: {result.reason}")
    shaky = frozenset(before.unsteady) | frozenset(after.unsteady)
    fixed = _moved(before, after, "failed", "passed", shaky)
    return (
        _by_luck(before, after, fixed, shaky)
        or _against(before, after, fixed, shaky)
        or _with_base_tests(before, base_tests_after, fixed, shaky)
        or _missing(before, after, fixed, edited=base_tests_after is not None)
        or _uncounted(after, fixed, deleted)
        or _green(before, after, fixed, edited=base_tests_after is not None)
    )


def _by_luck(
    before: CheckResult, after: CheckResult, fixed: tuple[str, ...], shaky: frozenset[str]
) -> Comparison | None:
    """Whether what was seen may be chance: unsteady after, or red before only at times."""
    if after.flaky or (before.flaky and not before.ok and not fixed):
        return Comparison(
            "flaky", "the check is flaky: repeated runs on one tree did not agree" + _names(tuple(sorted(shaky)))
        )
    return None


def _against(
    before: CheckResult, after: CheckResult, fixed: tuple[str, ...], shaky: frozenset[str]
) -> Comparison | None:
    """Whether a test fails now that did not, or the check is red."""
    broken = _moved(before, after, "passed", "failed", shaky)
    if broken:
        said = f"{_count(broken)} that passed before {_verb(broken)} now{_names(broken)}"
        return Comparison("broke", said, fixed, broken)
    return None if after.ok else Comparison("red", _still_red(after), fixed)


def _missing(before: CheckResult, after: CheckResult, fixed: tuple[str, ...], *, edited: bool) -> Comparison | None:
    """Whether fewer tests are run than before. A patch that edits tests may rename them, but not skip a failing one."""
    gone = _moved(before, after, "failed", "skipped", frozenset()) if edited else _gone(before, after)
    if gone or _vanished(before, after):
        return Comparison("fewer", _fewer(before, after, gone), fixed, (), gone)
    return None


def _uncounted(after: CheckResult, fixed: tuple[str, ...], deleted: tuple[str, ...]) -> Comparison | None:
    """Whether the patch takes tests away and the check is none that would tell."""
    if not deleted or after.tests is not None or after.ran is not None:
        return None
    said = f"the patch deletes {_count(deleted)}{_names(deleted)}; the check prints no count that would show it"
    return Comparison("fewer", said, fixed, (), deleted)


def _green(before: CheckResult, after: CheckResult, fixed: tuple[str, ...], *, edited: bool) -> Comparison:
    """The sentence for a patch that stands."""
    counted = f", {len(after.tests)} tests" if after.tests else ""
    own = "; the base's own tests hold too" if edited else ""
    if before.ok:
        said = f"the check was green before and is green after{counted}{own}: it shows that nothing broke"
        return Comparison("held", said, fixed)
    was = "timed out" if before.state == "timeout" else "was red"
    flaky = f"; flaky, and left out{_names(before.unsteady)}" if before.unsteady else ""
    return Comparison("proved", f"the check {was} before and is green after{counted}{own}{_names(fixed)}{flaky}", fixed)


def _with_base_tests(
    before: CheckResult, base: CheckResult | None, fixed: tuple[str, ...], shaky: frozenset[str]
) -> Comparison | None:
    """What the base's own tests object to; None when they hold, or are the ones that were run."""
    if base is None:
        return None
    broken = _moved(before, base, "passed", "failed", shaky)
    if broken:
        said = f"with the base's own tests, {_count(broken)} that passed before {_verb(broken)}{_names(broken)}"
        return Comparison("broke", said, fixed, broken)
    if base.ok:
        gone = _gone(before, base)
        lost = gone or _vanished(before, base)
        return Comparison("fewer", _fewer(before, base, gone), fixed, (), gone) if lost else None
    if before.ok:
        return Comparison("broke", f"with the base's own tests the check is red: {_still_red(base)}", fixed)
    said = "the check is green only because the patch changes the tests; with the base's own it is still red"
    return Comparison("edited", said, fixed)


def _moved(before: CheckResult, after: CheckResult, was: str, now: str, shaky: frozenset[str]) -> tuple[str, ...]:
    """Steady tests that were the one and are the other, sorted."""
    states = after.tests or {}
    names = (name for name, state in (before.tests or {}).items() if state == was and states.get(name) == now)
    return tuple(sorted(name for name in names if name not in shaky))


def _gone(before: CheckResult, after: CheckResult) -> tuple[str, ...]:
    """Tests that were run before and are not run after.

    A file that could not be collected is a failed test by its module's name; once it can be, its tests stand for it.
    """
    if not before.tests or after.tests is None:
        return ()
    states, modules = after.tests, {name.partition("::")[0] for name in after.tests}
    missing = [name for name, state in before.tests.items() if state != "skipped" and _not_run(states.get(name))]
    return tuple(sorted(name for name in missing if not any(f"{module}.".startswith(f"{name}.") for module in modules)))


def _not_run(state: str | None) -> bool:
    return state is None or state == "skipped"


def _vanished(before: CheckResult, after: CheckResult) -> bool:
    """Whether the count of tests fell, or the report (or the runner's own count) is missing that was there before."""
    if before.tests is None:
        return bool(before.ran) and (after.ran is None or after.ran < (before.ran or 0))
    return bool(before.tests) and (after.tests is None or len(after.tests) < len(before.tests or ()))


def _fewer(before: CheckResult, after: CheckResult, gone: tuple[str, ...]) -> str:
    count, now = _collected(before), _collected(after)
    if now is None:
        return f"the check ended green without a report of its {count} tests, so it may not have run them"
    were = "1 test was" if now == 1 else f"{now} tests were"
    return f"{were} collected after, {count} before{_names(gone, ', not run any more')}"


def _collected(result: CheckResult) -> int | None:
    return result.ran if result.tests is None else len(result.tests)


def _still_red(result: CheckResult) -> str:
    if result.state == "timeout":
        return f"the check was stopped: {result.reason}"
    failed = tuple(sorted(name for name, state in (result.tests or {}).items() if state == "failed"))
    if failed:
        return f"{_count(failed)} {_verb(failed)} after the patch{_names(failed)}"
    return f"the check is red after the patch: {result.reason or f'exit code {result.exit_code}'}"


def _count(names: tuple[str, ...]) -> str:
    return f"{len(names)} test{'s' if len(names) > 1 else ''}"


def _verb(names: tuple[str, ...]) -> str:
    return "fail" if len(names) > 1 else "fails"


def _names(names: tuple[str, ...], before: str = "") -> str:
    """The first few by name: `: a, b and 3 more`."""
    if not names:
        return ""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{before}: {', '.join(names[:_SHOWN])}{more}"


def agree(results: tuple[CheckResult, ...]) -> CheckResult:
    """Several runs on one tree as one: the worst of them, flaky when they differ in state or in any test."""
    worst = min(results, key=lambda result: result.ok)
    counted = [result.tests for result in results if result.tests is not None]
    names = {name for tests in counted for name in tests}
    unsteady = tuple(sorted(name for name in names if len({tests.get(name) for tests in counted}) > 1))
    states = {result.state for result in results}
    flaky = len(states) > 1 or bool(unsteady) or 0 < len(counted) < len(results)
    return replace(worst, flaky=True, unsteady=unsteady) if flaky else worst
