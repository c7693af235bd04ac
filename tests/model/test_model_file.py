"""Whatever a person writes into models.toml: a row that can be used, or an error that names file, line and column."""

from __future__ import annotations

import math
import os
import re
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fretsaw.errors import ConfigError
from fretsaw.model.column_values import ColumnError
from fretsaw.model.registry import load_registry
from fretsaw.model.row import ROW_COLUMNS, read_row

GOOD = '[[model]]\nid = "other"\ncontext = 9\noutput = 9\n\n[[model]]\nid = "mine"\ncontext = 1000\noutput = 100\n'
"""Two rows; a line that is appended is line 10."""

WRONG: dict[str, tuple[str, str]] = {
    'price = "cheap"': (":10", "price: 'cheap' is not a table"),
    "price = { input = -1 }": (":10", "price: input: -1 is not a number from 0"),
    "price = { input = nan }": (":10", "price: input: nan"),
    "price = { inputs = 1 }": (":10", "price: there is no column 'inputs' .is input meant"),
    "price = { input = true }": (":10", "price: input: True is not a number"),
    "tiers = { batch = { input = -0.1 } }": (":10", "tiers: input"),
    "tiers = [1]": (":10", "tiers: .* is not a table"),
    "decisions-price = { output = inf }": (":10", "decisions-price: output"),
    "contxt = 5": (":10", "there is no column 'contxt' .is context meant"),
    'api = "respones"': (":10", "api: 'respones' is not one of chat, responses"),
    "api = ['chat']": (":10", "api: "),
    'edit-form = "diff"': (":10", "edit-form: 'diff' is not one of"),
    "usual-output = 0": (":10", "usual-output: 0 is not a number of tokens"),
    "input = 1001": (":10", "input: 1,001 tokens are more than the context of 1,000"),
    "input = 1e3": (":10", "input: 1000.0 is not a whole number"),
    "retires-on = 'soon'": (":10", "retires-on: 'soon' is not a day"),
    "retires-on = 20270114": (":10", "retires-on: 20270114 is not a day"),
    "as-of = 12:00:00": (":10", "as-of: .* is not a day"),
    "retires-on = 2027-13-45": ("", "is not TOML: .*line 10"),
    "also = 'other-*'": (":10", "also: 'other-\\*' is not a list of texts"),
    "also = [1]": (":10", "also: "),
    "successor = 6": (":10", "successor: 6 is not a text"),
    "tokenizer = 'cl100k'": (":10", "tokenizer: 'cl100k' is not one of o200k"),
    "image = { rule = 'squares' }": (":10", "image: rule: 'squares'"),
    "image = { rule = 'tiles', side = 5 }": (":10", "image: there is no column 'side'"),
    "effort = 'huge'": (":10", "effort: 'huge' is not one of"),
    "files = 'yes'": (":10", "files: 'yes' is not true or false"),
    "plain = 1": (":10", "plain: 1 is not true or false"),
    "endpoint = 'localhost:8080'": (":10", "endpoint: .* is not a base URL"),
    "source = [1]": (":10", "source: "),
    '[model.price]\ninput = "x"': (":10", "price: input: 'x'"),
    "[model.price.deep]\nx = 1": (":10", "price: there is no column 'deep'"),
    '[[model]]\nid = "third"\noutput = 5': (":10", "the row of third: context: is missing"),
    "[[model]]\ncontext = 5\noutput = 5": (":10", "row 3: id: is missing"),
    "[[model]]\nid = 5\ncontext = 5\noutput = 5": (":11", "row 3: id: 5 is not a text"),
    '[[model]]\nid = " "\ncontext = 5\noutput = 5': (":11", "id: ' ' is empty"),
    '[[model]]\nid = "wide"\ncontext = 5\noutput = 6': (":13", "output: 6 tokens are more than the context of 5"),
    f'[[model]]\nid = "vast"\ncontext = {10**30}\noutput = 6': (":12", "context: "),
    '[[model]]\nid = "no"\ncontext = -5\noutput = 6': (":12", "context: -5 is not a number of tokens from 1"),
    '[[model]]\nid = "mine"\ncontext = 5\noutput = 5': (":11", "mine is there twice, first in line 7"),
    "[[models]]\nid = 'x'": (":10", "there is no table 'models'; is model meant"),
    "[role]\neditor = ['mine']": (":10", "there is no table 'role'; is roles meant"),
    "[roles]\neditor = 'mine'": (":11", "roles: editor: 'mine' is not a list of texts"),
    "[roles]\neditr = ['mine']": (":11", "roles: editr: is no role; is editor meant"),
    "[roles]\neditor = [[]]": (":11", "roles: editor"),
}


