"""Asks every rule about every file and gives each change its verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from fretsaw.core.issue import Issue
from fretsaw.core.patch import Moves, assemble, split
from fretsaw.core.patch.patch_set import Change, FilePatch, PatchSet
from fretsaw.core.prune.closure import explained, needed, used_by_kept
from fretsaw.core.prune.moved import (
    Halves,
    drop_importers,
    drop_whole,
    find_halves,
    keep_whole,
    take_back_halves,
    take_back_lost,
    without_halves,
)
from fretsaw.core.prune.restyle import restyled
from fretsaw.core.prune.rules import RULES
from fretsaw.core.prune.scene import Scene
from fretsaw.core.prune.tear import torn
from fretsaw.core.prune.verdict import Mode, Pruned, Verdict

MOST_CHANGES = 3_000
MOST_TEXT = 1_000_000
"""Changes and characters of a file up to which all rules are asked: no answer to an issue is larger."""


def prune(
    patch: PatchSet,
    issue: Issue,
    mode: Mode = "safe",
    read: Callable[[str], str | None] | None = None,
    find: Callable[[str], Iterable[str]] | None = None,
) -> Pruned:
    """A verdict on every atomic change of the patch, and the patch of those that stay.

    `read` gives the text of any path of the snapshot, `find` the paths that hold a word, where there is one to ask. It
    never fails, what it leaves parses where the whole patch did, and no line is lost that the whole patch keeps.
    """
    if mode == "off":
        return Pruned(patch, tuple(Verdict(change, "keep", "", "") for change in split(patch)), patch)
    known = _Known(issue, mode, read, find)
    scenes, verdicts = _verdicts(patch, known)
    styled = _in_old_style(scenes, verdicts)
    if styled:
        as_written = {(one.change.path, one.change.hunk) for one in verdicts}
        patch = PatchSet(tuple(styled.get(file.path, file) for file in patch.files))
        meanings = {path: "".join(scenes[path].after) for path in styled}
        scenes, verdicts = _verdicts(patch, known, meanings)
        verdicts = tuple(one if (one.change.path, one.change.hunk) in as_written else _said(one) for one in verdicts)
    if len(verdicts) <= MOST_CHANGES:
        verdicts = explained(patch, verdicts, issue)
    kept = [verdict.change for verdict in verdicts if verdict.decision != "drop"]
    return Pruned(patch if len(kept) == len(verdicts) else assemble(patch, kept), verdicts, patch)


@dataclass(frozen=True, slots=True)
class _Known:
    """Facts beside the patch that the rules may ask for."""

    issue: Issue
    mode: Mode
    read: Callable[[str], str | None] | None
    find: Callable[[str], Iterable[str]] | None


def keep_moves_whole(patch: PatchSet, verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """Return the verdicts after a judge who knows no moves: no drop of theirs leaves half of one."""
    return keep_whole(patch, verdicts, RULES)


def _verdicts(
    patch: PatchSet, known: _Known, meanings: Mapping[str, str] = MappingProxyType({})
) -> tuple[dict[str, Scene], tuple[Verdict, ...]]:
    changes = split(patch)
    halves = find_halves(patch, changes, known.issue)
    verdicts: dict[int, Verdict] = {}
    scenes = _scenes(patch, changes, known, meanings)
    for scene in scenes.values():
        for at, (rule, reason) in _found(scene, halves).items():
            drops = RULES[rule].provable or (known.mode == "strict" and not RULES[rule].advisory)
            decision: Literal["drop", "flag"] = "drop" if drops else "flag"
            verdicts[at] = Verdict(_by_id(scene, at), decision, rule, reason)
    verdicts |= drop_whole(halves.moves, {change.id: change for change in changes}, verdicts, RULES)
    verdicts |= drop_importers(halves.moves, changes, verdicts, RULES)
    _take_back(patch, changes, scenes, halves.moves, verdicts)
    return scenes, tuple(verdicts.get(change.id, Verdict(change, "keep", "", "")) for change in changes)


def _take_back(
    patch: PatchSet,
    changes: tuple[Change, ...],
    scenes: Mapping[str, Scene],
    moves: Moves,
    verdicts: dict[int, Verdict],
) -> None:
    """Keep what the parse, something kept, the other half of a move or the law of lines needs, and what that needs."""
    while True:
        for scene in scenes.values():
            verdicts |= needed(scene, verdicts)
            verdicts |= torn(scene, verdicts)
        verdicts |= used_by_kept(scenes, changes, verdicts)
        if not moves.groups:
            return  # no line both goes and comes, so none can be lost
        back = take_back_halves(moves, changes, verdicts) or take_back_lost(patch, changes, verdicts, RULES)
        if not back:
            return
        verdicts |= back


def _said(verdict: Verdict) -> Verdict:
    reason = verdict.reason or "written in the style of its file, which the reply had reformatted"
    return replace(verdict, reason=reason)


def _in_old_style(scenes: Mapping[str, Scene], verdicts: tuple[Verdict, ...]) -> dict[str, FilePatch]:
    """Path → patch, of files that were formatted anew and in which something stays; that is written as the file was."""
    layout: dict[str, list[Change]] = {}
    for one in verdicts:
        if one.decision == "drop" and RULES[one.rule].layout:
            layout.setdefault(one.change.path, []).append(one.change)
    small = {path: scene for path, scene in scenes.items() if len(scene.changes) <= MOST_CHANGES}
    found = {path: restyled(scene, layout.get(path, ())) for path, scene in small.items()}
    return {path: file for path, file in found.items() if file is not None}


def _scenes(
    patch: PatchSet,
    changes: tuple[Change, ...],
    known: _Known,
    meanings: Mapping[str, str],
) -> dict[str, Scene]:
    by_path: dict[str, list[Change]] = {}
    for change in changes:
        by_path.setdefault(change.path, []).append(change)
    return {
        file.path: Scene(
            file,
            tuple(by_path.get(file.path, ())),
            patch,
            known.issue,
            known.read,
            known.find,
            meanings.get(file.path),
        )
        for file in patch.files
    }


def _found(scene: Scene, halves: Halves) -> Mapping[int, tuple[str, str]]:
    """id → (rule, reason) of the first rule that speaks of a change."""
    out: dict[int, tuple[str, str]] = {}
    size = max(len(scene.file.before or ""), sum(len(line) for hunk in scene.file.hunks for line in hunk.added))
    large = len(scene.changes) > MOST_CHANGES or size > MOST_TEXT
    for name, rule in RULES.items():
        if large and not rule.cheap:
            continue
        open_changes = tuple(change for change in scene.changes if change.id not in out)
        if not open_changes:
            break
        found = without_halves(rule.judge(scene, open_changes), rule, halves)
        out |= {at: (name, reason) for at, reason in found.items()}
        scene.judged.update(dict.fromkeys(found, (name, rule.provable)))
    return out


def _by_id(scene: Scene, at: int) -> Change:
    return next(change for change in scene.changes if change.id == at)
