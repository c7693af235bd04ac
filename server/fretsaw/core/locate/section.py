"""Edit blocks of one file that stand together: looked up in one text, settled together, written once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from fretsaw.core.locate import explain
from fretsaw.core.locate.fit import Splice
from fretsaw.core.locate.habits import HABITS, put_right
from fretsaw.core.locate.indent import lead
from fretsaw.core.locate.misfit import Located, Misfit
from fretsaw.core.locate.splices import spliced
from fretsaw.core.locate.tie_break import Item, core_of, items_of, settle_ties
from fretsaw.core.locate.view import View, same, squeezed, without_trailing
from fretsaw.core.reply.edit_block import EditBlock

UNSURE = ("blank-lines", "near-context", "stale-context", "gap-in-context", "outer-context")
"""Rungs that could also find where an edit was made before."""


@dataclass(slots=True)
class Section:
    """Blocks that are looked up in one and the same text."""

    path: str
    op: str
    blocks: list[EditBlock]
    tagged: bool = False
    habits: set[str] = field(default_factory=set)
    """Of the whole reply, as far as it was placed."""

    def joins(self, path: str, block: EditBlock) -> bool:
        """Return True if a further edit of `path` belongs here: of the same form, and looked up in the same text."""
        same_form = self.op == block.op == "edit" and self.tagged == (block.tags is not None)
        same_form = same_form and self.blocks[0].series == block.series
        return same_form and self.path == path and (self.tagged or bool(block.search and self.blocks[0].search))


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
    if not any(not block.search and block.line for section in sections for block in section.blocks):
        return False
    right = 0
    for section in sections:
        text = read(section.path) if section.tagged and section.op == "edit" else None
        if text is None:
            continue
        proofs = _right_numbers(View(text), section.blocks)
        if proofs is None:
            return False
        right += proofs
    return right > 0


def _right_numbers(view: View, blocks: Sequence[EditBlock]) -> int | None:
    """Count the line numbers that the only place of their lines confirms; None where one points at no place of its own.

    `@@ -12` above lines that stand at 12 only is right; at 12 and at 40 it proves nothing; at 40 only, it is wrong.
    """
    right = 0
    for block in blocks:
        if not block.search or block.line is None:
            continue
        starts = view.find(block.search, same)
        if block.line - 1 not in starts:
            return None
        right += len(starts) == 1
    return right


def place_section(text: str, section: Section, trusted: bool) -> Placed:
    """The section's text after, or its misfits.

    All blocks are looked up in the text as the model saw it. Those it does not hold are looked up once more in the
    text that the others leave: they may build on them.
    """
    view = View(text, many=len(section.blocks) > 16)
    items = _items(view, section.blocks)
    _mend(view, items, section.habits)
    settle_ties(view, items, trusted, ordered=section.tagged)
    later = _to_look_up_again(items)
    placed = _written_in_turns(view, items, later, section) if later else None
    return placed or _written(view, items, section)


def _to_look_up_again(items: list[Item]) -> list[Item]:
    """The items that are nowhere but may be in the text that the others leave.

    None where there are no others, or where a block is half there: its other half is nowhere for another reason.
    """
    if len(items) > _MANY:
        return []
    later = [item for item in items if item.pattern.old and not item.fits]
    found_blocks = {id(item.block) for item in items if item.fits}
    is_half_there = not found_blocks.isdisjoint(id(item.block) for item in later)
    has_others = len(later) < len(items)
    return later if has_others and not is_half_there else []


def _written_in_turns(view: View, items: list[Item], later: list[Item], section: Section) -> Placed | None:
    """The text with the other items, and `later` in what these leave; None where that does not place every one.

    Block 1 turns `a` into `b`, block 2 turns `b` into `b c`: block 2 is looked up in the text that has b.
    """
    placed = _written(view, [item for item in items if item.fits or not item.pattern.old], section)
    if placed.misfits:
        return None
    after = View(placed.after)
    again = [item for block in dict.fromkeys(old.block for old in later) for item in items_of(after, block)]
    if not all(item.fits and item.rung in _CERTAIN for item in again):
        return None
    settle_ties(after, again, False, ordered=section.tagged)
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
        absent += sum(not item.fits and bool(item.pattern.old) for item in found)
        if absent >= _ENOUGH:
            break
    return items


_ENOUGH = 20
_MANY = 2000
_CERTAIN = ("exact", "trailing-blanks", "indentation")
"""Rungs that may find a block in a text that other blocks have changed."""


def _mend(view: View, items: list[Item], habits: set[str]) -> None:
    habits.update(item.rung for item in items if item.rung in HABITS and item.placed is not None)
    if habits:
        for item in items:
            item.fits = [put_right(view, fit, habits) for fit in item.fits]


def _written(view: View, items: list[Item], section: Section) -> Placed:
    placed = Placed(view.text)
    for item in items:
        problem = _problem(view, item, section)
        if problem is not None:
            placed.misfits.append(problem)
        elif item.placed is not None:
            placed.located.append(Located(item.block, section.path, item.rung, item.placed.start, item.placed.end))
    if placed.misfits:
        placed.misfits = list(dict.fromkeys(placed.misfits))
        return placed
    splices, clash = _together(items, section.path)
    if clash is not None:
        placed.misfits.append(clash)
        return placed
    placed.after = spliced(view, splices, _final_newline(view, items))
    return placed


def _problem(view: View, item: Item, section: Section) -> Misfit | None:
    path = section.path
    if item.foreign is not None:
        return explain.foreign(path, *item.foreign)
    if item.block.after_line is not None and item.placed is None:
        return explain.beyond_the_end(path, item.block.after_line, len(view.bodies))
    if item.placed is not None and _parts_block(view, item):
        return explain.parts_block(path, item.placed.end)
    if item.placed is not None and not (item.rung in UNSURE and _applied(view, item)):
        return _half_line(view, item, path)
    if len(item.fits) > 1:
        starts = [fit.start for fit in item.fits]
        return explain.ambiguous(path, item.pattern, starts, item.capped)
    if item.pattern.old and _applied(view, item):
        return explain.misfit(
            "already-applied",
            path,
            f"An edit to {path} is already in the file.",
            f"`{path}` already holds the lines you add. Leave this edit out.",
        )
    return explain.absent(view, path, item.pattern, item.line)


def _parts_block(view: View, item: Item) -> bool:
    """Tell whether new lines below a diff's last context would part a block: it lost the lines that follow.

    Context at 12, new lines from 4 on, and the file goes on at 8: what follows belongs to what stands above.
    """
    fit, tags = item.placed, item.block.tags
    if fit is None or not item.pattern.old or not fit.splices:
        return False
    start, end, new = fit.splices[-1]
    is_last = tags is not None and tags.endswith("+") and start == end == fit.end
    if not is_last or not 0 < fit.end <= len(view.bodies):
        return False
    above = view.bodies[fit.end - 1]
    following = next((line for line in view.bodies[fit.end : fit.end + 3] if line.strip()), "")
    depths = [len(lead(line)) for line in new if line.strip()]
    if not above.strip() or not following or not depths:
        return False
    return min(depths) < len(lead(following)) <= len(lead(above))


def _half_line(view: View, item: Item, path: str) -> Misfit | None:
    """The last block of a reply without end: its last line may be half a line."""
    fit, old = item.placed, item.pattern.old
    if not item.block.unterminated or fit is None or fit.end >= len(view.bodies):
        return None
    last = item.block.tags[-1:] if item.block.tags else " "
    whole = last == " " and old and fit.at and fit.at[-1] is not None
    if whole and squeezed(view.bodies[fit.end - 1]) == squeezed(old[-1]):
        return None
    return explain.misfit(
        "truncated",
        path,
        f"The reply looks cut off within its last edit, to {path}.",
        f"`{path}`: your reply ends within an edit. Repeat all edits, with less text around them.",
    )


def _applied(view: View, item: Item) -> bool:
    new = item.pattern.new
    return any(line.strip() for line in item.pattern.added) and bool(view.find(new, without_trailing))


def _together(items: list[Item], path: str) -> tuple[list[Splice], Misfit | None]:
    """All splices in order, or the misfit where two of them change the same lines."""
    fits = {id(item): item.placed for item in items}
    splices: list[Splice] = []
    seen: set[tuple[tuple[Splice, ...], int | None]] = set()
    for item in items:
        fit = fits[id(item)]
        if fit is None:
            continue
        again = (fit.splices, item.block.line)
        if again in seen:
            continue
        seen.add(again)
        splices += fit.splices
    splices.sort(key=lambda splice: splice[:2])
    for one, two in pairwise(splices):
        if two[0] < one[1] or (two[0] == one[0] and two[1] == one[1]):
            return [], explain.misfit(
                "overlapping",
                path,
                f"Two edits of {path} change the same lines, from line {two[0] + 1}.",
                f"`{path}`: two of your edits change the same lines, from line {two[0] + 1}. Make them one edit.",
                (two[0] + 1,),
            )
    return splices, None


def _final_newline(view: View, items: list[Item]) -> bool | None:
    """Tell whether the file ends with a newline after, where a no-newline mark at its very end says so."""
    for item in items:
        old, new = item.block.no_newline
        fit = item.placed
        if old != new and fit is not None and max(fit.end, core_of(fit)[1]) == len(view.bodies):
            return not new
    return None
