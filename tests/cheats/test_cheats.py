"""Patches that only make a check look green are not applied, honest ones of the same look are."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cheats.cheat_support import Language, Row, verdict
from tests.cheats.ctest_rows import CTEST
from tests.cheats.exit_code_rows import JAVA, SHELL
from tests.cheats.go_rows import GO
from tests.cheats.node_rows import NODE
from tests.cheats.perl_rows import PERL
from tests.cheats.python_rows import PYTHON
from tests.cheats.recorded_rows import RECORDED
from tests.cheats.ruby_rows import RUBY
from tests.cheats.runtime_rows import BY_RUNTIME
from tests.cheats.rust_rows import RUST
from tests.check.check_support import cannot

from fretsaw.check.run.channel import Heard
from fretsaw.check.run.evidence import with_evidence
from fretsaw.core.patch.patch_set import FilePatch, Hunk
from fretsaw.core.proof.check_result import CheckResult
from fretsaw.core.proof.code_signs import code_signs
from fretsaw.core.proof.compare import compare

LANGUAGES = {
    "Python": PYTHON,
    "JavaScript": NODE,
    "Go": GO,
    "Rust": RUST,
    "Ruby": RUBY,
    "Perl": PERL,
    "Java": JAVA,
    "shell": SHELL,
}
BY_CTEST = {"C": CTEST}
PROGRAMS = {
    "JavaScript": "node",
    "Go": "go",
    "Rust": "cargo",
    "Ruby": "rspec",
    "Perl": "prove",
    "Java": "javac",
    "C": "cmake",
}


SAMPLED = 20
"""Of so many rows of a language and an outcome one is tried by `make test`; `make test-cheats` tries all of them."""
SAMPLED_LANGUAGES = ("Python", "JavaScript", "Perl", "shell")
"""The languages of which `make test` tries any: those in which nothing has to be compiled first."""


def _rows() -> Iterator[object]:
    asked = os.environ.get("FRETSAW_CHEATS")
    every = int(asked or SAMPLED)
    known = {**LANGUAGES, **BY_CTEST}
    for name in known if asked else SAMPLED_LANGUAGES:
        language = known[name]
        rows = (*language.rows, *BY_RUNTIME.get(name, ()))
        for want in sorted({row.want for row in rows}):
            for row in [row for row in rows if row.want == want][::every]:
                yield pytest.param(name, language, row, id=f"{name}-{row.want}-{row.name}")


@pytest.mark.parametrize(("name", "language", "row"), [*_rows()])
def test_a_row(name: str, language: Language, row: Row, tmp_path: Path, own_places: None) -> None:
    program = PROGRAMS.get(name)
    if program and not shutil.which(program):
        cannot(f"there is no {program}")
    folder = tmp_path / "repository"
    folder.mkdir()
    got, why = verdict(folder, language, row)
    assert got == row.want, why
    assert why or got == "accepted"


@pytest.mark.parametrize(("name", "kind", "before", "after"), RECORDED, ids=[row[0] for row in RECORDED])
def test_recorded_output(name: str, kind: str, before: str, after: str) -> None:
    """Judge what runners print where no reporter can be loaded: recorded outputs."""
    red = with_evidence(CheckResult("red", ("x",), 1, output=before), Heard())
    green = with_evidence(CheckResult("green", ("x",), 0, output=after), Heard())
    judged = compare(red, green)
    assert judged.kind == kind, judged.reason


WITH_REPORT = [
    ("a.ts", 'import { expect } from "vitest";\n', True),
    ("a.js", 'const { expect } = require("chai");\n', True),
    ("a.js", "Object.is = () => true;\n", True),
    ("a.js", "global.it = (name) => {};\n", True),
    ("a.js", "if (Object.is(a, b)) return;\n", False),
    ("a.js", "const now = Date.now();\n", False),
    ("a.go", "func (a N) Equal(b N) bool {\n\treturn true\n}\n", True),
    ("a.js", "process.exit(0);\n", False),
    ("a.py", "import pytest\n", True),
    ("a.py", "sys.modules[__name__] = Lazy()\n", False),
    ("a.py", "def __exit__(self, *error):\n    return True\n", True),
    ("a.py", "def __exit__(self, *error):\n    return self.close()\n", False),
    ("a.js", "if (process.env.NODE_ENV !== 'production') warn();\n", False),
    ("a.rs", "if cfg!(test) { 1 } else { 2 }\n", True),
    ("a.rs", "#[cfg(test)]\nmod tests {\n", False),
    ("a.pl", "return 1 if $ENV{HARNESS_ACTIVE};\n", True),
]


@pytest.mark.parametrize(("path", "added", "found"), WITH_REPORT)
def test_code_that_no_reporter_can_see_through_is_named(path: str, added: str, found: bool) -> None:
    file = FilePatch(path, "x\n", (Hunk(1, (), tuple(added.splitlines(True))),))
    assert bool(code_signs((file,), report=True)) == found


SIGNS = [
    ("a.go", "func init() {\n\tos.Exit(0)\n}\n", True),
    ("a.go", "if err != nil {\n\tos.Exit(1)\n}\n", False),
    ("a.go", 'fmt.Println("--- PASS: TestAdd (0.00s)")\n', True),
    ("a.rb", "at_exit { exit!(0) }\n", True),
    ("a.rb", "def ==(other)\n  true\nend\n", True),
    ("a.rb", "def ==(other)\n  other.n == n\nend\n", False),
    ("a.rb", "exit 1 if n.nil?\n", False),
    ("A.java", "public boolean equals(Object o) { return true; }\n", True),
    ("A.kt", "exitProcess(0)\n", True),
    ("a.c", "exit(EXIT_SUCCESS);\n", True),
    ("a.c", "exit(1);\n", False),
    ("A.cs", "Environment.Exit(0);\n", True),
    ("a.php", "exit(0);\n", True),
    ("a.txt", "exit 0\n", False),
    ("a.sh", "e''xit 0\n", True),
    ("a.sh", "trap 'rm -f \"$tmp\"' EXIT\n", False),
    ("a.sh", "trap 'exit 0' EXIT\n", True),
    ("a.sh", "exec 3>&1\n", False),
    ("a.sh", "cat() { echo 6; }\n", True),
    ("A.java", "import static java.lang.System.exit;\n", True),
]


@pytest.mark.parametrize(("path", "added", "found"), SIGNS)
def test_code_that_makes_an_exit_code_prove_nothing_is_named(path: str, added: str, found: bool) -> None:
    file = FilePatch(path, "x\n", (Hunk(1, (), tuple(added.splitlines(True))),))
    assert bool(code_signs((file,), report=False)) == found


def test_each_language_has_enough_rows() -> None:
    for name, language in LANGUAGES.items():
        honest = sum(row.want == "accepted" for row in language.rows)
        assert len(language.rows) >= 20, name
        assert honest >= 10, name
        assert name not in {"Go", "Ruby"} or 2 * honest >= len(language.rows), name
        assert len({row.name for row in language.rows}) == len(language.rows), name
