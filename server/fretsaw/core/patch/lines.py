"""The lines that a patch takes away and those that it adds, in an order in which moved blocks can be found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from fretsaw.core.patch.defined_names import defined_name, imported_names
from fretsaw.core.patch.patch_set import Change, FilePatch, PatchSet
from fretsaw.core.text.encodings import decoded, encoding_of
from fretsaw.core.text.lines import split_lines

_WORD = re.compile(r"\w+")
_GENERIC = frozenset(
    """return none nil null true false else end pass break continue try finally begin do then default self this raise
    throw fi done esac endif""".split()  # noqa: SIM905 - a list of words is read more easily as text
)
"""Words of many languages that stand in lines which say nothing by themselves: `return None`, `} else {`."""
_KEYWORDS = frozenset(
    """import from def class function const let var use require include func fn static public private print
    as""".split()  # noqa: SIM905
)
"""Words that begin lines which have nothing in common but what kind of line they are."""
_GAP = re.compile(r"(?<=\w)\s+(?=\w)")
_BLANKS = re.compile(r"\s+(?!\w)|(?<!\w)\s+")
_LAYOUT = re.compile(r"[\s()\\,;'\"]+")


@dataclass(slots=True)
class Side:
    """Lines of one side of all changes, by row: removed ones, or added ones."""

    keys: list[str] = field(default_factory=list)
    """Each line without indentation, quotes and end (`key_of`); "" for a blank one."""
    distinctive: list[bool] = field(default_factory=list)
    """True if it says something by itself."""
    depths: list[int] = field(default_factory=list)
    """Its indentation."""
    ids: list[int] = field(default_factory=list)
    """The change that it belongs to."""
    paths: list[str] = field(default_factory=list)
    names: dict[str, list[int]] = field(default_factory=dict)
    """Rows that begin the definition of a name."""
    imports: dict[str, list[int]] = field(default_factory=dict)
    """Rows that import a name."""
    stretches: list[int] = field(default_factory=list)
    """The same number for lines that stand one below the other in the text."""
    full: list[int] = field(default_factory=list)
    """Rows of the lines that are not blank."""
    rows_of: dict[int, list[int]] = field(default_factory=dict)
    """The same by stretch."""
    shallowest: list[int] = field(default_factory=list)
    """For each row the least deep one of its stretch up to it that is not blank, the last of several."""
    run_starts: list[int] = field(default_factory=list)
    """For each row the first one of the rows in its stretch that stand right above it, as deep, none of them blank."""

    def add(self, lines: Iterable[str], change: Change, stretch: int, settled: Counter[str]) -> None:
        """Take a change's lines, without those that stay in it: `settled`."""
        left = settled.copy()
        for line in lines:
            key = key_of(line)
            if left[key] > 0:
                left[key] -= 1
                continue
            if key:
                self._note_names(line)
                self.full.append(len(self.keys))
                self.rows_of.setdefault(stretch, []).append(len(self.keys))
            self.keys.append(key)
            self.distinctive.append(is_distinctive(key))
            self.depths.append(len(line) - len(line.lstrip()))
            self.ids.append(change.id)
            self.paths.append(change.path)
            self.stretches.append(stretch)
            self._note_row_above()

    def _note_row_above(self) -> None:
        row = len(self.keys) - 1
        follows = row > 0 and self.stretches[row - 1] == self.stretches[row]
        top = self.shallowest[row - 1] if follows else row
        deeper = bool(self.keys[top]) and (not self.keys[row] or self.depths[row] > self.depths[top])
        self.shallowest.append(top if deeper else row)
        in_run = follows and bool(self.keys[row - 1]) and self.depths[row - 1] == self.depths[row]
        self.run_starts.append(self.run_starts[row - 1] if in_run else row)

    def _note_names(self, line: str) -> None:
        name = defined_name(line)
        if name:
            self.names.setdefault(name, []).append(len(self.keys))
        for imported in imported_names(line):
            self.imports.setdefault(imported, []).append(len(self.keys))

    def keys_of(self, rows: Iterable[int]) -> tuple[str, ...]:
        """Return the keys of some rows, blank lines aside."""
        return tuple(self.keys[row] for row in rows)


