"""One hunk of a unified diff: its header, in whatever state, and its lines until something else begins.

The counts of the header decide where the hunk ends only where what follows agrees with them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fretsaw.core.reply.cursor import Cursor

_HEADER = re.compile(
    r"^@@+[ \t]*(?:-[ \t]*(\d+)(?:[ \t]*,[ \t]*(\d+))?[ \t]+\+[ \t]*(\d+)(?:[ \t]*,[ \t]*(\d+))?)?"
    r"[ \t]*(?:\.\.\.|…)?[ \t]*(?:@@+(?P<heading>.*))?$"
)
_LOOSE = re.compile(r"^@@+[ \t]*(?:-[\d,.x ]+\+[\d,.x ]+|[.…\s]*)?(?:@@+)?[ \t]*(?P<heading>.*?)[ \t]*(?:@@+)?[ \t]*$")
_ELISION = re.compile(r"^\s*\S{0,4}\s*(?:\.{3,}|…)")
_BULLET = re.compile(r"^(?:[-*+] |\d+[.)] )\w[\w',`]* +[\w`']+ +[\w`']")


@dataclass(slots=True)
class DiffHunk:
    """Lines with their tags, as written."""

    tags: str
    texts: list[str]
    line: int | None = None
    heading: str = ""
    no_newline: tuple[bool, bool] = (False, False)
    unterminated: bool = False
    """The reply ended here, and no count and no mark says that the hunk was complete."""


@dataclass(frozen=True, slots=True)
class _Header:
    line: int | None
    old: int | None
    new: int | None
    heading: str


def read_hunk(cursor: Cursor) -> tuple[DiffHunk, int, str]:
    """The hunk at a cursor, the index after it, and why it looks cut off (empty when it does not)."""
    at = cursor.at
    header = _Header(None, None, None, "")
    if cursor.line.startswith("@@"):
        header = _header(cursor.line)
        at += 1
    counted = _counted_end(cursor, at, header)
    end = _plain_end(cursor, at) if counted is None else counted
    hunk = _collect(cursor.lines[at:end], header)
    if counted is None:
        _drop_trailing_blanks(hunk)
    return hunk, end, _truncation(cursor, hunk, header, end, counted is not None)


def _header(line: str) -> _Header:
    match = _HEADER.match(line)
    if match is None:
        loose = _LOOSE.match(line)
        return _Header(None, None, None, loose["heading"].strip() if loose else "")
    if match[1] is None:
        return _Header(None, None, None, _heading(match["heading"]))
    old = int(match[2]) if match[2] is not None else 1
    new = int(match[4]) if match[4] is not None else 1
    return _Header(int(match[1][:9]), old, new, _heading(match["heading"]))


def _heading(text: str | None) -> str:
    return (text or "").strip().removesuffix("@@").strip()


def _counted_end(cursor: Cursor, at: int, header: _Header) -> int | None:
    """Find where the counts say the hunk ends, where the lines and what follows agree with them; else None."""
    if header.old is None or header.new is None:
        return None
    end = _after_counted(cursor, at, header.old, header.new)
    if end is None:
        return None
    while end < cursor.end and cursor.lines[end].startswith("\\"):
        end += 1
    return end if end >= cursor.end or _begins_else(cursor, end, after_blank=False) else None


def _after_counted(cursor: Cursor, at: int, old: int, new: int) -> int | None:
    """Index after so many old and new lines; None where the lines do not add up to both.

    `@@ -1,2 +1,3 @@` needs old 2, new 3: ` a` leaves 1, 2; `+b` leaves 1, 1; `+c` leaves 1, 0; then only `-` fits.
    """
    while (old > 0 or new > 0) and at < cursor.end:
        if _heads_file_with_hunk(cursor, at):
            return None
        tag = cursor.lines[at][:1]
        if tag not in ("-", "+", " ", "", "\\"):
            return None
        old -= tag in ("-", " ", "")
        new -= tag in ("+", " ", "")
        at += 1
    return at if old == 0 and new == 0 else None


def _begins_else(cursor: Cursor, at: int, *, after_blank: bool) -> bool:
    """Return True if something other than a further line of the hunk begins here."""
    line = cursor.lines[at]
    if not line.strip():
        for index in range(at + 1, min(cursor.end, at + 4)):
            if cursor.lines[index].strip():
                return _begins_else(cursor, index, after_blank=True)
        return True
    if line.startswith("-- ") and (after_blank or _is_signature(cursor, at)):
        return True
    if line[0] in "+- ":
        return _heads_file(cursor, at) or (after_blank and _BULLET.match(line) is not None)
    return True


def _heads_file(cursor: Cursor, at: int) -> bool:
    line = cursor.lines[at]
    if not line.startswith("--- "):
        return False
    following = cursor.lines[at + 1] if at + 1 < cursor.end else ""
    return following.startswith("+++ ")


_BEGINNINGS = (
    "@@",
    "diff --git ",
    "*** End Patch",
    "*** Update File",
    "*** Add File",
    "*** Delete File",
    "<<<<<<< ",
    "Index: ",
)


def _plain_end(cursor: Cursor, at: int) -> int:
    """Find the end of the hunk as far as its lines tell."""
    lines, end, last = cursor.lines, cursor.end, at - 1
    fenced = cursor.fence is not None
    while at < end:
        line = lines[at]
        tag = line[:1]
        if tag in ("+", " ", "\\", "\t", ""):
            at += 1
            continue
        if tag == "-":
            if line.startswith("--- ") and _heads_file(cursor, at):
                break
            if line.startswith("-- ") and _is_signature(cursor, at):
                break
            at += 1
            continue
        if line.startswith(_BEGINNINGS) or line.startswith(("```", "~~~")):
            break
        if not fenced:
            last = _last_marked(cursor, at) if at > last else last
            if at > last:
                break
        at += 1
    return at


def _heads_file_with_hunk(cursor: Cursor, at: int) -> bool:
    """Return True if the header of a further file begins here whatever a count says: both its names and a hunk."""
    if not _heads_file(cursor, at):
        return False
    return at + 2 < cursor.end and cursor.lines[at + 2].startswith("@@")


def _is_signature(cursor: Cursor, at: int) -> bool:
    """Mail's `-- ` with git's version, below a format-patch."""
    if re.match(r"^-- ?$", cursor.lines[at]) is None:
        return False
    below = cursor.lines[at + 1] if at + 1 < cursor.end else ""
    return at + 3 >= cursor.end or re.match(r"^\d+\.\d+[\w.\- ()]*$", below) is not None


def _last_marked(cursor: Cursor, at: int) -> int:
    """The last line with a mark before something else begins: a line without one above it is context, not prose."""
    last = -1
    for index in range(at, cursor.end):
        line = cursor.lines[index]
        if line.startswith(_BEGINNINGS) or line.startswith(("```", "~~~")) or _heads_file(cursor, index):
            break
        if line[:1] in ("+", "-", " ") and line.strip() and _BULLET.match(line) is None:
            last = index
    return last


def _collect(lines: Sequence[str], header: _Header) -> DiffHunk:
    tags: list[str] = []
    texts: list[str] = []
    old_bare = new_bare = False
    for line in lines:
        tag = line[:1]
        if tag in ("+", "-", " "):
            tags.append(tag)
            texts.append(line[1:])
        elif tag == "\\" and line.startswith("\\ No newline"):
            last = tags[-1] if tags else " "
            old_bare = old_bare or last != "+"
            new_bare = new_bare or last != "-"
        else:
            tags.append(" ")
            texts.append(line)
    return DiffHunk("".join(tags), texts, header.line, header.heading, (old_bare, new_bare))


def _drop_trailing_blanks(hunk: DiffHunk) -> None:
    """Blank lines at the end belong to the reply's layout more often than to the file."""
    keep = len(hunk.texts)
    while keep and hunk.tags[keep - 1] == " " and not hunk.texts[keep - 1]:
        keep -= 1
    if keep:
        hunk.tags = hunk.tags[:keep]
        del hunk.texts[keep:]


