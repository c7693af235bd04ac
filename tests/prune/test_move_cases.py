"""Each folder of tests/cases/moves is a move beside a fix: before/, the reply's after/, and right/, what is to be left.

`agent fix` takes them from end to end in tests/cli/test_moves.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden import folders
from tests.prune.replies import left_by, reply_of
from tests.prune.test_prune_cases import tree

from fretsaw.core.issue import parse
from fretsaw.core.minimize import minimize
from fretsaw.core.patch import find_moves, select, split
from fretsaw.core.patch.patch_set import PatchSet
from fretsaw.core.prune import prune
from fretsaw.core.prune.verdict import Mode

CASES = folders("moves")


@pytest.mark.parametrize("mode", ["safe", "strict"])
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_pruning_leaves_the_right_files(folder: Path, mode: Mode) -> None:
    before, patch = reply_of(folder)
    pruned = prune(patch, parse((folder / "issue.md").read_text("utf-8")), mode, before.get)
    kept = {verdict.change.id for verdict in pruned.verdicts if verdict.decision == "keep"}
    assert left_by(before, select(pruned.proposed, kept)) == tree(folder / "right"), "flagged changes left out"
    if mode == "strict":
        assert left_by(before, pruned.patch) == tree(folder / "right")


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_minimizing_never_tears_a_move(folder: Path) -> None:
    before, patch = reply_of(folder)
    changes = split(patch)
    moves = find_moves(patch, changes)
    ids = {change.id for change in changes}
    assert moves.groups

    def test(part: PatchSet) -> bool:
        return any("a + b" in text for text in left_by(before, part).values())

    found = minimize(patch, ids, ids, test, lambda: False)
    assert found.complete
    assert all(group <= found.kept or group.isdisjoint(found.kept) for group in moves.groups)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_half_brings_the_whole_move(folder: Path) -> None:
    _, patch = reply_of(folder)
    moves = find_moves(patch, split(patch))
    for group in moves.groups:
        for at in group:
            assert group <= moves.keep_with({at})
            assert group <= moves.drop_with({at})
