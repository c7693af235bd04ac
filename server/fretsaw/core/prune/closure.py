"""Takes back what may not be dropped: what the parse needs, and what something kept needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product

from fretsaw.core.issue import Issue
from fretsaw.core.languages import syntax_of
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.python_meaning import is_program, windows
from fretsaw.core.prune.scene import Scene, added_lines, changes_but, ids_of, is_code, runs, text
from fretsaw.core.prune.syntax import NODE_TYPES, parses
from fretsaw.core.prune.used_names import defined, used
from fretsaw.core.prune.verdict import Verdict, dropped_changes, taken_back
from fretsaw.core.text.lines import split_lines

_NEEDED = ", for something that stays needs it"


def needed(scene: Scene, verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The dropped changes of the file that have to stay after all, with why."""
    dropped = dropped_changes(scene.changes, verdicts)
    if not dropped or scene.file.op != "edit" or not scene.language:
        return {}
    if still_parses(scene, ids_of(dropped)):
        return {}
    return taken_back(verdicts, _needed_ids(scene, dropped), why_kept=_NEEDED, decision="flag")


def _needed_ids(scene: Scene, dropped: list[Change]) -> set[int]:
    """The changes of each run without which the file does not parse; all where that is not enough."""
    all_ids = ids_of(dropped)
    needed_ids: set[int] = set()
    for run_ids in map(ids_of, runs(dropped)):
        if not still_parses(scene, run_ids):
            needed_ids |= run_ids
    return needed_ids if still_parses(scene, all_ids - needed_ids) else all_ids


def used_by_kept(
    scenes: Mapping[str, Scene], changes: Sequence[Change], verdicts: Mapping[int, Verdict]
) -> dict[int, Verdict]:
    """The dropped changes that bring a name which something kept uses, with why; and all that fell with them.

    What comes back may use what others bring: 1 (kept) calls f, 2 (dropped) adds f and calls g, 3 (dropped) adds g.
    Then 1 brings back 2, and 2 brings back 3.
    """
    fallen = dropped_changes(changes, verdicts)
    dropped = ids_of(fallen)
    brings = _brought_names(scenes, fallen)
    back: dict[int, Verdict] = {}
    while found := _find_used(changes, brings, dropped):
        bringer, user = verdicts[found[0]], found[1]
        group = {at for at in dropped if _fell_together(verdicts[at], bringer)}
        dropped -= group
        group_back = taken_back(verdicts, group, why_kept=_NEEDED)
        back |= {at: replace(verdict, needed_by=f"change {user}") for at, verdict in group_back.items()}
    return back


def _fell_together(one: Verdict, other: Verdict) -> bool:
    """Tell whether one rule dropped both changes for one reason; what is only tried has none."""
    if not one.reason:
        return one is other
    return (one.rule, one.reason) == (other.rule, other.reason)


def _brought_names(scenes: Mapping[str, Scene], dropped: Sequence[Change]) -> dict[int, frozenset[str]]:
    """Id of a dropped change → the names it brings that its file did not have before; only where there are any."""
    brings: dict[int, frozenset[str]] = {}
    for change in dropped:
        new_names = _new_names(scenes[change.path], change)
        if new_names:
            brings[change.id] = new_names
    return brings


def _new_names(scene: Scene, change: Change) -> frozenset[str]:
    """Names that a change of lines brings and that its file did not have before."""
    # A file that falls as a whole is judged by whether anything names it, not by the words in it.
    if change.kind != "lines":
        return frozenset()
    return _brought(scene, change) - scene.words_before


def _find_used(
    changes: Sequence[Change], brings: Mapping[int, frozenset[str]], dropped: set[int]
) -> tuple[int, int] | None:
    """The first dropped change that brings a name which one outside `dropped` uses, and that one; None without."""
    bringer_ids = sorted(brings.keys() & dropped)
    if not bringer_ids:
        return None
    paths = {change.id: change.path for change in changes}
    users = [(change, used(text(added_lines(change)))) for change in changes_but(changes, dropped)]
    for bringer_id, (user, words) in product(bringer_ids, users):
        shares_names = not words.isdisjoint(brings[bringer_id])
        if shares_names and _sees(user.path, paths[bringer_id], words):
            return bringer_id, user.id
    return None


