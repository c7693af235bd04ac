"""Laws of data files: a value that changes is all of the change, however the reply lays the rest out."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from fretsaw.core.prune.data import asks_for_layout, in_file_layout

_words = st.text("abcxyz", min_size=1, max_size=8).map(lambda word: f"w{word}")
_scalars = st.one_of(st.integers(-99, 99), st.booleans(), _words)
_data = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4), st.dictionaries(_words, inner, min_size=1, max_size=4)
    ),
    max_leaves=12,
)
_documents = st.dictionaries(_words, _data, min_size=1, max_size=5)
_tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.sampled_from(["a", "1", "x y", "p, q", 'r "s"', "two\nlines"]), min_size=width, max_size=width),
        min_size=2,
        max_size=8,
    )
)


def changed(data: Any) -> Any:
    """The data with its last scalar changed to another one of its type."""
    if isinstance(data, dict):
        *_, last = data
        return {**data, last: changed(data[last])}
    if isinstance(data, list):
        return [*data[:-1], changed(data[-1])]
    if isinstance(data, bool):
        return not data
    return data + 1 if isinstance(data, int) else data + "new"


@given(
    _documents,
    st.sampled_from([{"indent": 2}, {"indent": 4}, {"indent": "\t"}]),
    st.sampled_from([{"indent": 3}, {"separators": (",", ":")}, {"indent": 2, "sort_keys": True}, {}]),
)
def test_json_keeps_its_layout(data: Any, own: dict[str, Any], other: dict[str, Any]) -> None:
    before, wanted = (json.dumps(one, **own) + "\n" for one in (data, changed(data)))
    reply = json.dumps(changed(data), **other)
    assert (in_file_layout("a.json", before, reply) or reply) == wanted


@given(
    _documents,
    st.sampled_from([{"indent": 2}, {"indent": 4}]),
    st.sampled_from([{"default_flow_style": None}, {"sort_keys": True}, {"default_style": '"'}, {"indent": 6}]),
)
def test_yaml_keeps_its_layout_and_comments(data: Any, own: dict[str, Any], other: dict[str, Any]) -> None:
    head = "# Settings.\n# Read at start.\n"
    before, wanted = (head + yaml.safe_dump(one, sort_keys=False, **own) for one in (data, changed(data)))
    reply = yaml.safe_dump(changed(data), **{"sort_keys": False, **other})
    result = in_file_layout("a.yml", before, reply)
    assert yaml.safe_load(result or reply) == changed(data)
    if "default_style" not in other:  # its numbers have a tag, which is no layout
        assert result == wanted


@given(_tables, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.sampled_from(",;\t"))
def test_csv_keeps_its_quotes_and_delimiter(rows: list[list[str]], quoting: Any, delimiter: str) -> None:
    header = [f"c{column}" for column in range(len(rows[0]))]

    def written(content: list[list[str]], **options: Any) -> str:
        made = io.StringIO()
        csv.writer(made, **{"lineterminator": "\n", **options}).writerows([header, *content])
        return made.getvalue()

    after = [*rows[:-1], [*rows[-1][:-1], "new"]]
    before, wanted = written(rows), written(after)
    reply = written(after, quoting=quoting, delimiter=delimiter, lineterminator="\r\n")
    result = in_file_layout("a.csv", before, reply) or reply
    assert list(csv.reader(io.StringIO(result, newline=""))) == [header, *after]
    is_quoted_anew = rows[-1][-1] in ("p, q", 'r "s"', "two\nlines")
    assert is_quoted_anew or result == wanted


@pytest.mark.parametrize(
    "issue",
    [
        "Indent package.json with 4 spaces",
        "Sort the keys of a.json",
        "Quote all fields",
        "Minify app.css",
        "Put the dependencies in alphabetical order",
        "Use block style in a.yml",
        "Remove the outdated comments of a.toml",
    ],
)
def test_an_issue_that_asks_for_layout_gets_it(issue: str) -> None:
    assert asks_for_layout(issue)


@pytest.mark.parametrize("issue", ["The order total is wrong", "The timeout is too low", "The date format is wrong"])
def test_an_issue_about_values_asks_for_no_layout(issue: str) -> None:
    assert not asks_for_layout(issue)
