"""A text with splices made in it: every other byte, line endings, byte order mark and final newline stay."""

from __future__ import annotations

from collections.abc import Sequence

from fretsaw.core.locate.fit import Splice
from fretsaw.core.locate.view import View
from fretsaw.core.text.lines import ending, newline_of, split_lines

BOM = "\ufeff"


def spliced(view: View, splices: Sequence[Splice], final_newline: bool | None = None) -> str:
    """The text after. Splices are in order and do not overlap; `final_newline` None keeps what the file has."""
    if not splices and final_newline is None:
        return view.text
    bom = BOM if view.text.startswith(BOM) else ""
    lines = [view.lines[0].removeprefix(BOM), *view.lines[1:]] if bom else view.lines
    usual = newline_of(view.text)
    mixed = 0 < view.text.count("\r\n") < view.text.count("\n")
    out: list[str] = []
    at = 0
    for start, end, new in splices:
        out += lines[at:start]
        out += _ended(view, (start, end, new), usual) if mixed else [line + usual for line in new]
        at = end
    out += lines[at:]
    keep = not view.text or view.text.endswith("\n") if final_newline is None else final_newline
    if view.text and not view.text.endswith("\n"):
        out = [line if line.endswith("\n") else line + usual for line in out[:-1]] + out[-1:]
    return _finished(out, keep, usual, bom)


def _ended(view: View, splice: Splice, usual: str) -> list[str]:
    """New lines in a text of mixed endings: each takes the ending of the line it replaces, else its neighbours'."""
    start, end, new = splice
    old = [ending(line) or usual for line in view.lines[start:end]]
    near = {ending(line) for line in view.lines[max(0, start - 1) : end + 1]} - {""}
    rest = old[-1] if old else (near.pop() if len(near) == 1 else usual)
    return [line + (old[i] if i < len(old) else rest) for i, line in enumerate(new)]


def _finished(out: list[str], keep: bool, usual: str, bom: str) -> str:
    if not out:
        return bom
    last = out[-1]
    if keep and not last.endswith("\n"):
        out[-1] = last + usual
    elif not keep and last.endswith("\n"):
        out[-1] = last[: -len(ending(last))]
    return bom + "".join(out).removeprefix(bom)


def whole(before: str | None, new: Sequence[str], bare_end: bool = False) -> str:
    """A whole new text, written with the endings, byte order mark and final newline of the text before."""
    if before is None or before == "":
        return "\n".join(new) + ("" if bare_end or not new else "\n")
    usual = newline_of(before)
    body = usual.join(new)
    if 0 < before.count("\r\n") < before.count("\n"):
        ends = {line[: len(line) - len(ending(line))]: ending(line) or usual for line in split_lines(before)}
        body = "".join(line + ends.get(line, usual) for line in new)
        body = body[: -len(ends.get(new[-1], usual))] if new else body
    bom = BOM if before.startswith(BOM) else ""
    return bom + body.removeprefix(BOM) + (usual if before.endswith("\n") and new else "")