def _truncation(cursor: Cursor, hunk: DiffHunk, header: _Header, end: int, counted: bool) -> str:
    if end < len(cursor.lines) - (not cursor.lines[-1]) or cursor.closed or counted:
        return ""
    hunk.unterminated = bool(cursor.lines[-1])
    if not hunk.tags:
        return "the last hunk has no lines"
    if header.old is None or header.new is None or any(map(_ELISION.match, hunk.texts)):
        return ""
    short_old = header.old - (len(hunk.tags) - hunk.tags.count("+"))
    short_new = header.new - (len(hunk.tags) - hunk.tags.count("-"))
    return _why_short(cursor, hunk, short_old, short_new)


def _why_short(cursor: Cursor, hunk: DiffHunk, short_old: int, short_new: int) -> str:
    """Say why a hunk with fewer lines than its header counts looks cut off; empty where it need not be."""
    short = min(short_old, short_new)
    # As many lines short on both sides: what is missing is context, or the counts are a guess.
    is_context = short_old == short_new and not cursor.lines[-1]
    if short > 0 and not is_context and (cursor.lines[-1] or max(short_old, short_new) > 3):
        within = hunk.tags[-1:] in ("+", "-")
        if within or (short > 3 and cursor.lines[-1]):
            return f"the last hunk ends {short} lines before its header says it does"
    return ""
