"""Compare a check's results before and after a patch: do they prove it?"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from fretsaw.core.proof.check_result import CheckResult

Kind: TypeAlias = Literal["proved", "held", "red", "broke", "fewer", "edited", "doubtful", "flaky", "unverified"]
"""proved: red before, green after · held: green before and after, so it shows only that nothing broke · red: not
green after · broke: a test that passed fails · fewer: tests vanished or are skipped now · edited: green only because
the patch changed the tests · doubtful: report, exit code and output disagree, or the runner was tampered with · flaky:
repeated runs did not agree · unverified: it was not run."""

Excuse: TypeAlias = Callable[[str], str]
"""(test id) -> the issue's sentence that asks for it to go or to be skipped; "" for none."""

_SHOWN = 3
_ENDINGS = ("", "s", "es", "d", "ed", "ing", "er", "ition")
"""Forms of a word in which a test's name has it: add, adds, added, adding, adder, addition."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The conclusion from two or three results of a check."""

    kind: Kind
    reason: str
    """A sentence for a person (and for the model, when it is to try again)."""
    fixed: tuple[str, ...] = ()
    """Tests that failed before and pass after."""
    broken: tuple[str, ...] = ()
    """Tests that passed before and fail after, with the patch's tests or with the base's own."""
    gone: tuple[str, ...] = ()
    """Tests that passed or failed before and are not collected, or skipped, after."""
    left: tuple[str, ...] = ()
    """Tests that failed before and fail still, and are not what the issue is about."""

    @property
    def ok(self) -> bool:
        """Return True if the patch may be delivered as checked."""
        return self.kind in {"proved", "held"}


def compare(
    before: CheckResult,
    after: CheckResult,
    base_tests_after: CheckResult | None = None,
    deleted: tuple[str, ...] = (),
    excuse: Excuse = lambda test: "",
    subjects: tuple[str, ...] = (),
) -> Comparison:
    """Judge a patch by the check before it, after it, and after it with the judge files as they were.

    `base_tests_after` None: the patch leaves the judge files alone, or the issue asks for what it does to them.
    `deleted`: tests that the patch's own lines take away without a new one for each; they count where the check says
    of no test that it ran, as exit codes do then. `subjects`: names that the issue or the patch is about; a test that
    failed before and still does is not the patch's fault where its name has none of them.
    Tests that repeated runs disagree about prove nothing and break nothing.
    """
    for when, result in (("before", before), ("after", after), ("with the base's own tests after", base_tests_after)):
        if result is not None and result.state in {"unavailable", "error"}:
            return Comparison("unverified", f"the check did not run {when} the patch: {result.reason}")
    shaky = frozenset(before.unsteady) | frozenset(after.unsteady)
    fixed = _moved(before, after, "failed", "passed", shaky)
    left = _left(before, after, fixed, shaky, subjects)
    edited = base_tests_after is not None
    return (
        _doubtful(before, after, base_tests_after, fixed)
        or _by_luck(before, after, fixed, shaky)
        or _against(before, after, fixed, shaky, left)
        or _with_base_tests(before, base_tests_after, fixed, shaky, left)
        or _missing(before, after, fixed, edited=edited, excuse=excuse)
        or _uncounted(after, fixed, deleted, excuse)
        or _green(before, after, fixed, left, edited=edited)
    )


def _doubtful(
    before: CheckResult, after: CheckResult, judged: CheckResult | None, fixed: tuple[str, ...]
) -> Comparison | None:
    """Tell whether a green result disagrees with itself in a way in which the base does not."""
    results = [result for result in (after, judged) if result is not None and result.ok]
    doubts = dict.fromkeys(doubt for result in results for doubt in result.doubts if doubt not in before.doubts)
    if not doubts:
        return None
    return Comparison("doubtful", f"the check ended green, but {'; '.join(list(doubts)[:_SHOWN])}", fixed)


def _left(
    before: CheckResult, after: CheckResult, fixed: tuple[str, ...], shaky: frozenset[str], subjects: tuple[str, ...]
) -> tuple[str, ...]:
    """Tests that fail as before, where the patch mended others, broke none and they are about something else."""
    failed = frozenset(after.named("failed"))
    if (
        after.state != "red"
        or not fixed
        or not failed
        or not subjects
        or _moved(before, after, "passed", "failed", shaky)
    ):
        return ()
    known = failed <= frozenset(before.named("failed"))
    return tuple(sorted(failed)) if known and not any(_is_about(test, subjects) for test in failed) else ()


def _is_about(test: str, subjects: tuple[str, ...]) -> bool:
    """Return True if a test's name has one of these words.

    >>> _is_about("tests/test_a.py::test_add_more", ("add",)), _is_about("t::test_address", ("add",))
    (True, False)
    >>> _is_about("calc.t: adds more", ("add",))
    True
    """
    words = {word.lower() for word in re.findall(r"[a-z]+|[A-Z][a-z]*|\d+", test)}
    forms = {name.lower() + ending for name in subjects for ending in _ENDINGS}
    return not words.isdisjoint(forms) or any(len(name) > 3 and name.lower() in test.lower() for name in subjects)


def _by_luck(
    before: CheckResult, after: CheckResult, fixed: tuple[str, ...], shaky: frozenset[str]
) -> Comparison | None:
    """Tell whether what was seen may be chance: unsteady after, or red before only at times."""
    if after.flaky or (before.flaky and not before.ok and not fixed):
        return Comparison(
            "flaky", "the check is flaky: repeated runs on one tree did not agree" + _names(tuple(sorted(shaky)))
        )
    return None


