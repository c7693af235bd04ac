"""Texts with every habit of lines that a file may have, and pairs of them that have much in common."""

from __future__ import annotations

from hypothesis import strategies as st

BODIES = [
    "",
    " ",
    "\t",
    "a",
    "b",
    "x = 1",
    "    y = f(x, 'q')",
    '    y = f(x, "q")',
    "return (x)",
    "# note",
    '"""',
    "z\r",
    "form\x0cfeed",
    "u\u2028v",
    "n\x85l",
    "\udce9\udcff",
    "\ufeffbom",
    "-- sql",
    "++ y",
    "@@ -1 +1 @@",
    "\\ No newline at end of file",
    "diff --git a/x b/x",
    "(",
    ")",
    "long " * 400,
]
# A text comes from bytes: of the surrogates only those that stand for bytes which are no UTF-8 can be in it.
letters = st.characters(exclude_categories=["Cs"], exclude_characters="\n", include_characters="\udc80\udce9\udcff")
bodies = st.one_of(st.sampled_from(BODIES), st.text(letters, max_size=6))
endings = st.sampled_from(["\n", "\n", "\n", "\r\n"])


@st.composite
def texts(draw: st.DrawFn) -> str:
    style = draw(st.sampled_from(["\n", "\r\n", None]))
    lines = [body + (style or draw(endings)) for body in draw(st.lists(bodies, max_size=14))]
    text = "".join(lines)
    return text if draw(st.booleans()) else text.removesuffix("\n").removesuffix("\r")


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """A text and what some edits made of it."""
    before = draw(texts())
    if draw(st.integers(0, 3)) == 0:
        return before, draw(texts())
    lines = before.split("\n")
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(lines)))
        match draw(st.integers(0, 3)):
            case 0:
                lines.insert(at, draw(bodies))
            case 1:
                lines[at : at + draw(st.integers(1, 3))] = []
            case 2:
                lines[at : at + 1] = [draw(bodies)]
            case _:
                lines[at : at + 2] = [" ".join(lines[at : at + 2])]
    after = "\n".join(lines)
    how = draw(st.integers(0, 7))
    if how == 0:
        after = after.replace("\r\n", "\n").replace("\n", "\r\n")
    elif how == 1:
        after = after.replace("\r\n", "\n")
    elif how == 2:
        after = after.removesuffix("\n")
    return before, after
