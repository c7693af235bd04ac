"""The table of damages: each takes an undamaged edit and gives it as a model might have left it.

`must` says what an applier owes: `exact`, `refuse`, or `exact-or-refuse` where a careful reader could do either.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

from damage import Edit, Hunk, Line, edit_of, unique

Damage = Callable[[Edit, random.Random], "Edit | None"]


def _each_line(edit: Edit, change: Callable[[Line], Line]) -> Edit:
    return _each_hunk(edit, lambda hunk: replace(hunk, lines=tuple(map(change, hunk.lines))))


def _each_hunk(edit: Edit, change: Callable[[Hunk], Hunk]) -> Edit:
    return replace(edit, hunks={path: tuple(map(change, hunks)) for path, hunks in edit.hunks.items()})


def _one_context_line(edit: Edit, rng: random.Random, change: Callable[[str], str]) -> Edit | None:
    """Change one solid kept line of each hunk; None where a hunk has none that changes."""

    def damaged(hunk: Hunk) -> Hunk:
        spots = [i for i, (tag, text) in enumerate(hunk.lines) if tag == " " and len(text.strip()) > 5]
        spots = [i for i in spots if change(hunk.lines[i][1]) != hunk.lines[i][1]]
        if not spots:
            return hunk
        at = rng.choice(spots)
        lines = list(hunk.lines)
        lines[at] = (" ", change(lines[at][1]))
        return replace(hunk, lines=tuple(lines))

    out = _each_hunk(edit, damaged)
    return out if out.hunks != edit.hunks else None


def _texts(edit: Edit, change: Callable[[str], str]) -> Edit:
    return replace(
        edit,
        before={path: change(text) for path, text in edit.before.items()},
        after={path: change(text) for path, text in edit.after.items()},
    )


def more_indent(edit: Edit, rng: random.Random) -> Edit | None:
    return _each_line(edit, lambda line: (line[0], "    " + line[1] if line[1].strip() else line[1]))


def less_indent(edit: Edit, rng: random.Random) -> Edit | None:
    if any(
        text.strip() and not text.startswith("    ") for hs in edit.hunks.values() for h in hs for _, text in h.lines
    ):
        return None
    return _each_line(edit, lambda line: (line[0], line[1][4:]))


def one_blank_more(edit: Edit, rng: random.Random) -> Edit | None:
    return _each_line(edit, lambda line: (line[0], " " + line[1] if line[1].strip() else line[1]))


def _tabbed(text: str) -> str:
    return re.sub(r"^(?: {4})+", lambda m: "\t" * (len(m[0]) // 4), text, flags=re.M)


def file_has_tabs(edit: Edit, rng: random.Random) -> Edit | None:
    return _texts(edit, _tabbed)


def reply_has_tabs(edit: Edit, rng: random.Random) -> Edit | None:
    return _each_line(edit, lambda line: (line[0], _tabbed(line[1])))


def literal_tabs(edit: Edit, rng: random.Random) -> Edit | None:
    out = _texts(edit, _tabbed)
    return _each_line(out, lambda line: (line[0], re.sub(r"^(?: {4})+", lambda m: "\\t" * (len(m[0]) // 4), line[1])))


def crlf_file(edit: Edit, rng: random.Random) -> Edit | None:
    return _texts(edit, lambda text: text.replace("\n", "\r\n"))


def crlf_reply(edit: Edit, rng: random.Random) -> Edit | None:
    return edit.styled(reply_newline="crlf")


def bom_file(edit: Edit, rng: random.Random) -> Edit | None:
    return _texts(edit, lambda text: "\ufeff" + text)


def no_final_newline(edit: Edit, rng: random.Random) -> Edit | None:
    return _texts(edit, lambda text: text[:-1] if text.endswith("\n") else text)


def mixed_endings(edit: Edit, rng: random.Random) -> Edit | None:
    """Every unchanged line of the upper half of the file ends in CRLF; the hunks stand in plain text below."""
    before, after = dict(edit.before), dict(edit.after)
    for path, hunks in edit.hunks.items():
        top = min(hunk.old for hunk in hunks) - 2
        if top < 2:
            return None
        for texts in (before, after):
            lines = texts[path].split("\n")
            texts[path] = "".join(x + ("\r\n" if i < top - 1 else "\n") for i, x in enumerate(lines[:-1])) + lines[-1]
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
    return _each_line(
        edit, lambda line: (line[0], line[1] + "  " if line[0] != "+" and rng.random() < 0.5 else line[1])
    )


def lost_marks(edit: Edit, rng: random.Random) -> Edit | None:
    """Kept lines without the blank a diff begins them with."""
    if any(
        text[:1] in "+-@\\*" and text for hs in edit.hunks.values() for h in hs for tag, text in h.lines if tag == " "
    ):
        return None
    return _each_line(edit, lambda line: ("", line[1]) if line[0] == " " else line)


def lost_marks_at_edge(edit: Edit, rng: random.Random) -> Edit | None:
    """Unindented kept lines without the blank a diff begins them with."""
    out = _each_line(edit, lambda line: ("", line[1]) if line[0] == " " and re.match(r"[A-Za-z_#]", line[1]) else line)
    return out if out != edit else None


def blank_context(edit: Edit, rng: random.Random) -> Edit | None:
    return _each_line(edit, lambda line: ("", "") if line == (" ", "") else line)


def stale_context(edit: Edit, rng: random.Random) -> Edit | None:
    return _one_context_line(edit, rng, lambda text: re.match(r"\s*", text)[0] + "previous_state = compute_it(now)")  # type: ignore[index]


def paraphrased_context(edit: Edit, rng: random.Random) -> Edit | None:
    swaps = [
        ("self", "this"),
        ("return", "yield"),
        ("import", "include"),
        ("=", "=="),
        ("#", "# NOTE:"),
        ("(", "(*"),
        (".", "->"),
    ]
    rng.shuffle(swaps)

    def change(text: str) -> str:
        return next((text.replace(a, b, 1) for a, b in swaps if a in text), text)

    return _one_context_line(edit, rng, change)


def forgotten_character(edit: Edit, rng: random.Random) -> Edit | None:
    def change(text: str) -> str:
        spots = [i for i, c in enumerate(text) if not c.isspace()]
        at = spots[len(spots) // 2]
        return text[:at] + text[at + 1 :]

    return _one_context_line(edit, rng, change)


def _without(edit: Edit, rng: random.Random, wanted: Callable[[Hunk, int], bool]) -> Edit | None:
    def damaged(hunk: Hunk) -> Hunk:
        spots = [i for i, (tag, _) in enumerate(hunk.lines) if tag == " " and wanted(hunk, i)]
        if not spots:
            return hunk
        at = rng.choice(spots)
        return replace(hunk, lines=hunk.lines[:at] + hunk.lines[at + 1 :])

    out = _each_hunk(edit, damaged)
    return replace(out, must="exact-or-refuse") if out.hunks != edit.hunks else None


def missing_context_line(edit: Edit, rng: random.Random) -> Edit | None:
    return _without(edit, rng, lambda hunk, i: 0 < i < len(hunk.lines) - 1)


def missing_blank_line(edit: Edit, rng: random.Random) -> Edit | None:
    return _without(edit, rng, lambda hunk, i: 0 < i < len(hunk.lines) - 1 and not hunk.lines[i][1].strip())


def extra_blank_line(edit: Edit, rng: random.Random) -> Edit | None:
    def damaged(hunk: Hunk) -> Hunk:
        spots = [i for i in range(1, len(hunk.lines)) if hunk.lines[i - 1][0] == hunk.lines[i][0] == " "]
        if not spots:
            return hunk
        at = rng.choice(spots)
        return replace(hunk, lines=(*hunk.lines[:at], (" ", ""), *hunk.lines[at:]))

    out = _each_hunk(edit, damaged)
    return out if out.hunks != edit.hunks else None


def _curly(text: str) -> str:
    text = re.sub(r'"([^"]*)"', "“\\1”", text)
    return re.sub(r"'([^']*)'", "‘\\1’", text).replace("'", "’")


def curly_context(edit: Edit, rng: random.Random) -> Edit | None:
    out = _each_line(edit, lambda line: (line[0], _curly(line[1])) if line[0] == " " else line)
    return out if out != edit else None


def curly_everywhere(edit: Edit, rng: random.Random) -> Edit | None:
    out = _each_line(edit, lambda line: (line[0], _curly(line[1])))
    return replace(out, must="exact-or-refuse") if out != edit else None


def elided(edit: Edit, rng: random.Random) -> Edit | None:
    """Long runs of kept lines with `...` for the middle."""
    wide = edit_of(edit.before, edit.after, 9)

    def damaged(hunk: Hunk) -> Hunk:
        tags = "".join(tag for tag, _ in hunk.lines)
        run = re.search(r" {7,}", tags)
        if run is None:
            return hunk
        lines = list(hunk.lines)
        lines[run.start() + 2 : run.end() - 3] = [(" ", rng.choice(["...", "    # ...", "    ..."]))]
        return replace(hunk, lines=tuple(lines))

    out = _each_hunk(wide, damaged)
    return replace(out, must="exact-or-refuse") if out.hunks != wide.hunks else None


def paraphrased_removed(edit: Edit, rng: random.Random) -> Edit | None:
    """A removed line that is not the file's: nothing says what is to go."""
    done = False

    def change(line: Line) -> Line:
        nonlocal done
        if line[0] == "-" and re.search(r"[a-z]{4}", line[1]) and not done:
            done = True
            return "-", re.sub(r"[a-z]{4,}", lambda m: m[0][::-1] + "_x", line[1], count=2)
        return line

    out = _each_line(edit, change)
    return replace(out, must="refuse") if done else None


