"""Case folders of reading: `reply.md` is what a model wrote, `expected.txt` what was read in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden import Golden, folders

from fretsaw.core.reply import REPLY_FORMATS, Reading, left_behind, read


def told(reading: Reading) -> str:
    """A reading as text for people, every line in quotes so that its blanks can be seen."""
    out = [f"grammars: {', '.join(reading.grammars) or '-'}"]
    if reading.truncated:
        out.append(f"truncated: {reading.truncated}")
    for block in reading.blocks:
        extra = {
            "line": block.line,
            "anchors": block.anchors or None,
            "move_to": block.move_to,
            "mode": block.mode,
            "at_end": block.at_end or None,
            "no_newline": block.no_newline if any(block.no_newline) else None,
            "unterminated": block.unterminated or None,
            "others": len(block.others) or None,
        }
        said = " ".join(f"{name}={value!r}" for name, value in extra.items() if value is not None)
        out.append(f"\n{block.op} {block.path!r} {said}".rstrip())
        if block.tags is None:
            out += [f"  old {line!r}" for line in block.search] + [f"  new {line!r}" for line in block.replace]
        else:
            old, new = iter(block.search), iter(block.replace)
            for tag in block.tags:
                line = next(new) if tag == "+" else next(old)
                if tag == " ":
                    next(new)
                out.append(f"  {tag} {line!r}")
    if reading.ignored.strip():
        out.append(f"\nignored: {reading.ignored!r}")
    return "\n".join(out) + "\n"


@pytest.mark.parametrize("folder", folders("reply"), ids=lambda path: path.name)
def test_reply_is_read_as_expected(folder: Path, golden: Golden) -> None:
    reply = (folder / "reply.md").read_bytes().decode("utf-8")
    golden(folder / "expected.txt", told(read(reply)))


@pytest.mark.parametrize("folder", folders("reply"), ids=lambda path: path.name)
def test_what_is_left_behind_while_a_reply_is_written_is_what_is_read_in_the_end(folder: Path) -> None:
    lines = (folder / "reply.md").read_bytes().decode("utf-8").split("\n")
    blocks = read("\n".join(lines)).blocks
    for end in range(len(lines)):
        behind = left_behind("\n".join([*lines[:end], ""]))
        assert behind == blocks[: len(behind)]


def test_of_two_files_the_first_is_left_behind() -> None:
    reply = "--- a/one.py\n+++ b/one.py\n@@\n-1\n+2\n--- a/two.py\n+++ b/two.py\n@@\n-3\n+4\n"
    assert [block.path for block in left_behind(reply)] == ["one.py"]


def test_every_grammar_has_a_case() -> None:
    used = "".join((folder / "expected.txt").read_text(encoding="utf-8") for folder in folders("reply"))
    assert all(name in used for name in REPLY_FORMATS)
