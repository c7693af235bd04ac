"""Suggestions that take what is dropped out of a pull request by one click, and a patch of the remainder.

A forge's suggestion replaces whole lines of the file as it is, inside the lines that the diff shows. It creates no
file, renames none, changes no mode, and says nothing about a missing newline at a file's end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fretsaw.core.patch import Moves, derive_set
from fretsaw.core.patch.patch_set import FilePatch, Hunk, PatchSet
from fretsaw.core.text.lines import split_lines
from fretsaw.review.tree_review import TreeChange

ShownLines = Mapping[str, Sequence[range]]
"""Path -> runs of line numbers, from 1, that the diff shows of the file as it is."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Lines of one file to be replaced."""

    path: str
    first: int
    """The first line to replace, from 1."""
    last: int
    """The last one; always one line at least, since a suggestion needs a line to stand at."""
    text: str
    """The lines in their place, each with its newline; "" to delete."""
    changes: tuple[TreeChange, ...]
    """The dropped changes that it takes out."""


@dataclass(frozen=True, slots=True)
class SuggestedRemoval:
    """All that is dropped: in suggestions, and the rest as a patch."""

    suggestions: tuple[Suggestion, ...]
    remainder: PatchSet
    """The patch that takes out the rest, from the files with all suggestions applied."""
    left: tuple[TreeChange, ...]
    """Dropped changes that no suggestion takes out."""


def suggest_removal(
    reverse: PatchSet, dropped: Sequence[TreeChange], shown: ShownLines, moves: Moves
) -> SuggestedRemoval:
    """Express a patch that takes out dropped changes as suggestions, as far as they can.

    `reverse`: from the files as they are to the files without the dropped changes. A click must not tear a move: its
    halves are one suggestion, or none.
    """
    suggestions: list[Suggestion] = []
    texts: dict[str, str | None] = {}
    for file in reverse.files:
        mine = [change for change in dropped if change.path == file.path]
        spans = _spans(file, shown.get(file.path, ()))
        found = _untorn(file, [(span, _changes_in(span, mine)) for span in spans], shown.get(file.path, ()), moves)
        suggestions += [
            Suggestion(file.path, span.start + 1, span.end, span.text, changes or tuple(mine))
            for span, changes in found
        ]
        texts[file.path] = _with_spans(file.before, [span for span, _ in found])
    wanted = {file.path: file.after for file in reverse.files}
    modes = {file.path: file.mode for file in reverse.files if file.mode}
    taken = {change.key for each in suggestions for change in each.changes}
    left = tuple(change for change in dropped if change.key not in taken)
    return SuggestedRemoval(tuple(suggestions), derive_set(texts.get, wanted, modes), left)


def shown_lines(diff: str) -> tuple[range, ...]:
    """The line numbers of the new file that the hunks of a unified diff show."""
    shown = []
    for line in diff.split("\n"):
        parts = line.split()
        if line.startswith("@@ ") and len(parts) > 2 and parts[2].startswith("+"):
            start, _, count = parts[2][1:].partition(",")
            if start.isdigit() and (count or "1").isdigit():
                shown.append(range(int(start), int(start) + int(count or "1")))
    return tuple(shown)


@dataclass(frozen=True, slots=True)
class _Span:
    """Lines `[start, end)` of a file, from 0, and the lines in their place."""

    start: int
    end: int
    text: str
    core: tuple[int, int]
    """The lines that really go; the others came along so that there is a line to stand at."""


def _spans(file: FilePatch, shown: Sequence[range]) -> tuple[_Span, ...]:
    """The parts of a patch of one file that suggestions can express; none touches another."""
    if file.op != "edit" or file.before is None or "\r" in file.before:  # a forge writes its own line ends
        return ()
    lines = split_lines(file.before)
    joined = _joined([_anchored(hunk, lines, shown) for hunk in file.hunks], lines)
    return tuple(span for span in joined if _may_be_suggested(span, lines, shown))