def _doubled(edit: Edit) -> Edit | None:
    """The first hunk's surroundings stand twice in its file, the copy below."""
    path, hunks = next(iter(edit.hunks.items()))
    if len(edit.hunks) != 1 or len(hunks) != 1:
        return None
    hunk = hunks[0]
    old = edit.before[path].split("\n")
    block = hunk.side("+")
    at = hunk.old - 1 + len(block)
    if old[hunk.old - 1 : at] != block:
        return None
    twice = "\n".join([*old[:at], "    pass  # between", *block, *old[at:]])
    new = edit.after[path].split("\n")
    end = hunk.new - 1 + len(hunk.side("-"))
    after = "\n".join([*new[:end], "    pass  # between", *block, *new[end:]])
    return replace(edit, before={**edit.before, path: twice}, after={**edit.after, path: after})


def doubled_bare(edit: Edit, rng: random.Random) -> Edit | None:
    out = _doubled(edit)
    return replace(out, must="refuse").styled(header="bare") if out else None


def doubled_numbered(edit: Edit, rng: random.Random) -> Edit | None:
    return _doubled(edit)


def doubled_stale_number(edit: Edit, rng: random.Random) -> Edit | None:
    out = _doubled(edit)
    return replace(out, must="refuse").styled(numbers="off") if out else None


