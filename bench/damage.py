"""Real edits written down in the ways models write them, damaged in the ways models damage them.

Each damage is one function from an edit to what the reply should have become: what must come of it is part of the
answer, and where the only right answer is to refuse, it says so. Knows nothing of Fretsaw.
"""

from __future__ import annotations

import difflib
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

Line = tuple[str, str]
"""(tag, text without ending)"""


@dataclass(frozen=True)
class Hunk:
    lines: tuple[Line, ...]
    old: int
    """Line number from 1 of its first old line."""
    new: int
    heading: str = ""

    def side(self, gone: str) -> list[str]:
        return [text for tag, text in self.lines if tag != gone]


@dataclass(frozen=True)
class Edit:
    """Files before and after, and the hunks that a reply will name, which a damage may change."""

    before: dict[str, str]
    after: dict[str, str]
    hunks: dict[str, tuple[Hunk, ...]]
    must: str = "exact"
    style: dict[str, str] = field(default_factory=dict)
    """How to write it down: `header` full, bare or dots; `numbers` right, off or one; `counts` right or wrong …"""

    def styled(self, **style: str) -> Edit:
        return replace(self, style={**self.style, **style})


def edit_of(before: dict[str, str], after: dict[str, str], context: int = 3) -> Edit:
    """An undamaged edit; texts end their lines with a plain newline."""
    hunks = {path: tuple(hunks_of(before[path], after[path], context)) for path in after if before[path] != after[path]}
    return Edit(before, after, hunks)


def hunks_of(before: str, after: str, context: int) -> Iterator[Hunk]:
    old, new = before.split("\n"), after.split("\n")
    if old[-1] == "" and new[-1] == "":
        old.pop(), new.pop()
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(context):
        lines: list[Line] = []
        for op, i, j, k, m in group:
            if op == "equal":
                lines += [(" ", text) for text in old[i:j]]
            else:
                lines += [("-", text) for text in old[i:j]] + [("+", text) for text in new[k:m]]
        first = group[0]
        heading = next((x for x in reversed(old[: first[1]]) if x[:1].isalpha() or x[:1] == "_"), "")[:80]
        size = sum(tag != "+" for tag, _ in lines)
        yield Hunk(tuple(lines), first[1] + (size > 0), first[3] + 1, heading)


# --- forms -----------------------------------------------------------------------------------------------------------


def unified(edit: Edit, rng: random.Random) -> str:
    out: list[str] = []
    style = edit.style
    prefix = ("a/", "b/") if style.get("prefix", "yes") == "yes" else ("", "")
    for path, hunks in edit.hunks.items():
        if style.get("git", "yes") == "yes" and prefix[0]:
            out.append(f"diff --git a/{path} b/{path}")
        out += [f"--- {prefix[0]}{path}", f"+++ {prefix[1]}{path}"]
        for hunk in hunks:
            out.append(_header(hunk, style, rng))
            out += [tag + text for tag, text in hunk.lines]
    return "\n".join(out) + "\n"


def _header(hunk: Hunk, style: dict[str, str], rng: random.Random) -> str:
    if style.get("header") == "bare":
        return "@@"
    if style.get("header") == "dots":
        return "@@ ... @@"
    a, b = len(hunk.side("+")), len(hunk.side("-"))
    shift = {"off": rng.choice([-7, -4, 3, 6, 11]), "one": 1 - hunk.old}.get(style.get("numbers", ""), 0)
    if style.get("counts") == "wrong":
        a, b = max(0, a + rng.choice([-2, -1, 1, 3])), max(0, b + rng.choice([-3, 1, 2]))
    heading = f" {hunk.heading}" if hunk.heading and style.get("heading", "yes") == "yes" else ""
    return f"@@ -{max(1, hunk.old + shift)},{a} +{max(1, hunk.new + shift)},{b} @@{heading}"


def v4a(edit: Edit, rng: random.Random) -> str:
    out = ["*** Begin Patch"]
    for path, hunks in edit.hunks.items():
        out.append(f"*** Update File: {path}")
        for hunk in hunks:
            anchor = hunk.heading if edit.style.get("anchor") == "yes" else ""
            out.append(f"@@ {anchor}".rstrip())
            out += [tag + text for tag, text in hunk.lines]
    return "\n".join([*out, "*** End Patch"]) + "\n"


def search_replace(edit: Edit, rng: random.Random) -> str:
    swapped = edit.style.get("arrows") == "swapped"
    left, right = (">>>>>>> SEARCH", "<<<<<<< REPLACE") if swapped else ("<<<<<<< SEARCH", ">>>>>>> REPLACE")
    out: list[str] = []
    for path, hunks in edit.hunks.items():
        for hunk in hunks:
            out += [path, "```python", left, *hunk.side("+"), "=======", *hunk.side("-"), right, "```", ""]
    return "\n".join(out) + "\n"


def pseudo_xml(edit: Edit, rng: random.Random) -> str:
    out: list[str] = ["Here is the change.", ""]
    for path, hunks in edit.hunks.items():
        for hunk in hunks:
            old, new = "\n".join(hunk.side("+")), "\n".join(hunk.side("-"))
            out += [
                "```",
                f"<file>{path}</file>",
                f"<original>\n{old}\n</original>",
                f"<patched>\n{new}\n</patched>",
                "```",
                "",
            ]
    return "\n".join(out)


FORMS: dict[str, Callable[[Edit, random.Random], str]] = {
    "udiff": unified,
    "v4a": v4a,
    "sr": search_replace,
    "tags": pseudo_xml,
}
NUMBERED = ("udiff",)
"""Forms whose hunks carry line numbers; the others must be found by their text alone."""


def unique(edit: Edit) -> bool:
    """Whether each hunk's old text stands once in its file."""
    return all(
        ("\n" + edit.before[path]).count("\n" + "\n".join(hunk.side("+")) + "\n") == 1
        for path, hunks in edit.hunks.items()
        for hunk in hunks
    )


def as_arguments(reply: str) -> str:
    """The reply as the arguments of a tool call."""
    return json.dumps({"input": reply})


def each_line(edit: Edit, change: Callable[[Line], Line]) -> Edit:
    return each_hunk(edit, lambda hunk: replace(hunk, lines=tuple(map(change, hunk.lines))))


def each_hunk(edit: Edit, change: Callable[[Hunk], Hunk]) -> Edit:
    return replace(edit, hunks={path: tuple(map(change, hunks)) for path, hunks in edit.hunks.items()})


def texts(edit: Edit, change: Callable[[str], str]) -> Edit:
    return replace(
        edit,
        before={path: change(text) for path, text in edit.before.items()},
        after={path: change(text) for path, text in edit.after.items()},
    )
