"""Find which atomic changes of a patch break a rule, where `enforce` says which files do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fretsaw.core.issue.issue import Constraint
from fretsaw.core.ledger.enforce import enforce
from fretsaw.core.ledger.violation import Violation
from fretsaw.core.patch import assemble
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.snapshot import Snapshot

PLACES = frozenset({"only", "not", "no-new-file", "no-test-change", "tests-in"})
"""Kinds of rules on places: what breaks one can be taken out. The others are about what the code says, where a change
taken out alone would leave the rest broken."""


def breaking_changes(
    constraints: Iterable[Constraint], patch: PatchSet, changes: Sequence[Change], snapshot: Snapshot
) -> tuple[Mapping[int, Violation], tuple[Violation, ...]]:
    """(id of a change -> the rule on places that it breaks, violations of the other rules).

    A file that breaks a rule may hold changes that keep it: one that lies in the definition that may be changed.
    """
    rules = tuple(constraints)
    violations = enforce(rules, patch, snapshot)
    in_places = [each for each in violations if each.constraint.kind in PLACES]
    others = tuple(each for each in violations if each.constraint.kind not in PLACES)
    if not in_places:
        return {}, others
    by_path: dict[str, Violation] = {}
    for each in in_places:
        by_path.setdefault(each.path, each)
    places = tuple(rule for rule in rules if rule.kind in PLACES)
    found: dict[int, Violation] = {}
    for path, violation in by_path.items():
        own = [change for change in changes if change.path == path]
        found |= {change.id: violation for change in _guilty(places, patch, own, snapshot)}
    return found, others


def _guilty(rules: tuple[Constraint, ...], patch: PatchSet, own: list[Change], snapshot: Snapshot) -> list[Change]:
    """Those of a file's changes that break a rule alone; all of them where none does."""
    if len(own) == 1:
        return own
    return [change for change in own if _is_broken(rules, patch, change, snapshot)] or own


def _is_broken(rules: tuple[Constraint, ...], patch: PatchSet, change: Change, snapshot: Snapshot) -> bool:
    # With the other files of the patch around it, since a rule may name what one of them defines.
    others = tuple(file for file in patch.files if file.path != change.path)
    own = assemble(PatchSet(tuple(file for file in patch.files if file.path == change.path)), [change])
    whole = PatchSet(tuple(sorted((*own.files, *others), key=lambda file: file.path)))
    return any(each.path == change.path and each.constraint.kind in PLACES for each in enforce(rules, whole, snapshot))
