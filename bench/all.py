"""Every benchmark, one after another: the edit engine, extraneous changes, the cases, the wall clock, the sandbox.

    python bench/all.py --corpus ../shared/corpus --cases ../shared/cases --out out [--only edits,wall]

A benchmark whose input is not there says so and counts as not run; the exit code is 1 when one failed or was not run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--cases", type=Path, required=True)
    parser.add_argument("--instances", type=Path, default=Path("instances.jsonl"), help="as bench/context_instances.py")
    parser.add_argument("--repositories", type=Path, default=Path("repositories"))
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument("--only", default="", help="names, separated by commas")
    args = parser.parse_args()
    out = ["--out", str(args.out)]
    table: dict[str, tuple[Path | None, list[str]]] = {
        "edits": (args.corpus, [str(args.corpus), *out]),
        "extraneous": (args.corpus, [str(args.corpus / "extraneous.jsonl.xz"), *out]),
        "context": (args.instances, [str(args.instances), str(args.repositories), *out]),
        "cases": (args.cases, [str(args.cases), *out]),
        "wall": (None, ["--django", "pypi", *out]),
        "sandbox": (None, []),
        "lsp": (None, []),
    }
    wanted = [name for name in args.only.split(",") if name] or list(table)
    ended = {name: run(name, *table[name]) for name in wanted}
    for name, how in ended.items():
        print(f"{name:<12} {how}")
    return 0 if all(how == "done" for how in ended.values()) else 1


def run(name: str, needed: Path | None, arguments: list[str]) -> str:
    script = HERE / f"{name}.py"
    if not script.exists():
        return "NOT RUN: there is no such benchmark"
    if needed is not None and not needed.exists():
        return f"NOT RUN: {needed} is not there"
    print(f"\n== {name}", flush=True)
    code = subprocess.run([sys.executable, str(script), *arguments], check=False).returncode
    return "done" if code == 0 else f"FAILED: exit {code}"


if __name__ == "__main__":
    sys.exit(main())
