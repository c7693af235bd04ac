"""What pruning drops and what it leaves, over a corpus of right patches with labelled noise. False drops come first.

python bench/extraneous.py CORPUS.jsonl.xz [--modes safe strict] [--out FOLDER] [--show KIND]
"""

from __future__ import annotations

import argparse
import json
import lzma
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fretsaw.core.patch import derive_set, render
from fretsaw.core.prune import prune
from fretsaw.measure.corpus import Scored, answer_of, markdown, scored, summary


def main() -> None:
    args = _arguments()
    rows = [row for row in _read(args.corpus) if not args.show or row["kind"].endswith(args.show)]
    done = {mode: [scored(row, mode, _seconds(row, mode)) for row in rows] for mode in args.modes}
    if args.show:
        _show(rows, done[args.modes[0]], args.all)
        return
    report = {mode: summary(found) for mode, found in done.items()}
    text = "\n".join(markdown(mode, part) for mode, part in report.items())
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
    return (json.loads(line) for line in text.split("\n") if line)


def _seconds(row: dict[str, Any], mode: Any) -> float:
    """Processor seconds of pruning the row once, the patch at hand."""
    answer = answer_of(row)
    patch = derive_set(answer.before.get, answer.proposed, answer.modes)
    start = time.process_time()
    prune(patch, answer.issue, mode, answer.before.get)
    return time.process_time() - start


def _show(rows: list[dict[str, Any]], found: list[Scored], every: bool) -> None:
    for row, one in zip(rows, found, strict=True):
        if one.good and not one.score.gold_flagged and not every:
            continue
        print("#" * 100, row["kind"], row["id"], one.score, json.dumps(row["noise"]), sep="\n")
        answer = answer_of(row)
        wrong = derive_set({**answer.before, **answer.gold}.get, {**answer.before, **answer.proposed})
        print("--- noise", render(wrong, 1)[:2500], sep="\n")
        for verdict in one.verdicts:
            hunk = verdict.change.hunk
            removed, added = (hunk.removed[:4], hunk.added[:6]) if hunk else ((), ())
            said = "".join(["-" + line for line in removed] + ["+" + line for line in added])
            print(f"[{verdict.change.id} {verdict.decision} {verdict.rule}] {verdict.reason}\n{said}")


if __name__ == "__main__":
    main()
