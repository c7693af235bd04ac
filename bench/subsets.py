"""What may be left of right patches: random drops, closed as every drop is, have to leave files whole.

python bench/subsets.py ROWS.jsonl [--count 10000] [--seed 0] [--show 5]

ROWS: one JSON object a line with id, files (path → text), reply (a diff) and issue, as `bench/fix_commits.py --out`
writes them. Of each subset that is left: every file parses that parses in base and reply, and no definition, import or
statement that both hold is lost or doubled. Patches of files with more than 60,000 characters are left out.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fretsaw.core.languages import syntax_of
from fretsaw.core.locate import place
from fretsaw.core.patch import assemble, derive_set, find_missing, find_moves, split
from fretsaw.core.patch.defined_names import imported_names
from fretsaw.core.patch.lines import is_layout
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune import droppable_of
from fretsaw.core.prune.python_meaning import parse
from fretsaw.core.prune.syntax import parses
from fretsaw.core.reply import read

_WORD = re.compile(r"\w+")
_NAMED = re.compile(r"\b(?:def|class|function|func|fn|interface|struct|trait|enum)\s+([\w$]+)")
_EMPTY = frozenset("return none nil null true false else end pass break continue try finally do then".split())  # noqa: SIM905

MOST_TEXT = 60_000
"""Characters of a patch's files up to which it is tried: larger ones say no more and take their time."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A subset that leaves something torn."""

    row: str
    kept: tuple[int, ...]
    what: str


def main() -> int:
    """Try the subsets and print the faults."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("rows", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--show", type=int, default=5)
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.rows.read_text("utf-8").splitlines()]
    seen, faults = try_subsets(rows, given.count, given.seed)
    print(f"{seen} subsets of {len(rows)} patches, {len(faults)} torn")
    for fault in faults[: given.show]:
        print(f"{fault.row} keeping {list(fault.kept)}: {fault.what}")
    return 1 if faults else 0


def try_subsets(rows: list[dict[str, Any]], count: int, seed: int) -> tuple[int, list[Fault]]:
    """The number of different real subsets that were tried, and what is wrong with them."""
    chance = random.Random(seed)
    small = [row for row in rows if sum(map(len, row["files"].values())) <= MOST_TEXT]
    patches = [(row["id"], patch) for row in small if (patch := patch_of(row)) and len(split(patch)) > 1]
    each = -(-count // max(1, len(patches)))
    seen, faults = 0, []
    for at, (name, patch) in enumerate(patches):
        # Small patches have few subsets: what they lack the ones after them give.
        wanted = min(count, (at + 1) * each + (at + 1) * each // 2) - seen
        for kept in subsets_of(patch, wanted, chance):
            seen += 1
            faults += [Fault(name, tuple(sorted(kept)), what) for what in wrong_with(patch, kept)]
    return seen, faults


def patch_of(row: Mapping[str, Any]) -> PatchSet | None:
    """The patch of a row's reply; None where it does not fit."""
    files = row["files"]
    placing = place(read(row["reply"]), files.get, list(files))
    return None if placing.misfits else derive_set(files.get, placing.after, placing.modes)


def subsets_of(patch: PatchSet, wanted: int, chance: random.Random) -> Iterator[frozenset[int]]:
    """Yield different real subsets that are left when random drops are closed."""
    changes = split(patch)
    every = frozenset(change.id for change in changes)
    droppable = droppable_of(patch, changes, find_moves(patch, changes))
    tried: set[frozenset[int]] = {every}
    for _ in range(2 * wanted):
        share = chance.choice([0.1, 0.3, 0.5, 0.8])
        drops = frozenset(at for at in sorted(every) if chance.random() < share)
        kept = every - (drops - droppable.staying(drops))
        if kept not in tried:
            tried.add(kept)
            yield kept
            wanted -= 1
        if wanted <= 0:
            return


def wrong_with(patch: PatchSet, kept: frozenset[int]) -> list[str]:
    """What a subset of a patch's changes leaves torn, in words."""
    changes = split(patch)
    part = assemble(patch, [change for change in changes if change.id in kept])
    torn = [f"{file.path} does not parse" for file in part.files if _is_torn(file.path, file.after, patch)]
    missing = find_missing(patch, changes, kept)
    told = [f"changes {sorted(missing)} are needed by the law of lines"] if missing else []
    return [*torn, *told, *broken_lines(patch, kept, changes)]


def _is_torn(path: str, text: str | None, patch: PatchSet) -> bool:
    """Tell whether a file does not parse that does so in base and reply."""
    whole = next(file for file in patch.files if file.path == path)
    sides = [side for side in (whole.before, whole.after) if side is not None]
    return not _parses(path, text or "") and all(_parses(path, side) for side in sides)


@lru_cache(maxsize=4000)
def _parses(path: str, text: str) -> bool:
    language = syntax_of(path)
    return parse(text) is not None if language == "python" else parses(text, language) is not False


def broken_lines(patch: PatchSet, kept: frozenset[int], changes: Iterable[Change]) -> list[str]:
    """Lines that a part of a patch has less or more often than base and reply, and definitions that it lost.

    Lines that no change touches are on all sides alike, and need not be counted.
    """
    wanted: Counter[str] = Counter()
    there: Counter[str] = Counter()
    copies = set(_copies(patch))
    for change in changes:
        is_counted = change.path not in copies and not _is_layout(change)
        for key, step in _steps(change) if is_counted else ():
            wanted[key] += step
            there[key] += step if change.id in kept else 0
    return [
        f"lost or doubled ({there[key]:+} of {wanted[key]:+}): {key}"
        for key in there
        if not min(0, wanted[key]) <= there[key] <= max(0, wanted[key])
    ]


def _copies(patch: PatchSet) -> Iterator[str]:
    """Paths of new files that hold all of an edited one, as `calc.py.orig` does: nothing moved there."""
    edited = [set((file.before or "").splitlines()) for file in patch.files if file.op == "edit"]
    for file in patch.files:
        lines = set((file.after or "").splitlines())
        if file.op == "create" and any(one and one <= lines for one in edited):
            yield file.path


def _is_layout(change: Change) -> bool:
    """Tell whether both sides say the same, wrapped otherwise: the `1,` of a call on lines of its own is no line."""
    return change.hunk is not None and is_layout(change.hunk.removed, change.hunk.added)


def _steps(change: Change) -> Iterator[tuple[str, int]]:
    """Yield each line, definition and import that a change takes away or brings, with -1 or 1."""
    for lines, step in ((change.hunk.removed, -1), (change.hunk.added, 1)) if change.hunk else ():
        for line in filter(_says_something, lines):
            yield "".join(line.split()).replace("'", '"').rstrip(",;"), step
            yield from ((f"the definition of {name}", step) for name in _NAMED.findall(line))
            yield from ((f"the import of {name}", step) for name in imported_names(line))


def _says_something(line: str) -> bool:
    words = {word.lower() for word in _WORD.findall(line)} - _EMPTY
    return any(not word.isdigit() for word in words)


if __name__ == "__main__":
    sys.exit(main())
