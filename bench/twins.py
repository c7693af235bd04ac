"""Edits of one of several twins: how many land in another one, how many are placed, how many are refused.

Generates near-identical files, or functions of one file, and an edit of the k-th in a form that models use: with its
path or a part of it, the path of a twin, an anchor, a line number, or nothing that tells it; some with a line of
context misquoted. `python bench/twins.py [COUNT] [SEED]`
"""

from __future__ import annotations

import difflib
import random
import sys
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from fretsaw.core.locate import place
from fretsaw.core.reply import read

NOUNS = ("order", "invoice", "refund", "parcel", "ticket", "voucher", "member", "branch", "vendor", "asset")
CLUES = ("path", "end of path", "name of file", "path of a twin", "anchor", "anchor and path", "line", "nothing")
TELLING = frozenset({"path", "end of path", "anchor", "anchor and path"})


class Case(NamedTuple):
    """One edit of the k-th twin."""

    clue: str
    files: Mapping[str, str]
    path: str
    """The file that is meant."""
    after: str
    """Its text with the edit."""
    reply: str
    is_misquoted: bool = False


def body(noun: str, seed: int, own: int) -> list[str]:
    """A function's lines; twins differ in the noun and, in `own` places, in a number."""
    made = random.Random(seed)
    lines = [
        f"def total_{noun}(items, rate):",
        f'    """Sum up one {noun}."""',
        "    total = 0",
        "    for item in items:",
    ]
    for number in range(made.randint(4, 12)):
        lines.append(f"        total += item.part_{number} * {made.randint(2, 9)}")
    lines += ["    if total > 1000:", "        total = total * rate", "    return total"]
    for _ in range(own):
        at = random.Random(f"{noun}{seed}").randrange(4, len(lines) - 3)
        lines[at] = f"{lines[at]} + {len(noun) + own}"
    return lines


def case(number: int, seed: int) -> Case:
    """The case of this number."""
    made = random.Random(f"{seed}-{number}")
    clue = made.choice(CLUES)
    is_one_file = clue in ("anchor", "line", "nothing", "anchor and path")
    nouns = made.sample(NOUNS, made.randint(2, 8))
    kth, own = made.randrange(len(nouns)), made.choice((0, 0, 1))
    shape = made.randrange(1 << 30)
    bodies = [body(noun if is_one_file else "batch", shape, own if is_one_file else 0) for noun in nouns]
    if not is_one_file and (own or clue == "path of a twin"):
        for noun, lines in zip(nouns, bodies, strict=True):
            lines[2] = f"    total = {NOUNS.index(noun)}"
    at = made.randrange(4, len(bodies[kth]) - 1)
    changed = [*bodies[kth]]
    changed[at] = changed[at].replace("total", "subtotal", 1)
    if is_one_file:
        path, first = "shop/totals.py", sum(len(lines) + 2 for lines in bodies[:kth])
        files = {path: text_of(bodies)}
        after = text_of([*bodies[:kth], changed, *bodies[kth + 1 :]])
    else:
        paths = [f"shop/{noun}/totals.py" for noun in nouns]
        files = {each: text_of([lines]) for each, lines in zip(paths, bodies, strict=True)}
        path, first, after = paths[kth], 0, text_of([changed])
    old = files[path].split("\n")
    width = made.choice((0, 1, 2, 3))
    low = max(first, first + at - width)
    high = min(first + len(bodies[kth]), first + at + width + 1)
    search, replace = old[low:high], after.split("\n")[low:high]
    is_misquoted = made.random() < 0.2 and len(search) > 3
    if is_misquoted:
        word = made.choice(("part_0", "rate", "items", "total > 1000"))
        for lines in (search, replace):
            lines[0] = lines[0].replace(word, f"{word}_x")
    named = {"end of path": "/".join(path.split("/")[1:]), "name of file": "totals.py"}.get(clue, path)
    if clue == "path of a twin":  # with the line that only the k-th has: the path alone would name the twin
        low, high = 1, first + at + width + 1
        search, replace = old[low:high], after.split("\n")[low:high]
        named = made.choice([each for each in files if each != path])
    anchor = bodies[kth][0] if clue.startswith("anchor") else ""
    line = low + 1 if clue == "line" else None
    reply = reply_of(made, named, search, replace, anchor, line)
    return Case(clue, files, path, after, reply, is_misquoted)


def text_of(bodies: list[list[str]]) -> str:
    """The functions as the text of a file."""
    return "\n\n\n".join("\n".join(lines) for lines in bodies) + "\n"


def reply_of(
    made: random.Random, path: str, search: list[str], replace: list[str], anchor: str, line: int | None
) -> str:
    """The edit in a form that can hold its clue."""
    rows = [row for row in difflib.ndiff(search, replace) if not row.startswith("?")]
    hunk = "\n".join(f"{row[0]}{row[2:]}" for row in rows)
    if line is not None:
        head = f"@@ -{line},{len(search)} +{line},{len(replace)} @@"
        return f"```diff\n--- a/{path}\n+++ b/{path}\n{head}\n{hunk}\n```\n"
    if anchor:
        return f"*** Begin Patch\n*** Update File: {path}\n@@ {anchor}\n{hunk}\n*** End Patch\n"
    if made.random() < 0.5:
        return f"*** Begin Patch\n*** Update File: {path}\n@@\n{hunk}\n*** End Patch\n"
    old, new = "\n".join(search), "\n".join(replace)
    return f"{path}\n```python\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n```\n"


def outcome(one: Case) -> str:
    """Right, refused, or wrong: another twin was edited, or more than was asked."""
    placing = place(read(one.reply), one.files.get, list(one.files))
    if placing.misfits:
        return "refused"
    return "right" if dict(placing.after) == {one.path: one.after} else "wrong"


def is_told_by_text(one: Case) -> bool:
    """Return True if the reply names its file or its function, and quotes it rightly."""
    return one.clue in TELLING and not one.is_misquoted


def main() -> int:
    """Print a row a clue; exit 1 if any edit is in the wrong place, or too few that are told are placed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    rows: dict[str, Counter[str]] = {}
    told: Counter[str] = Counter()
    for number in range(count):
        one = case(number, seed)
        found = outcome(one)
        rows.setdefault(one.clue + (", misquoted" if one.is_misquoted else ""), Counter())[found] += 1
        if is_told_by_text(one):
            told[found] += 1
        if found == "wrong":
            print(f"wrong: case {number}, {one.clue}\n{one.reply}")
    print(f"{'clue':32}{'right':>8}{'refused':>9}{'wrong':>7}")
    for clue, counts in sorted(rows.items()):
        print(f"{clue:32}{counts['right']:>8}{counts['refused']:>9}{counts['wrong']:>7}")
    wrong = sum(counts["wrong"] for counts in rows.values())
    share = told["right"] / max(1, told.total())
    print(f"{count} edits, seed {seed}: {wrong} wrong; of {told.total()} with path or anchor {share:.1%} are placed")
    return int(wrong > 0 or share < 0.95)


if __name__ == "__main__":
    sys.exit(main())
