"""Each folder of tests/cases/context is a claim: what is chosen of repo/ for issue.md stands in expected.txt."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden import Golden, folders

from fretsaw.core.context.choose import choose
from fretsaw.core.issue import parse
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.tokens import estimate


def snapshot_of(folder: Path) -> Snapshot:
    texts = {str(path.relative_to(folder)): path.read_bytes().decode() for path in folder.rglob("*") if path.is_file()}
    return Snapshot(None, tuple(sorted(texts)), texts.get)


@pytest.mark.parametrize("folder", folders("context"), ids=lambda folder: folder.name)
def test_chooses(folder: Path, golden: Golden) -> None:
    issue, snapshot = parse((folder / "issue.md").read_text("utf-8")), snapshot_of(folder / "repo")
    budget = int((folder / "budget").read_text()) if (folder / "budget").exists() else 2_000
    context = choose(issue, snapshot, budget, "files", estimate)
    rows = [
        f"{part.path} {'whole' if part.whole else f'{part.first}-{part.last}'}: {part.why}" for part in context.parts
    ]
    excerpts = [part.text for part in context.parts if not part.whole]
    told = "\n".join((*rows, "ranking: " + ", ".join(context.ranking), *context.joins, *excerpts))
    golden(folder / "expected.txt", told.rstrip("\n") + "\n")
