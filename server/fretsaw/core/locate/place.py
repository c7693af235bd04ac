"""All edit blocks of a reply placed together: the whole text of each file after, or the misfits and no text at all.

Knows files as paths and texts only, through the function it is handed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from fretsaw.core.locate import whole_files
from fretsaw.core.locate.explain import misfit
from fretsaw.core.locate.misfit import Located, Misfit, Placing
from fretsaw.core.locate.path_repair import by_name, clean, is_outside, repair
from fretsaw.core.locate.section import Section, place_section, probe
from fretsaw.core.reply.edit_block import EditBlock, Reading
from fretsaw.core.text.lines import is_binary


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
    by_name: dict[str, list[str]] | None = None

    def names(self) -> dict[str, list[str]]:
        """Last part of a path -> the paths that end with it; made when a path is not in the snapshot."""
        if self.by_name is None:
            self.by_name = by_name(self.paths)
        return self.by_name

    def known(self, path: str) -> bool:
        """Whether a path is a file now: tracked and not deleted by the reply, or created by it."""
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

    def write(self, path: str, text: str | None) -> None:
        """Set the text of a path after; None deletes it."""
        self.before.setdefault(path, self.reader(path) if path in self.paths else None)
        self.after[path] = text


def place(reading: Reading | Iterable[EditBlock], read: Callable[[str], str | None], paths: Collection[str]) -> Placing:
    """Place all blocks of a reply: all of them or, with any misfit, none.

    `read` gives the text of one of `paths` (None: it cannot be read), `paths` are the files that may be edited.
    Never raises on any text; blocks of one file compose in the order of the reply.
    """
    if isinstance(reading, Reading):
        blocks = reading.blocks
        if reading.truncated:
            return Placing({}, (), (_cut_off(reading.truncated, blocks),))
    else:
        blocks = tuple(reading)
    blocks = _once(blocks)
    desk = Desk(read, paths if isinstance(paths, (set, frozenset, dict)) else frozenset(paths))
    sections = _sections(desk, blocks)
    trusted = probe(desk.text, sections)
    for section in sections:
        if section.op == "edit":
            _edit(desk, section, trusted)
        else:
            _whole(desk, section)
    return _placing(desk, bool(blocks))


def _once(blocks: tuple[EditBlock, ...]) -> tuple[EditBlock, ...]:
    """Blocks without those that the reply only states again: all of them, or single ones for the same place."""
    half = len(blocks) // 2
    if half and len(blocks) % 2 == 0 and blocks[:half] == blocks[half:]:
        return blocks[:half]
    seen: set[EditBlock] = set()
    kept: list[EditBlock] = []
    for block in blocks:
        if block in seen and (block.tags is None or block.line is not None):
            continue
        seen.add(block)
        kept.append(block)
    return tuple(kept)


def _cut_off(why: str, blocks: tuple[EditBlock, ...]) -> Misfit:
    path = blocks[-1].path if blocks else None
    return misfit(
        "truncated",
        path,
        f"The reply looks cut off: {why}.",
        f"Your reply was cut off: {why}. Repeat all edits, with less text around them.",
    )


def _placing(desk: Desk, any_block: bool) -> Placing:
    if desk.misfits:
        return Placing({}, (), tuple(desk.misfits))
    after = {path: text for path, text in desk.after.items() if text != desk.before.get(path)}
    if any_block and not after and not desk.modes:
        nothing = misfit("no-op", None, "The edits change nothing.", "Your edits leave every file as it is.")
        return Placing({}, tuple(desk.located), (), notices=(nothing,))
    return Placing(after, tuple(desk.located), (), desk.modes or None)


def _sections(desk: Desk, blocks: Iterable[EditBlock]) -> list[Section]:
    """Blocks with the path they go to; hunks of one file that stand together are one section."""
    sections: list[Section] = []
    repairs: dict[str, str] = {}
    created: set[str] = set()
    habits: set[str] = set()
    for block in blocks:
        path = _target_path(desk, block, created, repairs)
        last = sections[-1] if sections else None
        if last is not None and last.joins(path, block):
            last.blocks.append(block)
        else:
            sections.append(Section(path, block.op, [block], block.tags is not None, habits))
        if block.op == "move" and block.move_to is not None:
            created.add(clean(block.move_to))
    return sections


def _target_path(desk: Desk, block: EditBlock, created: set[str], repairs: dict[str, str]) -> str:
    """The path a block goes to: its own, or for one that is no file, the file it must mean.

    `created`: paths that earlier blocks make, this one's joins them. `repairs`: path → file, as far as looked up:
    `app/main.py` → `server/app/main.py`.
    """
    path = clean(block.path)
    if block.op == "create" or (block.op == "overwrite" and path not in desk.paths):
        created.add(path)
        return path
    if not path or path in desk.paths or path in created:
        return path
    if path not in repairs:
        repairs[path] = repair(path, desk.names(), loosely=block.op == "edit" and bool(block.search)) or path
    return repairs[path]


def _refused(desk: Desk, path: str, creating: bool) -> bool:
    """Note why a path cannot be edited (or created); whether there is a reason."""
    if is_outside(path):
        desk.misfits.append(
            misfit(
                "outside",
                path or None,
                f"The path {path!r} does not lead into the repository.",
                f"`{path}` is outside the repository. Use the paths you were given, relative to its root.",
            )
            if path
            else misfit("no-such-file", None, "An edit names no file.", "Say which file each edit is for.")
        )
    elif not creating and not desk.known(path):
        desk.misfits.append(_missing(desk, path))
    elif not creating and desk.text(path) is None:
        desk.misfits.append(misfit("unreadable", path, f"{path} cannot be read as text."))
    else:
        return False
    return True


def _missing(desk: Desk, path: str) -> Misfit:
    alike = desk.names().get(path.rsplit("/", 1)[-1], [])[:5]
    meant = f" Did you mean {' or '.join(f'`{other}`' for other in alike)}?" if alike else ""
    told = f"There is no file `{path}`.{meant} Use the paths you were given."
    return misfit("no-such-file", path, f"There is no file {path}.{meant}", told)


def _edit(desk: Desk, section: Section, trusted: bool) -> None:
    path = section.path
    first = section.blocks[0]
    if first.tags is None and not any(line.strip() for line in first.search) and not first.others:
        _fill(desk, path, first)
        return
    if _refused(desk, path, creating=False):
        return
    text = desk.text(path) or ""
    placed = place_section(text, section, trusted)
    desk.misfits += placed.misfits
    desk.located += placed.located
    if not placed.misfits and placed.after != text:
        desk.write(path, placed.after)


def _fill(desk: Desk, path: str, block: EditBlock) -> None:
    """An empty search text creates a file, or fills an empty one."""
    if _refused(desk, path, creating=True):
        return
    now = desk.text(path) if desk.known(path) else None
    if now is not None and now.strip():
        desk.misfits.append(
            misfit(
                "exists",
                path,
                f"An edit to {path} has no search text, but the file is not empty.",
                f"`{path}` exists and is not empty: an edit needs the lines it replaces in its search part.",
            )
        )
        return
    desk.write(path, whole_files.written(now, block))
    desk.located.append(Located(block, path, "exact", 0, 0))


def _whole(desk: Desk, section: Section) -> None:
    """Blocks about a file as a whole."""
    block, path = section.blocks[0], section.path
    creating = block.op in ("create", "overwrite")
    if _refused(desk, path, creating):
        return
    known = desk.known(path)
    now = desk.text(path) if known else None
    if creating and known and now is None:
        problem: Misfit | None = misfit("unreadable", path, f"{path} exists and cannot be read as text.")
    else:
        problem = _change_whole(desk, block, path, now)
    if problem is not None:
        desk.misfits.append(problem)
    else:
        end = len(now.split("\n")) if now else 0
        desk.located.append(Located(replace(block), path, "exact", 0, end))


def _change_whole(desk: Desk, block: EditBlock, path: str, now: str | None) -> Misfit | None:
    """Set a file's mode, move, delete or write it; the misfit where that is not possible."""
    if block.op == "mode":
        desk.modes[path] = block.mode or ("", "")
        return None
    if block.op == "move":
        return _move(desk, block, path)
    if block.op == "delete":
        problem = whole_files.deletable(now or "", path, block)
        if problem is None:
            desk.write(path, None)
        return problem
    text, problem = whole_files.replaced(now, path, block)
    if problem is None:
        desk.write(path, text)
        if block.mode is not None:
            desk.modes[path] = block.mode
    return problem


def _move(desk: Desk, block: EditBlock, path: str) -> Misfit | None:
    target = clean(block.move_to or "")
    if is_outside(target):
        return misfit("outside", target or None, f"The path {target!r} does not lead into the repository.")
    if target == path:
        return None
    if desk.known(target):
        return misfit("exists", target, f"{path} cannot be moved to {target}: that file exists.")
    desk.write(target, desk.text(path))
    desk.write(path, None)
    return None
