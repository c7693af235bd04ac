"""Doubts about a green check that come from the code of the patch: what could make it green by itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.proof.code_signs import KNOWS, code_signs, texts_as_untested
from fretsaw.core.proof.compare import Comparison
from fretsaw.core.proof.judge_files import named_test_data
from fretsaw.fix.judges import Judges, surroundings
from fretsaw.fix.work import Work

_RUNNER_WORDS = frozenset(
    ["pytest", "_pytest", "unittest", "doctest", "vitest", "jest", "mocha", "rspec", "minitest", "node:test", "testing"]
)
_COMMON_WORDS = frozenset(
    [
        "test",
        "tests",
        "spec",
        "self",
        "true",
        "True",
        "return",
        "import",
        "from",
        "require",
        "static",
        "echo",
        "read",
        "other",
        "bool",
        "boolean",
        "object",
        "Object",
        "public",
        "override",
        "function",
        "lambda",
    ]
)


def doubt_code(
    judged: Comparison, judges: Judges, after: CheckResult, work: Work, is_right: Callable[[Mapping[str, str]], bool]
) -> tuple[Comparison, tuple[str, ...]]:
    """The verdict, but doubtful where the code that the patch adds could make the check green by itself; remarks.

    `is_right`: whether the check proves the patch also with these texts in place of its own.
    """
    if not judged.ok:
        return judged, ()
    by_exit_code = after.runners == ("ctest",)
    report = after.evidence == "report" and not by_exit_code
    around = surroundings(work)
    signs = [*code_signs(judges.code, report=report)]
    signs += [
        f"{file.path} speaks of what only tests are to know ({path})"
        for file in judges.code
        for path in named_test_data(file, around)
    ]
    signs = [sign for sign in signs if not _is_spoken_of(sign, work)]
    if not signs:
        return judged, ()
    laid = texts_as_untested(judges.code) if all(KNOWS in sign for sign in signs) else None
    if laid is not None and is_right(laid):
        return judged, (f"{signs[0]}; the check is green without that, too",)
    of_ctest = ", and ctest knows each test only by its exit code"
    seen = {"report": of_ctest if by_exit_code else "", "output": ", and the check is known only by what it prints"}
    rest = seen.get(after.evidence, ", and the check is known only by its exit code")
    return replace(judged, kind="doubtful", reason=f"the check ended green, but {signs[0]}{rest}"), ()


def _is_spoken_of(sign: str, work: Work) -> bool:
    """Return True if the issue names what the sign found: `System.exit`, `__eq__`; the names of runners and what any
    issue says do not count, unless it is about a plugin or helpers for tests."""
    text = work.issue.text
    words = {word.strip(".:") for word in re.findall(r"[\w.:$!?]{4,}", sign.partition("(")[2]) if not word.isdigit()}
    if words & _RUNNER_WORDS and re.search(
        r"\b(?:plugin|mock|test(?:ing)?[- ](?:helper|utilit|support|module))", text, re.I
    ):
        return True
    return any(word in text for word in words - _COMMON_WORDS - _RUNNER_WORDS)
