"""Damage to what tells the place: removed lines, like blocks, numbers, order, paths. Knows nothing of Fretsaw."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

from damage import Edit, Hunk, Line, each_line, edit_of, texts

Damage = Callable[[Edit, random.Random], "Edit | None"]


def paraphrased_removed(edit: Edit, rng: random.Random) -> Edit | None:
    """A removed line that is not the file's: nothing says what is to go."""
    done = False

    def change(line: Line) -> Line:
        nonlocal done
        if line[0] == "-" and re.search(r"[a-z]{4}", line[1]) and not done:
            done = True
            return "-", re.sub(r"[a-z]{4,}", lambda m: m[0][::-1] + "_x", line[1], count=2)
        return line

    out = each_line(edit, change)
    return replace(out, must="refuse") if done else None


def _doubled(edit: Edit) -> Edit | None:
    """The first hunk's surroundings stand twice in its file, the copy below."""
    path, hunks = next(iter(edit.hunks.items()))
    if len(edit.hunks) != 1 or len(hunks) != 1:
        return None
    hunk = hunks[0]
    old = edit.before[path].split("\n")
    block = hunk.side("+")
    at = hunk.old - 1 + len(block)
    if old[hunk.old - 1 : at] != block:
        return None
    twice = "\n".join([*old[:at], "    pass  # between", *block, *old[at:]])
    new = edit.after[path].split("\n")
    end = hunk.new - 1 + len(hunk.side("-"))
    after = "\n".join([*new[:end], "    pass  # between", *block, *new[end:]])
    return replace(edit, before={**edit.before, path: twice}, after={**edit.after, path: after})


def doubled_bare(edit: Edit, rng: random.Random) -> Edit | None:
    out = _doubled(edit)
    return replace(out, must="refuse").styled(header="bare") if out else None


def doubled_numbered(edit: Edit, rng: random.Random) -> Edit | None:
    return _doubled(edit)


def doubled_stale_number(edit: Edit, rng: random.Random) -> Edit | None:
    out = _doubled(edit)
    return replace(out, must="refuse").styled(numbers="off") if out else None


def zero_context(edit: Edit, rng: random.Random) -> Edit | None:
    return edit_of(edit.before, edit.after, 0)


def zero_context_wrong_numbers(edit: Edit, rng: random.Random) -> Edit | None:
    return replace(edit_of(edit.before, edit.after, 0), must="exact-or-refuse").styled(numbers="off")


def one_context(edit: Edit, rng: random.Random) -> Edit | None:
    return edit_of(edit.before, edit.after, 1)


def moved(edit: Edit, rng: random.Random) -> Edit | None:
    head = "".join(f"# moved {i}\n" for i in range(500))
    return texts(edit, lambda text: head + text)


def out_of_order(edit: Edit, rng: random.Random) -> Edit | None:
    if all(len(hunks) < 2 for hunks in edit.hunks.values()):
        return None
    return replace(edit, hunks={p: tuple(reversed(h)) for p, h in edit.hunks.items()}, must="exact-or-refuse")


def noop_hunk(edit: Edit, rng: random.Random) -> Edit | None:
    path, hunks = next(iter(edit.hunks.items()))
    lines = edit.before[path].split("\n")[:3]
    if hunks[0].old <= 4 or not lines[1].strip():
        return None
    extra = Hunk(((" ", lines[0]), ("-", lines[1]), ("+", lines[1]), (" ", lines[2])), 1, 1)
    return replace(edit, hunks={**edit.hunks, path: (extra, *hunks)})


def already_applied(edit: Edit, rng: random.Random) -> Edit | None:
    return (
        replace(edit, before=edit.after, must="refuse")
        if not any(edit.after[path].count("\n".join(h.side("+")) + "\n") for path, hs in edit.hunks.items() for h in hs)
        else None
    )


def path_without_first_folder(edit: Edit, rng: random.Random) -> Edit | None:
    if any(path.count("/") < 1 for path in edit.hunks):
        return None
    return replace(edit, hunks={path.split("/", 1)[1]: hunks for path, hunks in edit.hunks.items()})


def path_with_more_folders(edit: Edit, rng: random.Random) -> Edit | None:
    return replace(edit, hunks={"project/src/" + path: hunks for path, hunks in edit.hunks.items()})


def path_unknown(edit: Edit, rng: random.Random) -> Edit | None:
    return replace(edit, hunks={path + "x/none.py": hunks for path, hunks in edit.hunks.items()}, must="refuse")


def restated(edit: Edit, rng: random.Random) -> Edit | None:
    return edit.styled(twice="yes")


def style(**options: str) -> Damage:
    return lambda edit, rng: edit.styled(**options)


def cut(edit: Edit, rng: random.Random) -> Edit | None:
    return replace(edit, must="refuse").styled(cut="half")