@pytest.mark.parametrize("line", WRONG)
def test_what_cannot_be_used_is_named_with_its_line(line: str, tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_text(f"{GOOD}{line}\n", "utf-8")
    where, words = WRONG[line]
    with pytest.raises(ConfigError, match=re.escape(f"{own}{where}") + r"\b") as caught:
        load_registry(own)
    assert re.search(words, str(caught.value)), str(caught.value)
    assert caught.value.hint
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[[model]]\nid = '\xff'\n", r"models\.toml:2: this is not UTF-8"),
        (b"[model]\nid = 'x'\ncontext = 5\noutput = 5\n", r"models\.toml:1: .*two brackets"),
        (b"model = [1]\n", r"models\.toml:1: .*two brackets"),
        (b"x = " + b"[" * 5000 + b"]" * 5000, "nested too deeply|not TOML"),
        (b"x = " + b"9" * 5000, "not TOML|no table 'x'"),
        (b"#" * (1 << 20) + b"#", "larger than 1 MB"),
        ("[[model]]\nid = 'x'\n".encode("utf-16"), "not UTF-8"),
    ],
)
def test_a_file_that_is_none(data: bytes, words: str, tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    own.write_bytes(data)
    with pytest.raises(ConfigError, match=words):
        load_registry(own)


@pytest.mark.parametrize("kind", ["folder", "pipe", "link"])
def test_what_is_no_file_is_said_and_not_waited_for(kind: str, tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    if kind == "folder":
        own.mkdir()
    elif kind == "pipe":
        os.mkfifo(own)
    else:
        own.symlink_to("nowhere")
    with pytest.raises(ConfigError, match="is not a file"):
        load_registry(own)


def test_a_mark_carriage_returns_and_days_as_texts_are_read(tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    text = "[[model]]\nid = 'x'\ncontext = 5\noutput = 5\nretires-on = '2027-02-03'\nas-of = 2026-01-02T03:04:05Z\n"
    own.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    row = load_registry(own).row("x")
    assert (row.retires_on, row.as_of) == (date(2027, 2, 3), date(2026, 1, 2))
    assert not row.retired(date(2027, 2, 2))


def test_a_row_of_ones_own_replaces_one_and_a_glob_of_it_none(tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    row = "[[model]]\nid = '{}'\nalso = ['{}']\ncontext = {}\noutput = 5\n"
    own.write_text(row.format("gpt-4.1", "house", 55) + row.format("all", "*", 66), "utf-8")
    registry = load_registry(own)
    sizes = {model: registry.row(model).context for model in ("gpt-4.1", "house", "gpt-4.1-mini", "anything")}
    assert sizes == {"gpt-4.1": 55, "house": 55, "gpt-4.1-mini": 1_047_576, "anything": 66}


def test_a_row_for_this_endpoint_goes_before_one_for_any(tmp_path: Path) -> None:
    own = tmp_path / "models.toml"
    row = "[[model]]\nid = 'm'\ncontext = {}\noutput = 5\n"
    own.write_text(row.format(50) + row.format(60) + "endpoint = 'http://localhost:1/v1/'\n", "utf-8")
    assert load_registry(own, base_url="http://localhost:1/v1").row("m").context == 60
    assert load_registry(own, base_url="http://localhost:2/v1").row("m").context == 50


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(ROW_COLUMNS)), ANY, max_size=4))
def test_any_value_in_any_column_is_read_or_named(columns: dict[str, Any]) -> None:
    try:
        row = read_row({"id": "m", "context": 100, "output": 10, **columns})
    except ColumnError as error:
        assert error.column in ROW_COLUMNS
        return
    assert math.isfinite(row.cost(5, 2, 3))
    assert row.retired(datetime.now(timezone.utc).date()) in (True, False)
