"""Rule out subsets of a patch that cannot pass: they do not parse, or lack a name that they use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fretsaw.core.languages import syntax_of
from fretsaw.core.patch import Moves, assemble, find_moves
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.prune.python_meaning import parse
from fretsaw.core.prune.syntax import parses
from fretsaw.core.prune.used_names import defined, used


@dataclass(slots=True)
class Sense:
    """Facts about a patch's changes: the names that they bring and use, and which of its files parse whole."""

    patch: PatchSet
    changes: Mapping[int, Change]
    whole: frozenset[int]
    moves: Moves = field(default_factory=Moves)
    """Those of which both halves are in the whole."""
    _texts: dict[tuple[str, str], bool] = field(default_factory=dict)
    _brings: dict[int, frozenset[str]] = field(default_factory=dict)
    _uses: dict[int, frozenset[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.moves = find_moves(self.patch, list(self.changes.values())).within(self.whole)
        before = {file.path: used(file.before or "") for file in self.patch.files}
        for at, change in self.changes.items():
            added = "".join(change.hunk.added) if change.hunk else ""
            self._brings[at] = defined(added) - before.get(change.path, frozenset())
            self._uses[at] = used(added)

    def holds(self, ids: frozenset[int]) -> bool:
        """Return True if a test of just these changes can pass: names are there, moves are whole, and every file
        parses."""
        if self.moves.is_torn(ids):
            return False
        gone = [at for at in self.whole if at not in ids]
        there = frozenset[str]().union(*(self._brings[at] for at in ids))
        lost = frozenset[str]().union(*(self._brings[at] for at in gone)) - there
        if lost and any(self._uses[at] & lost for at in ids):
            return False
        return self.parses(ids)

    def parses(self, ids: frozenset[int]) -> bool:
        """Return True if each file parses with just these changes, or does not with all of them either."""
        part = assemble(self.patch, [self.changes[at] for at in sorted(ids)])
        whole = {file.path: file.after for file in self.patch.files}
        return all(
            self._parses(file.path, file.after) or not self._parses(file.path, whole[file.path]) for file in part.files
        )

    def units(self, candidates: list[Change]) -> list[frozenset[int]]:
        """The candidates in the smallest groups that can go: alone, with the neighbours that need one another, or with
        the other half of a move. Those of which something has to stay are left out."""
        units: list[frozenset[int]] = []
        waiting: list[Change] = []
        for change in candidates:
            if waiting and waiting[-1].path != change.path:
                units += self._closed(waiting)
                waiting = []
            waiting.append(change)
        ids = frozenset(change.id for change in candidates)
        return self._joined([self.moves.drop_with(unit) for unit in units + self._closed(waiting)], ids)

    def _joined(self, units: list[frozenset[int]], ids: frozenset[int]) -> list[frozenset[int]]:
        """The units in their order, those joined that have a change in common; only such as are in `ids` wholly."""
        out: list[frozenset[int]] = []
        for unit in units:
            common = [other for other in out if other & unit]
            out = [other for other in out if not other & unit]
            out.append(unit.union(*common))
        return sorted((unit for unit in out if unit <= ids), key=min)

    def _closed(self, changes: list[Change]) -> list[frozenset[int]]:
        """Changes of one file: each alone where the file parses without it, else joined with the next ones."""
        units: list[frozenset[int]] = []
        group: frozenset[int] = frozenset()
        for change in changes:
            group |= {change.id}
            if self.parses(frozenset(self.changes) - group) or len(group) > 12:
                units.append(group)
                group = frozenset()
        return [*units, group] if group else units

    def _parses(self, path: str, text: str | None) -> bool:
        language = syntax_of(path)
        if text is None or not language:
            return True
        key = (path, text)
        if key not in self._texts:
            told = parse(text) is not None if language == "python" else parses(text, language)
            self._texts[key] = told is not False
        return self._texts[key]
