"""Misfits in words: one sentence for a person, and for the model the first line that diverges with the file's own
text."""

from __future__ import annotations

import re
from collections import Counter

from fretsaw.core.locate.blank_lines import first_solid, solid_indices
from fretsaw.core.locate.misfit import Misfit, MisfitKind
from fretsaw.core.locate.pattern import Pattern
from fretsaw.core.locate.view import View, same, squeezed
from fretsaw.core.text.short import common_head, cut

_SHOWN = 160
"""Signs of a line that are shown."""
_MOST_LINES = 400
"""Old lines of a pattern that are looked up to find what it may mean."""
_MOST_PLACES = 24
"""Places of one line that count, since a line that stands everywhere says nothing."""
_MOST_WORDS = 8
_LONGEST_FILE = 20_000
"""Lines of a file that is searched for a line with the same words."""


def misfit(kind: MisfitKind, path: str | None, person: str, model: str = "", lines: tuple[int, ...] = ()) -> Misfit:
    """A misfit whose sentence for the model is, where none is given, the one for a person."""
    return Misfit(kind, path, person, model or person, lines)


def _quoting(
    written: str, kind: MisfitKind, path: str | None, person: str, model: str, lines: tuple[int, ...] = ()
) -> Misfit:
    """A misfit whose sentence for the model quotes a line of the edit."""
    return Misfit(kind, path, person, model, lines, written)


def absent(view: View, path: str, pattern: Pattern, line: int | None) -> Misfit:
    """The old lines are not in the file."""
    if not pattern.old:
        return misfit(
            kind="absent",
            path=path,
            person=f"New lines for {path} come without any line of the file around them, so their place is not known.",
            model=f"{path}: you add lines without any context. "
            "Repeat the edit with the 3 unchanged lines above and below.",
        )
    start = _nearest(view, pattern, line)
    if start is None:
        return _quoting(
            _first(pattern),
            kind="absent",
            path=path,
            person=f"No line of an edit to {path} is in the file.",
            model=f"{path}: none of these lines is in the file; the first is `{cut(_first(pattern), _SHOWN)}`. "
            "Copy the lines to change from the file as it was given to you.",
        )
    at, ours, theirs = _divergence(view, pattern, start)
    shown = "\n".join(
        f"{n + 1:>5} {cut(view.bodies[n], _SHOWN)}" for n in range(max(0, at - 2), min(len(view.bodies), at + 3))
    )
    return _quoting(
        ours,
        kind="absent",
        path=path,
        person=f"An edit to {path} does not match the file: it first differs at line {at + 1}.",
        model=f"{path}: the edit does not match the file. First differing line:\n  you wrote: `{cut(ours, _SHOWN)}`\n"
        f"  line {at + 1} is: `{cut(theirs, _SHOWN)}`\nThe file there:\n{shown}\n"
        "Repeat this edit with the lines exactly as they are in the file.",
    )


def ambiguous(path: str, pattern: Pattern, starts: list[int], more: bool) -> Misfit:
    """The old lines stand in several places."""
    lines = tuple(start + 1 for start in starts)
    named = ", ".join(map(str, lines[:12])) + (", …" if more or len(lines) > 12 else "")
    return _quoting(
        _first(pattern),
        kind="ambiguous",
        path=path,
        person=f"An edit to {path} fits {'more than ' if more else ''}{len(lines)} places (lines {named}).",
        model=f"{path}: the lines you want to change (from `{cut(_first(pattern), _SHOWN)}`) stand at lines {named}. "
        "Repeat the edit with enough unchanged lines above or below to fit only the place you mean.",
        lines=lines,
    )


def fits_twin(path: str, line: int, twin: str, twin_line: int) -> Misfit:
    """The old lines fit one file in part and a look-alike of it exactly."""
    return misfit(
        kind="ambiguous",
        path=path,
        person=f"An edit to {path} fits line {line} there only in part, and {twin}, line {twin_line}, exactly.",
        model=f"{path}: your lines differ from the file's at line {line}, but stand in `{twin}` at line {twin_line}. "
        "Repeat the edit with the path of the file that you mean and its own lines.",
    )


