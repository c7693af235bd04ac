"""All edit blocks of a reply placed together: the whole text of each file after, or the misfits and no text at all.

Knows files as paths and texts only, through the function it is handed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from fretsaw.core.locate import explain, whole_files
from fretsaw.core.locate.blank_lines import has_solid
from fretsaw.core.locate.misfit import Located, Misfit, Placing
from fretsaw.core.locate.path_repair import by_name, clean, is_outside, named_in, repair
from fretsaw.core.locate.section import Section, place_section, probe
from fretsaw.core.locate.transcode import in_file_encoding
from fretsaw.core.locate.twins import naming_twins, sole_holder, twin_of
from fretsaw.core.reply.edit_block import EditBlock, Reading
from fretsaw.core.text.lines import is_binary

_MOST_ALIKE = 5
"""Files of the same name that are named where a path is no file."""


@dataclass(slots=True)
class Desk:
    """The texts while a reply is being placed."""

    reader: Callable[[str], str | None]
    paths: Collection[str]
    before: dict[str, str | None] = field(default_factory=dict)
    after: dict[str, str | None] = field(default_factory=dict)
    located: list[Located] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)
    modes: dict[str, tuple[str, str]] = field(default_factory=dict)
    notices: list[Misfit] = field(default_factory=list)
    why_hidden: Callable[[str], str] = lambda _: ""
    """The reason why a path that is no file here is not shown: ignored, untracked, too large; empty where there is no
    reason."""
    by_name: dict[str, list[str]] | None = None

    def names(self) -> dict[str, list[str]]:
        """Last part of a path -> the paths that end with it; made when a path is not in the snapshot."""
        if self.by_name is None:
            self.by_name = by_name(self.paths)
        return self.by_name

    def known(self, path: str) -> bool:
        """Return True if a path is a file now: tracked and not deleted by the reply, or created by it."""
        if path in self.after:
            return self.after[path] is not None
        return path in self.paths

    def text(self, path: str) -> str | None:
        """The text of a known path, None when it cannot be read as text."""
        if path not in self.after:
            text = self.reader(path)
            self.before[path] = text
            self.after[path] = text
        now = self.after[path]
        return None if now is None or is_binary(now) else now

    def current(self, path: str) -> str | None:
        """The text of a path, None where it is no file now or cannot be read as text."""
        return self.text(path) if self.known(path) else None

    def write(self, path: str, text: str | None) -> None:
        """Set the text of a path after; None deletes it."""
        self.before.setdefault(path, self.reader(path) if path in self.paths else None)
        self.after[path] = text


def place(
    reading: Reading | Iterable[EditBlock],
    read: Callable[[str], str | None],
    paths: Collection[str],
    why_hidden: Callable[[str], str] = lambda _: "",
) -> Placing:
    """Place all blocks of a reply: all of them or, with any misfit, none.

    `read` gives the text of one of `paths` (None: it cannot be read), `paths` are the files that may be edited,
    `why_hidden` says why another path is none of them ("untracked"; empty where there is no such file).
    Never raises on any text; blocks of one file compose in the order of the reply.
    """
    if isinstance(reading, Reading):
        blocks = reading.blocks
        problem = _problem_of_reading(reading)
    else:
        blocks = tuple(reading)
        problem = None
    if problem is not None:
        return Placing({}, misfits=(problem,))
    blocks = _once(blocks)
    desk = Desk(reader=read, paths=frozenset(paths), why_hidden=why_hidden)
    sections = _sections(desk, blocks)
    trusted = probe(desk.text, sections)
    for section in sections:
        if section.op == "edit":
            _edit(desk, section, trusted)
        else:
            _whole(desk, section)
    return _placing(desk, has_blocks=bool(blocks))


def _problem_of_reading(reading: Reading) -> Misfit | None:
    """Say why a reply cannot be placed whatever its edits are."""
    if reading.truncated:
        last = reading.blocks[-1:]
        path = last[0].path if last else None
        return explain.cut_off(path, reading.truncated)
    return explain.unclear(reading.unclear) if reading.unclear else None


def _once(blocks: tuple[EditBlock, ...]) -> tuple[EditBlock, ...]:
    """Blocks without those that the reply only states again: all of them, or single ones for the same place.

    Hunks of a diff without a number may well be meant twice: each takes a place of its own.
    """
    half = len(blocks) // 2
    if blocks == blocks[:half] * 2:
        return blocks[:half]
    seen: set[EditBlock] = set()
    kept: list[EditBlock] = []
    for block in blocks:
        may_be_meant_again = block.tags is not None and block.line is None
        if may_be_meant_again or block not in seen:
            kept.append(block)
        seen.add(block)
    return tuple(kept)


def _placing(desk: Desk, *, has_blocks: bool) -> Placing:
    """The result; edits that change nothing are worth a notice."""
    if desk.misfits:
        return Placing({}, misfits=tuple(desk.misfits))
    changed = {path: text for path, text in desk.after.items() if text != desk.before.get(path)}
    notices = tuple(dict.fromkeys(desk.notices))
    if has_blocks and not changed and not desk.modes:
        notices = (explain.no_change(),)
    return Placing(after=changed, located=tuple(desk.located), modes=desk.modes or None, notices=notices)


def _sections(desk: Desk, blocks: Iterable[EditBlock]) -> list[Section]:
    """Blocks with the path they go to; hunks of one file that stand together are one section."""
    sections: list[Section] = []
    repairs: dict[str, str] = {}
    created: set[str] = set()
    habits: set[str] = set()
    for block in blocks:
        path = _target_path(desk, block, created=created, repairs=repairs)
        if sections and sections[-1].joins(path, block):
            sections[-1].blocks.append(block)
        else:
            sections.append(Section(path, [block], habits))
        if block.op in ("move", "copy") and block.move_to is not None:
            created.add(clean(block.move_to))
    return sections


def _target_path(desk: Desk, block: EditBlock, *, created: set[str], repairs: dict[str, str]) -> str:
    """The path a block goes to: its own, or for one that is no file, the file it must mean.

    `created`: paths that earlier blocks make, this one's joins them. `repairs`: path → file, as far as looked up:
    `app/main.py` → `server/app/main.py`.
    """
    path = clean(block.path)
    if block.op == "create":
        created.add(path)
        return path
    if path in desk.paths or path in created:
        return path
    meant = repairs.get(path) or _meant(desk, block, path)
    if meant is None:
        if block.op == "overwrite":
            created.add(path)
        return path
    if path:
        repairs[path] = meant
        desk.notices.append(explain.taken_for(path, meant))
    return meant


def _meant(desk: Desk, block: EditBlock, path: str) -> str | None:
    """The tracked file that a path which is none must mean, by its own end or by the text above; None: not known."""
    loosely = block.op == "edit" and bool(block.search)
    meant = repair(path, desk.names(), loosely=loosely)
    if meant is None and loosely:
        alike = desk.names().get(path.rsplit("/", 1)[-1], [])
        meant = sole_holder(block, alike, desk.text)
    if meant is None and block.near and _may_be_named_above(desk, block, path):
        meant = named_in(block.near, desk.paths.__contains__)
    if meant is None or block.op != "overwrite":
        return meant
    # A whole text that has next to nothing of a file is a new file of a like name.
    now = desk.text(meant)
    is_new_state = now is not None and whole_files.resembles(now, block)
    return meant if is_new_state else None


def _may_be_named_above(desk: Desk, block: EditBlock, path: str) -> bool:
    """Tell whether the text above may name the file: not where a path is to be created, or is there but hidden."""
    if not path:
        return True
    creates = block.op == "edit" and not has_solid(block.search)
    return not creates and not desk.why_hidden(path)


def _refusal(desk: Desk, path: str, *, may_create: bool) -> Misfit | None:
    """Say why a path cannot be edited, or with `may_create` created; None where it can."""
    if is_outside(path):
        return explain.outside(path)
    if may_create:
        return None
    if not desk.known(path):
        return _missing(desk, path)
    return explain.unreadable(path) if desk.text(path) is None else None


def _missing(desk: Desk, path: str) -> Misfit:
    """Say why a path is no file here: it is hidden, or there is none."""
    why = desk.why_hidden(path)
    if why:
        return explain.hidden(path, why)
    name = path.rsplit("/", 1)[-1]
    alike = desk.names().get(name, [])
    return explain.no_such_file(path, alike[:_MOST_ALIKE])


def _edit(desk: Desk, section: Section, trusted: bool) -> None:
    """Place edits of one file, or note why they have no place."""
    first = section.blocks[0]
    if _has_no_search_text(first):
        problem = _fill(desk, section.path, first)
    else:
        problem = _refusal(desk, section.path, may_create=False) or _edit_text(desk, section, trusted)
    if problem is not None:
        desk.misfits.append(problem)


def _has_no_search_text(block: EditBlock) -> bool:
    """Return True if an edit says nothing of where it goes: it is for an empty file."""
    has_search = has_solid(block.search) or bool(block.others)
    return not has_search and block.tags is None and block.after_line is None


def _edit_text(desk: Desk, section: Section, trusted: bool) -> Misfit | None:
    """Place edits of a file that can be read; the misfit where they cannot be written in its encoding."""
    path = section.path
    text = desk.text(path) or ""
    section.blocks, problem = in_file_encoding(text, path, section.blocks)
    if problem is not None:
        return problem
    placed = place_section(text, section, trusted)
    if placed.misfits:
        desk.misfits += naming_twins(placed.misfits, section.blocks, desk.names, desk.current)
    elif (twin := twin_of(placed.located, desk.names, desk.current)) is not None:
        return twin
    desk.located += placed.located
    if not placed.misfits:
        desk.write(path, placed.after)
    return None


def _fill(desk: Desk, path: str, block: EditBlock) -> Misfit | None:
    """Create a file, or fill an empty one, with an edit that has no search text."""
    refusal = _refusal(desk, path, may_create=True)
    if refusal is not None:
        return refusal
    now = desk.current(path)
    if now is not None and now.strip():
        return explain.not_empty(path)
    desk.write(path, whole_files.written(now, block))
    desk.located.append(Located(block=block, path=path, rung="exact", start=0, end=0))
    return None


def _whole(desk: Desk, section: Section) -> None:
    """Make a change of a file as a whole, or note why it cannot be made."""
    block, path = section.blocks[0], section.path
    now = desk.current(path)
    problem = _refusal(desk, path, may_create=_may_create(desk, block, path))
    is_unreadable = now is None and desk.known(path)
    if problem is None and is_unreadable:
        problem = explain.exists_unreadable(path)
    change = _WHOLE_CHANGES[block.op]
    problem = problem or change(desk, block, path)
    if problem is not None:
        desk.misfits.append(problem)
        return
    end = len(now.split("\n")) if now else 0
    desk.located.append(Located(block=block, path=path, rung="exact", start=0, end=end))


def _may_create(desk: Desk, block: EditBlock, path: str) -> bool:
    """Tell whether a block may make a file: one that is said to be new even where a hidden file is.

    It may be dropped as noise; what is in its place is for delivery to see.
    """
    if block.op == "overwrite":
        return not desk.why_hidden(path)
    return block.op == "create"


def _set_mode(desk: Desk, block: EditBlock, path: str) -> Misfit | None:
    """Note the file mode that a block asks for."""
    desk.modes[path] = block.mode or ("", "")
    return None


def _delete(desk: Desk, block: EditBlock, path: str) -> Misfit | None:
    """Delete a file, if the lines that are said to be removed are the file's."""
    problem = whole_files.deletable(desk.text(path) or "", path, block)
    if problem is None:
        desk.write(path, None)
    return problem


