"""Find the atomic changes that are halves of a move, and so stay or go together. Compares lines and defined names.

A move is a block of lines that goes in one place and comes in another, of the same file or of another one, perhaps
indented otherwise or with an edit in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from types import MappingProxyType

from fretsaw.core.patch.lines import Side, sides_of, words_of
from fretsaw.core.patch.patch_set import Change, PatchSet
from fretsaw.core.text.path_parts import path_parts

MOST_SEEDS = 64
"""Pairs of equal lines up to which each is tried as the begin of a block; of more, the lines around decide."""
MOST_ALIKE, MOST_PLACES, LEAST_ALIKE = 12, 2_500, 0.6
"""Lines of a place up to which it is held against others, pairs of such places, and the share of common words."""
SHORTEST_ALIKE, LEAST_SIGNS = 12, 0.85
"""Signs of a line from which it is compared sign by sign, and the share of them that has to be the same."""


@dataclass(frozen=True, slots=True)
class Moves:
    """The moves of a patch set, as ids of its atomic changes."""

    groups: tuple[frozenset[int], ...] = ()
    """The changes of one move each: both halves, with the blank lines that go along."""
    edits: Mapping[int, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    """A change that only adds lines inside a moved block → the move: it may go alone, and cannot stay alone."""

    @property
    def ids(self) -> frozenset[int]:
        """All changes that are part of a move."""
        return frozenset().union(*self.groups)

    def within(self, ids: Collection[int]) -> Moves:
        """The moves of which both halves are among these changes."""
        groups = tuple(group for group in self.groups if group <= frozenset(ids))
        return Moves(groups, {at: group for at, group in self.edits.items() if group in groups})

    def keep_with(self, ids: Collection[int]) -> frozenset[int]:
        """The changes that have to stay when these stay, themselves included."""
        needed = frozenset(ids).union(*(self.edits[at] for at in ids if at in self.edits))
        return needed.union(*(group for group in self.groups if group & needed))

    def drop_with(self, ids: Collection[int]) -> frozenset[int]:
        """The changes that have to go when these go, themselves included."""
        gone = frozenset(ids).union(*(group for group in self.groups if group & frozenset(ids)))
        return gone | {at for at, group in self.edits.items() if group & gone}


def find_moves(patch: PatchSet, changes: Sequence[Change]) -> Moves:
    """The moves among the atomic changes of a patch set."""
    gone, come = sides_of(patch, changes)
    pairs = _paired(gone, come)
    ties = _Ties()
    for block in _blocks(gone, come, pairs):
        block.tie(gone, come, ties)
    for i, j in _left_over(gone, come, pairs):
        ties.tie((gone.ids[i], come.ids[j]))
    for i, j in _same_name(gone.names, come.names):
        if pairs.get(i) != j and gone.ids[i] != come.ids[j]:
            _Block((i, i), (j, j)).tie(gone, come, ties)
    for i, j in _same_name(gone.imports, come.imports):
        ties.tie((gone.ids[i], come.ids[j]))
    for old, new in _rewritten(gone, come, pairs):
        ties.tie({gone.ids[row] for row in old} | {come.ids[row] for row in new})
    ties.tie_files(_renamed(patch, changes))
    return ties.moves()


# Example: helper goes at lines 0 to 2 and comes at lines 9 to 11, `x = 1` in it became `x = 2`.
#   gone: def helper | x = 1 | return x        come: def helper | x = 2 | return x
# `def helper` and `return x` are equal on both sides: two runs. Nothing but the edit lies between them, and it is
# deeper than `def helper`: one block. All changes that own one of its lines are tied, the edit's included.


def _paired(gone: Side, come: Side) -> dict[int, int]:
    """Lines that went → lines that came, run by run of equal lines, the longest run first; blank lines left out."""
    old, new = gone.full, come.full
    where: dict[str, list[int]] = defaultdict(list)
    for j, at in enumerate(new):
        where[come.keys[at]].append(j)
    counts = Counter(gone.keys[at] for at in old)
    seen: set[tuple[int, int]] = set()
    runs: list[list[tuple[int, int]]] = []
    for i, at in enumerate(old):
        found = where.get(gone.keys[at], ())
        if len(found) * counts[gone.keys[at]] > MOST_SEEDS:
            continue
        for j in found:
            if (i, j) not in seen:
                runs.append(_run(gone, come, i, j))
                seen.update(runs[-1])
    out: dict[int, int] = {}
    taken: set[int] = set()
    # The longest first; of equals the one within a file, then the one that stands first.
    runs.sort(key=lambda run: _rank(gone, come, run), reverse=True)
    for run in runs:
        free = [(old[i], new[j]) for i, j in run if old[i] not in out and new[j] not in taken]
        if any(gone.distinctive[at] for at, _ in free) or _is_whole(gone, come, free):
            out |= dict(free)
            taken |= {at for _, at in free}
    return out


def _run(gone: Side, come: Side, i: int, j: int) -> list[tuple[int, int]]:
    """The equal lines around a pair of equal lines, as far as both sides go on without unchanged lines."""
    old, new = gone.full, come.full
    first = last = 0
    while _follows(gone, i + first - 1, i + first) and _follows(come, j + first - 1, j + first):
        if gone.keys[old[i + first - 1]] != come.keys[new[j + first - 1]]:
            break
        first -= 1
    while _follows(gone, i + last, i + last + 1) and _follows(come, j + last, j + last + 1):
        if gone.keys[old[i + last + 1]] != come.keys[new[j + last + 1]]:
            break
        last += 1
    return [(i + step, j + step) for step in range(first, last + 1)]


def _follows(side: Side, one: int, other: int) -> bool:
    """Return True if two places of the lines that are not blank are in one stretch of changed lines."""
    if one < 0 or other >= len(side.full):
        return False
    return side.stretches[side.full[one]] == side.stretches[side.full[other]]


def _rank(gone: Side, come: Side, run: list[tuple[int, int]]) -> tuple[int, bool, int]:
    i, j = run[0]
    weight = sum(len(gone.keys[gone.full[at]]) for at, _ in run)
    return weight, gone.paths[gone.full[i]] == come.paths[come.full[j]], -i


def _is_whole(gone: Side, come: Side, pairs: list[tuple[int, int]]) -> bool:
    """Return True if the pairs are all that went in one place and all that came in another: a `break` that moved
    alone."""
    if not pairs:
        return False
    i, j = pairs[0]
    return len(gone.rows_of[gone.stretches[i]]) == len(pairs) == len(come.rows_of[come.stretches[j]])


def _left_over(gone: Side, come: Side, pairs: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Pairs of lines that say something and are in no run, because there are many of them: first with first."""
    taken = set(pairs.values())
    free: dict[str, list[int]] = defaultdict(list)
    for at in reversed(come.full):
        if at not in taken and come.distinctive[at]:
            free[come.keys[at]].append(at)
    for at in gone.full:
        if at not in pairs and free.get(gone.keys[at]):
            yield at, free[gone.keys[at]].pop()


