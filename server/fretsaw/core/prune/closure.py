"""Takes back what may not be dropped: what the parse needs, and what something kept needs. Knows no rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from fretsaw.core.prune.python import parse, windows
from fretsaw.core.prune.scene import Scene, runs
from fretsaw.core.prune.syntax import parses
from fretsaw.core.prune.values import Verdict
from fretsaw.core.text import split_lines


def needed(scene: Scene, verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The dropped changes of the file that have to stay after all, with why."""
    dropped = [change for change in scene.changes if change.id in verdicts and verdicts[change.id].decision == "drop"]
    if not dropped or scene.file.op != "edit" or not scene.language:
        return {}
    ids = {change.id for change in dropped}
    if still_parses(scene, ids):
        return {}
    back: dict[int, Verdict] = {}
    for run in runs(dropped):
        part = {change.id for change in run}
        if not still_parses(scene, part):
            ids -= part
            back |= {at: _kept(verdicts[at]) for at in part}
    if not still_parses(scene, ids):
        back |= {at: _kept(verdicts[at]) for at in ids}
    return back


def still_parses(scene: Scene, ids: set[int]) -> bool:
    """Whether the file without these changes parses, or did not with them either."""
    less = scene.without(ids)
    if scene.language == "python":
        _, second = windows(scene.after, split_lines(less))
        return parse(second) is not None or (parse(less) is not None) or parse("".join(scene.after)) is None
    return parses(less, scene.language) is not False or parses("".join(scene.after), scene.language) is False


def _kept(verdict: Verdict) -> Verdict:
    return replace(verdict, decision="flag", reason=f"{verdict.reason}; kept, for the file does not parse without it")