def unwritable(path: str, what: str, line: str) -> Misfit:
    """A new line that the file's encoding cannot hold. `what`: the sign, with a comma: "U+FFFD, which …,"."""
    shown = cut(line.strip(), _SHOWN)
    return _quoting(
        line.strip(),
        "encoding",
        path,
        f"A new line for {path} holds {what} so it is not written: {shown}",
        f"`{path}`: `{shown}` holds {what} so it cannot be written. Use signs that the file has.",
    )


def foreign(path: str, kind: MisfitKind, line: str) -> Misfit:
    """A new line that is a mark of the reply's own form, or that stands for lines which were left out."""
    shown = cut(line, _SHOWN)
    if kind == "placeholder":
        return misfit(
            kind=kind,
            path=path,
            person=f"An edit to {path} would write `{shown}`, which stands for lines that were left out.",
            model=f"`{path}`: your new text holds `{shown}` for lines that you left out. "
            "Repeat the edit with these lines in full, or with an edit that leaves them alone.",
        )
    return misfit(
        kind=kind,
        path=path,
        person=f"An edit to {path} would write `{shown}`, a mark of the reply that no line of the file has.",
        model=f"`{path}`: `{shown}` stands in your new text. Repeat the edit without it.",
    )


def parts_block(path: str, line: int) -> Misfit:
    """New lines that would stand in the middle of a block, since the context below them is missing."""
    return misfit(
        kind="absent",
        path=path,
        person=f"An edit to {path} would part the block at line {line}: it has no line of what follows.",
        model=f"{path}: your new lines would part the block at line {line}. Repeat the edit with the lines below it.",
    )


def cut_off(path: str | None, why: str) -> Misfit:
    """A reply that ends before its last edit does."""
    return misfit(
        kind="truncated",
        path=path,
        person=f"The reply looks cut off: {why}.",
        model=f"Your reply was cut off: {why}. Repeat all edits, with less text around them.",
    )


def unclear(why: str) -> Misfit:
    """A reply that can be read in several ways."""
    return misfit(
        kind="unclear",
        path=None,
        person=f"The reply can be read in more than one way: {why}.",
        model=f"Your reply can be read in more than one way: {why}. "
        "Send it again with a longer fence (````) around it.",
    )


def outside(path: str) -> Misfit:
    """A path that leads out of the repository, or no path at all."""
    if not path:
        return misfit(
            kind="no-such-file", path=None, person="An edit names no file.", model="Say which file each edit is for."
        )
    return misfit(
        kind="outside",
        path=path,
        person=f"The path {path!r} does not lead into the repository.",
        model=f"`{path}` is outside the repository. Use the paths you were given, relative to its root.",
    )


def hidden(path: str, why: str) -> Misfit:
    """A file that is there and is not shown."""
    return misfit(
        kind="hidden",
        path=path,
        person=f"{path} is there, but it is not edited: {why}.",
        model=f"`{path}` cannot be edited: {why}. Leave it as it is.",
    )


def no_such_file(path: str, alike: list[str]) -> Misfit:
    """A path that no file has; `alike` are files of that name elsewhere."""
    names = " or ".join(f"`{other}`" for other in alike)
    question = f" Did you mean {names}?" if alike else ""
    return misfit(
        kind="no-such-file",
        path=path,
        person=f"There is no file {path}.{question}",
        model=f"There is no file `{path}`.{question} Use the paths you were given.",
    )


def taken_for(path: str, meant: str) -> Misfit:
    """A notice: a path that is no file, and the file that it must mean."""
    return misfit(kind="path", path=meant, person=f"{path} was taken for {meant}, the only file it can mean.")


def no_change() -> Misfit:
    """A notice: edits that leave everything as it is."""
    return misfit(
        kind="no-op",
        path=None,
        person="The edits change nothing.",
        model="Your edits leave every file as it is.",
    )


def unreadable(path: str) -> Misfit:
    """A file that is not text."""
    return misfit(kind="unreadable", path=path, person=f"{path} cannot be read as text.")


def exists_unreadable(path: str) -> Misfit:
    """A file that is not text, where one is to be created."""
    return misfit(kind="unreadable", path=path, person=f"{path} exists and cannot be read as text.")


def target_outside(target: str) -> Misfit:
    """A path to move or copy a file to that leads out of the repository."""
    return misfit(
        kind="outside",
        path=target or None,
        person=f"The path {target!r} does not lead into the repository.",
    )


