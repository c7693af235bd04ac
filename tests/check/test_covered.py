"""Which lines of changed files a Python check runs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest
from tests.check.check_support import STATE, require

from fretsaw.cancel import Cancel
from fretsaw.check import CheckEnvironment, make_covered
from fretsaw.check.coverage import nodejs
from fretsaw.check.coverage.lines import WAYS, Program, python_program, whole_statements
from fretsaw.settings import Settings

APP = """def run(value):
    if value > 1:
        return "large"
    return "small"


def unused():
    return 0
"""
TEST = """from pkg import app


def test_run():
    assert app.run(1) == "small"
"""
BIN = str(Path(sys.executable).parent)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "__init__.py").write_text("")
    (tmp_path / "pkg" / "app.py").write_text("raise SystemExit('the old text')\n")
    (tmp_path / "test_app.py").write_text(TEST)
    (tmp_path / "script.py").write_text("from pkg import app\nprint(app.run(1))\n")
    return tmp_path


@pytest.mark.parametrize(
    ("isolation", "argv"),
    [
        ("none", ("python", "-m", "script")),
        ("bwrap", (f"{BIN}/pytest", "-q", "-p", "no:cacheprovider", "--rootdir=.", "-o", "pythonpath=.")),
        ("bwrap", ("env", "A=1", "python", "-B", "script.py")),
        ("landlock", ("python", "script.py")),
    ],
)
def test_lines(root: Path, argv: tuple[str, ...], isolation: str) -> None:
    require(isolation)
    environ = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    settings = Settings(sandbox=isolation)  # type: ignore[arg-type]
    covered = make_covered(root, argv, settings, Cancel(), CheckEnvironment(STATE, environ))
    found = covered({"pkg/app.py": APP, "notes.txt": "x\n"})
    assert found == {"pkg/app.py": frozenset({1, 2, 4, 7})}


def test_it_is_not_known_for_other_commands(root: Path) -> None:
    covered = make_covered(root, ("true",), Settings(), Cancel())
    assert covered({"pkg/app.py": APP}) is None


def test_it_is_not_known_when_the_program_ends_itself(root: Path) -> None:
    covered = make_covered(root, (sys.executable, "script.py"), Settings(sandbox="none"), Cancel())
    assert covered({"pkg/app.py": "import os\nos._exit(0)\n"}) is None


NODE_APP = """// caf\u00e9 \U0001f41f
exports.run = (value) => {
  if (value > 1) {
    return "large";
  }
  return "small";
};

exports.unused = () => {
  return 0;
};
"""
NODE_TEST = """const test = require("node:test");
const assert = require("node:assert");
const app = require("./app.js");
test("run", () => assert.equal(app.run(1), "small"));
"""


@pytest.fixture
def node_root(tmp_path: Path) -> Path:
    if shutil.which("node") is None:
        pytest.skip("there is no node here")
    (tmp_path / "app.js").write_text("throw new Error('the old text')\n")
    (tmp_path / "app.test.js").write_text(NODE_TEST)
    (tmp_path / "package.json").write_text('{"scripts": {"test": "node app.test.js"}}\n')
    return tmp_path


@pytest.mark.parametrize("isolation", ["none", "bwrap", "landlock"])
@pytest.mark.parametrize("line", ["node --test", "npm test", "node app.test.js"])
def test_lines_of_javascript(node_root: Path, line: str, isolation: str) -> None:
    require(isolation)
    settings = Settings(sandbox=isolation)  # type: ignore[arg-type]
    covered = make_covered(node_root, tuple(line.split()), settings, Cancel(), CheckEnvironment(STATE))
    found = covered({"app.js": NODE_APP, "never.mjs": "export const x = 1;\n"})
    assert found is not None
    assert found["never.mjs"] == frozenset()
    assert {2, 3, 6, 7, 9} <= found["app.js"]
    assert found["app.js"].isdisjoint({4, 10})


def test_of_what_is_transformed_nothing_is_known(node_root: Path) -> None:
    script = (
        "const fs = require('fs'), vm = require('vm'), path = require('path');\n"
        "const file = path.resolve('app.js');\n"
        "vm.runInThisContext('const exports = {};' + fs.readFileSync(file), { filename: file });\n"
    )
    (node_root / "run.js").write_text(script)
    covered = make_covered(node_root, ("node", "run.js"), Settings(sandbox="none"), Cancel(), CheckEnvironment(STATE))
    found = covered({"app.js": NODE_APP, "never.mjs": ""})
    assert found == {"never.mjs": frozenset()}


@pytest.mark.parametrize("said", [b"", b"[]", b"nonsense", b'{"a.js": 5}', b'{"a.js": [[{"ranges": [1]}]]}', b"{}"])
def test_nonsense_from_inside_is_no_coverage(said: bytes) -> None:
    assert nodejs.read(said, {"a.js": "x"}) == {}
    assert not any(next(way for way in WAYS if ".py" in way.endings).read(said, {"a.js": "x"}).values())


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("python -m pytest -q", Program(("python",), "module", "pytest", ("-q",))),
        ("python3.11 -Wd -X dev -m unittest", Program(("python3.11", "-Wd", "-X", "dev"), "module", "unittest", ())),
        ("./py/python -u t.py a", Program(("./py/python", "-u"), "file", "t.py", ("a",))),
        ("env A=1 B=2 python t.py", Program(("env", "A=1", "B=2", "python"), "file", "t.py", ())),
        ("python -c pass", None),
        ("python", None),
        ("env A=1", None),
        ("make test", None),
        ("no-such/pytest", None),
    ],
)
def test_programs(line: str, found: Program | None) -> None:
    assert python_program(tuple(line.split()), "") == found


def test_whole_statements() -> None:
    text = "@a\n@b(\n  1)\ndef f(\n  x,\n):\n  return (\n    x\n  )\n\n\nwith f(1) as y, \\\n     f(2):\n  pass\n"
    assert whole_statements(text, frozenset({1, 8})) == {1, 2, 3, 4, 5, 6, 7, 8, 9}
    assert whole_statements(text, frozenset({12})) == {12, 13}
    assert whole_statements("def (", frozenset({1})) == {1}
