"""Without a request only layout that departs from the file's own way is noise."""

from __future__ import annotations

import pytest

from fretsaw.core.issue import Issue
from fretsaw.core.patch import derive_set
from fretsaw.core.prune import prune
from fretsaw.core.prune.unrequested import flag_authors_layout

BEFORE = """import os
import sys


def first(a, b):
    value = call(a, b)
    return value


def second(a, b):
    value = call(b, a)
    label = 'one'
    other = 'two'
    return value
"""


def decisions(before: str, after: str, path: str = "app.py", also: tuple[str, ...] = ()) -> set[str]:
    files = {path: before}
    pruned = prune(derive_set(files.get, {path: after}), Issue("", ""), "safe", files.get)
    assert {item.decision for item in pruned.verdicts} >= {"drop"}, "the rules see no layout here"
    judged = flag_authors_layout(pruned.verdicts, (path, *also), files.get)
    return {item.decision for item in judged}


NOISE = {
    "blanks in a call": BEFORE.replace("call(a, b)", "call( a, b )"),
    "blanks around a sign": BEFORE.replace("value = call(a", "value  =  call(a"),
    "rarer quotes": BEFORE.replace("'one'", '"one"'),
    "blanks at the end": BEFORE.replace("    return value\n\n", "    return value  \n\n", 1),
    "sorted imports in disorder": BEFORE.replace("import os\nimport sys", "import sys\nimport os"),
}


FEW = "import pdb\n\ntrace = pdb.trace\n\nnames = [\n    1,\n]\n"
"""A file that shows nothing about blanks around `=`."""


def test_wider_gaps_that_form_no_column_are_dropped_whatever_the_file_shows() -> None:
    assert decisions(FEW, FEW.replace("trace = pdb", "trace  =  pdb")) == {"drop"}


def test_a_gap_that_forms_a_column_with_a_neighbour_may_be_wanted() -> None:
    before = "x = 1\nlonger += 2\n"
    assert decisions(before, before.replace("x = 1", "x      = 1")) == {"flag"}
    assert decisions(before, before.replace("x = 1", "x    = 1")) == {"drop"}


@pytest.mark.parametrize("name", NOISE)
def test_what_departs_from_the_files_own_way_is_dropped(name: str) -> None:
    assert decisions(BEFORE, NOISE[name]) == {"drop"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BEFORE, BEFORE.replace("    return value\n\n", "\n    return value\n\n", 1)),
        (BEFORE, BEFORE.replace("call(a, b)", "call(\n        a, b\n    )")),
        (BEFORE.replace("    return value\n\n", "    return value  \n\n", 1), BEFORE),
        (BEFORE.replace("import os\nimport sys", "import sys\nimport os"), BEFORE),
        (BEFORE.replace("call(a, b)", "call( a, b )"), BEFORE),
        (BEFORE.replace("import os\nimport sys", "import gevent\nimport sys"),
         BEFORE.replace("import os\nimport sys", "import sys\nimport gevent")),
    ],
    ids=["blank line", "wrapped call", "blanks removed", "imports sorted", "call like the others", "not Python's own"],
)  # fmt: skip
def test_what_may_be_the_authors_tidying_is_flagged(before: str, after: str) -> None:
    assert decisions(before, after) == {"flag"}


def test_a_new_version_of_the_formatter_explains_layout() -> None:
    assert decisions(BEFORE, NOISE["blanks in a call"], also=(".pre-commit-config.yaml",)) == {"flag"}


def test_what_the_author_writes_in_the_same_way_is_his_style() -> None:
    after = NOISE["blanks in a call"].replace("    return value\n\n", "    return call( value, 1 )\n\n", 1)
    assert "drop" not in decisions(BEFORE, after)
