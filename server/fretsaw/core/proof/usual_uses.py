"""Tell usual code that speaks of tests from code that can judge itself: helpers, plugins, branches for test runs.

A branch for test runs is tried with its question answered "no": `as_untested` gives the texts for that run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from fretsaw.core.languages import language_of
from fretsaw.core.patch.patch_set import FilePatch
from fretsaw.core.text.lines import split_lines

_FOR_TESTS = re.compile(r"test|mock|fixture|plugin", re.IGNORECASE)

# -- the test framework used as helpers of tests use it -------------------------------------------

_PYTHON_NAMES = {
    "pytest": "fixture mark param raises warns importorskip hookimpl deprecated_call register_assert_rewrite fail",
    "unittest": "TestCase IsolatedAsyncioTestCase mock main",
    "unittest.mock": "patch Mock MagicMock AsyncMock PropertyMock call sentinel create_autospec mock_open",
    "doctest": "testmod testfile",
}
"""Module -> members that do not touch how it judges; `approx`, `mock.ANY` and `skip` decide tests."""
_PYTHON_IMPORT = re.compile(
    r"^[ \t]*(?:import[ \t]+(?P<module>[\w.]+)(?:[ \t]+as[ \t]+(?P<alias>\w+))?"
    r"|from[ \t]+(?P<source>[\w.]+)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[^\n#]+))[^\n]*$",
    re.MULTILINE,
)
_PYTHON_BANNED = re.compile(
    r"\bpluginmanager\b|\b_pytest\b|\bpluggy\b"
    r"|\bdef pytest_(?!addoption|configure|unconfigure|addhooks|report_header)\w+"
    r"|\b(?:setattr|delattr|vars|__dict__)\b|\bOutputChecker\b"
)
_MOCKS = re.compile(r"\b(?:MagicMock|AsyncMock|return_value|side_effect|configure_mock)\b")
"""Mocks that can be made to equal anything."""
_BANNED = {
    "JavaScript TypeScript TSX": r"expect\s*\.\s*\w|\b(?:vi|jest)\s*\.\s*(?!fn\b)\w|\b(?:before|after)(?:Each|All)\b"
    r"|globalThis|global\.|chai\s*\.\s*(?:use|util|Assertion|config)|\brequire\.cache",
    "Java Kotlin Scala Groovy": r"Launcher|Listener|TestWatcher|Interceptor|Extension|Reflect|setAccessible|Assum",
    "Perl": r"Test::Builder|Test2|\*\{?\W*Test|no\s+(?:strict|warnings)|done_testing|\b(?:plan|skip|BAIL_OUT|todo)\b",
}


def uses_framework_as_helpers_do(file: FilePatch) -> bool:
    """Return True if all that a file does with a test framework is what fixtures, plugins and helpers usually do."""
    language, text = language_of(file.path), file.after or ""
    name = language.name if language else ""
    if name == "Python":
        if _MOCKS.search(text) and not _FOR_TESTS.search(file.path):
            return False  # a mock that production code hands out says yes to any assertion
        return not _PYTHON_BANNED.search(text) and all(map(_is_usual_import(text), _PYTHON_IMPORT.finditer(text)))
    if name == "Go":
        used = re.findall(r"\btesting\.(\w+)", text)
        return all(one in {"TB", "T", "B", "F", "Testing", "Short"} for one in used)
    if not _FOR_TESTS.search(file.path):
        return False
    return any(name in names.split() and not re.search(banned, text) for names, banned in _BANNED.items())


def _is_usual_import(text: str) -> Callable[[re.Match[str]], bool]:
    rest = _PYTHON_IMPORT.sub("", text)

    def judge(match: re.Match[str]) -> bool:
        module = match["module"] or match["source"]
        if module.split(".")[0] not in {"pytest", "unittest", "doctest"}:
            return True
        allowed = _PYTHON_NAMES.get(module, "").split()
        if match["module"]:
            bound = match["alias"] or module
            return _only_usual(rest, bound, allowed)
        rows = [part.split() for part in match["names"].strip("() \n").replace("\n", " ").split(",") if part.strip()]
        return all(
            row[0] in allowed
            and _only_usual(rest, row[-1], _PYTHON_NAMES.get(f"{module}.{row[0]}", "").split(), row[0])
            for row in rows
        )

    return judge


def _only_usual(text: str, bound: str, allowed: list[str], what: str = "") -> bool:
    """Return True if each use of a name is of an allowed member, a call, a decorator, a base class or an annotation."""
    pattern = rf"(?<![\w.]){re.escape(bound)}\b(?P<member>(?:\.\w+)*)[ \t]*(?P<after>=(?!=)|.?)"
    uses = list(re.finditer(pattern, text))
    return bool(uses) and all(_is_usual_use(text, use, allowed, what) for use in uses)


def _is_usual_use(text: str, use: re.Match[str], allowed: list[str], what: str) -> bool:
    members, usual = use["member"].split(".")[1:], allowed
    if not what and members[:1] == ["mock"]:
        members, usual = members[1:], _PYTHON_NAMES["unittest.mock"].split()
    name = members[0] if members else what
    if use["after"] == "=" or not name:
        return False
    before = text[text.rfind("\n", 0, use.start()) + 1 : use.start()]
    is_type = bool(re.search(r"(?::|->)\s*\"?$|\bclass\s+\w+\([^()]*$|\|\s*$", before))
    if is_type and name[0].isupper():
        return True
    return not name.endswith("TestCase") and (not usual or (bool(members) and members[0] in usual))


# -- a branch for test runs --------------------------------------------------------------------------

_NOBODY = "FRETSAW_NOT_SET"
_ANSWERS: tuple[tuple[str, str], ...] = (
    (r"\b(?:NODE_ENV|NODE_TEST_CONTEXT|JEST_WORKER_ID|VITEST(?:_\w+)?|PYTEST_\w+|HARNESS_\w+)\b", _NOBODY),
    (r"(?<=[\"'])(?:CARGO|NEXTEST|RUST_TEST)\w*(?=[\"'])", _NOBODY),
    (r"\btesting\.Testing\(\s*\)", "(false && testing.Short())"),
    (r"(?<=Lookup\(\")test\.[\w.]*", "fretsaw.none"),
    (r"(?<=[\"'])(?:_?pytest|unittest|doctest|nose)(?=[\"'])", "fretsaw_none"),
    (r"(?<=\btypeof )(?:jest|vi|describe|it|expect|mocha)\b", "fretsawNone"),
    (r"(?<=\bcfg!\()\s*test\b|(?<=\bcfg!\(not\()\s*test\b|(?<=\bcfg\(not\()\s*test\b", "fretsaw_none"),
    (r"\b(?:RSpec|Mini[tT]est|Test::Unit)\b", "FretsawNone"),
)
"""Part of a question about test runs -> the name of something that is never there, which answers it with no."""


def as_untested(files: Iterable[FilePatch], patterns: Callable[[str], Iterable[str]]) -> dict[str, str] | None:
    """The texts of these files where the added lines cannot tell a test run from another; None where one still can.

    `patterns`: language -> what asks whether tests run.
    """
    laid: dict[str, str] = {}
    for file in files:
        language = language_of(file.path)
        if language is None or file.after is None:
            continue
        questions = [re.compile(pattern) for pattern in patterns(language.name)]
        added = {line for hunk in file.hunks for line in hunk.added}
        lines = [_untested(line, questions) if line in added else line for line in split_lines(file.after)]
        if any(question.search(line) for line in lines if line in added for question in questions):
            return None
        if "".join(lines) != file.after:
            laid[file.path] = "".join(lines)
    return laid or None


def _untested(line: str, questions: list[re.Pattern[str]]) -> str:
    """The line with each question answered no; as it is where a question stays."""
    if not any(question.search(line) for question in questions):
        return line
    plain = line
    for pattern, answer in _ANSWERS:
        plain = re.sub(pattern, answer, plain)
    return line if any(question.search(plain) for question in questions) else plain
