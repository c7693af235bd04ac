"""What pruning promises of every patch, whatever the rules say."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.golden import folders
from tests.patch.strategies import pairs
from tests.prune.test_prune_cases import tree

from fretsaw.core.issue import Issue, parse
from fretsaw.core.patch import assemble, derive_set, reread, split, texts
from fretsaw.core.prune import RULES, prune
from fretsaw.core.prune.verdict import Mode

ISSUE = Issue("Something is wrong", "It should be right.")
PATHS = ["a.py", "a.js", "a.go", "a.rb", "a.c", "notes.txt"]
MODES: list[Mode] = ["safe", "strict", "off"]


@given(pairs(), st.sampled_from(PATHS), st.sampled_from(MODES))
@settings(max_examples=200)
def test_any_patch_is_judged_change_by_change(pair: tuple[str, str], path: str, mode: Mode) -> None:
    patch = derive_set({path: pair[0]}.get, {path: pair[1]})
    pruned = prune(patch, ISSUE, mode)
    assert [verdict.change for verdict in pruned.verdicts] == list(split(patch))
    kept = [verdict.change for verdict in pruned.verdicts if verdict.decision != "drop"]
    assert texts(pruned.patch) == texts(assemble(patch, kept))
    assert reread(pruned.patch) is None
    for verdict in pruned.verdicts:
        assert (verdict.rule in RULES) == bool(verdict.rule)
        assert bool(verdict.reason) == bool(verdict.rule)
    if mode == "off":
        assert pruned.patch == patch


@given(pairs())
def test_a_change_of_layout_alone_leaves_nothing(pair: tuple[str, str]) -> None:
    """Any text against itself with other line endings and blanks at line ends."""
    text = pair[0].replace("\r", "").replace("\x0c", "")
    noisy = "\n".join(line + "  " if line.strip() else line for line in text.split("\n"))
    patch = derive_set({"a.txt": text}.get, {"a.txt": noisy})
    assert prune(patch, ISSUE, "safe").patch.files == ()


@pytest.mark.parametrize("mode", ["safe", "strict"])
@pytest.mark.parametrize("folder", folders("prune"), ids=lambda folder: folder.name)
def test_what_is_left_parses_and_pruning_it_again_changes_nothing(folder: object, mode: Mode) -> None:
    from pathlib import Path

    assert isinstance(folder, Path)
    before, after = tree(folder / "before"), tree(folder / "after")
    issue = parse((folder / "issue.md").read_bytes().decode("utf-8"))
    pruned = prune(derive_set(before.get, after), issue, mode, before.get)
    for path, text in texts(pruned.patch).items():
        if path.endswith(".py") and text is not None:
            ast.parse(text)
    again = prune(pruned.patch, issue, mode, before.get)
    assert texts(again.patch) == texts(pruned.patch)


def test_strict_keeps_a_name_that_something_kept_uses() -> None:
    from tests.golden import CASES

    folder = CASES / "prune" / "a-rename-that-something-kept-uses-stays"
    before, after = tree(folder / "before"), tree(folder / "after")
    patch = derive_set(before.get, after)
    pruned = prune(patch, parse((folder / "issue.md").read_text(encoding="utf-8")), "strict", before.get)
    renaming = next(verdict for verdict in pruned.verdicts if verdict.rule == "renamed-local")
    assert (renaming.decision, renaming.needed_by) == ("keep", "change 3")
    assert texts(pruned.patch) == texts(patch)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.py", "a" * 2_000_000, "b" * 2_000_000),
        ("a.py", "\n".join(f"a{i} = 'x'" for i in range(5_000)), "\n".join(f'a{i} = "x"' for i in range(5_000))),
        ("a.py", "(" * 50_000 + ")" * 50_000 + "\n", "(" * 50_000 + " )" * 50_000 + "\n"),
        ("a.py", '"' + "\\" * 100_000 + "\n", '"' + "\\" * 100_001 + "\n"),
        ("a.js", "f(a);\n" * 30_000, "f(a );\n" * 30_000),
        ("a.py", "x\n", "x\n" + "".join(f"def a{i}():\n    pass\n" for i in range(1_500))),
    ],
    ids=["one long line", "many changes", "deep brackets", "backslashes", "many like lines", "many functions"],
)
def test_hostile_patches_are_judged_within_bounds(path: str, before: str, after: str) -> None:
    """Each would take minutes were rules not bounded; the suite's timeout would say so."""
    patch = derive_set({path: before}.get, {path: after})
    assert len(prune(patch, ISSUE).verdicts) == len(split(patch))
