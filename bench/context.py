"""The share of issues in which every line of code or data that the fix changes is shown, by budget.

    python bench/context.py INSTANCES.jsonl REPOSITORIES [--most 25] [--only OWNER/NAME,…] [--bm25] [--out DIR]

INSTANCES and REPOSITORIES are those of `bench/context_instances.py`. `--bm25` shows whole source files by BM25 over the
words of the issue in place of Fretsaw's choice; `--out` keeps a row an instance and budget in context.jsonl, which
`--against FILE` of a later run compares. Knows no model.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
from collections import Counter
from pathlib import Path

from context_instances import Instance, covered, instances, snapshot_at

from fretsaw.core.context.choose import choose
from fretsaw.core.context.parts import Context, Part
from fretsaw.core.context.paths import prior
from fretsaw.core.context.render import document
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.tokens import estimate

BUDGETS = (8_000, 24_000, 64_000, 200_000)
_MEANS = (
    ("all, of documents too", "documents too"),
    ("all files there", "file"),
    ("tokens used", "tokens"),
    ("CPU seconds of this process", "seconds"),
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", type=Path)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--most", type=int, default=25, help="instances of one repository at most")
    parser.add_argument("--only", default="", help="repositories, parted by commas")
    parser.add_argument("--bm25", action="store_true")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--against", type=Path, help="rows of an earlier run")
    options = parser.parse_args()
    only = frozenset(filter(None, options.only.split(",")))
    rows = []
    for one in instances(options.instances, options.most, only):
        rows += measure(one, snapshot_at(one, options.repositories), bm25=options.bm25)
        print(one.id, *(row["all"] for row in rows[-len(BUDGETS) :]), file=sys.stderr, flush=True)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "context.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    table(rows)
    if options.against:
        differences(rows, [json.loads(line) for line in options.against.read_text().splitlines()])
    return 0


def measure(one: Instance, snapshot: Snapshot, *, bm25: bool) -> list[dict[str, object]]:
    """One row a budget."""
    out: list[dict[str, object]] = []
    issue, gold = one.issue, one.gold
    order = by_bm25(one.text, snapshot) if bm25 else []
    for budget in BUDGETS:
        start = time.process_time()
        context = whole_files(order, snapshot, budget) if bm25 else choose(issue, snapshot, budget, "files", estimate)
        seconds = time.process_time() - start
        missing = [[path, line] for path, lines in gold.items() for line in lines if not covered(context, path, line)]
        missing_code = [place for place in missing if place[0] in one.gold_code]
        out.append(
            {
                "id": one.id,
                "repository": one.repository,
                "budget": budget,
                "all": not missing_code,
                "documents too": not missing,
                "file": all(path in context.paths for path in one.gold_code),
                "missing": missing_code[:5],
                "tokens": context.tokens,
                "seconds": round(seconds, 3),
            }
        )
    return out


def table(rows: list[dict[str, object]]) -> None:
    """Print the shares with Wilson's interval of 95 %, all together and by repository."""
    print(f"{'repository':28} {'n':>4}" + "".join(f"{budget:>20,}" for budget in BUDGETS))
    for name in ("all", *sorted({str(row["repository"]) for row in rows})):
        own = [row for row in rows if name in ("all", row["repository"])]
        cells = ""
        for budget in BUDGETS:
            at = [bool(row["all"]) for row in own if row["budget"] == budget]
            low, high = interval(sum(at), len(at))
            cells += f"{100 * sum(at) / len(at):9.1f} [{low:3.0f}-{high:3.0f}]"
        print(f"{name:28} {len(own) // len(BUDGETS):4}{cells}")
    for title, key in _MEANS:
        means = [[float(str(row[key] + 0)) for row in rows if row["budget"] == budget] for budget in BUDGETS]  # type: ignore[operator]
        print(f"{title:33}" + "".join(f"{sum(values) / len(values):20,.2f}" for values in means))


def interval(hits: int, count: int) -> tuple[float, float]:
    """Wilson's interval of 95 %, in percent."""
    z, share = 1.96, hits / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return 100 * (middle - half), 100 * (middle + half)


def differences(rows: list[dict[str, object]], before: list[dict[str, object]]) -> None:
    """Print what came and what went since an earlier run."""
    earlier = {(row["id"], row["budget"]): row["all"] for row in before}
    for budget in BUDGETS:
        own = [row for row in rows if row["budget"] == budget and (row["id"], budget) in earlier]
        came = [str(row["id"]) for row in own if row["all"] and not earlier[row["id"], budget]]
        went = [str(row["id"]) for row in own if not row["all"] and earlier[row["id"], budget]]
        print(f"{budget:,}: +{len(came)} -{len(went)}; gone: {' '.join(went)}")


_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]+")
_counts: dict[str, Counter[str]] = {}


def by_bm25(text: str, snapshot: Snapshot) -> list[str]:
    """Source files by BM25 over lower-case words (k1 1.2, b 0.75)."""
    wanted = {word.lower() for word in _WORD.findall(text)}
    sizes: dict[str, int] = {}
    held: dict[str, dict[str, int]] = {}
    for path in snapshot.paths:
        source = snapshot.read(path) if prior(path) == 1.0 else None
        if source is not None:
            counts = _counts.get(source)
            if counts is None:
                counts = _counts[source] = Counter(word.lower() for word in _WORD.findall(source))
            sizes[path] = sum(counts.values())
            held[path] = {word: counts[word] for word in wanted & counts.keys()}
    mean = sum(sizes.values()) / max(1, len(sizes))
    having = Counter(word for words in held.values() for word in words)
    rarity = {word: math.log(1 + (len(sizes) - count + 0.5) / (count + 0.5)) for word, count in having.items()}
    scores = {
        path: sum(
            rarity[word] * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * sizes[path] / mean))
            for word, times in words.items()
        )
        for path, words in held.items()
    }
    return sorted(scores, key=lambda path: (-scores[path], path))


def whole_files(order: list[str], snapshot: Snapshot, budget: int) -> Context:
    """The first files that fit, each whole."""
    parts, left = [], budget
    for path in order:
        text = snapshot.read(path) or ""
        part = Part(path, 1, text.count("\n") + 1, text, "")
        cost = estimate(document(part, text)) if len(text) < 8 * left else left + 1
        if cost <= left:
            parts.append(part)
            left -= cost
    return Context(tuple(parts), budget - left, whole=False)


if __name__ == "__main__":
    sys.exit(main())
