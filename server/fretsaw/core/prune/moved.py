"""Gives both halves of a move one verdict, and takes back what would lose or double a line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import chain
from posixpath import basename

from fretsaw.core.issue import Issue
from fretsaw.core.patch import Moves, find_missing, find_moves
from fretsaw.core.patch.defined_names import imported_names
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune.issue_topics import issue_topics
from fretsaw.core.prune.scene import added_lines, ids_of, is_code, removed_lines
from fretsaw.core.prune.used_names import used
from fretsaw.core.prune.verdict import Rule, Verdict, dropped_changes, taken_back
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
    speaks_of_moving = "move" in issue_topics(issue).topics
    asked = _asked_ids(moves, changes, issue) if speaks_of_moving else frozenset[int]()
    return Halves(moves, moves.ids, asked)


def _asked_ids(moves: Moves, changes: Sequence[Change], issue: Issue) -> frozenset[int]:
    """The changes of the moves in whose lines there is a word of the issue."""
    issue_words = used(issue.text.lower())
    by_id = {change.id: change for change in changes}
    asked_groups = [group for group in moves.groups if issue_words & _words(by_id[at] for at in group)]
    return frozenset[int]().union(*asked_groups)


def moves_asked_for(patch: PatchSet, changes: Sequence[Change], issue: Issue) -> frozenset[int]:
    """Ids of all changes that are part of a move, where the issue speaks of moving at all: prose may name no line."""
    return find_moves(patch, changes).ids if "move" in issue_topics(issue).topics else frozenset()


def _words(changes: Iterable[Change]) -> set[str]:
    """Words of the lines of a move that do not stand in any text."""
    moved_lines = chain.from_iterable(removed_lines(change) + added_lines(change) for change in changes)
    words = used("".join(moved_lines).lower())
    return {word for word in words - _COMMON if len(word) > 2}


def without_halves(found: Mapping[int, str], rule: Rule, halves: Halves) -> dict[int, str]:
    """Leave out of a rule's findings the lines that only moved: they add nothing."""
    if rule.moved:
        return dict(found) if rule.binding else _without(found, halves.asked)
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
    all_dropped = ids_of(dropped_changes(changes.values(), verdicts))
    for group in moves.groups:
        dropped = sorted(group & all_dropped)
        if not dropped:
            continue
        code = {at for at in group if not _is_blank(changes[at])}
        is_bound = any(rules[verdicts[at].rule].binding for at in dropped)
        if is_bound or code.issubset(dropped):
            cause = verdicts[min(code.intersection(dropped), default=dropped[0])]
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
        if not _forbids_file(cause, rules):
            continue
        wanted = _words_of_import(cause.change.path, stems)
        importers = ids_of(change for change in changes if _imports_from(change, wanted))
        gone = moves.drop_with(importers) - verdicts.keys()
        out |= {at: replace(cause, change=by_id[at]) for at in gone}
    return out


def _forbids_file(verdict: Verdict, rules: Mapping[str, Rule]) -> bool:
    """Tell whether a verdict drops a new file because nobody may add it."""
    is_new_file = verdict.change.kind == "create"
    return is_new_file and verdict.decision == "drop" and rules[verdict.rule].binding


def _words_of_import(path: str, stems: Sequence[str]) -> set[str]:
    """The words of an import from a file; where two files have its name, the folder tells which is meant."""
    parts = path_parts(path)
    is_clear = stems.count(parts.stem) <= 1
    return {parts.stem} if is_clear else {parts.stem, basename(parts.folder)}


def _imports_from(change: Change, words: Set[str]) -> bool:
    """Tell whether a change of lines adds an import that holds all of these words."""
    lines = added_lines(change) if change.kind == "lines" else ()
    return any(words <= used(line) for line in filter(imported_names, lines))


def take_back(
    patch: PatchSet,
    changes: Sequence[Change],
    verdicts: Mapping[int, Verdict],
    *,
    moves: Moves,
    rules: Mapping[str, Rule],
) -> dict[int, Verdict]:
    """Some dropped changes that have to stay, with why: halves of moves, else lines that would be lost. None: all is
    well."""
    halves = _take_back_halves(moves, changes, verdicts)
    return halves or _take_back_lost(patch, changes, verdicts, rules)


def _take_back_halves(moves: Moves, changes: Sequence[Change], verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The dropped changes of which another half stays, with why they stay too."""
    dropped = ids_of(dropped_changes(changes, verdicts))
    staying = moves.keep_with(ids_of(changes) - dropped)
    return taken_back(verdicts, staying & dropped, why_kept=": half of a move of which the rest stays")


def _take_back_lost(
    patch: PatchSet, changes: Sequence[Change], verdicts: Mapping[int, Verdict], rules: Mapping[str, Rule]
) -> dict[int, Verdict]:
    """The dropped changes without which a line would be lost or doubled, with why they stay."""
    dropped = dropped_changes(changes, verdicts)
    if not dropped:
        return {}
    layout_rules = {name for name, rule in rules.items() if rule.layout}
    layout = ids_of(change for change in dropped if verdicts[change.id].rule in layout_rules)
    kept = ids_of(changes) - ids_of(dropped)
    missing = find_missing(patch, changes, kept, layout)
    return taken_back(verdicts, missing, why_kept=": a line of it would be lost or doubled")


def _is_blank(change: Change) -> bool:
    """Tell whether a change adds or removes blank lines and no others."""
    lines = removed_lines(change) + added_lines(change)
    return change.kind == "lines" and not is_code(lines)
