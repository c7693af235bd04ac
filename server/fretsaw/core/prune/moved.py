"""Gives both halves of a move one verdict, and takes back what would lose or double a line. Knows no rule by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fretsaw.core.patch import Moves, find_missing
from fretsaw.core.patch.values import Change, PatchSet
from fretsaw.core.prune.scene import is_blank
from fretsaw.core.prune.values import Rule, Verdict


def without_halves(found: Mapping[int, str], rule: Rule, moves: Moves, ids: frozenset[int]) -> dict[int, str]:
    """What a rule found, without what only moved: that adds nothing. `ids`: of all changes that are part of a move."""
    if rule.moved:
        return dict(found)
    # What a rule found for one reason is one thing: a moved function with a new line in it is not half new.
    known = {reason for at, reason in found.items() if at in ids}
    inside = {at for at in found if at in moves.edits and found[at] in known}
    return {at: reason for at, reason in found.items() if at not in ids | inside}


def drop_whole(
    moves: Moves, changes: Mapping[int, Change], verdicts: Mapping[int, Verdict], rules: Mapping[str, Rule]
) -> dict[int, Verdict]:
    """The verdicts on what falls with a move: all of its code is dropped, or a part of it that nobody may change."""
    out: dict[int, Verdict] = {}
    for group in moves.groups:
        dropped = [at for at in sorted(group) if at in verdicts and verdicts[at].decision == "drop"]
        code = [at for at in group if not _is_blank(changes[at])]
        if not dropped or not (set(code) <= set(dropped) or any(rules[verdicts[at].rule].binding for at in dropped)):
            continue
        cause = verdicts[min(set(code) & set(dropped), default=dropped[0])]
        rest = moves.drop_with(group).difference(dropped)
        out |= {at: replace(cause, change=changes[at], decision="drop") for at in rest}
    return out


def take_back_halves(moves: Moves, changes: Sequence[Change], verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The dropped changes of which another half stays, with why they stay too."""
    kept = {change.id for change in changes if change.id not in verdicts or verdicts[change.id].decision != "drop"}
    return {at: _kept(verdicts[at], "half of a move of which the rest stays") for at in moves.keep_with(kept) - kept}


def take_back_lost(
    patch: PatchSet, changes: Sequence[Change], verdicts: Mapping[int, Verdict], rules: Mapping[str, Rule]
) -> dict[int, Verdict]:
    """The dropped changes without which a line would be lost or doubled, with why they stay."""
    dropped = {at: one for at, one in verdicts.items() if one.decision == "drop"}
    if not dropped:
        return {}
    same = {at for at, one in dropped.items() if rules[one.rule].layout}
    kept = {change.id for change in changes} - dropped.keys()
    missing = find_missing(patch, changes, kept, same)
    return {at: _kept(verdicts[at], "a line of it would be lost or doubled") for at in missing}


def _kept(verdict: Verdict, why: str) -> Verdict:
    return replace(verdict, decision="keep", reason=f"{verdict.reason}; kept: {why}")


def _is_blank(change: Change) -> bool:
    return change.hunk is not None and change.kind == "lines" and is_blank(change.hunk)
