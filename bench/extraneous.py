"""What pruning drops and what it leaves, over a corpus of right patches with labelled noise. False drops come first.

python bench/extraneous.py CORPUS.jsonl.xz [--mode safe|strict] [--out FOLDER] [--show KIND]
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fretsaw.core.issue import parse
from fretsaw.core.patch import derive_set, render
from fretsaw.core.prune import measure

MODE = re.compile(r"^diff --git a/(\S+) b/\S+\n(?:.*\n)??old mode (\d+)\nnew mode (\d+)", re.M)


def main() -> None:
    args = _arguments()
    rows = [row for row in _read(args.corpus) if not args.show or row["kind"].endswith(args.show)]
    done = {mode: [_score(row, mode) for row in rows] for mode in args.modes}
    if args.show:
        _show(rows, done[args.modes[0]], args.all)
        return
    report = {mode: _summary(rows, found) for mode, found in done.items()}
    text = "\n".join(_markdown(mode, part) for mode, part in report.items())
    print(text)
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "extraneous.md").write_text(text, encoding="utf-8")
        (args.out / "extraneous.json").write_text(json.dumps(report, indent=1), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--modes", nargs="+", default=["safe", "strict"], choices=["safe", "strict"])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--show", help="print the rows of this kind that miss their target")
    parser.add_argument("--all", action="store_true", help="with --show: print every row")
    return parser.parse_args()


def _read(path: Path) -> Iterator[dict[str, Any]]:
    raw = path.read_bytes()
    text = (lzma.decompress(raw) if path.suffix == ".xz" else raw).decode("utf-8")
    for line in text.split("\n"):
        if line:
            yield json.loads(line)


def _score(row: dict[str, Any], mode: Any) -> dict[str, Any]:
    modes = {path: (old, new) for path, old, new in MODE.findall(row["reply"])}
    before = {path: row["files"].get(path) for path in {*row["files"], *row["noisy"], *modes}}
    answer = measure.Answer(before, row["noisy"], row["expect"], parse(row["issue"]), modes)
    start = time.process_time()
    from fretsaw.core.prune import prune

    prune(derive_set(before.get, answer.proposed, modes), answer.issue, mode, before.get)
    seconds = time.process_time() - start
    score, verdicts = measure.score(answer, mode)
    return {"row": row, "score": score, "verdicts": verdicts, "seconds": seconds, "answer": answer}


def _good(row: dict[str, Any], score: measure.Score) -> bool:
    if row["must"] == "exact-or-flagged":
        return score.exact_unflagged or (score.gold_dropped == 0 and score.extraneous <= score.dropped + score.flagged)
    return score.exact


def _summary(rows: list[dict[str, Any]], found: list[dict[str, Any]]) -> dict[str, Any]:
    kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    classes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row, one in zip(rows, found, strict=True):
        kinds[row["kind"]].append(one)
        classes[row.get("class", "?")].append(one)
    times = sorted(one["seconds"] * 1000 for one in found)
    scores = [one["score"] for one in found]
    return {
        "classes": {name: _counts(part) for name, part in sorted(classes.items())},
        "kinds": {name: _counts(part) for name, part in sorted(kinds.items())},
        "milliseconds": {
            "median": round(statistics.median(times), 1),
            "p95": round(times[int(len(times) * 0.95) - 1], 1),
            "max": round(times[-1], 1),
        },
        "extraneous_rate": {
            "proposed": _rate(measure.extraneous_rate(scores, delivered=False)),
            "delivered": _rate(measure.extraneous_rate(scores)),
        },
    }


def _rate(rate: measure.Rate) -> dict[str, Any]:
    return {"share": round(rate.share, 4), "low": round(rate.low, 4), "high": round(rate.high, 4), "of": rate.whole}


def _counts(part: list[dict[str, Any]]) -> dict[str, Any]:
    total: Counter[str] = Counter()
    for one in part:
        score = one["score"]
        for name in ("gold", "gold_dropped", "gold_flagged", "extraneous", "dropped", "flagged", "exact"):
            total[name] += getattr(score, name)
        total["rows"] += 1
        total["good"] += _good(one["row"], score)
        total["altered"] += one["row"]["must"] == "keep" and not score.exact
    return dict(total)


def _markdown(mode: str, report: dict[str, Any]) -> str:
    head = [
        "rows",
        "gold changes",
        "**gold dropped**",
        "gold flagged",
        "noise",
        "dropped",
        "flagged",
        "exact",
        "on target",
    ]
    lines = [f"## --prune {mode}", "", "| class or kind | " + " | ".join(head) + " |", "|---" * (len(head) + 1) + "|"]
    for name, one in [*report["classes"].items(), *report["kinds"].items()]:
        cells = [
            one.get(key, 0)
            for key in ("rows", "gold", "gold_dropped", "gold_flagged", "extraneous", "dropped", "flagged")
        ]
        shares = [f"{one.get(key, 0) / one['rows']:.1%}" for key in ("exact", "good")]
        lines.append(f"| {name} | " + " | ".join(map(str, [*cells, *shares])) + " |")
    ms, rates = report["milliseconds"], report["extraneous_rate"]
    lines += ["", f"prune (processor time): median {ms['median']} ms, p95 {ms['p95']} ms, worst {ms['max']} ms"]
    for name, one in rates.items():
        lines.append(f"extraneous rate {name}: {one['share']:.2%} (95 %: {one['low']:.2%} to {one['high']:.2%})")
    return "\n".join([*lines, ""])


def _show(rows: list[dict[str, Any]], found: list[dict[str, Any]], every: bool) -> None:
    for row, one in zip(rows, found, strict=True):
        if _good(row, one["score"]) and not one["score"].gold_flagged and not every:
            continue
        print("#" * 100, row["kind"], row["id"], one["score"], json.dumps(row["noise"]), sep="\n")
        answer = one["answer"]
        wrong = derive_set({**answer.before, **answer.gold}.get, {**answer.before, **answer.proposed})
        print("--- noise", render(wrong, 1)[:2500], sep="\n")
        for verdict in one["verdicts"]:
            hunk = verdict.change.hunk
            said = (
                "".join(["-" + line for line in hunk.removed[:4]] + ["+" + line for line in hunk.added[:6]])
                if hunk
                else ""
            )
            print(f"[{verdict.change.id} {verdict.decision} {verdict.rule}] {verdict.reason}\n{said}")


if __name__ == "__main__":
    main()
