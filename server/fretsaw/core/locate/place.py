"""All edit blocks of a reply placed together: the whole text of each file after, or the misfits and no text at all.

Knows files as paths and texts only, through the function it is handed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from fretsaw.core.locate import whole_files
from fretsaw.core.locate.explain import misfit
from fretsaw.core.locate.misfit import Located, Misfit, Placing
from fretsaw.core.locate.path_repair import by_name, clean, is_outside, named_in, repair
from fretsaw.core.locate.section import Section, place_section, probe
from fretsaw.core.locate.transcode import in_file_encoding
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
        if reading.truncated:
            return Placing({}, (), (_cut_off(reading.truncated, blocks),))
        if reading.unclear:
            return Placing({}, (), (_unclear(reading.unclear),))
    else:
        blocks = tuple(reading)
    blocks = _once(blocks)
    desk = Desk(read, paths if isinstance(paths, (set, frozenset, dict)) else frozenset(paths), why_hidden=why_hidden)
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


def _unclear(why: str) -> Misfit:
    return misfit(
        "unclear",
        None,
        f"The reply can be read in more than one way: {why}.",
        f"Your reply can be read in more than one way: {why}. Send it again with a longer fence (````) around it.",
    )


def _placing(desk: Desk, any_block: bool) -> Placing:
    if desk.misfits:
        return Placing({}, (), tuple(desk.misfits))
    after = {path: text for path, text in desk.after.items() if text != desk.before.get(path)}
    if any_block and not after and not desk.modes:
        nothing = misfit("no-op", None, "The edits change nothing.", "Your edits leave every file as it is.")
        return Placing({}, tuple(desk.located), (), notices=(nothing,))
    return Placing(after, tuple(desk.located), (), desk.modes or None, tuple(dict.fromkeys(desk.notices)))


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
        if block.op in ("move", "copy") and block.move_to is not None:
            created.add(clean(block.move_to))
    return sections


def _target_path(desk: Desk, block: EditBlock, created: set[str], repairs: dict[str, str]) -> str:
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
        desk.notices.append(misfit("path", meant, f"{path} was taken for {meant}, the only file it can mean."))
    return meant


def _meant(desk: Desk, block: EditBlock, path: str) -> str | None:
    """The tracked file that a path which is none must mean, by its own end or by the text above; None: not known."""
    found = None
    if path:
        loosely = block.op == "edit" and bool(block.search)
        found = repair(path, desk.names(), loosely=loosely)
    if found is None and block.near and _may_be_named_above(desk, block, path):
        found = named_in(block.near, desk.paths.__contains__)
    if found is None or block.op != "overwrite":
        return found
    # A whole text that has next to nothing of a file is a new file of a like name.
    now = desk.text(found)
    if now is None or not whole_files.resembles(now, block):
        return None
    return found


def _may_be_named_above(desk: Desk, block: EditBlock, path: str) -> bool:
    """Tell whether the text above may name the file: not where a path is to be created, or is there but hidden."""
    if not path:
        return True
    creates = block.op == "edit" and not any(map(str.strip, block.search))
    return not creates and not desk.why_hidden(path)


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
    elif not desk.known(path) and not creating:
        desk.misfits.append(_missing(desk, path))
    elif not creating and desk.text(path) is None:
        desk.misfits.append(misfit("unreadable", path, f"{path} cannot be read as text."))
    else:
        return False
    return True


def _missing(desk: Desk, path: str) -> Misfit:
    hidden = desk.why_hidden(path)
    if hidden:
        told = f"`{path}` cannot be edited: {hidden}. Leave it as it is."
        return misfit("hidden", path, f"{path} is there, but it is not edited: {hidden}.", told)
    alike = desk.names().get(path.rsplit("/", 1)[-1], [])[:5]
    meant = f" Did you mean {' or '.join(f'`{other}`' for other in alike)}?" if alike else ""
    told = f"There is no file `{path}`.{meant} Use the paths you were given."
    return misfit("no-such-file", path, f"There is no file {path}.{meant}", told)


def _edit(desk: Desk, section: Section, trusted: bool) -> None:
    path = section.path
    first = section.blocks[0]
    is_empty = first.tags is None and first.after_line is None and not any(line.strip() for line in first.search)
    if is_empty and not first.others:
        _fill(desk, path, first)
        return
    if _refused(desk, path, creating=False):
        return
    text = desk.text(path) or ""
    section.blocks, problem = in_file_encoding(text, path, section.blocks)
    if problem is not None:
        desk.misfits.append(problem)
        return
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
    # A file that is said to be new may be dropped as noise; what is in its place is for delivery to see.
    if _refused(desk, path, block.op == "create" or (block.op == "overwrite" and not desk.why_hidden(path))):
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
    if block.op in ("move", "copy"):
        return _move(desk, block, path)
    if block.op == "delete":
        problem = whole_files.deletable(now or "", path, block)
        if problem is None:
            desk.write(path, None)
        return problem
    (block,), problem = in_file_encoding(now or "", path, [block])
    if problem is not None:
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
        done = "moved" if block.op == "move" else "copied"
        return misfit("exists", target, f"{path} cannot be {done} to {target}: that file exists.")
    desk.write(target, desk.text(path))
    if block.op == "move":
        desk.write(path, None)
    return None
