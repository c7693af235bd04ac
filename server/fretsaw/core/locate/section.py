"""Edit blocks of one file that stand together: looked up in one text, settled together, written once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from operator import itemgetter

from fretsaw.core.locate import explain
from fretsaw.core.locate.blank_lines import depth, first_solid, has_solid, solid_lines
from fretsaw.core.locate.fit import Fit, Splice
from fretsaw.core.locate.habits import HABITS, put_right
from fretsaw.core.locate.items import Item, items_of
from fretsaw.core.locate.misfit import Located, Misfit
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.splices import spliced
from fretsaw.core.locate.tie_break import settle_ties
from fretsaw.core.locate.view import View, same, squeezed, without_trailing
from fretsaw.core.reply.edit_block import EditBlock

UNSURE = ("blank-lines", "near-context", "stale-context", "gap-in-context", "outer-context")
"""Rungs that could also find where an edit was made before."""


@dataclass(slots=True)
class Section:
    """Blocks that are looked up in one and the same text."""

    path: str
    blocks: list[EditBlock]
    habits: set[str] = field(default_factory=set)
    """Of the whole reply, as far as it was placed."""

    @property
    def op(self) -> str:
        """The kind of change that the blocks ask for."""
        return self.blocks[0].op

    @property
    def tagged(self) -> bool:
        """True for hunks of a diff."""
        return self.blocks[0].tags is not None

    @property
    def has_bare_number(self) -> bool:
        """Return True if a block has nothing but a line number to find its place by."""
        return any(block.line and not block.search for block in self.blocks)

    def joins(self, path: str, block: EditBlock) -> bool:
        """Return True if a further edit of `path` belongs here: of the same form, and looked up in the same text."""
        first = self.blocks[0]
        ours = (self.path, self.op, self.tagged, first.series)
        theirs = (path, block.op, block.tags is not None, block.series)
        have_text = self.tagged or bool(block.search and first.search)
        return block.op == "edit" and ours == theirs and have_text


@dataclass(slots=True)
class Placed:
    """The result of placing a section."""

    after: str
    located: list[Located] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)


def probe(read: Callable[[str], str | None], sections: Sequence[Section]) -> bool:
    """Return True if line numbers of the reply may be trusted: all that text can confirm are right, and there is one.

    Asked only where a block has nothing but a number.
    """
    if not any(section.has_bare_number for section in sections):
        return False
    has_proof = False
    for line, starts in _numbered_places(read, sections):
        if line not in starts:
            return False
        has_proof |= len(starts) == 1
    return has_proof


def _numbered_places(read: Callable[[str], str | None], sections: Sequence[Section]) -> Iterator[tuple[int, list[int]]]:
    """Pairs (index that a line number says, all places of its lines), of hunks that have both.

    `@@ -12` above lines that stand at 12 only is right; at 12 and at 40 it proves nothing; at 40 only, it is wrong.
    """
    for section in sections:
        is_diff = section.tagged and section.op == "edit"
        text = read(section.path) if is_diff else None
        if text is None:
            continue
        view = View(text)
        for block in section.blocks:
            if block.search and block.line is not None:
                yield block.line - 1, view.find(block.search, same)


def place_section(text: str, section: Section, trusted: bool) -> Placed:
    """The section's text after, or its misfits.

    All blocks are looked up in the text as the model saw it. Those it does not hold are looked up once more in the
    text that the others leave: they may build on them.
    """
    view = View(text, many=len(section.blocks) > 16)
    items = _items(view, section.blocks)
    _put_right(view, items, section.habits)
    settle_ties(view, items, trusted=trusted, ordered=section.tagged)
    later = _to_look_up_again(items)
    placed = _written_in_turns(view, items, later, section) if later else None
    return placed or _written(view, items, section)


def _to_look_up_again(items: list[Item]) -> list[Item]:
    """The items that are nowhere but may be in the text that the others leave.

    None where there are no others, or where a block is half there: its other half is nowhere for another reason.
    """
    if len(items) > _MANY:
        return []
    absent = [item for item in items if item.is_absent]
    absent_blocks = {id(item.block) for item in absent}
    found_blocks = {id(item.block) for item in items if item.fits}
    has_others = len(absent) < len(items)
    return absent if has_others and found_blocks.isdisjoint(absent_blocks) else []


def _written_in_turns(view: View, items: list[Item], later: list[Item], section: Section) -> Placed | None:
    """The text with the other items, and `later` in what these leave; None where that does not place every one.

    Block 1 turns `a` into `b`, block 2 turns `b` into `b c`: block 2 is looked up in the text that has b.
    """
    placed = _written(view, [item for item in items if not item.is_absent], section)
    if placed.misfits:
        return None
    after = View(placed.after)
    blocks = dict.fromkeys(item.block for item in later)
    again = list(chain.from_iterable(items_of(after, block) for block in blocks))
    if not {item.rung for item in again} <= _CERTAIN:
        return None
    settle_ties(after, again, trusted=False, ordered=section.tagged)
    second = _written(after, again, section)
    second.located = placed.located + second.located
    return second


def _items(view: View, blocks: list[EditBlock]) -> list[Item]:
    """The blocks' items; after many that are nowhere the rest is not looked for, as the reply is refused anyway."""
    items: list[Item] = []
    absent = 0
    for block in blocks:
        found = items_of(view, block)
        items += found
        absent += sum(item.is_absent for item in found)
        if absent >= _ENOUGH:
            break
    return items


