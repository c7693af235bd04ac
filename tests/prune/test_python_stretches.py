"""Texts that are compared stretch by stretch compare as their whole trees do."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fretsaw.core.prune.block_depth import depths
from fretsaw.core.prune.definitions_around import definitions_around, outer_rows
from fretsaw.core.prune.python_meaning import same_programs
from fretsaw.core.prune.python_stretches import LONGEST, stretches

_LONG_CLASS = "class A(B):\n    x = 1\n\n" + "".join(
    f"    def f{n}(self, a):\n        return a + {n}\n\n" for n in range(1 + LONGEST // 40)
)
_LINES = st.sampled_from(
    [
        "",
        "",
        "x = 1",
        "def f(a):",
        "    return a",
        "class A:",
        "    def g(self):",
        "        pass",
        "    y = 2",
        "import os",
        "@deco",
        "    @deco",
        "if x:",
        "    if y:",
        "else:",
        '"""',
        "    '''",
        "# note",
        "    # note",
        "s = (",
        ")",
        "print x",
        "    async def h(self):",
        "for x in y:",
        "    z = [",
        "    ]",
        "pass; class B: pass",
        "\tt = 3",
        "try:",
        "except E:",
    ]
)


def _tree(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return None


@given(st.lists(_LINES, max_size=12), st.lists(_LINES, max_size=12), st.integers(0, 3))
@settings(max_examples=300)
def test_stretches_compare_as_whole_trees_do(first: list[str], more: list[str], where: int) -> None:
    """Both a text of its own, and one with a long class above it or in the midst of it."""
    above = ["", _LONG_CLASS, "\n" + _LONG_CLASS, '"""' + _LONG_CLASS + '"""\n'][where]
    one = above + "\n".join([*first, *more]) + "\n"
    other = above + "\n".join([*first, "", *more]) + "\n"
    trees = _tree(one), _tree(other)
    expected = None if None in trees else trees[0] == trees[1]
    assert same_programs(one, other) is expected
    assert same_programs(one, one) is (None if trees[0] is None else True)


@pytest.mark.parametrize("at", range(0, len(_LONG_CLASS), 97))
def test_a_method_that_says_something_else_is_another_program(at: int) -> None:
    row = _LONG_CLASS.count("\n", 0, at)
    lines = _LONG_CLASS.split("\n")
    assert len(stretches(_LONG_CLASS) or ()) > 20
    changed = "\n".join([*lines[:row], lines[row].replace("a +", "a -").replace("x = 1", "x = 2"), *lines[row + 1 :]])
    assert same_programs(_LONG_CLASS, changed) is (_tree(_LONG_CLASS) == _tree(changed))
    without_blank_lines = "\n".join(line for line in lines if line)
    assert same_programs(_LONG_CLASS, without_blank_lines) is True


def test_lines_of_a_long_class_are_as_deep_as_those_of_a_short_one() -> None:
    short = depths("class A(B):\n    x = 1\n\n    def f0(self, a):\n        return a + 0\n\nx = 1\n", "python")
    long = depths(_LONG_CLASS + "x = 1\n", "python")
    assert short is not None
    assert long is not None
    assert [*short[:5], short[-1]] == [*long[:5], long[-1]] == [1, 2, 1, 2, 3, 1]


def test_a_line_stands_in_the_definitions_that_are_indented_less_above_it() -> None:
    lines = [
        "class A:",
        "    def f(self):",
        "        a = 1",
        "",
        "        b = 1",
        "    def g(self):",
        "        c = 1",
        "d",
    ]
    around = [list(definitions_around(lines, outer_rows(lines), row)) for row in range(len(lines) + 1)]
    assert around == [["A"], ["f", "A"], ["f", "A"], ["f", "A"], ["f", "A"], ["g", "A"], ["g", "A"], [], []]