def _anchored(hunk: Hunk, lines: list[str], shown: Sequence[range]) -> _Span:
    """A hunk as a span of at least one line: what is only put back stands at the line above, else below."""
    core = (hunk.start, hunk.end)
    added = "".join(hunk.added)
    if hunk.removed or not lines:
        return _Span(hunk.start, hunk.end, added, core)
    above = hunk.start - 1
    if above >= 0 and (_is_shown(above, above, shown) or hunk.start >= len(lines)):
        return _Span(above, hunk.start, lines[above] + added, core)
    return _Span(hunk.start, hunk.start + 1, added + "".join(lines[hunk.start : hunk.start + 1]), core)


def _joined(spans: Iterable[_Span], lines: list[str]) -> list[_Span]:
    """Spans that share a line are one: a line can be replaced by one suggestion only."""
    joined: list[_Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last is None or span.start >= last.end:
            joined.append(span)
            continue
        # Both hold the line between them: a line above of the later one is the last line of the earlier one.
        shared = "".join(lines[span.start : last.end])
        text = last.text.removesuffix(shared) + span.text
        joined[-1] = _Span(last.start, span.end, text, (last.core[0], span.core[1]))
    return joined


def _may_be_suggested(span: _Span, lines: list[str], shown: Sequence[range]) -> bool:
    if span.start >= span.end or not _is_shown(span.start, span.end - 1, shown):
        return False
    is_at_end = span.end == len(lines)
    has_newline = lines[-1].endswith("\n") and (not span.text or span.text.endswith("\n"))
    return has_newline if is_at_end else True


def _is_shown(first: int, last: int, shown: Sequence[range]) -> bool:
    """Tell whether one run of the diff shows these lines (from 0)."""
    return any(first + 1 in run and last + 1 in run for run in shown)


def _changes_in(span: _Span, dropped: Sequence[TreeChange]) -> tuple[TreeChange, ...]:
    start, end = span.core
    return tuple(
        change for change in dropped if change.line <= max(end, start) and change.line + len(change.added) >= start
    )


_Placed: TypeAlias = "tuple[_Span, tuple[TreeChange, ...]]"


def _untorn(file: FilePatch, placed: Sequence[_Placed], shown: Sequence[range], moves: Moves) -> list[_Placed]:
    """The spans, those of one move joined with the lines between them; without those that would tear a move."""
    lines = split_lines(file.before or "")
    rows = list(placed)
    for group in moves.groups:
        parts = [row for row in rows if _ids(row) & group]
        is_whole = group <= frozenset().union(*map(_ids, parts))
        if len(parts) > 1 and is_whole:
            rows = _join_move(rows, parts, lines, shown)
        elif not is_whole:
            rows = [row for row in rows if row not in parts]
    return rows


def _join_move(
    rows: list[_Placed], parts: Sequence[_Placed], lines: list[str], shown: Sequence[range]
) -> list[_Placed]:
    """The rows, with these parts and all between them as one; without the parts where the page shows them apart."""
    across = [row for row in rows if _start(parts[0]) <= _start(row) <= _start(parts[-1])]
    joined = _bridged([span for span, _ in across], lines)
    if not _may_be_suggested(joined, lines, shown):
        return [row for row in rows if row not in parts]
    changes = tuple(change for _, some in across for change in some)
    return sorted([*(row for row in rows if row not in across), (joined, changes)], key=_start)


def _ids(row: _Placed) -> frozenset[int]:
    return frozenset(change.verdict.change.id for change in row[1])


def _start(row: _Placed) -> int:
    return row[0].start


def _bridged(spans: Sequence[_Span], lines: list[str]) -> _Span:
    """One span from the first to the last, with the lines between them as they are."""
    text, at = "", spans[0].start
    for span in spans:
        text += "".join(lines[at : span.start]) + span.text
        at = span.end
    return _Span(spans[0].start, spans[-1].end, text, (spans[0].core[0], spans[-1].core[1]))


def _with_spans(text: str | None, spans: Sequence[_Span]) -> str | None:
    if text is None:
        return None
    lines = split_lines(text)
    out: list[str] = []
    at = 0
    for span in spans:
        out += [*lines[at : span.start], span.text]
        at = span.end
    return "".join([*out, *lines[at:]])
