"""Vet real commits with planted noise: recall, honest lines dropped, wall against `git diff`.

    python bench/vet_commits.py --mirror DIR.git [--mirror …] [--count 10]

Each commit is checked out in a clone; noise is planted away from its own changes, in the files that it changed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

AGENT = Path(sys.executable).parent / "agent"
SOURCES = (".py", ".go", ".ts", ".c", ".js")
SPACED = {"(": "( ", ")": " )", " = ": "  =  "}
NOISE = (
    (r"\s+(?:return |\w+ = )?[\w.]+\(\w+\);?", r"\(|\)(?=;?$)"),
    (r"\s*[\w.]+(?: =|:=) [\w.]+;?", r" = "),
)
"""(a line of code, what is set apart in it): layout that changes nothing."""
AWAY = 6
"""Lines between noise and the commit's own changes."""


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def commits_of(folder: Path, count: int) -> list[str]:
    """Commits with one parent that edit one to five source files, evenly over the newest thousand."""
    listed = git(folder, "log", "--no-merges", "--diff-filter=M", "--format=%H", "-n", "1000").split()
    found = []
    for commit in listed[:: max(1, len(listed) // (count * 4))]:
        changed = git(folder, "diff", "--name-only", "--diff-filter=M", f"{commit}~1", commit).split("\n")[:-1]
        if 0 < len(changed) <= 5 and any(path.endswith(SOURCES) for path in changed):
            found.append(commit)
    return found[:count]


def plant(folder: Path, commit: str, rng: random.Random) -> list[str]:
    """Write noise into the commit's files; the lines that are noise, as they are written."""
    planted: list[str] = []
    for path in git(folder, "diff", "--name-only", "--diff-filter=M", f"{commit}~1", commit).split("\n")[:-1]:
        if not path.endswith(SOURCES):
            continue
        file = folder / path
        lines = file.read_bytes().decode("utf-8", "surrogateescape").split("\n")
        near: set[int] = set()
        hunks = git(folder, "diff", "-U0", f"{commit}~1", commit, "--", path)
        for start, length in re.findall(r"(?m)^@@ -\S+ \+(\d+)(?:,(\d+))? @@", hunks):
            near |= set(range(int(start) - AWAY, int(start) + int(length or 1) + AWAY))
        free = [at for at in range(len(lines) - 1) if at + 1 not in near]
        for line, change in NOISE:
            places = [at for at in free if re.fullmatch(line, lines[at])]
            if places:
                at = rng.choice(places)
                lines[at] = re.sub(change, lambda found: SPACED[found.group()], lines[at])
                planted.append(lines[at])
        file.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    return planted


def vet(folder: Path, commit: str, state: str) -> tuple[list[dict[str, Any]], float]:
    """What is dropped, and the seconds."""
    env = {**os.environ, "FRETSAW_STATE_DIR": state, "FRETSAW_CONFIG_DIR": state}
    started = time.perf_counter()
    done = subprocess.run(
        [AGENT, "vet", "--since", f"{commit}~1", "--by-message", "--json"],
        cwd=folder, capture_output=True, env=env, check=True,
    )  # fmt: skip
    rows: list[dict[str, Any]] = json.loads(done.stdout)["dropped"]
    return rows, time.perf_counter() - started


def measure(mirror: str, count: int, rng: random.Random) -> Iterator[dict[str, float]]:
    """One row a commit; what is missed or dropped wrongly is printed."""
    with tempfile.TemporaryDirectory() as work:
        folder, state = Path(work, "clone"), f"{work}/state"
        subprocess.run(["git", "clone", "-q", "--shared", mirror, str(folder)], check=True)
        for commit in commits_of(folder, count):
            git(folder, "checkout", "-qf", commit)
            alone = {key_of(row) for row in vet(folder, commit, state)[0]}
            planted = plant(folder, commit, rng)
            started = time.perf_counter()
            git(folder, "diff", f"{commit}~1")
            plain = time.perf_counter() - started
            rows, wall = vet(folder, commit, state)
            gone = {line.rstrip("\n") for row in rows for line in row["added"]}
            honest = [row for row in rows if not any(line + "\n" in row["added"] for line in planted)]
            for row in honest:
                when = "without noise too" if key_of(row) in alone else "ONLY WITH NOISE"
                print("honest dropped", when, commit[:10], row["path"], row["line"], row["rule"], flush=True)
            missed = [line for line in planted if line not in gone]
            for line in missed:
                print("missed", commit[:10], repr(line), flush=True)
            yield {"planted": len(planted), "missed": len(missed), "honest": len(honest), "vet": wall, "diff": plain}


def key_of(row: dict[str, Any]) -> str:
    return json.dumps([row["path"], row["added"], row["removed"]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", action="append", required=True)
    parser.add_argument("--count", type=int, default=10)
    options = parser.parse_args()
    rng = random.Random(19)
    rows = [row for mirror in options.mirror for row in measure(mirror, options.count, rng)]
    total = {name: sum(row[name] for row in rows) for name in ("planted", "missed", "honest")}
    seconds = {name: sorted(row[name] for row in rows) for name in ("vet", "diff")}
    walls = {f"{name}_median_s": round(all_[len(all_) // 2], 3) for name, all_ in seconds.items()}
    print(json.dumps({"commits": len(rows), **total, **walls, "vet_max_s": round(seconds["vet"][-1], 2)}))


if __name__ == "__main__":
    main()
