"""Fit the weights of `core/context/weights.py` to the fixes of real issues.

    python bench/context_fit.py INSTANCES.jsonl REPOSITORIES --cache FILE [--most 25] [--write]

INSTANCES and REPOSITORIES are those of `bench/context_instances.py`. Each instance is a choice among the chunks of its
candidate files: the weights make those that the fix changes likely (softmax, Adam, a pull towards 0). Prints the share
of instances of which all changed chunks fit into each budget, for each repository with weights that are fitted without
it; `--write` writes the file. `--cache` keeps the features between runs. Knows no model.
"""

from __future__ import annotations

import argparse
import math
import pickle
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from context_instances import Instance, instances, snapshot_at

from fretsaw.core.context import weights as written
from fretsaw.core.context.candidates import candidates
from fretsaw.core.context.choose import unfit
from fretsaw.core.context.features import Described, describe

FEATURES = tuple(written.WEIGHTS)
_MOST_FILES = 110
_PULL = 0.002
_STEPS = 300
_RATE = 0.05
_OTHERS = 250
"""Chunks of an instance, of those that the fix does not change, that a step looks at: the hardest under the present
weights."""
_BUDGETS = (8_000, 24_000, 64_000, 200_000)
_OVERHEAD = 25


@dataclass(frozen=True)
class Row:
    """One instance as numbers."""

    id: str
    repository: str
    features: list[list[float]]
    tokens: list[int]
    files: list[str]
    gold: list[list[int]]
    """For each changed line the chunks that show it; empty where none does."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", type=Path)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--most", type=int, default=25, help="instances of one repository at most")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rows = _rows(options.instances, options.repositories, options.most, options.cache)
    print(f"{len(rows)} instances; the changed chunks are among the candidates of {sum(map(_reachable, rows))}")
    for name in sorted({row.repository for row in rows}):
        others = fit([row for row in rows if row.repository != name])
        report(name, [row for row in rows if row.repository == name], others)
    weights = fit(rows)
    report("all, as fitted", rows, weights)
    for name, weight in zip(FEATURES, weights, strict=True):
        print(f"  {name:32}{weight:8.3f}")
    if options.write:
        _write(weights)
    return 0


def _rows(file: Path, repositories: Path, most: int, cache: Path) -> list[Row]:
    if cache.exists():
        found: list[Row] = pickle.loads(cache.read_bytes())  # written by this command
        return found
    rows = []
    for one in instances(file, most):
        start = time.process_time()
        found_files = candidates(one.issue, snapshot_at(one, repositories), (), _MOST_FILES, unfit)
        described = describe(found_files)
        rows.append(_row(one, described))
        print(one.id, len(described), round(time.process_time() - start, 2), file=sys.stderr, flush=True)
    cache.write_bytes(pickle.dumps(rows))
    return rows


def _row(one: Instance, described: list[Described]) -> Row:
    gold = [
        [at for at, each in enumerate(described) if each.chunk.path == path and _shows(each, line)]
        for path, lines in one.gold_code.items()
        for line in lines
    ]
    return Row(
        one.id,
        one.repository,
        [[each.values.get(name, 0.0) for name in FEATURES] for each in described],
        [each.tokens for each in described],
        [each.chunk.path for each in described],
        gold,
    )


def _shows(each: Described, line: int) -> bool:
    return each.chunk.first <= line <= each.chunk.last + 1


def _reachable(row: Row) -> bool:
    return all(row.gold)


def fit(rows: list[Row]) -> list[float]:
    """The weights under which the changed chunks are likeliest."""
    weights = [written.WEIGHTS.get(name, 0.0) for name in FEATURES]
    mean, square = [0.0] * len(weights), [0.0] * len(weights)
    hard = [(row, _hardest(row, weights)) for row in rows if any(row.gold)]
    for step in range(1, _STEPS + 1):
        if step % 60 == 0:
            hard = [(row, _hardest(row, weights)) for row, _ in hard]
        slope = [_PULL * weight for weight in weights]
        for row, shown in hard:
            _add_slope(slope, row, shown, weights, 1 / len(hard))
        for at, value in enumerate(slope):
            mean[at] = 0.9 * mean[at] + 0.1 * value
            square[at] = 0.98 * square[at] + 0.02 * value * value
            move = mean[at] / (1 - 0.9**step) / (math.sqrt(square[at] / (1 - 0.98**step)) + 1e-8)
            weights[at] -= _RATE * (1.0 if step < _STEPS * 2 / 3 else 0.2) * move
    return weights


def _hardest(row: Row, weights: list[float]) -> list[int]:
    scores = _scores(row, weights)
    gold = {at for ats in row.gold for at in ats}
    others = sorted((at for at in range(len(scores)) if at not in gold), key=lambda at: -scores[at])
    return [*sorted(gold), *others[:_OTHERS]]


def _scores(row: Row, weights: list[float]) -> list[float]:
    return [sum(map(float.__mul__, weights, features)) for features in row.features]


def _add_slope(slope: list[float], row: Row, shown: list[int], weights: list[float], share: float) -> None:
    """Add the slope of minus the logarithm of the likelihood of the row's changed chunks."""
    features = [row.features[at] for at in shown]
    scores = [sum(map(float.__mul__, weights, each)) for each in features]
    top = max(scores)
    likely = [math.exp(score - top) for score in scores]
    total = sum(likely)
    gold = {at for ats in row.gold for at in ats}
    for at, value, each in zip(shown, likely, features, strict=True):
        excess = share * (value / total - (1 / len(gold) if at in gold else 0.0))
        if abs(excess) > 1e-9:
            for index, number in enumerate(each):
                if number:
                    slope[index] += excess * number


def report(name: str, rows: list[Row], weights: list[float]) -> None:
    """Print the share of rows of which every changed line fits into each budget."""
    cells = [f"{100 * sum(_solved(row, weights, budget) for row in rows) / len(rows):7.1f}" for budget in _BUDGETS]
    print(f"{name:28}{len(rows):4}" + "".join(cells), flush=True)


def _solved(row: Row, weights: list[float], budget: int, power: float = 0.75) -> bool:
    scores = _scores(row, weights)
    order = sorted(range(len(scores)), key=lambda at: power * math.log(row.tokens[at] + _OVERHEAD) - scores[at])
    left, taken = budget, set()
    for at in order:
        cost = row.tokens[at] + _OVERHEAD
        if cost <= left:
            left -= cost
            taken.add(at)
    return all(any(at in taken for at in ats) for ats in row.gold)


def _write(weights: list[float]) -> None:
    file = Path(written.__file__)
    head, _, rest = file.read_text("utf-8").partition("WEIGHTS: Mapping[str, float] = {\n")
    rows = "".join(f'    "{name}": {weight:.3f},\n' for name, weight in zip(FEATURES, weights, strict=True))
    file.write_text(f"{head}WEIGHTS: Mapping[str, float] = {{\n{rows}{rest[rest.index('}') :]}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
