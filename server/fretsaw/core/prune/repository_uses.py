"""Keeps what something in the repository uses: names that dropped changes bring, and uses of names that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from fretsaw.core.languages import syntax_of
from fretsaw.core.patch.defined_names import defined_name, imported_names
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.rules.questions import used_elsewhere
from fretsaw.core.prune.scene import Scene, added_lines, changes_but, ids_of, removed_lines
from fretsaw.core.prune.used_names import used
from fretsaw.core.prune.verdict import Rule, Verdict, dropped_changes, taken_back
from fretsaw.core.text.lines import split_lines
from fretsaw.core.text.path_parts import path_parts

_USED = ", for code that stays uses what it brings"
_NOT_LEFT = ", for what it no longer uses is gone"
_ONE_SCOPE_A_FOLDER = frozenset({"go"})
"""Languages in which the files of a folder see one another without naming each other."""


def used_by_rest(
    scenes: Mapping[str, Scene], verdicts: Mapping[int, Verdict], rules: Mapping[str, Rule]
) -> dict[int, Verdict]:
    """The dropped changes that bring a definition or import which what is left uses, be it in a line that was there.

    A fix that adds a missing `import os` changes no line that uses it. A new file is used by what imports it.
    """
    used_ids: set[int] = set()
    for scene in scenes.values():
        fallen = dropped_changes(scene.changes, verdicts)
        dropped = [change for change in fallen if not _brings_nothing(verdicts[change.id], rules)]
        if scene.file.op == "edit":
            used_ids |= _used_ids(scene, dropped)
        elif scene.file.op == "create" and dropped and _is_taken(scene, scenes, verdicts):
            used_ids |= ids_of(dropped)
    return taken_back(verdicts, used_ids, why_kept=_USED)


def _brings_nothing(verdict: Verdict, rules: Mapping[str, Rule]) -> bool:
    """Tell whether a drop takes no name away: of layout, which the old lines have too, or of what the user forbids."""
    rule = rules.get(verdict.rule)
    return rule is not None and (rule.binding or rule.layout)


def _used_ids(scene: Scene, dropped: Sequence[Change]) -> set[int]:
    """The dropped changes of an edited file whose new names its other lines, or other files, use."""
    brings = {change.id: _brought(added_lines(change)) for change in dropped}
    new_names = frozenset[str]().union(*brings.values())
    new_names -= _brought_of(new_names, scene.before, scene.words_before)
    if not new_names:
        return set()
    left = scene.without(ids_of(dropped))
    missing = new_names - _brought_left(new_names, left)
    wanted = _used_in_code(missing, left) | {name for name in missing if _is_asked_for_elsewhere(scene, name)}
    return {at for at, names in brings.items() if not wanted.isdisjoint(names)}


def _is_asked_for_elsewhere(scene: Scene, name: str) -> bool:
    """Tell whether a file that the patch leaves alone uses a name of this one."""
    return scene.find is not None and used_elsewhere(scene, name)


def _used_in_code(names: frozenset[str], source: str) -> frozenset[str]:
    """Those of the names that lines use which import nothing: `use std::a;` is no use of `a`."""
    if names.isdisjoint(used(source)):
        return frozenset()
    return names & used("".join(line for line in split_lines(source) if not imported_names(line)))


def _brought_of(names: frozenset[str], lines: Iterable[str], words: frozenset[str]) -> frozenset[str]:
    """Those of the names that the lines define or import. `words`: of the lines, which are read only where one of them
    may be such a name."""
    may_be_there = any(name in words or not name.isidentifier() for name in names)
    return names & _brought(lines) if may_be_there else frozenset()


def _brought(lines: Iterable[str]) -> frozenset[str]:
    """The names that the lines define or import."""
    defined = filter(None, map(defined_name, lines := list(lines)))
    return frozenset(chain(defined, chain.from_iterable(map(imported_names, lines))))


def _is_taken(scene: Scene, scenes: Mapping[str, Scene], verdicts: Mapping[int, Verdict]) -> bool:
    """Tell whether a kept change of another file imports a new one, or uses it where nothing has to be imported."""
    parts = path_parts(scene.path)
    names = _brought(scene.after)
    for user in _kept_users(scene, scenes, verdicts):
        imports = "".join(filter(imported_names, user.lines))
        if parts.stem in used(imports):
            return True
        is_in_scope = syntax_of(scene.path) in _ONE_SCOPE_A_FOLDER and path_parts(user.path).folder == parts.folder
        if is_in_scope and not names.isdisjoint(used("".join(user.lines))):
            return True
    return False


@dataclass(frozen=True, slots=True)
class _User:
    """Lines that a kept change of another file adds."""

    path: str
    lines: tuple[str, ...]


def _kept_users(scene: Scene, scenes: Mapping[str, Scene], verdicts: Mapping[int, Verdict]) -> Iterator[_User]:
    """Yield what the kept changes of the other files add."""
    for other in scenes.values():
        dropped = ids_of(dropped_changes(other.changes, verdicts))
        kept = changes_but(other.changes, dropped) if other is not scene else []
        yield from (_User(other.path, added_lines(change)) for change in kept)


def users_of_gone(scenes: Mapping[str, Scene], verdicts: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """The dropped changes that take away a use of what a kept change takes away: `os.getcwd()` beside `import os`."""
    gone = dict(_names_gone(scenes, verdicts))
    if not gone:
        return {}
    users: set[int] = set()
    for scene in scenes.values():
        for change in dropped_changes(scene.changes, verdicts):
            words = used("".join(removed_lines(change))) - used("".join(added_lines(change)))
            users |= {change.id for path, names in gone.items() if names & words and _sees(scene, path)}
    return taken_back(verdicts, users, why_kept=_NOT_LEFT)


def _names_gone(scenes: Mapping[str, Scene], verdicts: Mapping[int, Verdict]) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield path and names of what kept changes take away and nothing in the file brings any more."""
    if not any(verdict.decision == "drop" for verdict in verdicts.values()):
        return
    for scene in scenes.values():
        dropped = ids_of(dropped_changes(scene.changes, verdicts))
        kept = changes_but(scene.changes, dropped)
        names = frozenset[str]().union(*(_brought(removed_lines(change)) for change in kept))
        lost = names and names - _brought_left(names, scene.without(dropped))
        if lost:
            yield scene.path, lost


def _brought_left(names: frozenset[str], left: str) -> frozenset[str]:
    """Those of the names that a text defines or imports."""
    return _brought_of(names, split_lines(left), used(left))


def _sees(user: Scene, path: str) -> bool:
    """Tell whether a file is the other one, or names it."""
    return user.path == path or path_parts(path).stem in user.words_before