_ENOUGH = 20
_MANY = 2000
_CERTAIN = frozenset({"exact", "trailing-blanks", "indentation"})
"""Rungs that may find a block in a text that other blocks have changed."""


def _put_right(view: View, items: list[Item], habits: set[str]) -> None:
    """Note the habits that placed items prove, and correct what all habits say in the new lines of each."""
    rungs = {item.rung for item in items if item.placed is not None}
    habits |= rungs.intersection(HABITS)
    for item in items:
        item.fits = [put_right(view, fit, habits) for fit in item.fits]


def _written(view: View, items: list[Item], section: Section) -> Placed:
    """The text after, where each item has its place and none of them clash; else the misfits."""
    problems = (_problem(view, item, section.path) for item in items)
    misfits = list(dict.fromkeys(filter(None, problems)))
    if misfits:
        return Placed(view.text, misfits=misfits)
    placed = [(item.block, item.rung, fit) for item in items for fit in item.fits]
    splices = _together(placed)
    line = _overlap(splices)
    if line is not None:
        return Placed(view.text, misfits=[explain.overlapping(section.path, line + 1)])
    return Placed(
        after=spliced(view, splices, final_newline=_final_newline(view, items)),
        located=[
            Located(block=block, path=section.path, rung=rung, start=fit.start, end=fit.end)
            for block, rung, fit in placed
        ],
    )


def _problem(view: View, item: Item, path: str) -> Misfit | None:
    """Say why an item cannot be written; None where it can."""
    if item.foreign is not None:
        return explain.foreign(path, *item.foreign)
    fit = item.placed
    if fit is None:
        return _why_not_placed(view, item, path)
    if _parts_block(view, item, fit):
        return explain.parts_block(path, fit.end)
    if item.rung in UNSURE and _is_applied(view, item.pattern):
        return explain.already_applied(path)
    if _may_end_in_half_a_line(view, item, fit):
        return explain.ends_within_an_edit(path)
    return None


def _why_not_placed(view: View, item: Item, path: str) -> Misfit:
    """Say why an item has no place, or several."""
    after_line, pattern = item.block.after_line, item.pattern
    if after_line is not None:
        return explain.beyond_the_end(path, after_line, count=len(view.bodies))
    if len(item.fits) > 1:
        starts = [fit.start for fit in item.fits]
        return explain.ambiguous(path, pattern, starts=starts, more=item.capped)
    if pattern.old and _is_applied(view, pattern):
        return explain.already_applied(path)
    return explain.absent(view, path, pattern=pattern, line=item.line)


def _parts_block(view: View, item: Item, fit: Fit) -> bool:
    """Tell whether new lines below a diff's last context would part a block: it lost the lines that follow.

    Context at 12, new lines from 4 on, and the file goes on at 8: what follows belongs to what stands above.
    """
    ends_in_new_lines = (item.block.tags or "").endswith("+")
    if not ends_in_new_lines or not item.pattern.old or not fit.splices:
        return False
    start, end, new = fit.splices[-1]
    above = "".join(view.between(first=fit.end - 1, stop=fit.end, key=same))
    is_below_context = start == end == fit.end
    if not is_below_context or not above.strip():
        return False
    following = first_solid(view.bodies[end : end + 3])
    least = min(map(depth, solid_lines(new)), default=depth(above))
    return least < depth(following) <= depth(above)


def _may_end_in_half_a_line(view: View, item: Item, fit: Fit) -> bool:
    """Return True if the reply ends with this block, within a line as far as one can see.

    A last line of context is whole if the file has just that line.
    """
    if not item.block.unterminated or fit.end >= len(view.bodies):
        return False
    ends_in_context = (item.block.tags or " ").endswith(" ")
    last_place = fit.at[-1] if fit.at else None
    if not ends_in_context or last_place is None:
        return True
    return squeezed(view.bodies[fit.end - 1]) != squeezed(item.pattern.old[-1])


def _is_applied(view: View, pattern: Pattern) -> bool:
    """Return True if the file already has the lines that a pattern leaves behind."""
    return has_solid(pattern.added) and bool(view.find(pattern.new, without_trailing))


def _together(placed: Iterable[tuple[EditBlock, str, Fit]]) -> list[Splice]:
    """All splices in order; edits that say the same of the same line count once."""
    distinct = dict.fromkeys((fit.splices, block.line) for block, _, fit in placed)
    splices = chain.from_iterable(splices for splices, _ in distinct)
    return sorted(splices, key=itemgetter(0, 1))


def _overlap(splices: list[Splice]) -> int | None:
    """Find the first line that two splices change, or before which both insert."""
    for one, two in pairwise(splices):
        is_same_range = one[:2] == two[:2]
        if is_same_range or two[0] < one[1]:
            return two[0]
    return None


def _final_newline(view: View, items: list[Item]) -> bool | None:
    """Tell whether the file ends with a newline after, where a no-newline mark at its very end says so."""
    for item in items:
        old, new = item.block.no_newline
        fit = item.placed
        if old != new and fit is not None and fit.end == len(view.bodies):
            return not new
    return None
