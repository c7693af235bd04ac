"""A text with splices made in it: every other byte, line endings, byte order mark and final newline stay."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, repeat

from fretsaw.core.locate.fit import Splice
from fretsaw.core.locate.only import only
from fretsaw.core.locate.view import View
from fretsaw.core.text.lines import body, ending, newline_of, split_lines

BOM = "\ufeff"


def spliced(view: View, splices: Sequence[Splice], final_newline: bool | None = None) -> str:
    """The text after. Splices are in order and do not overlap; `final_newline` None keeps what the file has."""
    if not splices and final_newline is None:
        return view.text
    bom = _bom_of(view.text)
    old = [line.removeprefix(bom) for line in view.lines[:1]] + view.lines[1:]
    usual = newline_of(view.text)
    lines: list[str] = []
    at = 0
    for splice in splices:
        start, end, _ = splice
        lines += old[at:start]
        lines += _ended(view, splice, usual)
        at = end
    lines += old[at:]
    has_end = view.text.endswith("\n") or not view.text
    ends = has_end if final_newline is None else final_newline
    if not has_end:
        lines[:-1] = [_with_ending(line, usual) for line in lines[:-1]]
    lines[-1:] = [_with_ending(line, usual) if ends else body(line) for line in lines[-1:]]
    return bom + "".join(lines).removeprefix(bom)


def _bom_of(text: str) -> str:
    """The byte order mark of a text; empty without one."""
    return BOM if text.startswith(BOM) else ""


def _with_ending(line: str, usual: str) -> str:
    """The line with an ending, its own if it has one."""
    return line if line.endswith("\n") else line + usual


def _ended(view: View, splice: Splice, usual: str) -> list[str]:
    """New lines, each with the ending of the line it replaces, else its neighbours': a text may have mixed endings.

    Of `a` LF, `b` CRLF, the new lines for b end in CRLF; new ones between the two in the file's usual ending.
    """
    start, end, new = splice
    replaced = [ending(line) or usual for line in view.lines[start:end]]
    neighbours = set(map(ending, view.lines[max(0, start - 1) : end + 1])) - {""}
    following = replaced[-1] if replaced else only(neighbours) or usual
    return [line + end_of for line, end_of in zip(new, chain(replaced, repeat(following)), strict=False)]


def whole(before: str | None, new: Sequence[str], bare_end: bool = False) -> str:
    """A whole new text, written with the endings, byte order mark and final newline of the text before."""
    last = "".join(new[-1:])
    if not before:
        has_end = bool(new) and not bare_end
        return "\n".join(new) + "\n" * has_end
    usual = newline_of(before)
    endings = {body(line): ending(line) or usual for line in split_lines(before)}
    above = "".join(line + endings.get(line, usual) for line in new[:-1])
    has_end = bool(new) and before.endswith("\n")
    return _bom_of(before) + (above + last).removeprefix(BOM) + usual * has_end
