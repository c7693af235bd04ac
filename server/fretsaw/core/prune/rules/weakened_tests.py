"""The rules on tests that are skipped or expect less than before. Not provable: the issue may have its reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain, filterfalse

from fretsaw.core.languages import is_test
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.policy.requested import Requests
from fretsaw.core.prune.rules.conditions import unless_title_matches
from fretsaw.core.prune.rules.line_change import (
    LineChange,
    ids_of,
    line_changes,
    line_runs_of,
    sides_of,
    with_reason,
)
from fretsaw.core.prune.scene import Scene

_SKIPS = re.compile(
    r"""@(?:unittest\.)?skip(?:If|Unless)?\b|@?pytest\.(?:mark\.)?skip(?:if)?\b|self\.skipTest\(
    |raise\ (?:unittest\.)?SkipTest|\b(?:it|test|describe|context|suite)\.(?:skip|todo|fixme)\b
    |\bx(?:it|describe|test|context|specify)\b\s*[(\s]|\bthis\.skip\(|\#\[ignore\b|\bt\.Skip(?:f|Now)?\(|@(?:Disabled|Ignore)\b
    |\bskip:\s*true\b|\{\s*skip:|^\s*skip\b(?!\w)|\bplan\s+skip_all\b|\bassume(?:True|False|That)\(|\+SKIP\b
    |--deselect\b|\[Fact\(Skip|\[Ignore\b|XCTSkip|GTEST_SKIP|DISABLED_""",
    re.VERBOSE,
)
_EXPECTS_FAILURE = re.compile(
    r"""@(?:unittest\.)?expectedFailure\b|\bpytest\.(?:mark\.)?xfail\b|\bxfail\(|\b(?:it|test)(?:\.\w+)*\.(?:failing|fails)\b
    |\btest\.fail\(\s*(?:\)|'[^']*',|"[^"]*",)|\#\[should_panic\b|^\s*pending\b(?!\w|\s*=)|\bXCTExpectFailure\b|\[!(?:shouldfail|mayfail)\]|\[ExpectedException\b
    |@expectedException\b|@Test\(.*\bexpected\s*=|\$TODO\s*=|\btodo_skip\b|\+XFAIL\b""",
    re.VERBOSE,
)
"""Marks of tests that are run and have to fail; `test.fail("why")` of some runners is an assertion instead."""
_ASSERTS = re.compile(
    r"\bassert\w*!?\b(?:\s*\(|\.|\s+\S)|\.(?:should|to|not)\b|\bexpect\w*\s*[({.]|\bm(?:ust|ust_\w+|wont_\w+)\b"
    r"|^\s*(?:is|ok|like|cmp_ok|is_deeply)(?:\s*\(|\s+[$@%\\\"'])|\bt\.(?:Error|Fatal)|\brequire\.[A-Z]"
    r"|\bpytest\.(?:raises|warns|fail)\(|\bwith\s+raises\("
)
_LOOSE = re.compile(
    r"assertAlmostEqual|\bdelta\s*=|\bapprox\(|isclose\(|toBeCloseTo|toBeTruthy|toBeDefined|assertTrue\(\s*True|assertIsNotNone|"
    r"assert\s+True\b|expect\(true\)|expect\.anything|mock\.ANY|\bANY\b|be_truthy|be_within|assertNotEqual|InDelta|InEpsilon|"
    r"assert!\(true\)|\bok\(\s*1\b|assertThat\(true"
)
_COMMENT = re.compile(r"\s*(?:#|//|/?\*|--)")
_NEW_TEST = re.compile(
    r"^\s*(?:async\s+)?(?:def\s+test\w*|func\s+(?:Test|Benchmark|Example)\w*|(?:it|test|specify|describe|context)\s*[(\s]\s*['\"`]"
    r"|fn\s+\w+|(?:public\s+)?(?:void|function)\s+\w+\s*\(|class\s+Test\w*)",
    re.MULTILINE,
)
_SKIP_ASKED = re.compile(
    r"\bskip\w*|\bxfail\b|\bdisabl\w+ (?:\w+ ){0,3}tests?\b|\bignor\w+ (?:\w+ ){0,3}tests?\b", re.I
)


@unless_title_matches(_SKIP_ASKED)
def skipped_test(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A test that is made to be skipped."""
    old_tests = list(filterfalse(_brings_test, line_runs_of(changes)))
    of_old_tests = tuple(change.change for change in chain.from_iterable(old_tests))
    return _flagged(scene, of_old_tests, is_weaker=_skips, reason="skips a test, which the issue does not ask for")


@unless_title_matches(_SKIP_ASKED)
def expected_failure(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A test of which it is said that it fails. It still runs, unlike one that is skipped, so this is never dropped."""
    old_tests = list(filterfalse(_brings_test, line_runs_of(changes)))
    of_old_tests = tuple(change.change for change in chain.from_iterable(old_tests))
    reason = "expects a test to fail, which the issue does not ask for"
    return _flagged(scene, of_old_tests, is_weaker=_marks_as_failing, reason=reason)


def _brings_test(run: Sequence[LineChange]) -> bool:
    """Tell whether neighbouring changes add a test: one that skips itself takes nothing away."""
    removed, added = sides_of(run)
    return not removed and _NEW_TEST.search(added) is not None


def loosened_assertion(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An assertion that is made to hold more often, or that goes while its test stays."""
    reason = "loosens an assertion, which the issue does not ask for"
    rewritten_runs = [run for run in line_runs_of(changes) if not _has_less(run)]
    rewritten = ids_of(chain.from_iterable(rewritten_runs))

    def is_weaker(change: LineChange) -> bool:
        return _is_looser(change) or (change.id not in rewritten and _is_left_with_less(change))

    return _flagged(scene, changes, is_weaker=is_weaker, reason=reason)


def _has_less(run: Sequence[LineChange]) -> bool:
    """Tell whether neighbouring changes leave less assertions than there were: one may stand in another change."""
    before = sum(_count_assertions(change.hunk.removed) for change in run)
    return sum(_count_assertions(change.hunk.added) for change in run) < before


def _flagged(
    scene: Scene, changes: tuple[Change, ...], is_weaker: Callable[[LineChange], bool], reason: str
) -> dict[int, str]:
    """Give a reason for the changes that weaken an existing test, where no sentence of the issue asks for them."""
    if scene.file.op != "edit" or not is_test(scene.path):
        return {}
    weaker = list(filter(is_weaker, line_changes(changes)))
    if not weaker or Requests(scene.issue).sentence_for(scene.file):
        return {}
    return with_reason(weaker, reason)


def _skips(change: LineChange) -> bool:
    """Tell whether more lines skip a test than before."""
    return _count(_SKIPS, change.hunk.added) > _count(_SKIPS, change.hunk.removed)


def _marks_as_failing(change: LineChange) -> bool:
    """Tell whether more lines expect a failure than before."""
    return _count(_EXPECTS_FAILURE, change.hunk.added) > _count(_EXPECTS_FAILURE, change.hunk.removed)


def _is_looser(change: LineChange) -> bool:
    """Return True if an assertion becomes one that is easier to pass."""
    removed, added = change.hunk.removed, change.hunk.added
    return _count_assertions(removed) > 0 and _count(_LOOSE, added) > _count(_LOOSE, removed)


def _is_left_with_less(change: LineChange) -> bool:
    """Return True if less assertions than before are left in a changed place."""
    removed, added = change.hunk.removed, change.hunk.added
    return bool(added) and _count_assertions(added) < _count_assertions(removed)


def _count_assertions(lines: tuple[str, ...]) -> int:
    """Count the lines with an assertion, those of comments aside."""
    return _count(_ASSERTS, tuple(line for line in lines if not _COMMENT.match(line)))


def _count(pattern: re.Pattern[str], lines: tuple[str, ...]) -> int:
    """Count the lines in which the pattern is found."""
    return len(list(filter(pattern.search, lines)))
