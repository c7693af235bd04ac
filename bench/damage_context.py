"""Damage to what stands around a change: kept lines that are stale, paraphrased, missing, typeset, left out."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

from damage import Edit, Hunk, each_hunk, each_line, edit_of


def one_context_line(edit: Edit, rng: random.Random, change: Callable[[str], str]) -> Edit | None:
    """Change one solid kept line of each hunk; None where a hunk has none that changes."""

    def damaged(hunk: Hunk) -> Hunk:
        spots = [i for i, (tag, text) in enumerate(hunk.lines) if tag == " " and len(text.strip()) > 5]
        spots = [i for i in spots if change(hunk.lines[i][1]) != hunk.lines[i][1]]
        if not spots:
            return hunk
        at = rng.choice(spots)
        lines = list(hunk.lines)
        lines[at] = (" ", change(lines[at][1]))
        return replace(hunk, lines=tuple(lines))

    out = each_hunk(edit, damaged)
    return out if out.hunks != edit.hunks else None


def stale_context(edit: Edit, rng: random.Random) -> Edit | None:
    return one_context_line(edit, rng, lambda text: re.match(r"\s*", text)[0] + "previous_state = compute_it(now)")  # type: ignore[index]


def paraphrased_context(edit: Edit, rng: random.Random) -> Edit | None:
    swaps = [
        ("self", "this"),
        ("return", "yield"),
        ("import", "include"),
        ("=", "=="),
        ("#", "# NOTE:"),
        ("(", "(*"),
        (".", "->"),
    ]
    rng.shuffle(swaps)

    def change(text: str) -> str:
        return next((text.replace(a, b, 1) for a, b in swaps if a in text), text)

    return one_context_line(edit, rng, change)


def forgotten_character(edit: Edit, rng: random.Random) -> Edit | None:
    def change(text: str) -> str:
        spots = [i for i, c in enumerate(text) if not c.isspace()]
        at = spots[len(spots) // 2]
        return text[:at] + text[at + 1 :]

    return one_context_line(edit, rng, change)


def _without(edit: Edit, rng: random.Random, wanted: Callable[[Hunk, int], bool]) -> Edit | None:
    def damaged(hunk: Hunk) -> Hunk:
        spots = [i for i, (tag, _) in enumerate(hunk.lines) if tag == " " and wanted(hunk, i)]
        if not spots:
            return hunk
        at = rng.choice(spots)
        return replace(hunk, lines=hunk.lines[:at] + hunk.lines[at + 1 :])

    out = each_hunk(edit, damaged)
    return replace(out, must="exact-or-refuse") if out.hunks != edit.hunks else None


def missing_context_line(edit: Edit, rng: random.Random) -> Edit | None:
    return _without(edit, rng, lambda hunk, i: 0 < i < len(hunk.lines) - 1)


def missing_blank_line(edit: Edit, rng: random.Random) -> Edit | None:
    return _without(edit, rng, lambda hunk, i: 0 < i < len(hunk.lines) - 1 and not hunk.lines[i][1].strip())


def extra_blank_line(edit: Edit, rng: random.Random) -> Edit | None:
    def damaged(hunk: Hunk) -> Hunk:
        spots = [i for i in range(1, len(hunk.lines)) if hunk.lines[i - 1][0] == hunk.lines[i][0] == " "]
        if not spots:
            return hunk
        at = rng.choice(spots)
        return replace(hunk, lines=(*hunk.lines[:at], (" ", ""), *hunk.lines[at:]))

    out = each_hunk(edit, damaged)
    return out if out.hunks != edit.hunks else None


def _curly(text: str) -> str:
    text = re.sub(r'"([^"]*)"', "“\\1”", text)
    return re.sub(r"'([^']*)'", "‘\\1’", text).replace("'", "’")


def curly_context(edit: Edit, rng: random.Random) -> Edit | None:
    out = each_line(edit, lambda line: (line[0], _curly(line[1])) if line[0] == " " else line)
    return out if out != edit else None


def curly_everywhere(edit: Edit, rng: random.Random) -> Edit | None:
    out = each_line(edit, lambda line: (line[0], _curly(line[1])))
    return replace(out, must="exact-or-refuse") if out != edit else None


def elided(edit: Edit, rng: random.Random) -> Edit | None:
    """Long runs of kept lines with `...` for the middle."""
    wide = edit_of(edit.before, edit.after, 9)

    def damaged(hunk: Hunk) -> Hunk:
        tags = "".join(tag for tag, _ in hunk.lines)
        run = re.search(r" {7,}", tags)
        if run is None:
            return hunk
        lines = list(hunk.lines)
        lines[run.start() + 2 : run.end() - 3] = [(" ", rng.choice(["...", "    # ...", "    ..."]))]
        return replace(hunk, lines=tuple(lines))

    out = each_hunk(wide, damaged)
    return replace(out, must="exact-or-refuse") if out.hunks != wide.hunks else None
