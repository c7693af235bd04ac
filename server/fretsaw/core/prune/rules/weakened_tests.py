"""The rules on tests that are skipped or expect less than before. Not provable: the issue may have its reasons."""

from __future__ import annotations

import re
from collections.abc import Callable

from fretsaw.core.languages import is_test
from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.policy.requested import Requests
from fretsaw.core.prune.scene import Scene

_SKIPS = re.compile(
    r"""@(?:unittest\.)?(?:skip(?:If|Unless)?|expectedFailure)\b|@?pytest\.(?:mark\.)?(?:skip(?:if)?|xfail)\b|self\.skipTest\(
    |raise\ (?:unittest\.)?SkipTest|\b(?:it|test|describe|context|suite)\.(?:skip|todo|failing|fixme)\b
    |\bx(?:it|describe|test|context|specify)\b\s*[(\s]|\bthis\.skip\(|\#\[ignore\b|\bt\.Skip(?:f|Now)?\(|@(?:Disabled|Ignore)\b
    |\bskip:\s*true\b|\{\s*skip:|^\s*(?:skip|pending)\b(?!\w)|\bplan\s+skip_all\b|\bassume(?:True|False|That)\(|\+SKIP\b
    |--deselect\b|\[Fact\(Skip|\[Ignore\b|XCTSkip|GTEST_SKIP|DISABLED_""",
    re.VERBOSE,
)
_ASSERTS = re.compile(
    r"\bassert\w*!?\b|\.(?:should|to|not)\b|\bexpect\w*\b|\b(?:is|ok|like|cmp_ok|is_deeply)\s*[( ]|"
    r"\bt\.(?:Error|Fatal)|\brequire\."
)
_LOOSE = re.compile(
    r"assertAlmostEqual|\bdelta\s*=|\bapprox\(|isclose\(|toBeCloseTo|toBeTruthy|toBeDefined|assertTrue\(\s*True|assertIsNotNone|"
    r"assert\s+True\b|expect\(true\)|expect\.anything|mock\.ANY|\bANY\b|be_truthy|be_within|assertNotEqual|InDelta|InEpsilon|"
    r"assert!\(true\)|\bok\(\s*1\b|assertThat\(true"
)


def skipped_test(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A test that is made to be skipped."""
    return _flagged(scene, changes, _skips, "skips a test, which the issue does not ask for")


def loosened_assertion(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An assertion that is made to hold more often, or that goes while its test stays."""
    return _flagged(scene, changes, _loosens, "loosens an assertion, which the issue does not ask for")


def _flagged(scene: Scene, changes: tuple[Change, ...], holds: Callable[[Hunk], bool], reason: str) -> dict[int, str]:
    if not is_test(scene.path) or scene.file.before is None or scene.file.deleted:
        return {}
    found = {change.id: reason for change in changes if change.hunk is not None and holds(change.hunk)}
    return {} if found and Requests(scene.issue).sentence_for(scene.file) else found


def _skips(hunk: Hunk) -> bool:
    return _count(_SKIPS, hunk.added) > _count(_SKIPS, hunk.removed)


def _loosens(hunk: Hunk) -> bool:
    """Return True if an assertion becomes one that is easier to pass, or less of them are left in a changed place."""
    was, now = _count(_ASSERTS, hunk.removed), _count(_ASSERTS, hunk.added)
    if was == 0:
        return False
    return _count(_LOOSE, hunk.added) > _count(_LOOSE, hunk.removed) or (now < was and bool(hunk.added))


def _count(pattern: re.Pattern[str], lines: tuple[str, ...]) -> int:
    return sum(pattern.search(line) is not None for line in lines)
