"""The house keeps its rules: contracts, budgets, and tables that say what the code says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests import tables

from fretsaw.cli.options import GROUPS
from fretsaw.settings import options

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "server" / "fretsaw"
SOURCES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_room_has_grown_too_large(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400, "over 400 lines: make it a folder"
    tree = ast.parse(text)
    long = [
        f"{node.name} ({(node.end_lineno or 0) - node.lineno + 1})"
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (node.end_lineno or 0) - node.lineno > 60
    ]
    assert not long, "functions over 60 lines"
    assert ast.get_docstring(tree), "a module opens with one sentence on what it is"


def test_every_option_is_a_flag_in_exactly_one_group() -> None:
    in_groups = [name for names in GROUPS.values() for name in names]
    assert sorted(in_groups) == sorted(row.name for row in options())


def test_the_readme_has_the_tables_that_the_code_makes() -> None:
    text = tables.README.read_text("utf-8")
    assert tables.updated(text) == text, "run `make tables`"
