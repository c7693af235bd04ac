"""The house keeps its rules: contracts, budgets, and tables that say what the code says."""

from __future__ import annotations

import ast
import functools
import re
from pathlib import Path

import pytest
from tests import house, tables

from fretsaw.cli.options import GROUPS
from fretsaw.settings import options

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "server" / "fretsaw"
SOURCES = sorted(PACKAGE.rglob("*.py"))

MOST_BRANCHES = 15
STOP_NAMES = re.compile(
    r"values|utils?|helpers|misc|common|stuff|told|said|kept|shown|lost|after|beneath|cage|cell|looking|\w+ing"
)
"""Names of modules that hide what is in them: a moment, a participle, a box for everything."""
FIELD_WORDS = frozenset({"framing", "wording", "python_meaning", "same_meaning"})
"""Words that end in -ing and are the field's nouns."""
UNUSED = {
    "compose": "the laws of patches are stated with it",
    "reverse_set": "the laws of patches are stated with it",
}
"""Public names that only tests use, with the reason."""
RIDDLE = re.compile(r"(?:What|Whether|How|Where|Why|Which|When|Who|Knows no\w*)\b")
CALLED_BY_NAME = re.compile(r"\w+_command|on_connect|authenticate|(?:new|load)_session|set_session_mode")
"""What click, the table of commands or the library of ACP finds by its name."""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_room_has_grown_too_large(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400, "over 400 lines: make it a folder"
    tree = house.parsed(path)
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


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "docs/troubleshooting.md", "docs/glossary.md"]
)
def test_links_of_a_page_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    linked = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert [link for link in linked if not ((ROOT / page).parent / link).exists()] == []


def test_no_import_circle() -> None:
    assert house.circles(house.import_graph(PACKAGE)) == []


def test_the_parts_of_the_language_server_are_apart() -> None:
    assert len(house.arrows(house.import_graph(PACKAGE), "fretsaw.lsp")) <= 25


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_function_has_too_many_branches(path: Path) -> None:
    """Split by meaning what has more; do not fold branches into one expression, which counts them all the same."""
    branchy = {
        function.name: house.complexity(function)
        for function in house.functions(house.parsed(path))
        if house.complexity(function) > MOST_BRANCHES
    }
    assert not branchy


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_hides_behind_its_name(path: Path) -> None:
    for name in path.relative_to(PACKAGE).with_suffix("").parts:
        assert name in FIELD_WORDS or not STOP_NAMES.fullmatch(name), "name the thing in it, in the field's words"


def test_every_public_name_is_used() -> None:
    counted = house.uses(PACKAGE)
    unused = {
        name: str(path.relative_to(PACKAGE))
        for name, path, is_assigned in house.public_names(PACKAGE)
        if counted[name] <= is_assigned and not CALLED_BY_NAME.fullmatch(name)
    }
    assert set(unused) == set(UNUSED), unused


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_docstrings_open_with_a_verb_or_a_noun(path: Path) -> None:
    """A docstring names the thing or the deed; a relative clause as the subject makes the reader guess it."""
    riddles = [text for text in house.docstrings(house.parsed(path)) if RIDDLE.match(text) or "nows nothing" in text]
    assert not riddles


def _terms() -> list[str]:
    rows = (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    terms = [row.split("|")[1].strip() for row in rows if row.startswith("|")]
    return [term for term in terms if term != "term" and term.strip("-")]


def test_the_glossary_has_each_term_once_and_in_one_line() -> None:
    rows = [row for row in (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines() if row.startswith("|")]
    assert max(map(len, rows)) <= 150
    assert len(_terms()) == len(set(_terms()))


@functools.cache
def _words_of_code() -> str:
    """All identifiers and texts of the package as one text: lower case, with one blank between words."""
    words = (re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", path.read_text("utf-8")) for path in SOURCES)
    return f" {' '.join(' '.join(found) for found in words).lower()} "


@pytest.mark.parametrize("term", _terms())
def test_a_term_of_the_glossary_is_used_in_the_code(term: str) -> None:
    assert re.search(rf" {re.escape(term)}e?s? ", _words_of_code())


def _rows_of_architecture() -> list[str]:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    return [line for line in text.splitlines() if line.startswith("|")]


def _known(word: str, defined: set[str]) -> bool:
    """Whether a word in back-ticks is a path of the package or the repository, a target of make, or a name in code."""
    path = word.rstrip("/")
    if (PACKAGE / path).exists() or (ROOT / path).exists() or path in {source.name for source in SOURCES}:
        return True
    if word.split(maxsplit=1)[0] in {"make", "agent"}:
        return True
    return word.partition("=")[0].rsplit(".", 1)[-1] in defined


@pytest.mark.parametrize("row", _rows_of_architecture(), ids=lambda row: row.split("|")[1].strip()[:40])
def test_architecture_names_what_there_is(row: str) -> None:
    defined = {name for name, _, _ in house.public_names(PACKAGE)} | {path.stem for path in SOURCES}
    words = re.findall(r"`([^`]+)`", row)
    assert [word for word in words if not _known(word, defined)] == []