def _write(desk: Desk, block: EditBlock, path: str) -> Misfit | None:
    """Write a whole file, in the encoding of the text before."""
    now = desk.current(path)
    (block,), problem = in_file_encoding(now or "", path, [block])
    if problem is not None:
        return problem
    text, problem = whole_files.replaced(now, path, block)
    if problem is not None:
        return problem
    desk.write(path, text)
    if block.mode is not None:
        desk.modes[path] = block.mode
    return None


def _move(desk: Desk, block: EditBlock, path: str) -> Misfit | None:
    """Move or copy a file to where no file is."""
    target = clean(block.move_to or "")
    if is_outside(target):
        return explain.target_outside(target)
    if target == path:
        return None
    is_move = block.op == "move"
    if desk.known(target):
        done = "moved" if is_move else "copied"
        return explain.target_exists(path, target, done=done)
    desk.write(target, desk.text(path))
    if is_move:
        desk.write(path, None)
    return None


_WHOLE_CHANGES: Mapping[str, Callable[[Desk, EditBlock, str], Misfit | None]] = {
    "mode": _set_mode,
    "move": _move,
    "copy": _move,
    "delete": _delete,
    "create": _write,
    "overwrite": _write,
}
"""Kind of change of a file as a whole -> the function that makes it, or says why it cannot be made."""
