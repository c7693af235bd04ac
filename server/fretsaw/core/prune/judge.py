"""Asks every rule about every file and gives each change its verdict. Knows no rule by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from fretsaw.core.issue import Issue
from fretsaw.core.patch import assemble, split
from fretsaw.core.patch.values import Change, PatchSet
from fretsaw.core.prune.closure import explained, needed, used_by_kept
from fretsaw.core.prune.rules import RULES
from fretsaw.core.prune.scene import Scene
from fretsaw.core.prune.values import Mode, Pruned, Verdict

MOST_CHANGES = 3_000
MOST_TEXT = 1_000_000
"""Changes and characters of a file up to which all rules are asked: no answer to an issue is larger."""


def prune(
    patch: PatchSet,
    issue: Issue,
    mode: Mode = "safe",
    read: Callable[[str], str | None] | None = None,
) -> Pruned:
    """A verdict on every atomic change of the patch, and the patch of those that stay.

    `read` gives the text of any path of the snapshot, where there is one to ask. It never fails, and what it leaves
    parses where the whole patch did.
    """
    changes = split(patch)
    if mode == "off":
        return Pruned(patch, tuple(Verdict(change, "keep", "", "") for change in changes))
    verdicts: dict[int, Verdict] = {}
    scenes = _scenes(patch, changes, issue, read)
    for scene in scenes.values():
        for at, (rule, reason) in _found(scene).items():
            decision: Literal["drop", "flag"] = "drop" if RULES[rule].provable or mode == "strict" else "flag"
            verdicts[at] = Verdict(_by_id(scene, at), decision, rule, reason)
        verdicts |= needed(scene, verdicts)
    verdicts |= used_by_kept(scenes, changes, verdicts)
    every = tuple(verdicts.get(change.id, Verdict(change, "keep", "", "")) for change in changes)
    if len(every) <= MOST_CHANGES:
        every = explained(patch, every, issue)
    kept = [verdict.change for verdict in every if verdict.decision != "drop"]
    return Pruned(patch if len(kept) == len(every) else assemble(patch, kept), every)


def _scenes(
    patch: PatchSet, changes: tuple[Change, ...], issue: Issue, read: Callable[[str], str | None] | None
) -> dict[str, Scene]:
    by_path: dict[str, list[Change]] = {}
    for change in changes:
        by_path.setdefault(change.path, []).append(change)
    return {file.path: Scene(file, tuple(by_path.get(file.path, ())), patch, issue, read) for file in patch.files}


def _found(scene: Scene) -> Mapping[int, tuple[str, str]]:
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
        found = rule.judge(scene, open_changes)
        out |= {at: (name, reason) for at, reason in found.items()}
        scene.judged.update(dict.fromkeys(found, (name, rule.provable)))
    return out


def _by_id(scene: Scene, at: int) -> Change:
    return next(change for change in scene.changes if change.id == at)
