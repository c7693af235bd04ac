"""Give an edit that has not landed its verdict, by the turn's request and the state at the turn's start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from fretsaw.core.issue import Constraint, Issue
from fretsaw.core.patch import assemble, derive_set, find_moves
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune import Mode, Verdict, prune
from fretsaw.core.text.lines import split_lines

LATER = frozenset({"scratch-file", "unused-import", "unused-helper", "import-for-findings", "none-guard"})
"""Rules that the next edit of the same turn may prove wrong: they are asked at the turn's end."""


@dataclass(frozen=True, slots=True)
class Request:
    """The request and the rules that an edit is held against."""

    issue: Issue
    mode: Mode = "safe"
    scope: Constraint | None = None
    prefix: str = ""
    """The path from the repository's root to the folder that paths are relative to, with a `/`."""
    rules: tuple[Constraint, ...] = ()
    """The project's rules, on paths from the repository's root."""
    base: Mapping[str, str | None] | None = None
    """Path -> text at the turn's start (None: no such file), of the edit's files; None where that is not known."""


@dataclass(frozen=True, slots=True)
class JudgedEdit:
    """The part of an edit that stays, with what was dropped."""

    proposed: PatchSet
    patch: PatchSet
    dropped: tuple[Verdict, ...]


def judge_edit(before: Mapping[str, str | None], after: Mapping[str, str | None], request: Request) -> JudgedEdit:
    """Prune an edit; both have the texts of its files, None for no such file."""
    proposed = derive_set(before.get, after)
    pruned = prune(proposed, request.issue, request.mode, before.get)
    changes = [item.change for item in pruned.verdicts]
    drop = {item.change.id: item for item in pruned.verdicts if item.decision == "drop" and item.rule not in LATER}
    drop |= _forbidden(pruned.proposed, changes, before.get, request)
    if request.base is not None:
        drop = {at: item for at, item in drop.items() if not _mends_own_work(item.change, before, request.base)}
    keep = find_moves(pruned.proposed, changes).keep_with({change.id for change in changes} - drop.keys())
    stays = assemble(pruned.proposed, [change for change in changes if change.id in keep])
    return JudgedEdit(proposed, stays, tuple(item for at, item in drop.items() if at not in keep))


def _mends_own_work(change: Change, before: Mapping[str, str | None], base: Mapping[str, str | None]) -> bool:
    """Tell whether a change only takes back or rewrites lines that came in this turn, or brings back such as went."""
    if change.hunk is None or change.path not in base:
        return False
    now, then = (Counter(split_lines(texts.get(change.path) or "")) for texts in (before, base))
    if change.hunk.removed:
        return not Counter(change.hunk.removed) - (now - then)
    return bool(change.hunk.added) and not Counter(change.hunk.added) - (then - now)


def _forbidden(
    patch: PatchSet, changes: list[Change], read: Callable[[str], str | None], request: Request
) -> dict[int, Verdict]:
    """The changes that break a rule on places, of the request or of the declared scope."""
    rules = request.issue.constraints
    if not (rules or request.rules) and request.scope is None:
        return {}
    from fretsaw.core.ledger.per_change import breaking_changes
    from fretsaw.core.snapshot import Snapshot

    snapshot = Snapshot(None, patch.paths, read)
    by_rule, _ = breaking_changes(rules, patch, changes, snapshot)
    reasons = {at: ("forbidden", each.for_person) for at, each in by_rule.items()}
    if request.rules:
        whole = PatchSet(tuple(replace(file, path=request.prefix + file.path) for file in patch.files))
        placed = [replace(change, path=request.prefix + change.path) for change in changes]
        seen = Snapshot(None, whole.paths, lambda path: read(path[len(request.prefix) :]))
        by_project, _ = breaking_changes(request.rules, whole, placed, seen)
        reasons |= {at: ("forbidden", each.for_person) for at, each in by_project.items()}
    if request.scope is not None:
        from fretsaw.core.ledger.reach import Reach

        reach = Reach(request.scope.targets, patch, snapshot)
        told = f"outside the declared scope ({request.scope.text})"
        outside = [change for change in changes if not reach.file(request.prefix + change.path)]
        reasons |= {change.id: ("scope", told) for change in outside}
    by_id = {change.id: change for change in changes}
    return {at: Verdict(by_id[at], "drop", rule, reason) for at, (rule, reason) in reasons.items()}
