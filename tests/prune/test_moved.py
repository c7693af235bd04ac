"""What pruning knows of moves beside its cases: a judge's drops, tracked files that use a name, forbidden files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fretsaw.core.issue import parse
from fretsaw.core.patch import derive_set, find_moves, split, texts
from fretsaw.core.prune import close_drops, prune

ISSUE = parse("# The sum is wrong\n\n`add` subtracts.\n")
ADD = "def add(a, b):\n    return a - b\n"
HELPER = "def helper(x):\n    return x * 2\n"
FIXED = ADD.replace("-", "+")


def test_a_judge_cannot_drop_half_of_a_move() -> None:
    before = {"a.py": f"{HELPER}\n\n{ADD}", "b.py": "B = 1\n"}
    patch = derive_set(before.get, {"a.py": FIXED, "b.py": f"B = 1\n\n\n{HELPER}"})
    verdicts = prune(patch, ISSUE, "safe", before.get).verdicts
    dropped = tuple(
        replace(one, decision="drop", rule="judge") if one.change.path == "b.py" else one for one in verdicts
    )
    assert {one.decision for one in close_drops(patch, dropped)} == {"keep"}


def users(found: dict[str, str], path: str, added: str) -> set[str]:
    """Rules that speak of what is added to a file, with these other files in the repository."""
    before = {path: ADD, **found}
    patch = derive_set(before.get, {path: added})
    holders = lambda word: [one for one, text in before.items() if word in text]  # noqa: E731
    return {one.rule for one in prune(patch, ISSUE, "safe", before.get, holders).verdicts if one.rule}


@pytest.mark.parametrize(
    ("found", "is_used"),
    [
        ({"user.py": "from calc import helper\n"}, True),
        ({"user.py": "import calc\n\nprint(getattr(calc, 'helper'))\n"}, True),
        ({"pyproject.toml": "[project.scripts]\nhelp = 'calc:helper'\n"}, True),
        ({"other.py": "def helper():\n    pass\n"}, False),
        ({"README.md": "calc has a helper\n"}, False),
        ({}, False),
    ],
)
def test_a_definition_that_a_tracked_file_uses_is_not_called_unused(found: dict[str, str], is_used: bool) -> None:
    assert ("unused-helper" in users(found, "calc.py", f"{FIXED}\n\n{HELPER}")) is not is_used


@pytest.mark.parametrize(
    ("user", "is_used"),
    [
        ("from calc import (\n    add,\n    path,\n)\n", True),
        ("import calc\ncalc.path\n", True),
        ("import calc, path\n", False),
    ],
)
def test_an_import_that_a_tracked_file_takes_from_the_module_is_not_called_unused(user: str, is_used: bool) -> None:
    assert ("unused-import" in users({"user.py": user}, "calc.py", f"from os import path\n\n\n{FIXED}")) is not is_used


def test_a_move_into_a_forbidden_file_goes_as_a_whole() -> None:
    before = {"a.py": f"{HELPER}\n\n{ADD}", "b.py": "B = 1\n"}
    issue = parse("# The sum is wrong\n\n`add` subtracts. Do not change b.py.\n")
    pruned = prune(derive_set(before.get, {"a.py": FIXED, "b.py": f"B = 1\n\n\n{HELPER}"}), issue, "safe", before.get)
    assert texts(pruned.patch) == {"a.py": f"{HELPER}\n\n{FIXED}"}


def test_an_edit_in_a_moved_block_goes_alone_and_stays_with_the_block_only() -> None:
    body = "".join(f"    x += {at}\n" for at in range(4))
    other = "def other(y):\n" + "".join(f"    y -= {at}\n" for at in range(9)) + "\n\n"
    block = f"def helper(x):\n{body}    return x\n"
    edited = block.replace("    x += 2\n", "    x += 2\n    print(x)\n")
    before = {"a.py": f"{block}\n\n{other}{ADD}"}
    patch = derive_set(before.get, {"a.py": f"{other}{ADD}\n\n{edited}"})
    moves = find_moves(patch, split(patch))
    (edit,) = moves.edits
    assert moves.drop_with({edit}) == {edit}
    assert moves.keep_with({edit}) == {edit} | moves.edits[edit]
    assert moves.keep_with({edit}) > {edit}
    strict = prune(patch, ISSUE, "strict", before.get)
    assert [one.change.id for one in strict.verdicts if one.decision == "drop"] == [edit]


@pytest.mark.parametrize("count", [400, 20_000])
def test_moves_of_many_equal_lines_are_found_within_bounds(count: int) -> None:
    before = "x = f(y)\n}\n" * count + "end\n"
    patch = derive_set({"a.c": before}.get, {"a.c": "end\n" + "x = f(y)\n}\n" * count + "more\n"})
    assert find_moves(patch, split(patch)) is not None
