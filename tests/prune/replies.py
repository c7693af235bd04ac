"""The replies of case folders, as patches."""

from __future__ import annotations

from pathlib import Path

from tests.prune.test_prune_cases import tree

from fretsaw.core.patch import derive_set, texts
from fretsaw.core.patch.patch_set import PatchSet


def reply_of(folder: Path) -> tuple[dict[str, str], PatchSet]:
    """The texts before, and the patch that the reply makes of them."""
    before, after = tree(folder / "before"), tree(folder / "after")
    return before, derive_set(before.get, {**after, **dict.fromkeys(before.keys() - after.keys())})


def left_by(before: dict[str, str], patch: PatchSet) -> dict[str, str]:
    """All texts after a patch."""
    now = {**before, **texts(patch)}
    return {path: text for path, text in now.items() if text is not None}
