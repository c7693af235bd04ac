"""Runners that come from a registry of their own: what their reporters say, from end to end."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.cheats.cheat_support import Language, Row, verdict
from tests.check.check_support import cannot
from tests.tools.runner_rows import COMMANDS, JAVA_TEST, MAVEN, POM, ROWS, java

_PLUGIN = "org/apache/maven/plugins/maven-surefire-plugin/3.2.5/maven-surefire-plugin-3.2.5.jar"
SUREFIRE = Path.home() / ".m2/repository" / _PLUGIN
EVERY = int(os.environ.get("FRETSAW_TEST_EVERY", "1"))
"""Of so many rows of a runner one is tried: CI has half an hour."""
HERE = Path(os.environ.get("FRETSAW_TEST_TOOLS", ".")).resolve()


@pytest.fixture(autouse=True)
def _folder(own_places: None, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()


@pytest.mark.parametrize(
    ("runner", "row"),
    [pytest.param(name, row, id=f"{name}-{row.name}") for name in ROWS for row in ROWS[name][1][::EVERY]],
)
def test_a_row_of_javascript(runner: str, row: Row, tmp_path: Path) -> None:
    program = HERE / "node_modules/.bin" / COMMANDS[runner].split()[0]
    if not program.exists():
        cannot(f"there is no {program}")
    command = " ".join([str(program), *COMMANDS[runner].split()[1:]])
    files = {path: text for path, text in ROWS[runner][0].items() if text is not None}
    got, why = verdict(tmp_path / "r", Language(command, files, ()), row)
    assert got == row.want, why


@pytest.mark.skipif(
    not (SUREFIRE.exists() and shutil.which("mvn")),
    reason=f"Maven or {SUREFIRE} is missing: no registry in reach has it",
)
@pytest.mark.timeout(400)
@pytest.mark.parametrize("row", MAVEN[::EVERY], ids=lambda row: row.name)
def test_a_row_of_maven(row: Row, tmp_path: Path) -> None:
    files = {"pom.xml": POM, "src/test/java/CalcTest.java": JAVA_TEST, ".gitignore": "target\n"}
    files |= {path: text for path, text in java().items() if text is not None}
    got, why = verdict(tmp_path / "r", Language("mvn -o -q -B test", files, ()), row)
    assert got == row.want, why
