"""A mark that a test is expected to fail is flagged in every language, in strict pruning too; a skip is not."""

from __future__ import annotations

import pytest

from fretsaw.core.issue import parse
from fretsaw.core.patch import derive_set
from fretsaw.core.prune import prune

ISSUE = "# add subtracts\n\n`add` gives the difference.\n"
PYTHON = "import pytest\n\n\ndef test_zero():\n    assert add(0, 0) == 0\n"
UNITTEST = "class T(TestCase):\n    def test_zero(self):\n        self.assertEqual(0, 0)\n"
RUST = "#[test]\nfn zero() {\n    assert_eq!(add(0, 0), 0);\n}\n"
RUBY = "describe 'add' do\n  it 'adds zero' do\n    expect(add(0, 0)).to eq 0\n  end\nend\n"
SCRIPT = "test('zero', () => {\n  expect(add(0, 0)).toBe(0);\n});\n"
JAVA = "class ATest {\n  @Test\n  void zero() {\n    assertEquals(0, add(0, 0));\n  }\n}\n"
CPP = 'TEST_CASE("zero") {\n  REQUIRE(add(0, 0) == 0);\n}\n'

FAILING = [
    ("tests/test_a.py", PYTHON, "def test", "@pytest.mark.xfail(reason='slow')\ndef test"),
    ("tests/test_a.py", PYTHON, "    assert", "    pytest.xfail('slow')\n    assert"),
    ("tests/test_b.py", UNITTEST, "    def", "    @unittest.expectedFailure\n    def"),
    ("tests/a.rs", RUST, "fn zero", "#[should_panic]\nfn zero"),
    ("spec/a_spec.rb", RUBY, "    expect", "    pending 'later'\n    expect"),
    ("src/a.test.js", SCRIPT, "test(", "test.failing("),
    ("src/a.test.ts", SCRIPT, "test(", "test.fails("),
    ("e2e/a.spec.ts", SCRIPT, "test('zero',", "test.fail('zero',"),
    ("src/test/java/ATest.java", JAVA, "@Test", "@Test(expected = Error.class)"),
    ("tests/a_test.cpp", CPP, '"zero"', '"zero", "[!shouldfail]"'),
]
SKIPPED = [
    ("tests/test_a.py", PYTHON, "def test", "@pytest.mark.skip(reason='slow')\ndef test"),
    ("src/a.test.js", SCRIPT, "test(", "test.skip("),
    ("src/test/java/ATest.java", JAVA, "  void", "  @Disabled\n  void"),
    ("tests/a.rs", RUST, "fn zero", "#[ignore]\nfn zero"),
]


def _verdicts(path: str, before: str, after: str, mode: str) -> list[tuple[str, str]]:
    files = {"calc.py": "def add(a, b):\n    return a - b\n", path: before}
    patch = derive_set(files.get, {"calc.py": "def add(a, b):\n    return a + b\n", path: after})
    pruned = prune(patch, parse(ISSUE), "strict" if mode == "strict" else "safe", files.get)
    return [(verdict.decision, verdict.rule) for verdict in pruned.verdicts if verdict.change.path == path]


@pytest.mark.parametrize("mode", ["safe", "strict"])
@pytest.mark.parametrize(("path", "before", "old", "new"), FAILING)
def test_a_mark_that_a_test_fails_is_flagged(path: str, before: str, old: str, new: str, mode: str) -> None:
    assert _verdicts(path, before, before.replace(old, new, 1), mode) == [("flag", "expected-failure")]


@pytest.mark.parametrize(("mode", "decision"), [("safe", "flag"), ("strict", "drop")])
@pytest.mark.parametrize(("path", "before", "old", "new"), SKIPPED)
def test_a_skip_is_no_mark_of_a_failure(path: str, before: str, old: str, new: str, mode: str, decision: str) -> None:
    assert _verdicts(path, before, before.replace(old, new, 1), mode) == [(decision, "skipped-test")]


def test_an_assertion_that_fails_is_no_mark() -> None:
    after = SCRIPT.replace("  expect", "  if (broken) test.fail('broken');\n  expect")
    assert _verdicts("src/a.test.js", SCRIPT, after, "strict") != [("flag", "expected-failure")]


def test_the_import_that_a_mark_needs_stays_with_it() -> None:
    before = PYTHON.removeprefix("import pytest\n\n\n")
    after = "import pytest\n" + before.replace("def test", "@pytest.mark.xfail(reason='slow')\ndef test")
    decisions = [decision for decision, _ in _verdicts("tests/test_a.py", before, after, "strict")]
    assert decisions == ["keep", "flag"]
