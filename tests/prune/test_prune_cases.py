"""Each folder of tests/cases/prune is a claim: before/ and after/ with an issue, and the verdicts in expected.txt."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden import Golden, folders

from fretsaw.core.issue import parse
from fretsaw.core.patch import derive_set, render
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune import Pruned, prune

CASES = folders("prune")


def tree(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8") for path in files}


def told(pruned: Pruned) -> str:
    rows = []
    for verdict in pruned.verdicts:
        rule = f" ({verdict.rule}: {verdict.reason})" if verdict.rule else ""
        needed = f" [needed by {verdict.needed_by}]" if verdict.needed_by else ""
        rows.append(f"{verdict.decision} {_named(verdict.change)}{rule}{needed}")
    return "\n".join(rows) + "\n\n" + render(pruned.patch, 1).replace("\r", "\\r")


def _named(change: Change) -> str:
    hunk = change.hunk
    if change.kind != "lines" or hunk is None:
        return f"{change.id} {change.path} {change.kind}"
    lines = [("-", line) for line in hunk.removed] + [("+", line) for line in hunk.added]
    return f"{change.id} {change.path} " + " ".join(f"{tag}{line.strip()}" for tag, line in lines[:2])


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_verdicts(folder: Path, golden: Golden) -> None:
    before, after = tree(folder / "before"), tree(folder / "after")
    issue = parse((folder / "issue.md").read_bytes().decode("utf-8"))
    gone = dict.fromkeys(before.keys() - after.keys())
    pruned = prune(derive_set(before.get, {**after, **gone}), issue, "safe", before.get)
    golden(folder / "expected.txt", told(pruned))


def test_strict_flags_what_is_only_wrapped_otherwise_beside_the_fix() -> None:
    before = "def add(a, b):\n    rows = [f(\n        one) for one in a]\n    return rows[0] - b\n"
    after = "def add(a, b):\n    rows = [f(one) for one in a]\n    return rows[0] + b\n"
    pruned = prune(derive_set({"a.py": before}.get, {"a.py": after}), parse("# add subtracts\n"), "strict")
    assert {verdict.rule for verdict in pruned.verdicts if verdict.decision == "flag"} == {"rewrapped"}
    assert pruned.patch.files[0].after == after


MOVED_COMMENT = """\
def f(x):
    # Count the names of the given list before all else.
    total = len(x) - 1
    return total


def g(x):
    names = []
    for one in x:
        names.append(one)
    return names
"""


@pytest.mark.parametrize("words", ["Count the names in the given list first.", "Print the result of each run."])
def test_strict_loses_no_comment_that_moved_in_other_words(words: str) -> None:
    after = MOVED_COMMENT.replace("    # Count the names of the given list before all else.\n", "").replace(" - 1", "")
    after = after.replace("    for one", f"    # {words}\n    for one")
    patch = derive_set({"a.py": MOVED_COMMENT}.get, {"a.py": after})
    pruned = prune(patch, parse("# f is one off\n\n`f` gives one less.\n"), "strict")
    assert (words in (pruned.patch.files[0].after or "")) is words.startswith("Count")
