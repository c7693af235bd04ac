"""Unified diffs in every state models leave them in: the header of a file, then its hunks.

Numbers and counts are read, never believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from fretsaw.core.reply.cursor import MOST_BLOCKS, Cursor, Found
from fretsaw.core.reply.diff_hunk import DiffHunk, read_hunk
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.reply.written_paths import above, looks_like_path, unquoted

_GIT = re.compile(r'^diff --git ("(?:[^"\\]|\\.)*"|\S.*?) ("(?:[^"\\]|\\.)*"|\S+)\s*$')
_EXTENDED = (
    *("index ", "old mode ", "new mode ", "new file mode ", "deleted file mode ", "similarity index "),
    *("dissimilarity index ", "rename from ", "rename to ", "copy from ", "copy to ", "Index: ", "=" * 21),
)


@dataclass(slots=True)
class _Header:
    git: tuple[str, str] | None = None
    old: str | None = None
    new: str | None = None
    rename: tuple[str, str] = ("", "")
    copy: bool = False
    """The names of `rename` are a copy's: its source stays."""
    modes: tuple[str, str] = ("", "")
    created: bool = False
    deleted: bool = False
    binary: bool = False


def unified(cursor: Cursor) -> Found | None:
    """A file's header and its hunks, or hunks of the file that was named last."""
    line = cursor.line
    if line.startswith("@@"):
        return _hunks_alone(cursor)
    if not line.startswith(("diff --git ", "--- ", "+++ ", "Index: ", "rename from ")):
        return None
    header, at = _header(cursor)
    if header is None:
        return None
    path, moved = _names(header)
    hunks, end, truncated = _hunks(cursor.moved(at))
    if not hunks and not _speaks(header):
        cut = end >= len(cursor.lines) - (not cursor.lines[-1]) and not cursor.closed
        return Found((), end, path, "a file's header has no hunk") if cut else None
    blocks = _blocks(header, path, moved, hunks)
    return Found(blocks, end, path, truncated)


def _hunks_alone(cursor: Cursor) -> Found | None:
    if not re.match(r"@@(?:[ \t-]|$|@)", cursor.line):
        return None
    path = cursor.path
    if cursor.fence is not None:
        path = above(cursor.lines, cursor.fence.opened + 1) or path
    hunks, end, truncated = _hunks(cursor)
    if not hunks or not (path or any(tag in "+-" for hunk in hunks for tag in hunk.tags)):
        return None
    return Found(tuple(_edit(path, hunk) for hunk in hunks), end, path, truncated)


def _header(cursor: Cursor) -> tuple[_Header | None, int]:
    """The header of a file and the index after it; None where no line of it names a file."""
    header, at = _Header(), cursor.at
    while at < cursor.end and _take_line(header, cursor, at):
        at += 1
    is_named = header.old is not None or header.new is not None or header.git is not None or header.rename[0]
    return header if is_named else None, at


def _take_line(header: _Header, cursor: Cursor, at: int) -> bool:
    """Add a line to the header; False where it is none of it, such as a second file's `diff --git`."""
    line = cursor.lines[at]
    if line.startswith("diff --git "):
        if at != cursor.at:
            return False
        match = _GIT.match(line)
        if match:
            header.git = _same_name(line[11:]) or (unquoted(match[1]), unquoted(match[2]))
    elif line.startswith("--- ") and header.old is None and _is_name(cursor, at):
        header.old = unquoted(line[4:])
    elif line.startswith("+++ ") and header.new is None:
        header.new = unquoted(line[4:])
    else:
        return _extended(header, line)
    return True


def _same_name(names: str) -> tuple[str, str] | None:
    """`a/x y b/x y` holds blanks: git writes both names alike."""
    names = names.rstrip()
    half = len(names) // 2
    if len(names) % 2 and names[:2] == "a/" and names[half : half + 3] == " b/" and names[2:half] == names[half + 3 :]:
        return names[:half], names[half + 1 :]
    return None


def _is_name(cursor: Cursor, at: int) -> bool:
    """Return True if `--- x` heads a file here: git's header, `+++` or a hunk follows, and nothing else is prose."""
    following = cursor.lines[at + 1] if at + 1 < cursor.end else ""
    if following.startswith(("+++ ", "@@")):
        return True
    return at > cursor.at and looks_like_path(unquoted(cursor.lines[at][4:]))


def _extended(header: _Header, line: str) -> bool:
    if not line.startswith((*_EXTENDED, "Binary files ", "GIT binary patch")):
        return False
    words = line.split(" ")
    value = unquoted(line.split(" ", 2)[2]) if len(words) > 2 else ""
    header.copy = header.copy or line.startswith("copy ")
    if line.startswith(("rename from ", "copy from ")):
        header.rename = (value, header.rename[1])
    elif line.startswith(("rename to ", "copy to ")):
        header.rename = (header.rename[0], value)
    elif line.startswith("old mode "):
        header.modes = (value, header.modes[1])
    elif line.startswith("new mode "):
        header.modes = (header.modes[0], value)
    elif line.startswith("new file mode "):
        header.created = True
        header.modes = ("", words[3] if len(words) > 3 else "")
    elif line.startswith("deleted file mode "):
        header.deleted = True
    elif line.startswith(("Binary files ", "GIT binary patch")):
        header.binary = True
    return True