def _same_name(gone: Mapping[str, list[int]], come: Mapping[str, list[int]]) -> Iterator[tuple[int, int]]:
    """Rows that define or import the same name, one of each side: what moved and was rewritten on the way.

    >>> list(_same_name({"xi": [0], "get": [4, 9]}, {"xi": [7], "get": [2]}))
    [(0, 7)]
    """
    for name, rows in gone.items():
        there = come.get(name, ())
        if len(rows) == len(there) == 1:
            yield rows[0], there[0]


def _rewritten(gone: Side, come: Side, pairs: Mapping[int, int]) -> Iterator[tuple[list[int], list[int]]]:
    """Rows of a place where lines only went and of one where lines only came that are almost the same: `LIMIT = 20` in
    another file for `LIMIT = 10`. No line of such a place is paired; each goes with the most alike one."""
    old = _open_places(gone, come, pairs.keys())
    new = _open_places(come, gone, set(pairs.values()))
    if len(old) * len(new) > MOST_PLACES:
        return
    alike = [(_likeness(gone.keys_of(old[i]), come.keys_of(new[j])), i, j) for i in old for j in new]
    used: set[int] = set()
    for share, i, j in sorted(alike, key=lambda found: -found[0]):
        # No stretch of one is a stretch of the other, so that one set of numbers does for both.
        if share >= LEAST_ALIKE and not used & {i, j}:
            used |= {i, j}
            yield old[i], new[j]


