"""Score appliers of edits on a corpus: `python bench/edits.py CORPUS_DIR [--out DIR] [--damage N] [--no-peers]`.

For each kind of row: wrong first, then exact and refused. `any` rows have no truth: the share located and the fidelity
(what goes and comes is what the reply says, up to indentation) are printed, and why the others were refused.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent / "server")]

from peers import DIFFS_ONLY, PEERS, Texts  # noqa: E402
from rows import Row, damaged, load  # noqa: E402

from fretsaw.core.locate import Placing, place  # noqa: E402
from fretsaw.core.reply import Reading, read  # noqa: E402

CORPORA = ("synthetic", "typed-diffs", "search-replace", "original-patched")


@dataclass
class Score:
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Kind -> outcome -> rows."""
    millis: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    reasons: Counter[str] = field(default_factory=Counter)
    """Why `any` rows were refused."""
    raised: int = 0
    wrong: list[str] = field(default_factory=list)
    """Ids."""


def outcome(row: Row, after: Texts | None) -> str:
    """`wrong`, `exact`, `refused` (which may be right) or `missed` (refused although the place is clear)."""
    if after is None:
        return "missed" if row["must"] == "exact" else "refused"
    if row["must"] == "refuse":
        return "wrong"
    wanted = {**row["files"], **(row["expect"] or {})}
    return "exact" if {p: t for p, t in wanted.items() if t is not None} == dict(after) else "wrong"


def ours(row: Row) -> tuple[Reading, Placing]:
    reading = read(row["reply"])
    return reading, place(reading, row["files"].get, frozenset(row["files"]))


def after_of(row: Row, reading: Reading, placing: Placing) -> dict[str, str] | None:
    if placing.misfits or not reading.blocks:
        return None
    return {path: text for path, text in {**row["files"], **placing.after}.items() if text is not None}


def faithful(row: Row, reading: Reading, placing: Placing) -> bool:
    """Whether the lines that go and come are those of the reply, but for their indentation."""
    said_out: Counter[str] = Counter()
    said_in: Counter[str] = Counter()
    for block in reading.blocks:
        _count(block.search, block.replace, said_out, said_in)
    out: Counter[str] = Counter()
    come: Counter[str] = Counter()
    for path, text in placing.after.items():
        _count(row["files"].get(path, "").split("\n"), (text or "").split("\n"), out, come)
    net_said = said_in - said_out, said_out - said_in
    return net_said == (come - out, out - come)


def _count(old: Iterable[str], new: Iterable[str], gone: Counter[str], come: Counter[str]) -> None:
    a, b = [line.strip() for line in old], [line.strip() for line in new]
    gone.update(a)
    come.update(b)
    both = Counter(a) & Counter(b)
    gone.subtract(both)
    come.subtract(both)
    for counter in (gone, come):
        counter.pop("", None)


def score_ours(rows: Iterable[Row]) -> Score:
    score = Score()
    for row in rows:
        began = time.process_time()
        try:
            reading, placing = ours(row)
        except Exception as error:
            score.raised += 1
            score.wrong.append(f"{row['id']} raised {error!r}")
            continue
        score.millis[row["kind"]].append((time.process_time() - began) * 1000)
        after = after_of(row, reading, placing)
        kind = row["kind"]
        if row["must"] == "any":
            kind += " (any)"
            result = (
                "refused" if after is None else "located" if faithful(row, reading, placing) else "located, unfaithful"
            )
            if after is None:
                score.reasons[placing.misfits[0].kind if placing.misfits else "nothing read"] += 1
        else:
            result = outcome(row, after)
        score.counts[kind][result] += 1
        if result == "wrong":
            score.wrong.append(row["id"])
    return score


def score_peer(name: str, rows: Iterable[Row]) -> Score:
    score = Score()
    for row in rows:
        if row["must"] == "any" or (name in DIFFS_ONLY and "@@" not in row["reply"] and "+++ " not in row["reply"]):
            continue
        began = time.perf_counter()
        result = outcome(row, PEERS[name](row["reply"], row["files"]))
        score.millis[row["kind"]].append((time.perf_counter() - began) * 1000)
        score.counts[row["kind"]][result] += 1
    return score


