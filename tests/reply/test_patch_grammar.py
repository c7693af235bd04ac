"""The grammar of the custom tool: it takes the well-formed patches of the corpus, and all that it takes is read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis.extra.lark import from_lark
from lark import Lark
from lark.exceptions import LarkError
from tests.golden import CASES

from fretsaw.core.prompt.edit_forms import FORMS
from fretsaw.core.prompt.patch_grammar import PATCH_GRAMMAR
from fretsaw.core.reply import read

GRAMMAR = Lark(PATCH_GRAMMAR, parser="lalr")
PATCH = re.compile(r"^\*\*\* Begin Patch$.*?^\*\*\* End Patch$\n?", re.M | re.S)
MALFORMED = {"v4a-outdented-line-without-mark", "thoughts-with-a-draft-that-is-never-ended"}
"""Cases whose patch a model with this grammar could not have written."""


def corpus() -> list[tuple[str, str]]:
    """Every patch in a reply of the case folders, with the case's name."""
    files = sorted(path for path in CASES.rglob("*") if path.is_file() and path.suffix in {".md", ".json"})
    texts = {path: path.read_bytes().decode("utf-8", "replace") for path in files}
    return [(path.parent.name, patch) for path, text in texts.items() for patch in PATCH.findall(text)]


def is_taken(patch: str) -> bool:
    try:
        GRAMMAR.parse(patch)
    except LarkError:
        return False
    return True


def test_the_grammar_refuses_only_the_malformed_patches_of_the_corpus() -> None:
    patches = corpus()
    refused = {name for name, patch in patches if not is_taken(patch)}
    assert len(patches) >= 10
    assert refused == MALFORMED


def test_the_example_that_the_model_is_shown_is_in_the_grammar() -> None:
    shown = PATCH.findall(FORMS["grammar-tool"])
    assert [is_taken(patch) for patch in shown] == [True]


@pytest.mark.parametrize(
    "patch",
    [
        "*** Begin Patch\n*** Update File: a.py\n x\n-y\n*** End Patch\n",
        "*** Begin Patch\n*** Update File: a.py\n@@\n x\n\n-y\n*** End Patch\n",
        "*** Begin Patch\n*** Add File: a.py\nx\n*** End Patch\n",
        "*** Begin Patch\n*** End Patch\n",
        "*** Update File: a.py\n@@\n-x\n",
    ],
    ids=["no-anchor", "line-without-sign", "added-without-sign", "no-file", "no-begin"],
)
def test_what_could_be_misread_cannot_be_written(patch: str) -> None:
    assert not is_taken(patch)


@settings(max_examples=200)
@given(from_lark(Lark(PATCH_GRAMMAR, parser="earley")))
def test_whatever_the_grammar_takes_is_read_as_a_patch(patch: str) -> None:
    reading = read(patch)
    assert not reading.truncated
    assert not reading.ignored.strip()
    named = len(re.findall(r"^\*\*\* (?:Add|Delete) File: ", patch, re.M))
    assert len(reading.blocks) >= named