def target_exists(path: str, target: str, *, done: str) -> Misfit:
    """A path to move or copy a file to that is another file; `done`: moved or copied."""
    return misfit(
        kind="exists",
        path=target,
        person=f"{path} cannot be {done} to {target}: that file exists.",
    )


def not_empty(path: str) -> Misfit:
    """An edit without search text of a file that is not empty."""
    return misfit(
        kind="exists",
        path=path,
        person=f"An edit to {path} has no search text, but the file is not empty.",
        model=f"`{path}` exists and is not empty: an edit needs the lines it replaces in its search part.",
    )


def already_applied(path: str) -> Misfit:
    """New lines that the file has already."""
    return misfit(
        kind="already-applied",
        path=path,
        person=f"An edit to {path} is already in the file.",
        model=f"`{path}` already holds the lines you add. Leave this edit out.",
    )


def ends_within_an_edit(path: str) -> Misfit:
    """The last block of a reply without end: its last line may be half a line."""
    return misfit(
        kind="truncated",
        path=path,
        person=f"The reply looks cut off within its last edit, to {path}.",
        model=f"`{path}`: your reply ends within an edit. Repeat all edits, with less text around them.",
    )


def overlapping(path: str, line: int) -> Misfit:
    """Two edits of the same lines."""
    return misfit(
        kind="overlapping",
        path=path,
        person=f"Two edits of {path} change the same lines, from line {line}.",
        model=f"`{path}`: two of your edits change the same lines, from line {line}. Make them one edit.",
        lines=(line,),
    )


def beyond_the_end(path: str, line: int, count: int) -> Misfit:
    """An insertion below a line that the file does not have."""
    return misfit(
        kind="absent",
        path=path,
        person=f"An edit inserts below line {line} of {path}, which has {count} lines.",
        model=f"`{path}` has {count} lines, so nothing can be inserted below line {line}. Look at the file again.",
    )


def _first(pattern: Pattern) -> str:
    """The first old line that says something."""
    return first_solid(pattern.old)


def _nearest(view: View, pattern: Pattern, line: int | None) -> int | None:
    """Find the place at which most of the old lines are the file's; None where none is."""
    votes: Counter[int] = Counter()
    index = view.index()
    for i in solid_indices(pattern.old[:_MOST_LINES]):
        places = index.get(squeezed(pattern.old[i]), ())
        votes.update(place - i for place in places[:_MOST_PLACES])
    if not votes:
        return _resembling(view, pattern)
    most = max(votes.values())
    best = [start for start, count in votes.items() if count == most]
    if line is None:
        return min(best)
    return min(best, key=lambda start: abs(start - line))


def _resembling(view: View, pattern: Pattern) -> int | None:
    """Find where the pattern would begin by the line with most words of its first one."""
    distinct = set(re.findall(r"\w{3,}", _first(pattern)[:400]))
    words = sorted(distinct, key=lambda word: (-len(word), word))[:_MOST_WORDS]
    if not words or len(view.bodies) > _LONGEST_FILE:
        return None
    longest, shortest = words[0], words[-1]
    candidates = [at for at, line in enumerate(view.bodies) if longest in line or shortest in line]
    scores = [_score(view.bodies[at], words) for at in candidates]
    best = max(scores, default=0)
    if best <= 0.6 * sum(map(len, words)):
        return None
    return candidates[scores.index(best)] - solid_indices(pattern.old)[0]


def _score(line: str, words: list[str]) -> int:
    """Count the letters of the words that a line has."""
    return sum(map(len, filter(line.__contains__, words)))


def _divergence(view: View, pattern: Pattern, start: int) -> tuple[int, str, str]:
    """(index of the file's line, the block's line, the file's line) where they first differ, by blanks only if by
    nothing else."""
    first, last = max(0, start), len(view.bodies) - 1
    ours = pattern.old[first - start :]
    theirs = view.between(first=first, stop=start + len(pattern.old), key=same)
    for key in (squeezed, same):
        equal = common_head(list(map(key, ours)), list(map(key, theirs)))
        if equal < len(theirs):
            return first + equal, ours[equal], theirs[equal]
        if equal < len(ours):
            return last, ours[equal], "(the file ends here)"
    at = min(first, last)
    return at, _first(pattern), view.bodies[at]
