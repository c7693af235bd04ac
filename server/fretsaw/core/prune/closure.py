"""Takes back what may not be dropped: what the parse needs, and what something kept needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from fretsaw.core.issue import Issue
from fretsaw.core.languages import syntax_of
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune.definitions_around import definitions_around
from fretsaw.core.prune.python_meaning import parse, windows
from fretsaw.core.prune.scene import Scene, runs
from fretsaw.core.prune.syntax import NODE_TYPES, parses
from fretsaw.core.prune.used_names import defined, used
from fretsaw.core.prune.verdict import Verdict
from fretsaw.core.text.lines import split_lines


def needed(scene: Scene, verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The dropped changes of the file that have to stay after all, with why."""
    dropped = _dropped(scene.changes, verdicts)
    if not dropped or scene.file.op != "edit" or not scene.language:
        return {}
    ids = {change.id for change in dropped}
    if still_parses(scene, ids):
        return {}
    back: set[int] = set()
    for run in runs(dropped):
        part = {change.id for change in run}
        if not still_parses(scene, part):
            back |= part
    if not still_parses(scene, ids - back):
        back = ids
    return {at: _kept(verdicts[at]) for at in back}


def _dropped(changes: Iterable[Change], verdicts: Mapping[int, Verdict]) -> list[Change]:
    """The changes that are dropped so far, in order."""
    return [change for change in changes if change.id in verdicts and verdicts[change.id].decision == "drop"]


def used_by_kept(
    scenes: Mapping[str, Scene], changes: Sequence[Change], verdicts: Mapping[int, Verdict]
) -> dict[int, Verdict]:
    """The dropped changes that bring a name which something kept uses, with why; and all that fell with them.

    What comes back may use what others bring: 1 (kept) calls f, 2 (dropped) adds f and calls g, 3 (dropped) adds g.
    Then 1 brings back 2, and 2 brings back 3.
    """
    fallen = _dropped(changes, verdicts)
    dropped = {change.id for change in fallen}
    brings = _brought_names(scenes, fallen)
    back: dict[int, Verdict] = {}
    while found := _find_used(changes, brings, dropped):
        bringer, user = verdicts[found[0]], found[1]
        group = {at for at in dropped if (verdicts[at].rule, verdicts[at].reason) == (bringer.rule, bringer.reason)}
        dropped -= group
        back |= {at: replace(_kept(verdicts[at]), decision="keep", needed_by=f"change {user}") for at in group}
    return back


def _brought_names(scenes: Mapping[str, Scene], dropped: Sequence[Change]) -> dict[int, frozenset[str]]:
    """Id of a dropped change → the names it brings that its file did not have before; only where there are any."""
    # A file that falls as a whole is judged by whether anything names it, not by the words in it.
    lines = [change for change in dropped if change.kind == "lines"]
    before = {path: used(scenes[path].file.before or "") for path in {change.path for change in lines}}
    brings = {change.id: _brought(scenes[change.path], change) - before[change.path] for change in lines}
    return {at: names for at, names in brings.items() if names}


def _find_used(
    changes: Sequence[Change], brings: Mapping[int, frozenset[str]], dropped: set[int]
) -> tuple[int, int] | None:
    """The first dropped change that brings a name which one outside `dropped` uses, and that one; None without."""
    wanted = brings.keys() & dropped
    bringers = sorted((change for change in changes if change.id in wanted), key=lambda change: change.id)
    users = [(change, used(_added(change))) for change in changes if change.id not in dropped] if bringers else []
    for bringer in bringers:
        for user, words in users:
            if words & brings[bringer.id] and _sees(user.path, bringer.path, words):
                return bringer.id, user.id
    return None


def _brought(scene: Scene, change: Change) -> frozenset[str]:
    """Names that the change's added lines define, declare or import."""
    said = _added(change)
    if scene.language not in NODE_TYPES or not said.strip():
        return defined(said)
    outline = scene.outline_after
    if outline is None:
        return defined(said) | used(said)
    start = scene.after_starts[change.id]
    rows = range(start, start + len(split_lines(said)))
    return frozenset(part.name for part in outline.declared if part.row in rows)


def _sees(user: str, path: str, words: frozenset[str]) -> bool:
    """Return True if code in one file may mean what the other one defines. Only in Python has it to say from where."""
    if user == path:
        return True
    module = path.rsplit("/", 1)[-1].partition(".")[0]
    return module in words or (syntax_of(path) in NODE_TYPES and syntax_of(user) in NODE_TYPES)


def explained(patch: PatchSet, verdicts: Sequence[Verdict], issue: Issue) -> tuple[Verdict, ...]:
    """The verdicts, each kept change with what needs it as far as words tell: another change, or the issue."""
    texts = {file.path: file.before or "" for file in patch.files}
    before = {path: used(text) for path, text in texts.items()}
    asked = _asked_for(issue)
    kept = [(verdict.change, used(_added(verdict.change))) for verdict in verdicts if verdict.decision != "drop"]
    lines = {path: split_lines(text) for path, text in texts.items()}

    def needed_by(change: Change) -> str:
        user = _user(change, kept, before[change.path])
        return user or ("the issue" if asked.reaches(change, lines[change.path]) else "")

    return tuple(
        replace(verdict, needed_by=needed_by(verdict.change))
        if verdict.decision == "keep" and not verdict.needed_by
        else verdict
        for verdict in verdicts
    )


@dataclass(frozen=True, slots=True)
class _AskedFor:
    """The names in an issue."""

    paths: frozenset[str]
    names: frozenset[str]

    def reaches(self, change: Change, before: Sequence[str]) -> bool:
        """Return True if the issue names a word of the change, the definition that it stands in, or a file that is no
        code.

        A file of code is named for the place of the fault, and that asks for nothing else in it.
        """
        is_code = change.kind == "lines" and syntax_of(change.path) not in ("", "json")
        if not is_code and change.path in self.paths:
            return True
        removed = "".join(change.hunk.removed) if change.hunk else ""
        if used(_added(change) + removed) & self.names:
            return True
        return change.hunk is not None and not self.names.isdisjoint(definitions_around(before, change.hunk.start))


def _asked_for(issue: Issue) -> _AskedFor:
    paths = frozenset(mention.text for mention in issue.mentions if mention.kind == "path")
    symbols = {mention.symbol if mention.kind == "frame" else mention.text for mention in issue.mentions} - paths
    return _AskedFor(paths, frozenset(name.split(".")[-1].rstrip("()") for name in symbols if name))


def _user(change: Change, kept: Sequence[tuple[Change, frozenset[str]]], before: frozenset[str]) -> str:
    """The other change of the file that uses a name which this one brings, in words; empty without one."""
    brings = defined(_added(change)) - before
    users = (c.id for c, words in kept if c.id != change.id and c.path == change.path and words & brings)
    user = next(users, None) if brings else None
    return f"change {user}" if user is not None else ""


def _added(change: Change) -> str:
    return "".join(change.hunk.added) if change.hunk else ""


def still_parses(scene: Scene, ids: set[int]) -> bool:
    """Return True if the file without these changes parses, or did not with them either."""
    less = scene.without(ids)
    if scene.language == "python":
        _, second = windows(scene.after, split_lines(less))
        return parse(second) is not None or (parse(less) is not None) or parse("".join(scene.after)) is None
    return parses(less, scene.language) is not False or parses("".join(scene.after), scene.language) is False


def _kept(verdict: Verdict) -> Verdict:
    return replace(verdict, decision="flag", reason=f"{verdict.reason}; kept, for something that stays needs it")