def _brought(scene: Scene, change: Change) -> frozenset[str]:
    """Names that the change's added lines define, declare or import."""
    lines = added_lines(change)
    added_text = text(lines)
    if scene.language not in NODE_TYPES or not is_code(lines):
        return defined(added_text)
    outline = scene.outline_after
    if outline is None:
        return defined(added_text) | used(added_text)
    start = scene.after_starts[change.id]
    rows = range(start, start + len(lines))
    return frozenset(part.name for part in outline.declared if part.row in rows)


def _sees(user: str, path: str, words: frozenset[str]) -> bool:
    """Return True if code in one file may mean what the other one defines. Only in Python has it to say from where."""
    if user == path:
        return True
    module = path.rsplit("/", 1)[-1].partition(".")[0]
    has_own_scopes = NODE_TYPES.keys() >= {syntax_of(path), syntax_of(user)}
    return has_own_scopes or module in words


def explained(scenes: Mapping[str, Scene], verdicts: Sequence[Verdict], issue: Issue) -> tuple[Verdict, ...]:
    """The verdicts, each kept change with what needs it as far as words tell: another change, or the issue."""
    users: dict[str, list[_User]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.decision != "drop":
            users[verdict.change.path].append(_user(verdict.change))
    asked = _asked_for(issue)
    needs = {path: _Needs(asked, users[path], scene) for path, scene in scenes.items()}
    return tuple(_with_need(verdict, needs[verdict.change.path]) for verdict in verdicts)


def _with_need(verdict: Verdict, needs: _Needs) -> Verdict:
    """The verdict with what needs its change, where it keeps one and does not say so yet."""
    if verdict.decision != "keep" or verdict.needed_by:
        return verdict
    return replace(verdict, needed_by=needs.needed_by(verdict.change))


@dataclass(frozen=True, slots=True)
class _User:
    """A kept change, and the words that it adds."""

    id: int
    words: frozenset[str]


def _user(change: Change) -> _User:
    return _User(change.id, used(text(added_lines(change))))


@dataclass(frozen=True, slots=True)
class _Needs:
    """Whatever may need a change of one file."""

    asked: _AskedFor
    users: Sequence[_User]
    """The kept changes of the file, in order."""
    scene: Scene

    def needed_by(self, change: Change) -> str:
        """Name what needs a change, in words: another change of the file, or the issue; "" where nothing does."""
        brings = defined(text(added_lines(change))) - self.scene.words_before
        users = self.users if brings else ()
        for user in users:
            if user.id != change.id and not brings.isdisjoint(user.words):
                return f"change {user.id}"
        return "the issue" if self.asked.reaches(change, self.scene) else ""


@dataclass(frozen=True, slots=True)
class _AskedFor:
    """The names in an issue."""

    paths: frozenset[str]
    names: frozenset[str]

    def reaches(self, change: Change, scene: Scene) -> bool:
        """Return True if the issue names a word of the change, the definition that it stands in, or a file that is no
        code.

        A file of code is named for the place of the fault, and that asks for nothing else in it.
        """
        is_in_code = change.kind == "lines" and syntax_of(change.path) not in ("", "json")
        if not is_in_code and change.path in self.paths:
            return True
        if change.hunk is None:
            return False
        if not self.names:
            return False
        changed_words = used(text(change.hunk.added + change.hunk.removed))
        return not self.names.isdisjoint(chain(changed_words, scene.definitions_around(change.hunk.start)))


def _asked_for(issue: Issue) -> _AskedFor:
    """The paths that an issue names, and the last parts of its symbols: save of `Model.save()`."""
    paths: set[str] = set()
    symbols: set[str] = set()
    for mention in issue.mentions:
        if mention.kind == "path":
            paths.add(mention.text)
        elif mention.kind == "frame":
            symbols.add(mention.symbol or "")
        else:
            symbols.add(mention.text)
    names = frozenset(symbol.split(".")[-1].rstrip("()") for symbol in symbols - paths - {""})
    return _AskedFor(frozenset(paths), names)


def still_parses(scene: Scene, ids: set[int]) -> bool:
    """Return True if the file without these changes parses, or did not with them either."""
    text_without = scene.without(ids)
    if scene.language == "python":
        return _python_still_parses(scene, text_without)
    fails = parses(text_without, scene.language) is False
    return not fails or parses(scene.text_after, scene.language) is False


def _python_still_parses(scene: Scene, text_without: str) -> bool:
    """`still_parses` of Python. Most often the statements around the changes are enough to look at."""
    _, around_changes = windows(scene.after, split_lines(text_without))
    if is_program(around_changes) or is_program(text_without):
        return True
    return not is_program(scene.text_after)