def _names(header: _Header) -> tuple[str, str | None]:
    """The path a header speaks of, and the path it moves it to."""
    old, new = header.old, header.new
    if header.git is not None:
        old = old or header.git[0]
        new = new or header.git[1]
    old, new = _without_prefixes(old or "", new or "")
    if old == "/dev/null":
        header.created = True
        return new, None
    if new == "/dev/null":
        header.deleted = True
        return old, None
    if header.rename[0] and header.rename[1]:
        return header.rename[0], header.rename[1]
    if re.sub(r"\.(?:orig|old|bak)$", "", old) == new or not old:
        return new, None
    if not new:
        return old, None
    return (new, None) if not looks_like_path(old) or looks_like_path(new) else (old, None)


def _without_prefixes(old: str, new: str) -> tuple[str, str]:
    if old.startswith("a/") and (new.startswith("b/") or new in ("/dev/null", "")):
        return old[2:], new[2:] if new.startswith("b/") else new
    if new.startswith("b/") and old in ("/dev/null", ""):
        return old, new[2:]
    if old[:2] in ("i/", "c/", "o/") and new[:2] in ("w/", "i/") and old[2:] == new[2:]:
        return old[2:], new[2:]
    return old, new


def _speaks(header: _Header) -> bool:
    """Return True if a header without hunks asks for something."""
    return bool(header.rename[1] or header.modes[1] or header.created or header.deleted or header.binary)


def _hunks(cursor: Cursor) -> tuple[list[DiffHunk], int, str]:
    hunks: list[DiffHunk] = []
    at, truncated = cursor.at, ""
    while at < cursor.end:
        line = cursor.lines[at]
        if not line.strip() and hunks:
            ahead = _next_hunk(cursor, at)
            if ahead is None:
                break
            at = ahead
            continue
        if not line.startswith("@@") and (hunks or not line.startswith((" ", "+", "-"))):
            break
        hunk, at, truncated = read_hunk(cursor.moved(at))
        hunks.append(hunk)
        if len(hunks) > MOST_BLOCKS:
            return hunks, len(cursor.lines), f"it holds more than {MOST_BLOCKS} edits"
    return hunks, at, truncated


def _next_hunk(cursor: Cursor, at: int) -> int | None:
    """The next hunk's header below blank lines only."""
    for index in range(at, min(cursor.end, at + 4)):
        line = cursor.lines[index]
        if line.startswith("@@"):
            return index
        if line.strip():
            return None
    return None


def _edit(path: str, hunk: DiffHunk) -> EditBlock:
    return EditBlock(
        path=path,
        op="edit",
        search=tuple(text for tag, text in zip(hunk.tags, hunk.texts, strict=True) if tag != "+"),
        replace=tuple(text for tag, text in zip(hunk.tags, hunk.texts, strict=True) if tag != "-"),
        tags=hunk.tags,
        line=hunk.line,
        anchors=(hunk.heading,) if hunk.heading else (),
        no_newline=hunk.no_newline,
        grammar="unified-diff",
        unterminated=hunk.unterminated,
    )


def _blocks(header: _Header, path: str, moved: str | None, hunks: list[DiffHunk]) -> tuple[EditBlock, ...]:
    if header.copy and moved is not None:
        copied = EditBlock(path, "copy", move_to=moved, grammar="unified-diff")
        return (copied, *(_edit(moved, hunk) for hunk in hunks))
    edits = [_edit(path, hunk) for hunk in hunks]
    return _whole(header, path, edits) or _changed(header, path, moved, edits)


def _whole(header: _Header, path: str, edits: list[EditBlock]) -> tuple[EditBlock, ...]:
    """A file that is created, deleted or binary; nothing where it is none of these."""
    if header.binary:
        return (EditBlock(path, "edit", search=("GIT binary patch",), grammar="unified-diff"),)
    if header.created:
        added = tuple(line for edit in edits for line in edit.replace)
        last = edits[-1].no_newline if edits else (False, False)
        # Of a new file both are the same, as `derive` has it.
        mode = (header.modes[1],) * 2 if header.modes[1] not in ("", "100644") else None
        return (EditBlock(path, "create", (), added, no_newline=last, mode=mode, grammar="unified-diff"),)
    if header.deleted:
        gone = tuple(line for edit in edits for line in edit.search)
        return (EditBlock(path, "delete", gone, grammar="unified-diff"),)
    return ()


def _changed(header: _Header, path: str, moved: str | None, edits: list[EditBlock]) -> tuple[EditBlock, ...]:
    blocks = list(edits)
    if header.modes[0] and header.modes[1]:
        blocks.append(EditBlock(path, "mode", mode=header.modes, grammar="unified-diff"))
    if moved is not None and moved != path:
        blocks.append(replace(EditBlock(path, "move", grammar="unified-diff"), move_to=moved))
    return tuple(blocks)
