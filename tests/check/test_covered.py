"""Which lines of changed files a Python check runs."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.check.check_support import STATE, require

from fretsaw.cancel import Cancel
from fretsaw.check import Surroundings, make_covered
from fretsaw.check.covered import Program, python_program, whole_statements
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
    covered = make_covered(root, argv, settings, Cancel(), Surroundings(STATE, environ))
    found = covered({"pkg/app.py": APP, "notes.txt": "x\n"})
    assert found == {"pkg/app.py": frozenset({1, 2, 4, 7})}


def test_it_is_not_known_for_other_commands(root: Path) -> None:
    covered = make_covered(root, ("true",), Settings(), Cancel())
    assert covered({"pkg/app.py": APP}) is None


def test_it_is_not_known_when_the_program_ends_itself(root: Path) -> None:
    covered = make_covered(root, (sys.executable, "script.py"), Settings(sandbox="none"), Cancel())
    assert covered({"pkg/app.py": "import os\nos._exit(0)\n"}) is None


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
