"""The real changes of a reply to data, written into the text as the file had it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fretsaw.core.patch.sequence import differences
from fretsaw.core.prune.data.insertion import Insertion
from fretsaw.core.prune.data.tree import DataFormat, Document, Entry, Node, Splice, spliced

_MANY = 4
"""Comments that nobody takes out one by one."""
_LIKE = 0.3
"""Share of equal parts from which on two entries of a list are one that changed."""


def merged(old: Document, new: Document, form: DataFormat, *, scales: bool = True) -> str:
    """The old text with what differs in meaning from the new one, and nothing else.

    `{"b": 1,\n "a": 2}` and `{"a":2,"b":3}` give `{"b": 3,\n "a": 2}`.
    """
    merge = _Merge(Insertion(old, new, form, scales))
    return spliced(old.text, list(merge.of_nodes(old.root, new.root)))


@dataclass(frozen=True)
class _Merge:
    insertion: Insertion
    """The writer of new entries."""

    @cached_property
    def holds_no_comments(self) -> bool:
        """Tell whether values are all that there is to compare."""
        return not self.insertion.old.comments and not self.insertion.new.comments

    @cached_property
    def was_written_anew(self) -> bool:
        """Tell whether the reply lacks so many of the file's comments that it was written anew from the data."""
        old, new = self.insertion.old, self.insertion.new
        lost = (Counter(old.comments) - Counter(new.comments)).total()
        if lost < min(_MANY, len(old.comments)):
            return False
        old_lines, new_lines = Counter(old.text.split("\n")), Counter(new.text.split("\n"))
        keeps_most_lines = (old_lines & new_lines).total() * 2 > old_lines.total()
        return lost > 1 or not keeps_most_lines

    def of_nodes(self, old: Node, new: Node) -> Iterator[Splice]:
        """Yield the splices that make one value of the other."""
        if self.holds_no_comments and old.value == new.value:
            return
        if _is_comparable(old, new):
            yield from self._of_containers(old, new)
        elif old.value != new.value:
            yield Splice(old.start, old.end, self.insertion.scalar(new, like=old))

    def _of_entries(self, old: Entry, new: Entry) -> Iterator[Splice]:
        keeps_shape = _is_comparable(old.node, new.node) or (_is_written(old.node) and _is_written(new.node))
        if keeps_shape:
            yield from self.of_nodes(old.node, new.node)
        elif old.node.value != new.node.value:
            yield Splice(old.key_end or old.start, old.end, self.insertion.value(new, like=old))

    def _of_containers(self, old: Node, new: Node) -> Iterator[Splice]:
        pairs = _Pairs.of(old, new)
        for old_at, new_at in pairs.old_to_new.items():
            yield from self._of_entries(pairs.old[old_at], pairs.new[new_at])
        replaced: set[int] = set()
        for run in pairs.insertions():
            at = run.after
            whole = self._of_run(old, pairs, run)
            if whole is not None:
                yield whole
                continue
            for new_entry in run.entries:
                successor = pairs.free_after(at, new_entry, taken=replaced)
                if successor is None:
                    yield self.insertion.splice(old, new, entry=new_entry, after=at)
                else:
                    at = successor
                    replaced.add(at)
                    yield self.insertion.replacement(old.entries or (), at=at, entry=new_entry)
        yield from self._deletions(old, pairs.unmatched_old() - replaced)

    def _of_run(self, container: Node, pairs: _Pairs, run: _Run) -> Splice | None:
        """The splice that puts a run of tags and texts in as one; None of other data, and where an entry goes there."""
        is_markup = container.kind == "document" and container.layout == "blanks"
        if not is_markup or run.after < 0 or run.after + 1 not in pairs.old_to_new:
            return None
        before = pairs.old[run.after], pairs.new[pairs.old_to_new[run.after]]
        return self.insertion.run_behind(*before, run.entries)

    def _deletions(self, container: Node, gone: set[int]) -> Iterator[Splice]:
        entries = container.entries or ()
        if self.was_written_anew:
            gone = {at for at in gone if not entries[at].is_comment or self._goes_with_entry(entries, at=at, gone=gone)}
        for at in sorted(gone):
            yield self._deletion(entries, at=at, gone=gone)
        if container.layout == "comma":
            yield from self._last_comma(container, gone)

    def _goes_with_entry(self, entries: Sequence[Entry], *, at: int, gone: set[int]) -> bool:
        """Tell whether a comment is above an entry that goes, with no blank line between, or behind it on its line."""
        text = self.insertion.old.text
        if at - 1 in gone and not entries[at - 1].is_comment:
            is_behind = "\n" not in text[entries[at - 1].end : entries[at].start]
            if is_behind:
                return True
        below = at
        while below + 1 < len(entries) and entries[below].is_comment:
            if text.count("\n", entries[below].end, entries[below + 1].start) != 1:
                return False
            below += 1
        return below in gone and not entries[below].is_comment

    def _has_own_lines(self, entries: Sequence[Entry], *, at: int, gone: set[int]) -> bool:
        """Tell whether nothing else is on the lines of an entry, but a comma or a comment that goes, too."""
        text = self.insertion.old.text
        line_start, line_end = self._lines_of(entries[at])
        end = entries[at].end
        has_comment_behind = at + 1 in gone and entries[at + 1].is_comment and entries[at + 1].end <= line_end
        if has_comment_behind:
            end = entries[at + 1].end
        return not (text[line_start : entries[at].start] + text[end:line_end]).strip(" \t\n,")

    def _without_blank_lines(self, start: int, end: int) -> tuple[int, int]:
        """The place of lines that go, with the blank lines below where there are some above, or nothing."""
        text = self.insertion.old.text
        is_parted_above = start == 0 or text.endswith("\n\n", 0, start)
        while is_parted_above and text.startswith("\n", end):
            end += 1
        return start, end

    def _lines_of(self, entry: Entry) -> tuple[int, int]:
        """The place of the lines on which an entry is."""
        text = self.insertion.old.text
        return text.rfind("\n", 0, entry.start) + 1, text.find("\n", entry.end) + 1 or len(text)

    def _deletion(self, entries: Sequence[Entry], *, at: int, gone: set[int]) -> Splice:
        entry = entries[at]
        if self._has_own_lines(entries, at=at, gone=gone):
            return Splice(*self._without_blank_lines(*self._lines_of(entry)), "")
        is_first = all(other in gone for other in range(at))
        if is_first and at + 1 < len(entries):
            return Splice(entry.start, entries[at + 1].start, "")
        return Splice(entries[at - 1].end if at else entry.start, entry.end, "")

    def _last_comma(self, container: Node, gone: set[int]) -> Iterator[Splice]:
        """The comma before entries that go at the end of a container, where the file has none at its end."""
        entries = container.entries or ()
        staying = [at for at in range(len(entries)) if at not in gone]
        if not staying or staying[-1] == len(entries) - 1:
            return
        text = self.insertion.old.text
        last = max(at for at, entry in enumerate(entries) if not entry.is_comment)
        if "," in text[entries[last].end : container.end]:
            return
        start = entries[staying[-1]].end
        comma = text.find(",", start, entries[staying[-1] + 1].start)
        if comma >= 0:
            yield Splice(comma, comma + 1, "")