@lru_cache(maxsize=20_000)
def key_of(line: str) -> str:
    """Reduce a line to its words: without indentation, kind of quotes and the sign that ends it.

    >>> key_of("    print( 'a',  b);\n")
    'print("a",b)'
    """
    return _BLANKS.sub("", _GAP.sub(" ", line.strip())).replace("'", '"').rstrip(",;")


@lru_cache(maxsize=20_000)
def is_distinctive(key: str) -> bool:
    """Return True if a line says something by itself, so that it is known again in another place.

    >>> is_distinctive("}"), is_distinctive("return None"), is_distinctive("x=1")
    (False, False, True)
    """
    return any(word.lower() not in _GENERIC for word in _WORD.findall(key))


def words_of(keys: Iterable[str]) -> Counter[str]:
    """The words of some lines that say something."""
    found = (word for key in keys for word in _WORD.findall(key))
    return Counter(word for word in found if word.lower() not in _GENERIC | _KEYWORDS)


def sides_of(patch: PatchSet, changes: Sequence[Change]) -> tuple[Side, Side]:
    """Collect the removed and the added lines. Changes of layout alone and copies of files count on neither side."""
    gone, come = Side(), Side()
    copies = set(_copies(patch))
    encodings = dict(_encodings(patch))
    path, shift = "", 0
    ends = (-1, -1)
    stretch = 0
    for change in changes:
        hunk = change.hunk
        if change.path != path:
            path, shift, ends, stretch = change.path, 0, (-1, -1), stretch + 1
        if hunk is None:
            continue
        start = hunk.start + shift
        shift += len(hunk.added) - len(hunk.removed)
        # What touches no change before it, on either side, begins a stretch of its own.
        if hunk.start != ends[0] or start != ends[1]:
            stretch += 1
        ends = (hunk.end, start + len(hunk.added))
        if change.path in copies or (hunk.removed and hunk.added and is_layout(hunk.removed, hunk.added)):
            continue
        removed, added = (decoded(side, encodings.get(change.path)) for side in (hunk.removed, hunk.added))
        settled = _settled(removed, added) if removed and added else Counter[str]()
        gone.add(removed, change, stretch, settled)
        come.add(added, change, stretch, settled)
    return gone, come


def _encodings(patch: PatchSet) -> Iterator[tuple[str, str]]:
    """Path → encoding, of the files whose bytes are no UTF-8: a line that moves into a file that is may be the same."""
    for file in patch.files:
        text = file.before if file.before is not None else file.after
        encoding = encoding_of(text) if text and not text.isascii() else "utf-8"
        if encoding not in (None, "utf-8"):
            yield file.path, encoding


def _settled(removed: Iterable[str], added: Iterable[str]) -> Counter[str]:
    """The lines that both sides of one change have."""
    return Counter(filter(None, map(key_of, removed))) & Counter(filter(None, map(key_of, added)))


def is_layout(removed: Iterable[str], added: Iterable[str]) -> bool:
    """Return True if two runs of lines say the same, wrapped or quoted otherwise."""
    return _LAYOUT.sub("", "".join(removed)) == _LAYOUT.sub("", "".join(added))


def _copies(patch: PatchSet) -> Iterator[str]:
    """Paths of new files that are a copy of one that stays: `calc.py.orig`. Nothing moved there."""
    edited = [file for file in patch.files if file.op == "edit"]
    for file in patch.files:
        if file.op == "create" and any(_is_copy(file, other) for other in edited):
            yield file.path


def _is_copy(file: FilePatch, other: FilePatch) -> bool:
    stem = other.path.rsplit("/", 1)[-1].partition(".")[0].casefold()
    if stem not in file.path.rsplit("/", 1)[-1].casefold():
        return False
    old, now, new = (_counted(text) for text in (other.before, other.after, file.after))
    return 10 * (old & new).total() >= 9 * old.total() and 2 * (old & now).total() >= old.total()


def _counted(text: str | None) -> Counter[str]:
    return Counter(filter(None, map(key_of, split_lines(text or ""))))
