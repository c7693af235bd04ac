"""Patches that only make a check look green are not applied, honest ones of the same look are."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cheats.cheat_support import Language, Row, verdict
from tests.cheats.exit_code_rows import JAVA, SHELL
from tests.cheats.node_rows import NODE
from tests.cheats.perl_rows import PERL
from tests.cheats.python_rows import PYTHON
from tests.cheats.rust_rows import RUST
from tests.check.check_support import cannot

LANGUAGES = {"Python": PYTHON, "JavaScript": NODE, "Perl": PERL, "Rust": RUST, "shell": SHELL, "Java": JAVA}
PROGRAMS = {"JavaScript": "node", "Perl": "prove", "Rust": "cargo", "Java": "javac"}


def _rows() -> Iterator[object]:
    for name, language in LANGUAGES.items():
        for row in language.rows:
            yield pytest.param(name, language, row, id=f"{name}-{row.want}-{row.name}")


@pytest.mark.parametrize(("name", "language", "row"), [*_rows()])
def test_a_row(name: str, language: Language, row: Row, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = PROGRAMS.get(name)
    if program and not shutil.which(program):
        cannot(f"there is no {program}")
    monkeypatch.setenv("FRETSAW_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("FRETSAW_CONFIG_DIR", str(tmp_path / "config"))
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ada")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ada@example.invalid")
    folder = tmp_path / "repository"
    folder.mkdir()
    got, why = verdict(folder, language, row)
    assert got == row.want, why
    assert why or got == "accepted"


def test_each_language_has_enough_rows() -> None:
    for name, language in LANGUAGES.items():
        honest = sum(row.want == "accepted" for row in language.rows)
        assert len(language.rows) >= 20, name
        assert honest >= 10, name
        assert len({row.name for row in language.rows}) == len(language.rows), name