def _open_places(side: Side, other: Side, paired: Collection[int]) -> dict[int, list[int]]:
    """Stretch → rows, of the short stretches where nothing changes on the other side and no line is paired."""
    return {
        stretch: rows
        for stretch, rows in side.rows_of.items()
        if stretch not in other.rows_of and len(rows) <= MOST_ALIKE and not any(row in paired for row in rows)
    }


def _likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """The share of their words that two places have in common, by the words' length; of one line its signs too."""
    old, new = words_of(one), words_of(other)
    size = sum(len(word) * count for word, count in (old + new).items())
    share = 2 * sum(len(word) * count for word, count in (old & new).items()) / size if size else 0.0
    if len(one) == len(other) == 1 and min(len(one[0]), len(other[0])) >= SHORTEST_ALIKE:
        signs = SequenceMatcher(None, one[0], other[0], autojunk=False)
        if signs.real_quick_ratio() >= LEAST_SIGNS and signs.quick_ratio() >= LEAST_SIGNS:
            return max(share, signs.ratio() if signs.ratio() >= LEAST_SIGNS else 0.0)
    return share


@dataclass(slots=True)
class _Block:
    """A moved block: rows [first, last] of what went and of what came, growing while it is put together."""

    gone: tuple[int, int]
    come: tuple[int, int]
    edits: set[int] = field(default_factory=set)
    """Rows of what came that only add something inside the block."""

    def tie(self, gone: Side, come: Side, ties: _Ties) -> None:
        """Tie all changes that own a line of the block or a blank line at its rim."""
        _add_rims(self, gone, come)
        rows = [row for row in range(self.come[0], self.come[1] + 1) if row not in self.edits]
        ids = {gone.ids[row] for row in range(self.gone[0], self.gone[1] + 1)} | {come.ids[row] for row in rows}
        ids |= {side.ids[row] for side, span in ((gone, self.gone), (come, self.come)) for row in _blanks(side, span)}
        ties.tie(ids)
        ties.add_edits({come.ids[row] for row in self.edits} - ids, min(ids))


def _blocks(gone: Side, come: Side, pairs: Mapping[int, int]) -> list[_Block]:
    """The pairs in blocks: those that follow one another on both sides, with what was edited between them."""
    out: list[_Block] = []
    for i, j in sorted(pairs.items()):
        last = out[-1] if out else None
        if last and last.come[1] < j and _is_inside(gone, last.gone, i) and _is_inside(come, last.come, j):
            if not any(gone.keys[row] for row in range(last.gone[1] + 1, i)):
                last.edits.update(row for row in range(last.come[1] + 1, j) if come.keys[row])
            last.gone, last.come = (last.gone[0], i), (last.come[0], j)
        else:
            out.append(_Block((i, i), (j, j)))
    return out


def _is_inside(side: Side, span: tuple[int, int], row: int) -> bool:
    """Return True if a row goes on a block that began above: right below it, or after lines that its first one
    holds."""
    first, last = span
    if side.stretches[first] != side.stretches[row]:
        return False
    if all(_is_held(side, at, side.depths[first]) for at in range(last + 1, row + 1) if side.keys[at]):
        return True
    # Two functions one below the other are two moves, two imports one.
    return row == last + 1


def _is_held(side: Side, row: int, depth: int) -> bool:
    """Return True if a line is deeper than a header, or only ends or parts what the header holds: `}`, `else:`."""
    if side.depths[row] > depth:
        return True
    return side.depths[row] == depth and not side.distinctive[row] and row > 0 and bool(side.keys[row - 1])


def _add_rims(block: _Block, gone: Side, come: Side) -> None:
    """Take in what was edited at the rims: a header with another name, a last line that says something else."""
    old, new = _widened(gone, block.gone), _widened(come, block.come)
    # What only came is an edit of the block; what went belongs to it, for nobody wants to see it stay alone.
    if old[0] == block.gone[0]:
        block.edits.update(row for row in range(new[0], block.come[0]) if come.keys[row])
    if old[1] == block.gone[1]:
        block.edits.update(row for row in range(block.come[1] + 1, new[1] + 1) if come.keys[row])
    block.gone, block.come = old, new


