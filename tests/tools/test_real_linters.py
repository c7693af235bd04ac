"""Real linters from end to end: a new finding is caught, an old one is not counted, a missing tool ends the run before
the model is asked."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cheats.cheat_support import Language, Row, verdict
from tests.check.check_support import cannot

from fretsaw.errors import CheckError

HERE = Path(os.environ.get("FRETSAW_TEST_TOOLS", "."))


@dataclass(frozen=True)
class Linter:
    """One linter: its command, a file in which it finds something, and a change that gives it more to find."""

    command: str
    file: str
    old: str
    """Lines in which the linter finds something, before the function."""
    add: str
    """The function, with {} for what it returns."""
    bad: str
    """What it returns, so that the linter finds more."""
    good: str = "a + b"
    base: str = "a - b"
    more: tuple[tuple[str, str], ...] = ()
    """Other files."""


_ESLINT = (("eslint.config.mjs", 'export default [{ rules: { "no-unused-vars": "error", "no-undef": "error" } }];\n'),)
_JS = "export function add(a, b) {{\n  return {};\n}}\n"
_TS = "export function add(a: number, b: number): number {{\n  return {};\n}}\n"
_PY = "def add(a, b):\n    return {}\n"
_TYPED = "def add(a: int, b: int) -> int:\n    return {}\n"
_SH = "add() {{\n  echo {}\n}}\n"
_RS = "pub fn add(a: i64, b: i64) -> i64 {{\n    {}\n}}\n"
_MANIFEST = '[package]\nname = "calc"\nversion = "0.1.0"\nedition = "2021"\n'
_OLD_RS = "pub fn zero(a: i64) -> bool {\n    if a == 0 { return true; } else { return false; }\n}\n\n"

_SHELL = (
    "calc.sh",
    "old() {\n  echo $1\n}\n",
    _SH,
    "$(expr $1 + $2)",
    '"$(($1 + $2))"',
    '"$(($1 - $2))"',
)
_RUST = ("src/lib.rs", _OLD_RS, _RS, "let c = a + b; return c;", "a + b", "a - b", (("Cargo.toml", _MANIFEST),))
_RUFF = ("import os\n\n", _PY, "a + b + c")
_MYPY = ("calc.py", 'old: int = "x"\n\n\n', _TYPED, "str(a + b)")
_JS_UNUSED = ("calc.js", "const old = 1;\n", _JS, "a + c")
_UNFORMATTED_PY = (("old.py", "x=1\n"),)
_UNFORMATTED_JS = (("old.js", "x  =  1\n"),)
_UNFORMATTED_RS = (("Cargo.toml", _MANIFEST), ("src/main.rs", "fn main() {  }\n"))

LINTERS = {
    "ruff": Linter("ruff check --isolated .", "calc.py", *_RUFF),
    "ruff, json": Linter("ruff check --isolated --output-format json .", "calc.py", *_RUFF),
    "ruff, github": Linter("ruff check --isolated --output-format github .", "calc.py", *_RUFF),
    "ruff format": Linter("ruff format --isolated --check .", "calc.py", "", _PY, "a   +   b", more=_UNFORMATTED_PY),
    "mypy": Linter("mypy calc.py", *_MYPY),
    "mypy, json": Linter("mypy -O json calc.py", *_MYPY),
    "eslint": Linter("eslint calc.js", *_JS_UNUSED, more=_ESLINT),
    "eslint, json": Linter("eslint -f json .", *_JS_UNUSED, more=_ESLINT),
    "tsc": Linter("tsc --noEmit --ignoreConfig calc.ts", "calc.ts", 'const old: number = "x";\n', _TS, "`${a + b}`"),
    "prettier": Linter("prettier --check calc.js old.js", "calc.js", "", _JS, "(a + b)", more=_UNFORMATTED_JS),
    "shellcheck": Linter("shellcheck -s sh calc.sh", *_SHELL),
    "shellcheck, json": Linter("shellcheck -s sh -f json calc.sh", *_SHELL),
    "shellcheck, gcc": Linter("shellcheck -s sh -f gcc calc.sh", *_SHELL),
    "clippy": Linter("cargo clippy --offline -- -D warnings", *_RUST),
    "clippy, json": Linter("cargo clippy --offline --message-format json", *_RUST),
    "rustfmt": Linter("cargo fmt --check", "src/lib.rs", "", _RS, "a   +   b", more=_UNFORMATTED_RS),
}  # fmt: skip


def _command(linter: Linter) -> tuple[str, ...]:
    """The linter's command by its path: npm's tools are in a folder of `make test-tools`."""
    first, *rest = shlex.split(linter.command)
    places = os.pathsep.join([str(HERE.resolve() / "node_modules/.bin"), str(Path(sys.executable).parent)])
    program = shutil.which(first, path=f"{places}{os.pathsep}{os.environ['PATH']}")
    if program is None or (rest[0] == "clippy" and not shutil.which("cargo-clippy")):
        cannot(f"there is no {first}")
    return (program, *rest)


def _language(linter: Linter, command: tuple[str, ...]) -> Language:
    text = linter.old + linter.add.format(linter.base)
    check = f"import sys\n\nsys.exit({linter.base!r} in open({linter.file!r}).read())\n"
    files = {linter.file: text, "t.py": check, **dict(linter.more)}
    return Language("python3 t.py", files, (), {"lint": command, "accept_exit_code": True})


@pytest.fixture(autouse=True)
def _folder(own_places: None, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()


@pytest.mark.parametrize("name", LINTERS)
@pytest.mark.parametrize("what", ["good", "bad"])
def test_a_new_finding_is_caught_and_an_old_one_is_not_counted(name: str, what: str, tmp_path: Path) -> None:
    linter = LINTERS[name]
    language = _language(linter, _command(linter))
    returned = linter.good if what == "good" else linter.bad
    change = {linter.file: linter.old + linter.add.format(returned)}
    got, why = verdict(tmp_path / "r", language, Row(name, "accepted", change, "# add() subtracts\n\nIt should add.\n"))
    if what == "good":
        assert got == "accepted", why
    else:
        assert got == "caught", why
        assert "the linter finds what it did not find before" in why
        assert linter.file in why


@pytest.mark.parametrize("name", LINTERS)
def test_a_missing_linter_ends_the_run_before_the_model(name: str, tmp_path: Path) -> None:
    linter = LINTERS[name]
    first, *rest = shlex.split(linter.command)
    language = _language(linter, (f"missing-{first}", *rest))
    row = Row(name, "caught", {linter.file: "x\n"})
    with pytest.raises(CheckError, match="the linter could not be started"):
        verdict(tmp_path / "r", language, row)
