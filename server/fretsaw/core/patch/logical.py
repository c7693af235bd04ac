"""Find places to cut a run of lines: never inside brackets, a long string or a continued line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

COMMENT = re.compile(r"\s*(#(?!\[|!\[)|//|--\s|;;|\*|/\*)")
PIECES = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#.*|//.*|[()\[\]{}]|\\$', re.M)


def cuts(lines: Sequence[str], *, fine: bool = True) -> list[int]:
    """Indexes in (0, len) at which a new part begins: before and after runs of blank lines and, with `fine`,
    before and after runs of comments and between logical lines."""
    kind = list(kinds(lines))
    out = []
    for at in range(1, len(lines)):
        before, after = kind[at - 1], kind[at]
        if after == "inside":
            continue
        if before != after if before in ("blank", "comment") else fine or after == "blank":
            out.append(at)
    return out


def kinds(lines: Sequence[str]) -> Iterator[str]:
    """Classify each line: "blank", "comment", "code" (begins a logical line) or "inside" (continues one)."""
    depth = 0
    quote = ""
    continued = False
    for line in lines:
        inside = bool(quote) or depth > 0 or continued
        if inside:
            yield "inside"
        elif not line.strip():
            yield "blank"
            continue
        elif COMMENT.match(line):
            yield "comment"
            continue
        else:
            # A line that only closes brackets ends what stands before it.
            yield "code"
        depth, quote, continued = _scan(line.rstrip("\r\n"), depth, quote)
        depth = max(depth, 0)


def _scan(line: str, depth: int, quote: str) -> tuple[int, str, bool]:
    """Bracket depth, open long string and whether the line is continued, at the line's end."""
    at = 0
    if quote:
        end = line.find(quote)
        if end < 0:
            return depth, quote, False
        at, quote = end + 3, ""
    continued = False
    while True:
        piece = PIECES.search(line, at)
        if piece is None:
            return depth, quote, continued
        text = piece[0]
        at = piece.end()
        if text in ('"""', "'''"):
            end = line.find(text, at)
            if end < 0:
                return depth, text, False
            at = end + 3
        elif text in "([{":
            depth += text != "{"
        elif text in ")]}":
            depth -= text != "}"
        elif text == "\\":
            continued = True
        elif text[0] in "#/":
            return depth, quote, False