def mean(score: Score, outcome_name: str) -> float:
    """Mean over kinds of the share of an outcome, in per cent; rows without a truth left out."""
    shares = [c[outcome_name] / sum(c.values()) for kind, c in score.counts.items() if not kind.endswith("(any)")]
    return 100 * sum(shares) / len(shares) if shares else 0.0


def middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def markdown(scores: dict[str, Score]) -> str:
    mine = scores["Fretsaw"]
    out = ["# Applying edits", "", f"Wrong: {len(mine.wrong)} {mine.wrong[:8] or ''} · raised: {mine.raised}", ""]
    out += ["| applier | wrong % | exact % | refused % | median ms |", "|---|---|---|---|---|"]
    for name, score in scores.items():
        refused = mean(score, "refused") + mean(score, "missed")
        times = [value for values in score.millis.values() for value in values]
        shares = f"{mean(score, 'wrong'):.1f} | {mean(score, 'exact'):.1f} | {refused:.1f}"
        out.append(f"| {name} | {shares} | {middle(times):.2f} |")
    out += [
        "",
        "Mean over kinds; ours in ms of CPU, commands in ms of time.",
        "Missed: refused, although the only right outcome was the edit.",
        "",
    ]
    out += [
        "| kind | rows | wrong | exact | refused | missed | ms median | ms worst |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind, counts in sorted(mine.counts.items()):
        if kind.endswith("(any)"):
            continue
        times = mine.millis[kind]
        cells = " | ".join(str(counts[name]) for name in ("wrong", "exact", "refused", "missed"))
        out.append(f"| {kind} | {sum(counts.values())} | {cells} | {middle(times):.2f} | {max(times):.1f} |")
    loose = {kind: counts for kind, counts in mine.counts.items() if kind.endswith("(any)")}
    if loose:
        out += ["", "| rows without a truth | rows | located | faithful | refused |", "|---|---|---|---|---|"]
        for kind, counts in sorted(loose.items()):
            placed = counts["located"] + counts["located, unfaithful"]
            share = 100 * placed / sum(counts.values())
            true = 100 * counts["located"] / placed if placed else 0
            out.append(
                f"| {kind} | {sum(counts.values())} | {placed} ({share:.1f} %) | {true:.1f} % | {counts['refused']} |"
            )
        out += [
            "",
            "| why refused | rows |",
            "|---|---|",
            *(f"| {why} | {n} |" for why, n in mine.reasons.most_common()),
        ]
    return "\n".join(out) + "\n"


def as_json(scores: dict[str, Score]) -> dict[str, Any]:
    return {
        name: {
            "wrong": mean(score, "wrong"),
            "exact": mean(score, "exact"),
            "refused": mean(score, "refused") + mean(score, "missed"),
            "raised": score.raised,
            "wrong_ids": score.wrong,
            "kinds": {kind: dict(counts) for kind, counts in sorted(score.counts.items())},
            "reasons": dict(score.reasons),
            "ms": {kind: {"median": middle(v), "worst": max(v)} for kind, v in score.millis.items()},
        }
        for name, score in scores.items()
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--damage", type=int, default=0, help="also damage so many real edits in each way and form")
    parser.add_argument("--no-peers", action="store_true")
    options = parser.parse_args()
    rows = [
        row for name in CORPORA if (options.corpus / f"{name}.jsonl.xz").exists() for row in load(options.corpus, name)
    ]
    if options.damage:
        rows += damaged(options.corpus, options.damage)
    scores = {"Fretsaw": score_ours(rows)}
    if not options.no_peers:
        scores |= {name: score_peer(name, rows) for name in PEERS}
    text = markdown(scores)
    print(text)
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "edits.md").write_text(text, encoding="utf-8")
        (options.out / "edits.json").write_text(json.dumps(as_json(scores), indent=1), encoding="utf-8")
    return 1 if scores["Fretsaw"].wrong else 0


if __name__ == "__main__":
    sys.exit(main())
