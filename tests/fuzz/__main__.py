"""Fuzz reading and placing for so many seconds: `python -m tests.fuzz SECONDS [SEED]`.

A failing case is printed with its seed, which `python -m tests.fuzz --seed N` repeats; keep it as a case folder.
"""

from __future__ import annotations

import random
import sys
import time
import traceback

from tests.fuzz.grammar import diff, pieces, text
from tests.fuzz.laws import check


def case(seed: int) -> tuple[str, dict[str, str]]:
    rng = random.Random(seed)
    file = text(rng)
    files = {"a.py": file, "pkg/b.py": text(rng)}
    if rng.random() < 0.6:
        return diff(rng, file)[0], files
    if rng.random() < 0.5:
        return "\n".join(diff(rng, file)[0] for _ in range(rng.randrange(2, 5))), files
    return pieces(rng, file), files


def main(seconds: float, first: int) -> int:
    end = time.monotonic() + seconds
    seed, failed, placed, slowest = first, 0, 0, 0.0
    while time.monotonic() < end:
        reply, files = case(seed)
        began = time.process_time()
        try:
            placed += not check(reply, files).misfits
        except Exception:
            failed += 1
            print(f"--- seed {seed}\n{reply!r}\n{files!r}\n{traceback.format_exc()}", flush=True)
        slowest = max(slowest, time.process_time() - began)
        seed += 1
    print(f"{seed - first} cases, {placed} placed, {failed} failed, slowest {slowest * 1000:.1f} ms", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1] == "--seed":
        shown, where = case(int(sys.argv[2]))
        print(shown, where, check(shown, where), sep="\n")
    else:
        sys.exit(main(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1))
