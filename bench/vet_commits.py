"""Vet real commits with planted noise: recall, honest lines dropped, wall against `git diff`.

    python bench/vet_commits.py --mirror DIR.git [--mirror …] [--count 10] [--seed 19] [--scopediff PROGRAM]

Each commit is checked out in a clone; noise is planted away from its own changes, in the files that it changed. What is
planted in a string of Python has an effect, as Python's own parser tells: `in_strings`, and is no noise. With
`--scopediff` (its dist/cli/index.js) the same trees are shown to ScopeDiff with the commit's files declared, and both
are shown a line more in a file that is not declared.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
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


def plant(folder: Path, commit: str, rng: random.Random) -> tuple[list[str], list[str]]:
    """Write noise into the commit's files; the lines as they are written, and those of them with an effect."""
    planted: list[str] = []
    in_strings: list[str] = []
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
                if is_in_string(folder, path, at, lines[at]):
                    in_strings.append(lines[at])
        file.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape"))
    return planted, in_strings


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


def is_in_string(folder: Path, path: str, at: int, new: str) -> bool:
    """Tell whether a line of Python has another meaning with the noise in it; Python's own parser is asked."""
    if not path.endswith(".py"):
        return False
    lines = (folder / path).read_bytes().decode("utf-8", "surrogateescape").split("\n")
    try:
        before = ast.dump(ast.parse("\n".join(lines)))
        return ast.dump(ast.parse("\n".join([*lines[:at], new, *lines[at + 1 :]]))) != before
    except (SyntaxError, ValueError):
        return True


def scopediff(program: str, folder: Path, allow: list[str]) -> tuple[list[str], int]:
    """What ScopeDiff finds in the working tree with these paths declared: the paths, and how many findings block."""
    named = [word for path in allow for word in ("--allow", path)]
    git(folder, "reset", "-q", "HEAD~1")
    try:
        subprocess.run(
            ["node", program, "intent", "--task", "task", *named], cwd=folder, capture_output=True, check=True
        )
        done = subprocess.run(
            ["node", program, "check", "--format", "json"], cwd=folder, capture_output=True, check=False
        )
    finally:
        git(folder, "reset", "-q", "HEAD@{1}")
        shutil.rmtree(folder / ".scopediff", ignore_errors=True)
    found = [row for row in json.loads(done.stdout)["findings"] if row["ruleId"] != "SD015"]
    return [json.dumps(row) for row in found], sum(row["blocking"] for row in found)


def beside_scopediff(program: str, folder: Path, commit: str, planted: list[str]) -> dict[str, float]:
    """Findings on the commit with noise in it, on the commit alone, and with one more file that nobody declared."""
    own = git(folder, "diff", "--name-only", f"{commit}~1", commit).split("\n")[:-1]
    noisy = {path: (folder / path).read_bytes() for path in own if (folder / path).is_file()}
    told, _ = scopediff(program, folder, own)
    seen = sum(any(line.strip() in row for row in told) for line in planted)
    git(folder, "checkout", "-qf", commit)
    alone, blocking = scopediff(program, folder, own)
    elsewhere = next(
        (path for path in git(folder, "ls-files").split("\n") if path.endswith(SOURCES) and path not in own), ""
    )
    extra, allowed = False, False
    if elsewhere:
        with (folder / elsewhere).open("a") as file:
            file.write("\n")
        extra = any(elsewhere in row for row in scopediff(program, folder, own)[0])
        env = {**os.environ, "FRETSAW_STATE_DIR": f"{folder}-s", "FRETSAW_CONFIG_DIR": f"{folder}-s"}
        words = [word for path in own for word in ("--allow", path)]
        argv = [str(AGENT), "vet", "--since", f"{commit}~1", "--json", *words]
        document = json.loads(subprocess.run(argv, cwd=folder, capture_output=True, env=env, check=True).stdout)
        allowed = any(row["path"] == elsewhere for row in document["dropped"]) or elsewhere in document["outside_scope"]
    git(folder, "checkout", "-qf", commit)
    for path, data in noisy.items():
        (folder / path).write_bytes(data)
    return {
        "sd_seen": seen, "sd_alarms": len(alone), "sd_blocking": blocking,
        "elsewhere": bool(elsewhere), "sd_elsewhere": extra, "own_elsewhere": allowed,
    }  # fmt: skip


def measure(mirror: str, count: int, rng: random.Random, program: str) -> Iterator[dict[str, float]]:
    """One row a commit; what is missed or dropped wrongly is printed."""
    with tempfile.TemporaryDirectory() as work:
        folder, state = Path(work, "clone"), f"{work}/state"
        subprocess.run(["git", "clone", "-q", "--shared", mirror, str(folder)], check=True)
        for commit in commits_of(folder, count):
            git(folder, "checkout", "-qf", commit)
            alone = {key_of(row) for row in vet(folder, commit, state)[0]}
            planted, in_strings = plant(folder, commit, rng)
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
                print("missed", "in a string" if line in in_strings else "", commit[:10], repr(line), flush=True)
            apart = beside_scopediff(program, folder, commit, planted) if program else {}
            yield {
                "planted": len(planted), "in_strings": len(in_strings), "missed": len(missed),
                "missed_in_strings": sum(line in in_strings for line in missed), "honest": len(honest),
                "vet": wall, "diff": plain, **apart,
            }  # fmt: skip


def key_of(row: dict[str, Any]) -> str:
    return json.dumps([row["path"], row["added"], row["removed"]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", action="append", required=True)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=19)
    parser.add_argument("--scopediff", default="", help="its dist/cli/index.js")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    rows = [row for mirror in options.mirror for row in measure(mirror, options.count, rng, options.scopediff)]
    total = {name: sum(row[name] for row in rows) for name in rows[0] if name not in ("vet", "diff")}
    seconds = {name: sorted(row[name] for row in rows) for name in ("vet", "diff")}
    walls = {f"{name}_median_s": round(all_[len(all_) // 2], 3) for name, all_ in seconds.items()}
    print(json.dumps({"commits": len(rows), **total, **walls, "vet_max_s": round(seconds["vet"][-1], 2)}))


if __name__ == "__main__":
    main()
