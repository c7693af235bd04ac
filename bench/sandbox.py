"""What the sandbox and the copy cost a check: `python bench/sandbox.py [--tree FOLDER] [--runs N]`.

Prints, for a small tree and a large one (a made one of Django's size, or FOLDER), the median wall time of a command
that does nothing: bare, and in every kind of cell that holds here, warm (the first run is shown beside it).
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from fretsaw.cancel import Cancel
from fretsaw.check.run.limits import Limits
from fretsaw.check.sandbox.choose import CheckEnvironment, sandboxes
from fretsaw.check.sandbox.enter import enter
from fretsaw.check.sandbox.probe import find_leaks
from fretsaw.check.sandbox.sandbox import Sandbox
from fretsaw.check.sandbox.scratch import Scratch
from fretsaw.check.toolchain import toolchain
from fretsaw.errors import CheckError
from fretsaw.settings import Settings

FILES, FOLDERS, SIZE = 6_900, 700, 6_400  # Django 5.2's sdist
BUDGET_MS = 150.0
COMMAND = ("true",)


def made_tree(folder: Path, files: int, folders: int) -> Path:
    """So many files in so many folders, of Django's mean size."""
    for number in range(folders):
        (folder / f"pkg{number}").mkdir(parents=True)
    for number in range(files):
        (folder / f"pkg{number % folders}" / f"module{number}.py").write_text(f"# {number}\n" * (SIZE // 8))
    return folder


def milliseconds(act: Callable[[], object], runs: int) -> tuple[float, float, float]:
    """Wall time of the first and median of the others; mean processor time of these, ours and of what was run."""
    times = []
    before = 0.0
    for number in range(runs + 1):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1000)
        if number == 0:
            before = sum(os.times()[:4])
    busy = (sum(os.times()[:4]) - before) * 1000 / runs
    return times[0], statistics.median(times[1:]), busy


def measure(label: str, root: Path, runs: int) -> float:
    """Print one table; the overhead in milliseconds of the strongest cell that holds, which is what a check gets."""
    bare = milliseconds(lambda: subprocess.run(COMMAND, cwd=root, check=True), runs)[1]
    print(f"\n{label}: bare {bare:.1f} ms")
    print(f"  {'cell':28} {'first':>9} {'warm':>9} {'overhead':>9} {'cpu':>9}  within {BUDGET_MS:.0f} ms")
    best: float | None = None
    around = CheckEnvironment()
    tools = toolchain(root, COMMAND, os.environ)
    for tier in ("bwrap", "landlock", "none"):
        settings = Settings(sandbox=tier)
        for name, build in sandboxes(root, tools, settings, Limits(), around, Scratch()):
            try:
                cell = build()
                first, warm, busy = milliseconds(partial(_run, cell), runs)
                reason = find_leaks(cell, cell.scratch.path)
            except (CheckError, OSError) as error:
                reason = str(error)
            if reason:
                print(f"  {name:28} does not hold here: {reason}")
                continue
            over = warm - bare
            best = over if best is None else best
            within = "yes" if over <= BUDGET_MS else "NO"
            print(f"  {name:28} {first:7.1f}ms {warm:7.1f}ms {over:7.1f}ms {busy:7.1f}ms  {within}")
    return float("inf") if best is None else best


def _run(cell: Sandbox) -> None:
    entered = enter(cell, {"changed.py": "value = 2\n"}, COMMAND, cell.env, Cancel())
    if entered.problem or entered.ran.exit_code:
        raise CheckError(entered.problem or entered.ran.output)


def main() -> int:
    """Bad when the strongest cell does not keep the budget on the large tree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tree", type=Path, help="a large tree of your own")
    parser.add_argument("--runs", type=int, default=15)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fretsaw-bench-") as folder:
        measure("small tree, 10 files", made_tree(Path(folder, "small").resolve(), 10, 2), given.runs)
        large = given.tree.resolve() if given.tree else made_tree(Path(folder, "large").resolve(), FILES, FOLDERS)
        best = measure(f"large tree, {sum(len(names) for _, _, names in os.walk(large)):,} files", large, given.runs)
    print(f"\noverhead of the strongest cell on the large tree: {best:.1f} ms (budget {BUDGET_MS:.0f} ms)")
    return 0 if best <= BUDGET_MS else 1


if __name__ == "__main__":
    sys.exit(main())