def zero_context(edit: Edit, rng: random.Random) -> Edit | None:
    return edit_of(edit.before, edit.after, 0)


def zero_context_wrong_numbers(edit: Edit, rng: random.Random) -> Edit | None:
    return replace(edit_of(edit.before, edit.after, 0), must="exact-or-refuse").styled(numbers="off")


def one_context(edit: Edit, rng: random.Random) -> Edit | None:
    return edit_of(edit.before, edit.after, 1)


def moved(edit: Edit, rng: random.Random) -> Edit | None:
    head = "".join(f"# moved {i}\n" for i in range(500))
    return _texts(edit, lambda text: head + text)


def out_of_order(edit: Edit, rng: random.Random) -> Edit | None:
    if all(len(hunks) < 2 for hunks in edit.hunks.values()):
        return None
    return replace(edit, hunks={p: tuple(reversed(h)) for p, h in edit.hunks.items()}, must="exact-or-refuse")


def noop_hunk(edit: Edit, rng: random.Random) -> Edit | None:
    path, hunks = next(iter(edit.hunks.items()))
    lines = edit.before[path].split("\n")[:3]
    if hunks[0].old <= 4 or not lines[1].strip():
        return None
    extra = Hunk(((" ", lines[0]), ("-", lines[1]), ("+", lines[1]), (" ", lines[2])), 1, 1)
    return replace(edit, hunks={**edit.hunks, path: (extra, *hunks)})


def already_applied(edit: Edit, rng: random.Random) -> Edit | None:
    return (
        replace(edit, before=edit.after, must="refuse")
        if not any(edit.after[path].count("\n".join(h.side("+")) + "\n") for path, hs in edit.hunks.items() for h in hs)
        else None
    )


def path_without_first_folder(edit: Edit, rng: random.Random) -> Edit | None:
    if any(path.count("/") < 1 for path in edit.hunks):
        return None
    return replace(edit, hunks={path.split("/", 1)[1]: hunks for path, hunks in edit.hunks.items()})


def path_with_more_folders(edit: Edit, rng: random.Random) -> Edit | None:
    return replace(edit, hunks={"project/src/" + path: hunks for path, hunks in edit.hunks.items()})


