"""Case folders of placing: `input/` and `reply.md` give `expected.diff`, or the misfits in `expected.txt`."""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from tests.golden import Golden, folders

from fretsaw.core.locate import LADDER, Placing, place
from fretsaw.core.reply import read
from fretsaw.core.text.lines import split_lines


def texts(folder: Path) -> dict[str, str]:
    """The files under `input/`, decoded as the product does it."""
    root = folder / "input"
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def diff(files: dict[str, str], placing: Placing) -> str:
    """What changes, each line in quotes so that endings can be seen, with the rungs above it."""
    out = [f"# {one.path}: {one.rung} at {one.start + 1}" for one in placing.located]
    out += [f"# notice: {notice.kind}" for notice in placing.notices]
    for path, after in sorted(placing.after.items()):
        old, new = split_lines(files.get(path, "")), split_lines(after or "")
        out.append(f"{path}: {'deleted' if after is None else 'created' if path not in files else 'edited'}")
        for line in difflib.unified_diff(old, new, n=1, lineterm=""):
            if not line.startswith(("---", "+++")):
                out.append(line if line.startswith("@@") else line[0] + repr(line[1:]))
    return "\n".join(out) + "\n"


@pytest.mark.parametrize("folder", folders("locate"), ids=lambda path: path.name)
def test_reply_is_placed_as_expected(folder: Path, golden: Golden) -> None:
    files = texts(folder)
    reply = (folder / "reply.md").read_bytes().decode("utf-8", "surrogateescape")
    placing = place(read(reply), files.get, list(files))
    if placing.misfits:
        told = "\n\n".join(
            f"{m.kind} {m.path} {m.candidates or ''}\n{m.for_person}\n{m.for_model}" for m in placing.misfits
        )
        golden(folder / "expected.txt", told + "\n")
        assert not (folder / "expected.diff").exists(), "refused now, and applied before"
    else:
        golden(folder / "expected.diff", diff(files, placing))
        assert not (folder / "expected.txt").exists(), "applied now, and refused before"


def test_every_rung_has_a_case() -> None:
    found = "".join(p.read_text(encoding="utf-8") for f in folders("locate") for p in f.glob("expected.diff"))
    assert [rung for rung in LADDER if f": {rung} at" not in found] == []