def _against(
    before: CheckResult, after: CheckResult, fixed: tuple[str, ...], shaky: frozenset[str], left: tuple[str, ...]
) -> Comparison | None:
    """Tell whether a test fails now that did not, or the check is red by more than what failed before."""
    broken = _moved(before, after, "passed", "failed", shaky)
    if broken:
        said = f"{_count(broken)} that passed before {_verb(broken)} now{_names(broken)}"
        return Comparison("broke", said, fixed, broken)
    return None if after.ok or left else Comparison("red", _still_red(after), fixed)


def _missing(
    before: CheckResult, after: CheckResult, fixed: tuple[str, ...], *, edited: bool, excuse: Excuse
) -> Comparison | None:
    """Tell whether fewer tests are run than before. A patch that edits tests may rename them, but not skip one."""
    if edited:
        gone = tuple(
            sorted(name for was in ("failed", "passed") for name in _moved(before, after, was, "skipped", _NONE))
        )
    else:
        gone = _gone(before, after)
    wanted = tuple(name for name in gone if excuse(name))
    gone = tuple(name for name in gone if name not in wanted)
    if gone or _vanished(before, after, len(wanted)):
        return Comparison("fewer", _fewer(before, after, gone), fixed, (), gone)
    return None


def _uncounted(
    after: CheckResult, fixed: tuple[str, ...], deleted: tuple[str, ...], excuse: Excuse
) -> Comparison | None:
    """Tell whether the patch takes tests away and the check is none that would tell."""
    deleted = tuple(name for name in deleted if not excuse(name))
    if not deleted or after.tests is not None or after.ran is not None:
        return None
    said = f"the patch deletes {_count(deleted)}{_names(deleted)}; the check prints no count that would show it"
    return Comparison("fewer", said, fixed, (), deleted)


def _green(
    before: CheckResult, after: CheckResult, fixed: tuple[str, ...], left: tuple[str, ...], *, edited: bool
) -> Comparison:
    """The sentence for a patch that stands."""
    counted = f", {len(after.tests)} test{'s' if len(after.tests) > 1 else ''}" if after.tests else ""
    if after.evidence == "exit code":
        counted = " (exit code only: the check reports no tests)"
    elif after.evidence == "output":
        counted += " (known only from what the check prints)"
    if left:
        said = f"{_count(fixed)} that failed before {'pass' if len(fixed) > 1 else 'passes'} now{_names(fixed)}"
        rest = (
            f"{_count(left)} that failed before the patch {_verb(left)} as before, which is not its fault{_names(left)}"
        )
        return Comparison("proved", f"{said}; {rest}", fixed, left=left)
    own = "; the base's own tests hold too" if edited else ""
    if before.ok:
        said = f"the check was green before and is green after{counted}{own}: it shows that nothing broke"
        return Comparison("held", said, fixed)
    was = "timed out" if before.state == "timeout" else "was red"
    flaky = f"; flaky, and left out{_names(before.unsteady)}" if before.unsteady else ""
    return Comparison("proved", f"the check {was} before and is green after{counted}{own}{_names(fixed)}{flaky}", fixed)


def _with_base_tests(
    before: CheckResult,
    base: CheckResult | None,
    fixed: tuple[str, ...],
    shaky: frozenset[str],
    left: tuple[str, ...],
) -> Comparison | None:
    """Compare with the base's own tests; None when they hold, or are the ones that were run."""
    if base is None:
        return None
    broken = _moved(before, base, "passed", "failed", shaky)
    if broken:
        said = f"with the base's own tests, {_count(broken)} that passed before {_verb(broken)}{_names(broken)}"
        return Comparison("broke", said, fixed, broken)
    if base.ok or (left and frozenset(base.named("failed")) <= frozenset(left)):
        gone = _gone(before, base)
        lost = gone or _vanished(before, base, 0)
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


_NONE: frozenset[str] = frozenset()


def _gone(before: CheckResult, after: CheckResult) -> tuple[str, ...]:
    """Tests that were run before and are not run after; one that runs under another file's name has moved.

    A file that could not be collected is a failed test by its own name; once it can be, its tests stand for it.
    """
    if not before.tests or after.tests is None:
        return ()
    states = after.tests
    new = {_tail(name) for name, state in states.items() if name not in before.tests and not _not_run(state)}
    missing = [name for name, state in before.tests.items() if not _not_run(state) and _not_run(states.get(name))]
    return tuple(sorted(name for name in missing if _tail(name) not in new and not _is_collected(name, states)))


def _tail(name: str) -> str:
    """A test's name without its file, so that a moved one is known again.

    >>> _tail("tests/a.py::T::test_a"), _tail("t/a.t: adds"), _tail("tests.a.T.test_a")
    ('T::test_a', 'adds', 'T.test_a')
    """
    in_file = re.match(r"\S+?(?:::|: )(.+)", name)
    if in_file:
        return in_file[1]
    return name if " " in name else ".".join(name.split(".")[-2:])


def _is_collected(name: str, states: Mapping[str, str]) -> bool:
    """Return True if a name is that of a file whose tests are there now."""
    return any(other.startswith((f"{name}::", f"{name}.", f"{name} ", f"{name}: ")) for other in states)


def _not_run(state: str | None) -> bool:
    return state in {None, "skipped", "deselected"}


def _vanished(before: CheckResult, after: CheckResult, wanted: int) -> bool:
    """Return True if the count of tests fell by more than wanted, or the report (or the printed count) is missing
    now."""
    if before.runners and not after.runners:
        return True
    if before.tests is None:
        return bool(before.ran) and (after.ran is None or after.ran + wanted < (before.ran or 0))
    return bool(before.tests) and (after.tests is None or len(after.tests) + wanted < len(before.tests or ()))


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
