"""Measure how dense the code is: branches per 1,000 characters of code, by package, and the densest functions.

    .venv/bin/python bench/density.py                          one row for each package below `server/fretsaw`
    .venv/bin/python bench/density.py core/prune core/locate   these packages, and their 40 densest functions

Branches are cyclomatic complexity as radon counts it (`tests/house.py`), summed over functions. Characters are those of
the functions' code: no docstring, no comment, no blank line, no indentation, each line end as one. So a comment or an
example does not move the figure. A longer name does; the median complexity of the densest functions stands beside it.
"""

from __future__ import annotations

import argparse
import ast
import io
import statistics
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "server" / "fretsaw"
sys.path.insert(0, str(ROOT))

from tests import house  # noqa: E402


@dataclass(frozen=True)
class Measured:
    """One function."""

    place: str
    branches: int
    characters: int

    @property
    def density(self) -> float:
        return 1000 * self.branches / self.characters


def main() -> int:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("packages", nargs="*", help="paths below server/fretsaw, such as core/prune")
    options.add_argument("--functions", type=int, default=40, help="how many of the densest functions to list")
    options.add_argument("--least", type=int, default=8, help="branches that a listed function has at least")
    given = options.parse_args()
    packages = [PACKAGE / name for name in given.packages] or sorted(p for p in PACKAGE.iterdir() if p.is_dir())
    measured = {folder: [one for path in sources(folder) for one in functions_of(path)] for folder in packages}
    for folder, rows in measured.items():
        branches, characters = sum(row.branches for row in rows), sum(row.characters for row in rows)
        if characters:
            name = str(folder.relative_to(PACKAGE))
            print(f"{name:<16} {1000 * branches / characters:5.1f}  {branches:5} branches  {len(rows):4} functions")
    if given.packages:
        list_densest([row for rows in measured.values() for row in rows], given.functions, given.least)
    return 0


def list_densest(rows: list[Measured], most: int, least: int) -> None:
    """Print the densest functions of some size and their median complexity."""
    dense = sorted((row for row in rows if row.branches >= least), key=lambda row: -row.density)[:most]
    if dense:
        median = statistics.median(row.branches for row in dense)
        print(f"\n{len(dense)} densest functions with {least} branches or more: median complexity {median:g}")
    for row in dense:
        print(f"{row.density:6.1f}  {row.branches:3}  {row.place}")


def sources(folder: Path) -> list[Path]:
    """List the Python files below a folder; a file is itself."""
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]


def functions_of(path: Path) -> Iterator[Measured]:
    """Measure each function of a file that is not inside another function; inner ones count with theirs."""
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    code = dict(code_lines(text, tree))
    inner = {id(one) for outer in house.functions(tree) for one in house.functions(outer) if one is not outer}
    for function in house.functions(tree):
        if id(function) not in inner:
            lines = [code[n] for n in range(function.lineno, (function.end_lineno or 0) + 1) if n in code]
            branches = sum(house.complexity(one) for one in house.functions(function))
            place = f"{path.relative_to(PACKAGE)}:{function.lineno} {function.name}"
            yield Measured(place, branches, sum(len(line) + 1 for line in lines))


def code_lines(text: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (number, line) of the lines of code, stripped, without comments and docstrings."""
    strings = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            strings |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = {token.start[0]: token.start[1] for token in tokens if token.type == tokenize.COMMENT}
    for number, line in enumerate(text.split("\n"), 1):
        shown = line[: comments.get(number, len(line))].strip()
        if shown and number not in strings:
            yield number, shown


if __name__ == "__main__":
    sys.exit(main())