def path_unknown(edit: Edit, rng: random.Random) -> Edit | None:
    return replace(edit, hunks={path + "x/none.py": hunks for path, hunks in edit.hunks.items()}, must="refuse")


def restated(edit: Edit, rng: random.Random) -> Edit | None:
    return edit.styled(twice="yes")


def style(**options: str) -> Damage:
    return lambda edit, rng: edit.styled(**options)


def _cut(edit: Edit, rng: random.Random) -> Edit | None:
    return replace(edit, must="refuse").styled(cut="half")


DAMAGES: dict[str, tuple[str, Damage]] = {
    "clean": ("udiff v4a sr tags", lambda edit, rng: edit),
    "lines-off": ("udiff", style(numbers="off")),
    "line-one": ("udiff", style(numbers="one")),
    "counts-wrong": ("udiff", style(counts="wrong")),
    "counts-and-lines-wrong": ("udiff", style(counts="wrong", numbers="off")),
    "bare-at": ("udiff", style(header="bare")),
    "dots-at": ("udiff", style(header="dots")),
    "no-prefix": ("udiff", style(prefix="no")),
    "no-git-line": ("udiff", style(git="no")),
    "swapped-arrows": ("sr", style(arrows="swapped")),
    "anchors": ("v4a", style(anchor="yes")),
    "fenced": ("udiff v4a", style(fence="```")),
    "tildes": ("udiff v4a", style(fence="~~~~")),
    "prose": ("udiff v4a sr", style(prose="yes")),
    "stripped": ("udiff v4a sr", style(strip="yes")),
    "arguments": ("udiff v4a sr", style(arguments="yes")),
    "escaped-whole": ("udiff v4a", style(escaped="yes")),
    "cut-in-half": ("udiff v4a sr tags", _cut),
    "restated": ("udiff sr", restated),
    "crlf-reply": ("udiff v4a sr tags", crlf_reply),
} | {
    name.replace("_", "-"): (forms, damage)
    for forms, damages in {
        "udiff v4a sr tags": {
            "more_indent": more_indent,
            "less_indent": less_indent,
            "one_blank_more": one_blank_more,
            "file_has_tabs": file_has_tabs,
            "reply_has_tabs": reply_has_tabs,
            "literal_tabs": literal_tabs,
            "crlf_file": crlf_file,
            "bom_file": bom_file,
            "no_final_newline": no_final_newline,
            "mixed_endings": mixed_endings,
            "trailing_blanks_in_file": trailing_blanks_in_file,
            "trailing_blanks_in_reply": trailing_blanks_in_reply,
            "stale_context": stale_context,
            "paraphrased_context": paraphrased_context,
            "forgotten_character": forgotten_character,
            "missing_context_line": missing_context_line,
            "missing_blank_line": missing_blank_line,
            "extra_blank_line": extra_blank_line,
            "curly_context": curly_context,
            "curly_everywhere": curly_everywhere,
            "elided": elided,
            "paraphrased_removed": paraphrased_removed,
            "doubled_bare": doubled_bare,
            "moved": moved,
            "out_of_order": out_of_order,
            "noop_hunk": noop_hunk,
            "already_applied": already_applied,
            "path_without_first_folder": path_without_first_folder,
            "path_with_more_folders": path_with_more_folders,
            "path_unknown": path_unknown,
        },
        "udiff v4a": {
            "lost_marks": lost_marks,
            "lost_marks_at_edge": lost_marks_at_edge,
            "blank_context": blank_context,
            "one_context": one_context,
        },
        "udiff": {
            "doubled_numbered": doubled_numbered,
            "doubled_stale_number": doubled_stale_number,
            "zero_context": zero_context,
            "zero_context_wrong_numbers": zero_context_wrong_numbers,
        },
    }.items()
    for name, damage in damages.items()
}
"""Name -> (forms it makes sense for, what it does)."""

TEXT_ALONE = {"bare-at", "dots-at", "lines-off", "line-one", "counts-and-lines-wrong", "moved"}
"""Damages of diffs that leave nothing but the text to go by."""


def owed(edit: Edit, damaged: Edit, form: str, name: str) -> str:
    """What is owed: an edit whose text stands more than once may always be refused where no number helps."""
    if damaged.must == "exact" and (form != "udiff" or name in TEXT_ALONE) and not unique(edit):
        return "exact-or-refuse"
    if damaged.must == "exact" and name in ("zero-context", "one-context"):
        return "exact-or-refuse"
    return damaged.must
