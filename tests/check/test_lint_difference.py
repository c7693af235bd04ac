"""Only what a linter says more than before counts."""

from __future__ import annotations

import pytest

from fretsaw.core.proof.lint_diff import lint_findings, new_findings

BEFORE = "a.py:3:1: F401 unused\nb.py:7: error: bad\nFound 2 errors\n"


@pytest.mark.parametrize(
    ("after", "new"),
    [
        (BEFORE, ()),
        ("a.py:30:9: F401 unused\nb.py:70: error: bad\n", ()),
        ("", ()),
        (BEFORE + "a.py:9:1: F401 unused\n", ("a.py:9: F401 unused",)),
        ("./a.py:3:1: F401 unused\nc.py:1:1: E1 new\n", ("c.py:1: E1 new",)),
        ("warning: 12:30 lunch\nhttp://x:80 not a finding\n", ()),
    ],
    ids=["the same", "moved", "mended", "once more", "another file", "no findings"],
)
def test_new_findings(after: str, new: tuple[str, ...]) -> None:
    assert new_findings(BEFORE, after) == new


def test_a_gigantic_line_is_cut() -> None:
    assert len(lint_findings("a.py:1: " + "x" * 5_000_000)[0][2]) < 1000


FORMATS = {
    "ruff": "F401 [*] `os` imported but unused\n --> a.py:1:8\n  |\n1 | import os\n  |        ^^\n\nFound 1 error.\n",
    "ruff concise": "a.py:1:8: F401 [*] `os` imported but unused\n",
    "ruff json": '[{"code": "F401", "filename": "a.py", "location": {"row": 1}, "message": "`os` is unused"}]',
    "ruff github": "::error title=ruff (F401),file=a.py,line=1,col=8::a.py:1:8: F401 `os` imported but unused\n",
    "ruff format": "Would reformat: a.py\n1 file would be reformatted\n",
    "clippy": "warning: unused variable: `z`\n --> a.py:1:39\n  |\n1 | pub fn f() { let z = 1; }\n",
    "clippy json": '{"reason": "x", "message": {"message": "unused variable", "code": {"code": "unused"}, '
    '"spans": [{"file_name": "a.py", "line_start": 1}]}}\n{"reason": "build-finished", "success": true}\n',
    "tsc": "a.py(1,7): error TS2322: Type 'string' is not assignable to type 'number'.\n",
    "tsc pretty": "a.py:1:7 - error TS2322: Type 'string' is not assignable to type 'number'.\n\n1 const y = 1;\n",
    "shellcheck": "\nIn a.py line 1:\necho $y\n     ^-- SC2154 (warning): y is referenced but not assigned.\n\n",
    "shellcheck json": '[{"file": "a.py", "line": 1, "level": "info", "code": 2086, "message": "Double quote"}]',
    "eslint": "\na.py\n  1:5  error  'unused' is assigned a value but never used  no-unused-vars\n\n✖ 1 problem\n",
    "eslint json": '[{"filePath": "a.py", "messages": [{"ruleId": "eqeqeq", "line": 1, "message": "Expected ==="}]}]',
    "prettier": "Checking formatting...\n[warn] a.py\n[warn] Code style issues found in the above file.\n",
    "mypy json": '{"file": "a.py", "line": 1, "message": "Incompatible return value", "code": "return-value"}\n',
    "rustfmt": "Diff in a.py:1:\n-pub fn f()\n+pub fn g()\n",
}
"""What these tools print of one finding in `a.py`; recorded, the file's name aside."""


@pytest.mark.parametrize("name", FORMATS)
def test_formats_of_tools_are_read(name: str) -> None:
    output = FORMATS[name]
    ((path, line, text),) = lint_findings(output)
    assert (path, line) in {("a.py", 1), ("a.py", 0)}
    assert text
    assert new_findings(output, output) == ()
    assert len(new_findings("", output)) == 1


NONSENSE = ["{" * 100_000, "[" * 100_000, "a\n" * 100_000, "^" * 100_000, " --> a:1\n" * 50_000]


@pytest.mark.parametrize("text", NONSENSE, ids=["objects", "arrays", "lines", "marks", "places"])
def test_nonsense_ends(text: str) -> None:
    assert all(len(found[2]) <= 1000 for found in lint_findings(text))
