"""Gives both halves of a move one verdict, and takes back what would lose or double a line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from posixpath import basename

from fretsaw.core.issue import Issue
from fretsaw.core.patch import Moves, find_missing, find_moves
from fretsaw.core.patch.defined_names import imported_names
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune.issue_topics import issue_topics
from fretsaw.core.prune.scene import hunks_of, is_blank, text
from fretsaw.core.prune.used_names import used
from fretsaw.core.prune.verdict import Rule, Verdict
from fretsaw.core.text.path_parts import path_parts

_COMMON = frozenset(["and", "are", "but", "for", "from", "has", "not", "return", "the", "this", "was", "with"])


@dataclass(frozen=True, slots=True)
class Halves:
    """The moves of a patch as rules have to know them."""

    moves: Moves
    ids: frozenset[int]
    """Of all changes that are part of a move."""
    asked: frozenset[int]
    """Of those that are part of a move for which the issue asks."""


def find_halves(patch: PatchSet, changes: Sequence[Change], issue: Issue) -> Halves:
    """The moves of a patch, and which of them the issue asks for: it speaks of moving, and of a word of theirs."""
    moves = find_moves(patch, changes)
    topics, named = issue_topics(issue).topics, used(issue.text.lower())
    by_id = {change.id: change for change in changes if change.hunk} if moves.groups and "move" in topics else {}
    asked_groups = (group for group in moves.groups if named & _words(by_id, group))
    return Halves(moves, moves.ids, frozenset[int]().union(*asked_groups))


def moves_asked_for(patch: PatchSet, changes: Sequence[Change], issue: Issue) -> frozenset[int]:
    """Ids of all changes that are part of a move, where the issue speaks of moving at all: prose may name no line."""
    return find_moves(patch, changes).ids if "move" in issue_topics(issue).topics else frozenset()


def _words(changes: Mapping[int, Change], group: Iterable[int]) -> set[str]:
    """Words of the lines of a move that do not stand in any text."""
    hunks = hunks_of(changes[at] for at in group if at in changes)
    moved_text = "".join(text(hunk.removed + hunk.added) for hunk in hunks)
    return {word for word in used(moved_text.lower()) - _COMMON if len(word) > 2}


def without_halves(found: Mapping[int, str], rule: Rule, halves: Halves) -> dict[int, str]:
    """Leave out of a rule's findings the lines that only moved: they add nothing."""
    if rule.binding and rule.moved:
        return dict(found)
    if rule.moved:
        return _without(found, halves.asked)
    # What a rule found for one reason is one thing: a moved function with a new line in it is not half new.
    reasons = {found[at] for at in halves.ids.intersection(found)}
    inside = {at for at in halves.moves.edits if found.get(at) in reasons}
    return _without(found, halves.ids | inside)


def _without(found: Mapping[int, str], ids: Collection[int]) -> dict[int, str]:
    """The findings but those on some changes, in their order."""
    return {at: reason for at, reason in found.items() if at not in ids}


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


def drop_importers(
    moves: Moves, changes: Sequence[Change], verdicts: Mapping[int, Verdict], rules: Mapping[str, Rule]
) -> dict[int, Verdict]:
    """The verdicts on what imports from a new file that nobody may add: without the file it would fail."""
    out: dict[int, Verdict] = {}
    by_id = {change.id: change for change in changes}
    stems = [path_parts(change.path).stem for change in changes]
    for cause in verdicts.values():
        if cause.decision != "drop" or cause.change.kind != "create" or not rules[cause.rule].binding:
            continue
        path = path_parts(cause.change.path)
        # Where two files have that name, the folder tells which is meant.
        wanted = {path.stem, basename(path.folder)} if stems.count(path.stem) > 1 else {path.stem}
        importers = {change.id for change in changes if change.kind == "lines" and _imports_from(change, wanted)}
        gone = moves.drop_with(importers) - verdicts.keys() if importers else frozenset[int]()
        out |= {at: replace(cause, change=by_id[at]) for at in gone}
    return out


def _imports_from(change: Change, words: Set[str]) -> bool:
    """Tell whether a change adds an import that holds all of these words."""
    added = change.hunk.added if change.hunk else ()
    return any(imported_names(line) and words <= used(line) for line in added)


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
    same = {at for at, one in dropped.items() if one.rule in rules and rules[one.rule].layout}
    kept = {change.id for change in changes} - dropped.keys()
    missing = find_missing(patch, changes, kept, same)
    return {at: _kept(verdicts[at], "a line of it would be lost or doubled") for at in missing}


def keep_whole(patch: PatchSet, verdicts: Sequence[Verdict], rules: Mapping[str, Rule]) -> tuple[Verdict, ...]:
    """Take back drops of a judge who knows no moves that would leave half of one. Verdicts are for all of
    `split(patch)`."""
    changes = [verdict.change for verdict in verdicts]
    moves = find_moves(patch, changes)
    by_id = {verdict.change.id: verdict for verdict in verdicts}
    while True:
        back = take_back_halves(moves, changes, by_id) or take_back_lost(patch, changes, by_id, rules)
        if not back:
            return tuple(by_id[change.id] for change in changes)
        by_id |= back


def _kept(verdict: Verdict, why: str) -> Verdict:
    return replace(verdict, decision="keep", reason=f"{verdict.reason}; kept: {why}")


def _is_blank(change: Change) -> bool:
    return change.hunk is not None and change.kind == "lines" and is_blank(change.hunk)
