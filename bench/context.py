"""Whether the chosen context holds what a fix needs: `python bench/context.py CASES_DIR [BUDGET …]`.

Prints, for each case and budget: are the files of the real fix shown, are the very lines it changes, at which rank
stands the last of them, tokens and milliseconds. Reads the cases' archives; knows no model.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

from fretsaw.core.context.choose import choose
from fretsaw.core.context.parts import Context
from fretsaw.core.issue import parse
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text import tokens

BUDGETS = (24_000, 12_000, 6_000, 3_000, 1_500)


def main(folder: Path, budgets: tuple[int, ...]) -> int:
    estimate = tokens.count
    missed = 0
    print(f"{'case':24} {'budget':>7} {'files':>6} {'lines':>8} {'rank':>5} {'tokens':>7} {'ms':>6}  shown")
    for case in sorted(path.parent for path in folder.glob("*/case.json")):
        data = json.loads((case / "case.json").read_text())
        issue, snapshot = parse((case / "ISSUE.md").read_text()), snapshot_of(case / "repo.tar.xz")
        gold = dict(gold_lines((case / "gold.diff").read_text()))
        for budget in budgets:
            start = time.perf_counter()
            context = choose(issue, snapshot, budget, "auto", estimate)
            ms = (time.perf_counter() - start) * 1000
            files = sum(path in context.paths for path in data["gold_files"])
            lines = sum(covered(context, path, line) for path, at in gold.items() for line in at)
            rank = max((context.ranking.index(path) + 1 if path in context.ranking else 9999) for path in gold)
            total = sum(map(len, gold.values()))
            missed += budget == max(budgets) and files < len(data["gold_files"])
            print(
                f"{case.name:24} {budget:7} {files:4}/{len(data['gold_files'])} {lines:5}/{total:<2} {rank:5} "
                f"{context.tokens:7} {ms:6.0f}  {len(context.paths)} files{', whole' if context.whole else ''}"
            )
    return 1 if missed else 0


def snapshot_of(archive: Path) -> Snapshot:
    texts: dict[str, str] = {}
    with tarfile.open(archive) as tar:
        for item in tar:
            file = tar.extractfile(item) if item.isfile() else None
            if file is not None:
                texts[item.name.removeprefix("./").split("/", 1)[1]] = file.read().decode("utf-8", "surrogateescape")
    return Snapshot(None, tuple(sorted(texts)), texts.get)


def gold_lines(diff: str) -> Iterator[tuple[str, list[int]]]:
    """Path → the lines of the text before that the fix removes, or before which it adds."""
    path, at = "", 0
    out: list[int] = []
    for line in diff.splitlines():
        if line.startswith("--- "):
            if path:
                yield path, out
            path, out = line[4:].removeprefix("a/"), []
        elif found := re.match(r"@@ -(\d+)", line):
            at = int(found[1])
        elif line.startswith("-"):
            out.append(at)
            at += 1
        elif line.startswith("+") and not line.startswith("+++"):
            if not out or out[-1] != at:
                out.append(at)
        elif line.startswith(" ") or not line:
            at += 1
    if path:
        yield path, out


def covered(context: Context, path: str, line: int) -> bool:
    return any(part.path == path and part.first <= line <= part.last + 1 for part in context.parts)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), tuple(map(int, sys.argv[2:])) or BUDGETS))