def _widened(side: Side, span: tuple[int, int]) -> tuple[int, int]:
    """The block with its header and with all that the header holds."""
    first = _head(side, span)
    last = row = span[1]
    while _is_same(side, row + 1, first):
        row += 1
        if side.keys[row] and not _is_held(side, row, side.depths[first]):
            break
        last = row if side.keys[row] else last
    return first, last


def _head(side: Side, span: tuple[int, int]) -> int:
    """The first row of the header above a block that is the body of one; else of the comments and decorators above.

    A body may begin with a header of its own, so the header is the least deep line that changed above it, not the
    nearest: of `def f(xs):` / `    for x in xs:` / `        use(x)`, where only the last two are the same on both
    sides, it is the first.
    """
    first, last = span
    depth = side.depths[first]
    below = next((row for row in range(first + 1, last + 1) if side.keys[row]), first)
    above = side.shallowest[first - 1] if _is_same(side, first - 1, first) else first
    top = above if side.keys[above] and side.depths[above] < depth else first
    if top == first and side.depths[below] <= depth:
        return first
    return side.run_starts[top]


def _is_same(side: Side, row: int, first: int) -> bool:
    """Return True if a row exists and stands in the same stretch."""
    return 0 <= row < len(side.keys) and side.stretches[row] == side.stretches[first]


def _blanks(side: Side, span: tuple[int, int]) -> Iterator[int]:
    """The blank rows right below the block; where there are none, those right above it."""
    for rows in (range(span[1] + 1, len(side.keys)), range(span[0] - 1, -1, -1)):
        found = False
        for row in rows:
            if side.keys[row] or side.stretches[row] != side.stretches[span[0]]:
                break
            found = True
            yield row
        if found:
            return


def _renamed(patch: PatchSet, changes: Iterable[Change]) -> Iterator[tuple[int, int]]:
    """Pairs of a file that goes and one that comes, which are one file by another name.

    So says the reply (`rename from`), or their names do, upper and lower case aside; or there is but one of each, and
    they share folder and ending, or all but the ending: `notes.txt` and `summary.txt`, `marker` and `marker.bak`.
    """
    changes = tuple(changes)
    gone = {change.path: change.id for change in changes if change.kind == "delete"}
    come = {change.path: change.id for change in changes if change.kind == "create"}
    said = {file.path: file.moved_from for file in patch.files}
    for path, at in sorted(come.items()):
        source = next((old for old in gone if old == said[path] or _name(old) == _name(path)), None)
        if source is not None:
            yield gone.pop(source), at
            del come[path]
    if len(gone) == len(come) == 1:
        (old, new), ids = map(path_parts, (*gone, *come)), (*gone.values(), *come.values())
        if old.folder == new.folder and (old.suffix == new.suffix or old.stem == new.stem):
            yield ids[0], ids[1]


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1].casefold()


@dataclass(slots=True)
class _Ties:
    """Changes that are tied to one another, as a forest: each knows one that it is tied to."""

    above: dict[int, int] = field(default_factory=dict)
    edits: dict[int, int] = field(default_factory=dict)

    def top(self, at: int) -> int:
        """The change that stands for all that this one is tied to."""
        while self.above.setdefault(at, at) != at:
            self.above[at] = self.above[self.above[at]]
            at = self.above[at]
        return at

    def tie(self, ids: Collection[int]) -> None:
        """Tie these to one another."""
        tops = sorted(map(self.top, ids))
        for one in tops[1:]:
            self.above[one] = tops[0]

    def tie_files(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Tie each pair."""
        for pair in pairs:
            self.tie(pair)

    def add_edits(self, ids: Iterable[int], block: int) -> None:
        """Note that these are edits inside a moved block, of which one change is given."""
        self.edits |= dict.fromkeys(ids, block)

    def moves(self) -> Moves:
        """Return the moves that were found."""
        groups: dict[int, set[int]] = defaultdict(set)
        for at in list(self.above):
            groups[self.top(at)].add(at)
        tied = {top: frozenset(group) for top, group in groups.items() if len(group) > 1}
        in_group = frozenset().union(*tied.values())
        edits = {
            at: tied[self.top(block)]
            for at, block in self.edits.items()
            if at not in in_group and self.top(block) in tied
        }
        return Moves(tuple(tied[top] for top in sorted(tied)), MappingProxyType(edits))
