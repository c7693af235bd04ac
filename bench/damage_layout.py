"""Damage that leaves every word: indentation, tabs, endings, blanks, a diff's marks. Knows nothing of Fretsaw."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from damage import Edit, each_line, texts


def more_indent(edit: Edit, rng: random.Random) -> Edit | None:
    return each_line(edit, lambda line: (line[0], "    " + line[1] if line[1].strip() else line[1]))


def less_indent(edit: Edit, rng: random.Random) -> Edit | None:
    if any(
        text.strip() and not text.startswith("    ") for hs in edit.hunks.values() for h in hs for _, text in h.lines
    ):
        return None
    return each_line(edit, lambda line: (line[0], line[1][4:]))


def one_blank_more(edit: Edit, rng: random.Random) -> Edit | None:
    return each_line(edit, lambda line: (line[0], " " + line[1] if line[1].strip() else line[1]))


def _tabbed(text: str) -> str:
    return re.sub(r"^(?: {4})+", lambda m: "\t" * (len(m[0]) // 4), text, flags=re.M)


def file_has_tabs(edit: Edit, rng: random.Random) -> Edit | None:
    return texts(edit, _tabbed)


def reply_has_tabs(edit: Edit, rng: random.Random) -> Edit | None:
    return each_line(edit, lambda line: (line[0], _tabbed(line[1])))


def literal_tabs(edit: Edit, rng: random.Random) -> Edit | None:
    out = texts(edit, _tabbed)
    return each_line(out, lambda line: (line[0], re.sub(r"^(?: {4})+", lambda m: "\\t" * (len(m[0]) // 4), line[1])))


def crlf_file(edit: Edit, rng: random.Random) -> Edit | None:
    return texts(edit, lambda text: text.replace("\n", "\r\n"))


def crlf_reply(edit: Edit, rng: random.Random) -> Edit | None:
    return edit.styled(reply_newline="crlf")


def bom_file(edit: Edit, rng: random.Random) -> Edit | None:
    return texts(edit, lambda text: "\ufeff" + text)


def no_final_newline(edit: Edit, rng: random.Random) -> Edit | None:
    return texts(edit, lambda text: text[:-1] if text.endswith("\n") else text)


def mixed_endings(edit: Edit, rng: random.Random) -> Edit | None:
    """Every unchanged line of the upper half of the file ends in CRLF; the hunks stand in plain text below."""
    before, after = dict(edit.before), dict(edit.after)
    for path, hunks in edit.hunks.items():
        top = min(hunk.old for hunk in hunks) - 2
        if top < 2:
            return None
        for side in (before, after):
            lines = side[path].split("\n")
            side[path] = "".join(x + ("\r\n" if i < top - 1 else "\n") for i, x in enumerate(lines[:-1])) + lines[-1]
    return replace(edit, before=before, after=after)


def trailing_blanks_in_file(edit: Edit, rng: random.Random) -> Edit | None:
    """Two kept lines of each hunk have trailing blanks in the file."""
    before, after = dict(edit.before), dict(edit.after)
    done = False
    for path, hunks in edit.hunks.items():
        old, new = before[path].split("\n"), after[path].split("\n")
        for hunk in hunks:
            i, j = hunk.old - 1, hunk.new - 1
            for tag, text in hunk.lines:
                if tag == " " and text.strip() and rng.random() < 0.4 and old[i] == new[j] == text:
                    old[i] = new[j] = text + "  "
                    done = True
                i, j = i + (tag != "+"), j + (tag != "-")
        before[path], after[path] = "\n".join(old), "\n".join(new)
    return replace(edit, before=before, after=after) if done else None


def trailing_blanks_in_reply(edit: Edit, rng: random.Random) -> Edit | None:
    return each_line(edit, lambda line: (line[0], line[1] + "  " if line[0] != "+" and rng.random() < 0.5 else line[1]))


def lost_marks(edit: Edit, rng: random.Random) -> Edit | None:
    """Kept lines without the blank a diff begins them with."""
    if any(
        text[:1] in "+-@\\*" and text for hs in edit.hunks.values() for h in hs for tag, text in h.lines if tag == " "
    ):
        return None
    return each_line(edit, lambda line: ("", line[1]) if line[0] == " " else line)


def lost_marks_at_edge(edit: Edit, rng: random.Random) -> Edit | None:
    """Unindented kept lines without the blank a diff begins them with."""
    out = each_line(edit, lambda line: ("", line[1]) if line[0] == " " and re.match(r"[A-Za-z_#]", line[1]) else line)
    return out if out != edit else None


def blank_context(edit: Edit, rng: random.Random) -> Edit | None:
    return each_line(edit, lambda line: ("", "") if line == (" ", "") else line)
