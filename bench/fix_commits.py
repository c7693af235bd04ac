"""What pruning does to fix commits of public repositories, each with its own message as the issue: all are right.

python bench/fix_commits.py MIRROR… [--count 40] [--prune safe|strict] [--show RULE …] [--out ROWS.jsonl]

MIRROR: git directories. A commit counts as a fix where its subject says so; it has one parent and changes at most 400
lines of at most 12 files, of which one at least is source code. They are taken evenly over the newest 3,000.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from real_patches import base_texts, report, vet_rows
from subsets import patch_of

from fretsaw.core.patch import split

_FIX = re.compile(
    r"(?i)\b(?:fix(?:e[sd])?|bug|crash(?:es)?|regression|correct(?:ly)?|wrong|leak|handle|prevent|avoid)\b"
)
_SOURCE = re.compile(r"\.(?:py|[jt]sx?|mjs|vue|go|rs|java|kt|rb|php|[ch]|cc|cpp|hpp|cs|swift|scala|lua|sh|pl)$")
_MOST_LINES, _MOST_FILES = 400, 12


def main() -> None:
    """Vet the commits and print what happened to them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("mirrors", type=Path, nargs="+")
    parser.add_argument("--count", type=int, default=40, help="commits of each repository, at most")
    parser.add_argument("--prune", choices=["safe", "strict"], default="safe")
    parser.add_argument("--show", nargs="*", default=[], help="print the changes that these rules spoke of")
    parser.add_argument("--out", type=Path, help="write the rows for `agent vet --jsonl` there")
    given = parser.parse_args()
    rows = []
    for mirror in given.mirrors:
        found = list(_rows(mirror, given.count))
        print(f"{mirror.parent.name}: {len(found)} fix commits")
        rows += found
    if given.out:
        given.out.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    found = vet_rows(rows, given.prune)
    patches = filter(None, map(patch_of, rows))
    changes = sum(len(split(patch)) for patch in patches)
    flags = sum(len(one.get("flagged", ())) for one in found)
    print(f"{changes} changes, {flags / max(changes, 1):.2%} flagged")
    report(found, given.prune, given.show)


def _rows(mirror: Path, count: int) -> Iterator[dict[str, Any]]:
    listed = _git(mirror, "log", "--no-merges", "--format=%H %s", "-n", "3000").splitlines()
    fixes = [line.partition(" ")[0] for line in listed if _FIX.search(line)]
    found = 0
    for commit in fixes[:: max(1, len(fixes) // (count * 2))]:
        row = _row(mirror, commit)
        if row is not None:
            yield row
            found += 1
            if found == count:
                return


def _row(mirror: Path, commit: str) -> dict[str, Any] | None:
    """One commit as a row of `agent vet --jsonl`; None where it is no small change of text with source code in it."""
    try:
        listed = _git(mirror, "show", "--numstat", "--format=", commit)
    except subprocess.CalledProcessError:  # a mirror without all of its blobs
        return None
    numbers = [line.split("\t") for line in listed.splitlines() if line]
    if not numbers or len(numbers) > _MOST_FILES or any(added == "-" for added, _, _ in numbers):
        return None
    if sum(int(added) + int(removed) for added, removed, _ in numbers) > _MOST_LINES:
        return None
    if not any(_SOURCE.search(path) for _, _, path in numbers):
        return None
    patch = _git(mirror, "show", "--format=", "--no-color", "--no-ext-diff", "--no-renames", commit)
    files = base_texts(mirror, f"{commit}~1", patch)
    if files is None or "\ufffd" in patch:
        return None
    name = f"{mirror.parent.name}/{commit[:10]}"
    return {"id": name, "files": files, "reply": patch, "issue": _git(mirror, "log", "-1", "--format=%B", commit)}


def _git(mirror: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", mirror, *arguments], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


if __name__ == "__main__":
    main()
