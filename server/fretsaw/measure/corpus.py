"""Rows of a corpus of right patches with labelled noise: read, scored, summed up, shown.

A row is a JSON object as shared/corpus describes it: `files`, `expect`, `noisy` (path → text), `issue`, `reply` (for
its mode lines), `kind`, `class`, `must`.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fretsaw.core.issue import parse
from fretsaw.core.prune.verdict import Mode, Verdict
from fretsaw.measure.score import Rate, RightAnswer, Score, extraneous_rate, score

_MODE = re.compile(r"^diff --git a/(\S+) b/\S+\n(?:.*\n)??old mode (\d+)\nnew mode (\d+)", re.MULTILINE)
_COUNTS = ("gold", "gold_dropped", "gold_flagged", "extraneous", "dropped", "flagged", "exact")


@dataclass(frozen=True, slots=True)
class Scored:
    """One row and what pruning made of it."""

    kind: str
    group: str
    """The row's class: A provable noise, B noise that is not provable, N none."""
    must: str
    score: Score
    verdicts: tuple[Verdict, ...]
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Return True if the row's target is met: the right text, or for `exact-or-flagged` all noise named or gone."""
        if self.must == "exact-or-flagged":
            named = self.score.extraneous <= self.score.dropped + self.score.flagged
            return self.score.exact_unflagged or (self.score.gold_dropped == 0 and named)
        return self.score.exact


def answer_of(row: Mapping[str, Any]) -> RightAnswer:
    """The row as texts. KeyError when it lacks a field."""
    modes = {path: (old, new) for path, old, new in _MODE.findall(row["reply"])}
    paths = {*row["files"], *row["noisy"], *row["expect"], *modes}
    before = {path: row["files"].get(path) for path in paths}
    return RightAnswer(before, row["noisy"], row["expect"], parse(row["issue"]), modes)


def scored(row: Mapping[str, Any], mode: Mode, seconds: float = 0.0) -> Scored:
    """The row pruned and counted; `seconds` is what the caller measured, if it did."""
    told, verdicts = score(answer_of(row), mode)
    return Scored(row["kind"], row.get("class", "?"), row["must"], told, verdicts, seconds)


def summary(rows: Sequence[Scored]) -> dict[str, Any]:
    """Counts by class and kind, milliseconds, and the extraneous rate before and after, ready for JSON."""
    kinds: dict[str, list[Scored]] = defaultdict(list)
    groups: dict[str, list[Scored]] = defaultdict(list)
    for row in rows:
        kinds[row.kind].append(row)
        groups[row.group].append(row)
    times = sorted(row.seconds * 1000 for row in rows) or [0.0]
    scores = [row.score for row in rows]
    return {
        "classes": {name: _counts(part) for name, part in sorted(groups.items())},
        "kinds": {name: _counts(part) for name, part in sorted(kinds.items())},
        "milliseconds": {
            "median": round(statistics.median(times), 1),
            "p95": round(times[max(int(len(times) * 0.95) - 1, 0)], 1),
            "max": round(times[-1], 1),
        },
        "extraneous_rate": {
            "proposed": _rate(extraneous_rate(scores, delivered=False)),
            "delivered": _rate(extraneous_rate(scores)),
        },
    }


def markdown(mode: str, report: Mapping[str, Any]) -> str:
    """The summary as a table, false drops first."""
    head = ["rows", *(name.replace("_", " ") for name in _COUNTS), "on target"]
    lines = [f"## --prune {mode}", "", "| class or kind | " + " | ".join(head) + " |", "|---" * (len(head) + 1) + "|"]
    for name, one in [*report["classes"].items(), *report["kinds"].items()]:
        cells = [one.get(key, 0) for key in ("rows", *_COUNTS[:-1])]
        shares = [f"{one.get(key, 0) / one['rows']:.1%}" for key in ("exact", "good")]
        lines.append(f"| {name} | " + " | ".join(map(str, [*cells, *shares])) + " |")
    times = report["milliseconds"]
    lines += [
        "",
        f"prune, processor ms: median {times['median']}, p95 {times['p95']}, worst {times['max']}",
    ]
    for name, one in report["extraneous_rate"].items():
        lines.append(f"extraneous rate {name}: {one['share']:.2%} (95 %: {one['low']:.2%} to {one['high']:.2%})")
    return "\n".join([*lines, ""])


def _counts(part: Sequence[Scored]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for row in part:
        for name in _COUNTS:
            total[name] += getattr(row.score, name)
        total["rows"] += 1
        total["good"] += row.good
        total["altered"] += row.must == "keep" and not row.score.exact
    return dict(total)


def _rate(rate: Rate) -> dict[str, Any]:
    return {"share": round(rate.share, 4), "low": round(rate.low, 4), "high": round(rate.high, 4), "of": rate.whole}
