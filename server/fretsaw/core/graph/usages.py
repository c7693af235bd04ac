"""Find where a name is defined, called, inherited from and referred to in a snapshot, within bounds that are said."""

from __future__ import annotations

from dataclasses import dataclass

from fretsaw.core.context.paths import prior
from fretsaw.core.context.search import count_parts, paths_with
from fretsaw.core.graph.occurrences import Kind, Occurrence, occurrences
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.lines import is_binary

_MOST_FILES, _MOST_TEXT = 120, 4_000_000
"""Files and characters that are parsed for one name: about two seconds."""
_MOST_UNKNOWN = 300


@dataclass(frozen=True, slots=True)
class Place:
    """One place of the name that was asked for."""

    path: str
    occurrence: Occurrence

    @property
    def kind(self) -> Kind:
        """A definition, a call …"""
        return self.occurrence.kind


@dataclass(frozen=True, slots=True)
class Usages:
    """All places of a name, those of sources first."""

    places: tuple[Place, ...]
    unread: int
    """Files that hold the name and were not looked at, since there are too many."""

    def of(self, *kinds: Kind) -> tuple[Place, ...]:
        """The places of these kinds."""
        return tuple(each for each in self.places if each.kind in kinds)


def usages_of(snapshot: Snapshot, name: str) -> Usages:
    """The places of a name; of `Class.method` those of `method`, its definition that of the class."""
    holder, _, last = name.rpartition(".")
    paths = sorted(holders_of(snapshot, last), key=lambda path: (-prior(path), path))
    places: list[Place] = []
    size = read = 0
    for path in paths[:_MOST_FILES]:
        text = snapshot.read(path)
        if size + len(text or "") > _MOST_TEXT:
            break
        read += 1
        if text is None or is_binary(text):
            continue
        size += len(text)
        places += [Place(path, each) for each in occurrences(path, text, last)]
    if holder:
        places = [each for each in places if each.kind != "definition" or _is_in(each.occurrence.scope, holder)]
    return Usages(tuple(places), len(paths) - read)


def _is_in(scope: str, holder: str) -> bool:
    return scope == holder or scope.endswith(f".{holder}") or scope.startswith(f"{holder}.")


def holders_of(snapshot: Snapshot, name: str) -> tuple[str, ...]:
    """The paths of the files that hold a name: from the index, and of files that it does not know by search."""
    if snapshot.index is not None:
        found = snapshot.index.counts((f"={name}",)).get(f"={name}", {})
        unknown = frozenset(snapshot.paths).difference(snapshot.index.paths)
        if len(unknown) <= _MOST_UNKNOWN and len(name) > 2:
            more = count_parts(snapshot, (name.lower(),), unknown).by_path
            return tuple(path for path in snapshot.paths if path in found or path in more)
    return paths_with(snapshot, name)
