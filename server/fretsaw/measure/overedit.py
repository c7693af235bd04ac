"""Over-editing of systems by kinds that right patches do not have: shares with intervals, beside the same for gold.

docs/overedit.md defines the measure and names its weak points.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from fretsaw.errors import UsageError
from fretsaw.measure.overedit_kinds import KINDS
from fretsaw.measure.score import Rate, rate
from fretsaw.measure.unified_diff import read_diff

GOLD = "gold"
LEAST_PATCHES = 20
"""Patches of a system below which it is not compared with others."""


@dataclass(frozen=True, slots=True)
class SystemShare:
    """The patches of one system."""

    name: str
    any_kind: Rate
    """Patches with one at least of the kinds that count."""
    by_kind: Mapping[str, Rate]
    shared: int = 0
    """Patches that another system has line for line, too."""


@dataclass(frozen=True, slots=True)
class Overedit:
    """The measure of several systems."""

    systems: tuple[SystemShare, ...]
    """By name: no ranking."""
    gold: SystemShare
    """The right patches of all instances."""
    counted: tuple[str, ...] = ()
    """The kinds that count: those that systems have more often than gold, by intervals that do not overlap."""
    skipped: tuple[tuple[str, int], ...] = ()
    """(reason, predictions that were not counted)."""

    @property
    def apart(self) -> tuple[tuple[str, str], ...]:
        """(fewer, more): pairs of systems whose intervals do not overlap."""
        pairs = []
        compared = [each for each in self.systems if each.any_kind.whole >= LEAST_PATCHES]
        for one, other in combinations(compared, 2):
            less, more = sorted((one, other), key=lambda each: each.any_kind.share)
            if less.any_kind.high < more.any_kind.low:
                pairs.append((less.name, more.name))
        return tuple(pairs)


def measure_overedit(predictions: Path, instances: Path) -> Overedit:
    """Measure the predictions (`instance_id`, `model_name_or_path`, `model_patch`; `resolved: false` is left out)
    against the gold patches (`patch`, `test_patch`) of the same instances. UsageError for a file of another form."""
    gold = {str(row["instance_id"]): row for row in _rows(instances, ("instance_id", "patch"))}
    patches: dict[str, dict[str, str]] = defaultdict(dict)
    skipped: dict[str, int] = defaultdict(int)
    for row in _rows(predictions, ("instance_id", "model_name_or_path", "model_patch")):
        reason = _reason_to_skip(row, gold)
        if reason:
            skipped[reason] += 1
        else:
            patches[str(row["model_name_or_path"])][str(row["instance_id"])] = str(row["model_patch"])
    shared = _shared(patches)
    found = {name: [kinds_of(patch) for patch in rows.values()] for name, rows in sorted(patches.items())}
    golden = [kinds_of(f"{row['patch']}\n{row.get('test_patch') or ''}") for row in gold.values()]
    counted = _counted([kinds for rows in found.values() for kinds in rows], golden)
    return Overedit(
        tuple(_share(name, rows, counted, shared[name]) for name, rows in found.items()),
        _share(GOLD, golden, counted, 0),
        counted,
        tuple(sorted(skipped.items())),
    )


def kinds_of(patch: str) -> frozenset[str]:
    """The kinds that a patch has."""
    files = read_diff(patch)
    return frozenset(kind for kind, has in KINDS.items() if any(map(has, files)))


def _reason_to_skip(row: Mapping[str, Any], gold: Mapping[str, Any]) -> str:
    if row.get("resolved") is False:
        return "not resolved"
    if row["instance_id"] not in gold:
        return "no such instance"
    return "" if str(row["model_patch"] or "").strip() else "empty"


def _counted(found: Sequence[frozenset[str]], golden: Sequence[frozenset[str]]) -> tuple[str, ...]:
    return tuple(kind for kind in KINDS if _rate_of(kind, found).low > _rate_of(kind, golden).high)


def _rate_of(kind: str, found: Sequence[frozenset[str]]) -> Rate:
    return rate(sum(kind in kinds for kinds in found), len(found))


def _share(name: str, found: Sequence[frozenset[str]], counted: tuple[str, ...], shared: int) -> SystemShare:
    by_kind = {kind: _rate_of(kind, found) for kind in KINDS}
    any_kind = rate(sum(not kinds.isdisjoint(counted) for kinds in found), len(found))
    return SystemShare(name, any_kind, by_kind, shared)


def _shared(patches: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """System -> how many of its patches change the same lines as another system's patch of the same instance."""
    owners: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, rows in patches.items():
        for instance, patch in rows.items():
            owners[instance, _essence(patch)].add(name)
    counts = dict.fromkeys(patches, 0)
    for names in owners.values():
        for name in names if len(names) > 1 else ():
            counts[name] += 1
    return counts


def _essence(patch: str) -> str:
    """The changed lines without their context, which tools cut differently."""
    lines = [
        f"{file.path}\n{line}" for file in read_diff(patch) for hunk in file.hunks for line in hunk if line[0] != " "
    ]
    return "\n".join(lines)


def _rows(path: Path, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    # Not splitlines: a patch may hold U+2028 and the like, which JSON need not escape.
    for number, line in enumerate(path.read_text("utf-8", "replace").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise UsageError(f"{path}:{number}: not JSON") from None
        if not isinstance(row, dict) or not all(key in row for key in keys):
            raise UsageError(f"{path}:{number}: a row needs {', '.join(keys)}")
        rows.append(row)
    return rows
