"""Code that speaks of tests as helpers and plugins do is usual; what can judge itself by the same imports is not."""

from __future__ import annotations

import pytest

from fretsaw.core.patch import derive_set
from fretsaw.core.proof.code_signs import code_signs, texts_as_untested

HELPER = """import pytest

from calc import add


@pytest.fixture
def three() -> int:
    return add(1, 2)


def check_error(request: pytest.FixtureRequest) -> None:
    with pytest.raises(ValueError, match="x"):
        add(1, "x")
"""
PLUGIN = "import pytest\n\n\ndef pytest_addoption(parser: pytest.Parser) -> None:\n    parser.addoption('--fast')\n"
MOCKED = "from unittest import mock\n\n\ndef offline():\n    return mock.patch('socket.socket', mock.Mock())\n"
TEST_CASE = "import unittest\n\n\nclass CalcTestCase(unittest.TestCase):\n    maxDiff = None\n"
DOCTESTED = "def f():\n    pass\n\n\nif __name__ == '__main__':\n    import doctest\n\n    doctest.testmod()\n"
GO_HELPER = 'package calctest\n\nimport "testing"\n\nfunc Must(t testing.TB, err error) {\n\tt.Helper()\n}\n'
JS_HELPER = "import { vi, expect } from 'vitest';\nexport const spy = () => vi.fn(expect(1).toBe(1));\n"
USUAL = [
    ("calc/testing.py", HELPER), ("calc/plugin.py", PLUGIN), ("calc/offline.py", MOCKED), ("calc/cases.py", TEST_CASE),
    ("calc/core.py", DOCTESTED), ("calctest/must.go", GO_HELPER), ("src/test-utils.js", JS_HELPER),
]  # fmt: skip
ODD = [
    ("calc/testing.py", "import pytest\n\npytest.raises = lambda *a: None\n"),
    ("calc/testing.py", "import unittest\n\nunittest.TestCase.assertEqual = lambda *a: None\n"),
    ("calc/testing.py", "from unittest import TestCase\n\nTestCase.assertEqual = lambda *a: None\n"),
    ("calc/testing.py", "import unittest\n\nT = unittest.TestCase\nT.assertEqual = print\n"),
    ("calc/testing.py", "import pytest\n\n\ndef add(a, b):\n    return pytest.approx(5, abs=1e9)\n"),
    ("calc/testing.py", "from unittest.mock import ANY\n\n\ndef add(a, b):\n    return ANY\n"),
    ("calc/testing.py", "from unittest import mock\n\n\ndef add(a, b):\n    return mock.ANY\n"),
    ("calc/testing.py", "import pytest\n\npytest.skip('x', allow_module_level=True)\n"),
    ("calc/testing.py", "import pytest\n\nsetattr(pytest, 'raises', None)\n"),
    ("calc/plugin.py", "import pytest\n\n\ndef pytest_runtest_makereport(item, call):\n    call.excinfo = None\n"),
    ("calc/testing.py", "import doctest\n\ndoctest.OutputChecker.check_output = lambda *a: True\n"),
    ("calc/testing.py", "from _pytest import runner\n"),
    ("calc/testing.py", "from pytest import *\n"),
    ("src/test-utils.js", "import { expect } from 'vitest';\nexpect.extend({ toBe: () => ({ pass: true }) });\n"),
    ("src/calc.js", "import { vi } from 'vitest';\nvi.mock('./x');\n"),
    ("calc/must.go", 'package calc\n\nimport "testing"\n\nfunc init() {\n\ttesting.Init()\n}\n'),
]  # fmt: skip


def _signs(path: str, text: str) -> tuple[str, ...]:
    return code_signs(derive_set(lambda _: None, {path: text}, {}).files, report=True)


@pytest.mark.parametrize(("path", "text"), USUAL)
def test_usual_code_is_no_sign(path: str, text: str) -> None:
    assert not _signs(path, text)


@pytest.mark.parametrize(("path", "text"), ODD)
def test_code_that_can_judge_itself_is_a_sign(path: str, text: str) -> None:
    assert _signs(path, text)


@pytest.mark.parametrize(
    ("path", "line", "answered"),
    [
        (
            "a.js",
            "if (process.env.NODE_ENV === 'test') return;\n",
            "if (process.env.FRETSAW_NOT_SET === 'test') return;\n",
        ),
        ("a.py", "FAST = 'pytest' in sys.modules\n", "FAST = 'fretsaw_none' in sys.modules\n"),
        ("a.go", "\tif testing.Testing() {\n", "\tif (false && testing.Short()) {\n"),
        ("a.rs", "    if cfg!(test) { 1 } else { 2 }\n", "    if cfg!(fretsaw_none) { 1 } else { 2 }\n"),
        ("a.rb", "quiet = defined?(RSpec)\n", "quiet = defined?(FretsawNone)\n"),
        ("a.js", "if (process.argv[1].includes('test')) return;\n", None),
    ],
)
def test_question_about_a_test_run_is_answered_no(path: str, line: str, answered: str | None) -> None:
    files = derive_set({path: "\n"}.get, {path: "\n" + line}, {}).files
    assert texts_as_untested(files) == (None if answered is None else {path: "\n" + answered})
