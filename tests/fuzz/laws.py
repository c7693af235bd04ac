"""What must hold of any reply and any file; each law raises AssertionError with the case that breaks it."""

from __future__ import annotations

from collections import Counter

from fretsaw.core.locate import Placing, place
from fretsaw.core.locate.view import plain_quotes
from fretsaw.core.reply import Reading, read
from fretsaw.core.text.lines import body, split_lines


def check(reply: str, files: dict[str, str]) -> Placing:
    """Read and place, and hold the result against the laws."""
    reading = read(reply)
    placing = place(reading, files.get, sorted(files))
    assert placing == place(reading, files.get, sorted(files)), "the same twice"
    assert not (placing.misfits and (placing.after or placing.located)), "all or nothing"
    for misfit in placing.misfits:
        assert misfit.for_person and misfit.for_model, "a misfit says why"
    for path, after in placing.after.items():
        assert not path.startswith(("/", "..")), "never outside"
        # A part of a line makes a line that neither side wrote as a whole.
        if after is not None and path in files and not any(one.rung == "within-lines" for one in placing.located):
            _only_what_was_asked(reading, files[path], after)
    return placing


def _only_what_was_asked(reading: Reading, before: str, after: str) -> None:
    """Lines that go are lines of the file; lines that come were written by the model, but for their indentation."""
    if any(block.op != "edit" for block in reading.blocks):
        return
    before, after = before.removeprefix("\ufeff"), after.removeprefix("\ufeff")
    old, new = split_lines(before), split_lines(after)
    written = {_plain(line) for block in reading.blocks for line in block.replace}
    for line in Counter(map(body, new)) - Counter(map(body, old)):
        assert _plain(line) in written or not _plain(line), f"nobody wrote {line!r}"
    if not new:
        return
    asked = {_plain(line) for block in reading.blocks for line in block.search}
    for line in Counter(old) - Counter(new):
        plain = _plain(body(line))
        at_end = line == old[-1] or body(line) == new[-1]
        assert plain in asked or not plain or at_end, f"nobody removed {line!r}, or its ending"


def _plain(line: str) -> str:
    """The line as it counts: which quotes, dashes and blanks it has is the file's own affair."""
    return "".join(plain_quotes(line).replace("\\t", "").split())