def _is_scalar(node: Node) -> bool:
    return node.entries is None


def _is_written(node: Node) -> bool:
    """Tell whether a node is a scalar that the text holds: `a:` of YAML has a value without a sign."""
    return _is_scalar(node) and node.start < node.end


def _is_comparable(old: Node, new: Node) -> bool:
    """Tell whether two nodes are containers whose entries can be compared."""
    if not old.entries or new.entries is None:
        return False
    may_be_emptied = old.layout == new.layout and old.layout in ("lines", "braces")
    if not new.entries and not may_be_emptied:
        return False
    return (old.is_ordered, old.kind) == (new.is_ordered, new.kind)


@dataclass(frozen=True, slots=True)
class _Run:
    """New entries that have no counterpart, in a row."""

    after: int
    """Index of the old entry before them; -1 for none."""
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The entries of two containers, and which are the same one."""

    old: tuple[Entry, ...]
    new: tuple[Entry, ...]
    old_to_new: dict[int, int]
    is_ordered: bool

    @classmethod
    def of(cls, old: Node, new: Node) -> _Pairs:
        """Pair the entries: by their keys, in a list by order, value and likeness."""
        one, other = old.entries or (), new.entries or ()
        find = _pairs_in_order if old.is_ordered else _pairs_by_key
        return cls(one, other, dict(find(one, other)), old.is_ordered)

    def unmatched_old(self) -> set[int]:
        """Indices of the old entries without a counterpart."""
        return set(range(len(self.old))) - self.old_to_new.keys()

    def insertions(self) -> Iterator[_Run]:
        """Yield the new entries without a counterpart, each run with the old entry that it follows."""
        new_to_old = {new_at: old_at for old_at, new_at in self.old_to_new.items()}
        run = _Run(-1, [])
        for at, entry in enumerate(self.new):
            if at not in new_to_old:
                run.entries.append(entry)
                continue
            if run.entries:
                yield run
            run = _Run(new_to_old[at], [])
        if run.entries:
            is_last = bool(self.old) and not self.is_ordered
            yield _Run(len(self.old) - 1, run.entries) if is_last else run

    def free_after(self, at: int, entry: Entry, *, taken: set[int]) -> int | None:
        """The old entry right behind another one, if it has no counterpart and may be replaced by the new entry."""
        successor = at + 1
        if successor >= len(self.old) or successor in self.old_to_new or successor in taken:
            return None
        return successor if self.old[successor].is_comment == entry.is_comment else None


def _pairs_by_key(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[tuple[int, int]]:
    places: dict[Hashable, list[int]] = defaultdict(list)
    for at, entry in enumerate(new):
        places[entry.key].append(at)
    for at, entry in enumerate(old):
        if places[entry.key]:
            yield at, places[entry.key].pop(0)


def _pairs_in_order(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[tuple[int, int]]:
    """Pair what is equal, in order; between that, entries with the same key, and those that are alike."""
    old_at = new_at = 0
    identities = [_row(old), _row(new)]
    for start, end, new_start, new_end in [*differences(*identities), (len(old), len(old), len(new), len(new))]:
        yield from zip(range(old_at, start), range(new_at, new_start), strict=True)
        yield from _pairs_in_gap(old, new, rows=range(start, end), new_rows=range(new_start, new_end))
        old_at, new_at = end, new_end


def _row(entries: Iterable[Entry]) -> list[str]:
    """Entries as texts that can be compared as lines are."""
    return [str(hash((entry.is_comment, entry.identity))) for entry in entries]


def _pairs_in_gap(
    old: Sequence[Entry], new: Sequence[Entry], *, rows: range, new_rows: range
) -> Iterator[tuple[int, int]]:
    """Pair changed entries: one by one where they are as many, else each with the first that is alike."""
    if len(rows) == len(new_rows):
        yield from ((at, new_at) for at, new_at in zip(rows, new_rows, strict=True) if _is_akin(old[at], new[new_at]))
        return
    free_from = new_rows.start
    for at in rows:
        alike = [row for row in range(free_from, new_rows.stop) if _is_alike(old[at], new[row])]
        if alike:
            free_from = alike[0] + 1
            yield at, alike[0]


def _is_akin(old: Entry, new: Entry) -> bool:
    """Tell whether one entry may have become the other."""
    if old.is_comment or new.is_comment:
        return False
    if {old.key, new.key} != {None}:
        return old.key == new.key
    return _is_comparable(old.node, new.node) or (_is_scalar(old.node) and _is_scalar(new.node))


def _is_alike(old: Entry, new: Entry) -> bool:
    """Tell whether two entries have one key, or enough in common."""
    if not _is_akin(old, new):
        return False
    return old.key is not None or _likeness(old.node, new.node) >= _LIKE


def _likeness(old: Node, new: Node) -> float:
    """The share of entries that two containers have in common."""
    one = Counter(entry.identity for entry in old.entries or ())
    other = Counter(entry.identity for entry in new.entries or ())
    return 2 * (one & other).total() / max(one.total() + other.total(), 1)
