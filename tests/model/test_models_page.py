"""docs/models.md says what a row holds: its tables have the columns, prices, roles and endpoints that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fretsaw.endpoint_presets import PRESETS
from fretsaw.model.model_file import ROLES, read_model_file
from fretsaw.model.prices import PRICE_COLUMNS
from fretsaw.model.row import ROW_COLUMNS, read_row

PAGE = (Path(__file__).parents[2] / "docs" / "models.md").read_text("utf-8")


def names(head: str) -> list[str]:
    """The names in the first cells of a table of the page."""
    table = PAGE[PAGE.index(f"| {head} |") :].split("\n\n")[0]
    return re.findall(r"(?m)^\| `([\w-]+)` \|", table)


def cells(head: str) -> dict[str, list[str]]:
    table = PAGE[PAGE.index(f"| {head} |") :].split("\n\n")[0].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {row[0].strip("`"): row[1:] for row in rows}


@pytest.mark.parametrize(("head", "known"), [("column", ROW_COLUMNS), ("price", PRICE_COLUMNS), ("role", ROLES)])
def test_a_table_has_each_name_once(head: str, known: frozenset[str]) -> None:
    assert sorted(names(head)) == sorted(known)


def test_words_that_a_column_takes_are_those_that_are_read() -> None:
    for column in ("api", "edit-form", "effort", "mode", "verbosity", "tier", "cache", "cache-ttl", "tokenizer"):
        words = re.findall(r"`([\w-]+)`", cells("column")[column][0].split("; `--api`")[0].split(" (the last")[0])
        taken = [word for word in words if word != "prompt_cache_key"]
        assert taken
        for word in taken:
            read_row({"id": "m", "context": 9, "output": 9, column: word})


def test_every_endpoint_that_is_known_by_name_is_listed() -> None:
    listed = PAGE[PAGE.index("`--endpoint NAME` chooses") :].split(". It brings")[0]
    assert set(re.findall(r"`([\w.]+)`", listed)) == set(PRESETS)


def test_the_row_that_the_page_shows_can_be_read(tmp_path: Path) -> None:
    [shown] = re.findall(r"```toml\n(# models\.toml.*?)```", PAGE, re.DOTALL)
    own = tmp_path / "models.toml"
    own.write_text(shown, "utf-8")
    read = read_model_file(own)
    assert [row.id for row in read.rows] == list(read.roles["editor"])
    assert read.rows[0].is_priced
