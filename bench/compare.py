"""compare.py OLD NEW [--rounds N] [--corpus DIR]: two checkouts, the same commands, alternating; ratios of medians.

Each checkout has its own .venv. Measured are start-up (`agent --version`, `agent vet` of a one-line edit, `agent lsp`
until `initialize` is answered) and, with a corpus, reading and placing (`bench/edits.py`) and pruning (`agent bench
extraneous`). CPU seconds of the whole process tree, since the machine is shared; wall seconds beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

REPLY = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"


def main() -> None:
    """Run every command in turn on both checkouts, and print a row a command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    print("| command | old CPU s | new CPU s | ratio CPU | ratio wall | rounds |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, run in commands(Path(folder), given.corpus).items():
            if given.only in name:
                old, new = alternate(run, given.old.resolve(), given.new.resolve(), given.rounds)
                print(row(name, old, new), flush=True)


def commands(folder: Path, corpus: Path | None) -> dict[str, Callable[[Path], None]]:
    """Name -> what to run in a checkout."""
    subprocess.run(["git", "init", "-q", folder], check=True)
    (folder / "a.py").write_text("x = 1\n")
    subprocess.run(["git", "-C", folder, "add", "."], check=True)
    (folder / "reply.diff").write_text(REPLY)
    found: dict[str, Callable[[Path], None]] = {
        "agent --version": lambda root: call(root, ["--version"], folder),
        "agent vet": lambda root: call(root, ["vet", "reply.diff"], folder),
        "agent lsp": lambda root: initialize(root, folder),
    }
    if corpus is not None:
        rows = corpus.resolve() / "extraneous.jsonl.xz"
        edits = ["bench/edits.py", str(corpus.resolve()), "--no-peers"]
        found["bench/edits.py"] = lambda root: run([str(root / ".venv/bin/python"), *edits], root)
        found["agent bench extraneous"] = lambda root: call(root, ["bench", "extraneous", str(rows)], folder)
    return found


def call(root: Path, arguments: Sequence[str], folder: Path) -> None:
    """One call of `agent` to its end."""
    run([str(root / ".venv/bin/agent"), *arguments], folder)


def run(argv: Sequence[str], folder: Path, stdin: bytes = b"") -> None:
    """A command to its end; it has to succeed."""
    state = {"FRETSAW_STATE_DIR": str(folder / ".state"), "FRETSAW_CONFIG_DIR": str(folder / ".config")}
    done = subprocess.run(argv, cwd=folder, input=stdin, capture_output=True, check=False, env={**os.environ, **state})
    assert done.returncode in (0, 1), done.stderr.decode()[-2000:]


def initialize(root: Path, folder: Path) -> None:
    """The language server from its start to its end, asked for nothing but that."""
    messages = (
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}}},
        {"jsonrpc": "2.0", "id": 2, "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "exit"},
    )
    bodies = [json.dumps(message).encode() for message in messages]
    stdin = b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)
    run([str(root / ".venv/bin/agent"), "lsp", "--stdio"], folder, stdin)


def alternate(
    run_in: Callable[[Path], None], old: Path, new: Path, rounds: int
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """(CPU, wall) seconds of each round, after one that does not count."""
    measured: dict[Path, list[tuple[float, float]]] = {old: [], new: []}
    for number in range(rounds + 1):
        for root in (old, new) if number % 2 else (new, old):
            before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            run_in(root)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            if number:
                measured[root].append((cpu, time.monotonic() - begun))
    return measured[old], measured[new]


def row(name: str, old: list[tuple[float, float]], new: list[tuple[float, float]]) -> str:
    """A line of the table."""
    old_cpu, old_wall = (statistics.median(column) for column in zip(*old, strict=True))
    new_cpu, new_wall = (statistics.median(column) for column in zip(*new, strict=True))
    ratios = f"{new_cpu / old_cpu:.3f} | {new_wall / old_wall:.3f}"
    return f"| `{name}` | {old_cpu:.3f} | {new_cpu:.3f} | {ratios} | {len(new)} |"


if __name__ == "__main__":
    main()
