"""Asks every rule about every file and gives each change its verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Literal

from fretsaw.core.issue import Issue
from fretsaw.core.patch import assemble, split
from fretsaw.core.patch.patch_set import Change, FilePatch, Hunk, PatchSet
from fretsaw.core.prune.closure import explained
from fretsaw.core.prune.droppable import Droppable, scenes_of
from fretsaw.core.prune.moved import Halves, drop_importers, drop_whole, find_halves, without_halves
from fretsaw.core.prune.restyle import restyled
from fretsaw.core.prune.rules import RULES
from fretsaw.core.prune.scene import Scene, changes_but
from fretsaw.core.prune.verdict import Mode, Pruned, Rule, Verdict

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
        return Pruned(patch, tuple(map(_unspoken, split(patch))), patch)
    known = _Known(issue, mode, read, find)
    scenes, verdicts = _verdicts(patch, known)
    styled = _in_old_style(scenes, verdicts)
    if styled:
        as_written = {_place(verdict) for verdict in verdicts}
        patch = PatchSet(tuple(styled.get(file.path, file) for file in patch.files))
        meanings = {path: scenes[path].text_after for path in styled}
        scenes, verdicts = _verdicts(patch, known, meanings)
        verdicts = tuple(one if _place(one) in as_written else _with_style_as_reason(one) for one in verdicts)
    if len(verdicts) <= MOST_CHANGES:
        verdicts = explained(scenes, verdicts, issue)
    kept = [verdict.change for verdict in verdicts if verdict.decision != "drop"]
    drops_nothing = len(kept) == len(verdicts)
    return Pruned(patch if drops_nothing else assemble(patch, kept), verdicts, patch)


def _unspoken(change: Change) -> Verdict:
    """The verdict on a change of which no rule spoke."""
    return Verdict(change, "keep", rule="", reason="")


def _place(verdict: Verdict) -> tuple[str, Hunk | None]:
    return verdict.change.path, verdict.change.hunk


@dataclass(frozen=True, slots=True)
class _Known:
    """Facts beside the patch that the rules may ask for."""

    issue: Issue
    mode: Mode
    read: Callable[[str], str | None] | None
    find: Callable[[str], Iterable[str]] | None


def _verdicts(
    patch: PatchSet, known: _Known, meanings: Mapping[str, str] = MappingProxyType({})
) -> tuple[dict[str, Scene], tuple[Verdict, ...]]:
    changes = split(patch)
    by_id = {change.id: change for change in changes}
    halves = find_halves(patch, changes, known.issue)
    verdicts: dict[int, Verdict] = {}
    scenes = scenes_of(patch, changes, known.issue, known.read, known.find, meanings)
    for scene in scenes.values():
        for at, (rule, reason) in _found(scene, halves).items():
            decision = _decision(RULES[rule], known.mode)
            verdicts[at] = Verdict(by_id[at], decision, rule, reason)
    verdicts |= drop_whole(halves.moves, by_id, verdicts, RULES)
    verdicts |= drop_importers(halves.moves, changes, verdicts, RULES)
    verdicts = Droppable(patch, changes, scenes, halves.moves).close(verdicts)
    return scenes, tuple(verdicts.get(change.id) or _unspoken(change) for change in changes)


def _decision(rule: Rule, mode: Mode) -> Literal["drop", "flag"]:
    """Decide on what a rule found: drop what it proves, and in strict mode what is only likely, too."""
    drops_likely = mode == "strict" and not rule.advisory
    return "drop" if rule.provable or drops_likely else "flag"


def _with_style_as_reason(verdict: Verdict) -> Verdict:
    """The verdict on a change that was rewritten in the style of its file, with that as its reason if it has none."""
    reason = verdict.reason or "written in the style of its file, which the reply had reformatted"
    return replace(verdict, reason=reason)


def _in_old_style(scenes: Mapping[str, Scene], verdicts: tuple[Verdict, ...]) -> dict[str, FilePatch]:
    """Path → patch, of files that were formatted anew and in which something stays; that is written as the file was."""
    layout: dict[str, list[Change]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.decision == "drop" and RULES[verdict.rule].layout:
            layout[verdict.change.path].append(verdict.change)
    styled: dict[str, FilePatch] = {}
    for path, scene in scenes.items():
        is_small = len(scene.changes) <= MOST_CHANGES
        file = restyled(scene, layout[path]) if is_small else None
        if file is not None:
            styled[path] = file
    return styled


def _found(scene: Scene, halves: Halves) -> Mapping[int, tuple[str, str]]:
    """id → (rule, reason) of the first rule that speaks of a change."""
    findings: dict[int, tuple[str, str]] = {}
    is_large = _is_large(scene)
    for name, rule in RULES.items():
        if is_large and not rule.cheap:
            continue
        open_changes = tuple(changes_but(scene.changes, findings))
        if not open_changes:
            break
        reasons = without_halves(rule.judge(scene, open_changes), rule, halves)
        findings |= {at: (name, reason) for at, reason in reasons.items()}
        scene.judged.update(dict.fromkeys(reasons, (name, rule.provable)))
    return findings


def _is_large(scene: Scene) -> bool:
    """Tell whether a file is changed so much that only cheap rules are asked."""
    added_lines = chain.from_iterable(hunk.added for hunk in scene.file.hunks)
    most_text = max(len(scene.text_before), sum(map(len, added_lines)))
    return len(scene.changes) > MOST_CHANGES or most_text > MOST_TEXT
