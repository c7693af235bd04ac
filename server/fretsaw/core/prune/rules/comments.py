"""Rules on what people read in code: comments, docstrings, licence and version lines. None of them is provable."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, filterfalse, takewhile
from typing import TypeAlias

from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.prune.followers import is_shifted
from fretsaw.core.prune.lexer import is_comment, prose_spans, without_comment
from fretsaw.core.prune.rules.comment_words import (
    FEWEST_SHARED,
    NUMBER,
    all_words,
    changed_words,
    is_reworded,
    long_words,
    words_of_fix,
)
from fretsaw.core.prune.rules.conditions import only_in, unless_issue_mentions, unless_title_mentions
from fretsaw.core.prune.rules.line_change import (
    LineChange,
    among,
    edits,
    ids_of,
    line_changes,
    replacements,
    sides_of,
    with_reason,
    without,
    without_blanks,
)
from fretsaw.core.prune.rules.questions import are_comments, has_fix_beside, opens_block, unjudged
from fretsaw.core.prune.rules.suppressions import names_finding, silences_anew
from fretsaw.core.prune.scene import Scene, grouped

_LEGAL = re.compile(
    r"copyright|©|\(c\)\s*\d{4}|SPDX-|licen[cs]ed?\b|all rights reserved|permission is hereby", re.IGNORECASE
)
_VERSION = re.compile(
    r"""^\s*["']?(?:__)?(?:\w+[_-])?version(?:_info)?(?:__)?["']?\s*[:=]\s*[\[("'v]*\d""", re.IGNORECASE
)
_OTHERS_VERSIONS = re.compile(r"(?:^|/)(?:[\w.-]*\.lock|[\w-]*lock\.(?:json|yaml)|go\.sum)$")
"""Files that hold the versions of what a project uses."""
_VERSIONS = re.compile(r"\d[\w.]*")
_DIRECTIVE = re.compile(
    r"\.\. (?:version\w+|deprecated|note|warning)|:param|:return|@param|@return|Args:|Parameters", re.I
)
_NAME = re.compile(r"\b(?:[^\W_]+_\w+|[^\W\d_A-Z]+[A-Z]\w+|[A-Z][a-z]+[A-Z]\w*)\b")
_TEXT = re.compile(r"\.(?:md|markdown|mdx|rst|txt|adoc|hbs|mustache|html?|tex|csv)$", re.I)
"""Files of text, in which `#` begins a heading and no comment."""
_READ_BY_TOOLS = re.compile(
    r"\#!|//go:|//\s*\+build\b|//(?:export|line)\b|//~|///\s*<|//!?\#|\#\s*(?:-\*-|vim?:|syntax=|frozen_string_literal|"
    r"(?:en)?coding[:=])|(?://|\#|/\*)\s*(?:(?i:noqa)\b|@ts-|@flow\b|@jsx|eslint|prettier-ignore|biome-|istanbul\b|c8\b"
    r"|nolint\b|NOLINT|clang-format\b|pragma\b|pylint:|mypy:|pyright:|ruff:|isort:|fmt:|yapf:|flake8[:-]|type:|nosec\b"
    r"|rubocop:|typed:|cython:|shellcheck\b|webpack\w+:|\$\w+\$)"
)
"""The beginning of a comment that a compiler or another tool obeys: it is code, whatever its sign."""
_SAYS_SOMETHING = re.compile(r"[^ \t\r\n#/*]")
"""Not in a line that is blank but for the frame of a comment."""
_PROMPT = re.compile(r"\s*>>>")
_PREFIX = re.compile(r"(?<![\w\"'])[rRbBuU]+(?=\"{3}|'{3})")
_DOCUMENTS = re.compile(r"\s*(?:/\*\*|\*(?!/)|///|//!)")
"""The beginning of a line of a comment that documents, where not every comment may."""
MOST_REWORDED = 3
"""Lines of one docstring up to which a change of it counts as a rewording."""
MOST_MOVED = 50
"""Comments of a file up to which each is looked for in other words elsewhere."""


@unless_issue_mentions("licence")
def licence_lines(_scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Licence and copyright lines."""
    legal_changes = [change for change in edits(changes) if _is_each_line(change, _LEGAL)]
    return with_reason(legal_changes, "changes a licence or copyright line")


@unless_issue_mentions("version")
def version_lines(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The project's version number."""
    if _OTHERS_VERSIONS.search(scene.path):
        return {}
    likely = [change for change in replacements(changes) if _is_each_line(change, _VERSION)]
    version_changes = [change for change in likely if not _is_longer_list(change)]
    return with_reason(version_changes, "changes a version number")


def _is_longer_list(change: LineChange) -> bool:
    """Tell whether a list of versions gains some: `[16.x, 18.x]` to `[16.x, 18.x, 20.x]`."""
    is_list = "[" in change.removed and "[" in change.added
    return is_list and set(_VERSIONS.findall(change.removed)) < set(_VERSIONS.findall(change.added))


def _is_each_line(change: LineChange, pattern: re.Pattern[str]) -> bool:
    """Tell whether there are lines with words, and the pattern finds something in each of them."""
    lines = list(filter(_SAYS_SOMETHING.search, change.lines))
    return bool(lines) and all(map(pattern.search, lines))


@unless_title_mentions("comments")
@unless_title_mentions("prose")
@unless_title_mentions("tidy")
def comments(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Comments added, removed or reworded that speak of no line that changes."""
    reworded = [change for change in edits(changes) if _is_reworded_comment(change, scene.language)]
    candidates = list(filterfalse(partial(_is_for_tools, scene), reworded))
    if not candidates or _TEXT.search(scene.path):
        return {}
    ids = ids_of(candidates)
    fix_words = words_of_fix(changes, ids)
    silent_comments = [
        comment for comment in _by_comment(scene, candidates) if not _speaks(scene, comment, fix_words, but=ids)
    ]
    idle_changes = chain.from_iterable(silent_comments)
    reasons = {change.id: f"{_done(change.hunk)} a comment away from the fix" for change in idle_changes}
    moved = _moved_ids(scene, among(candidates, reasons), staying=without(line_changes(scene.changes), reasons))
    return {at: reason for at, reason in reasons.items() if at not in moved}


def _speaks(scene: Scene, comment: list[LineChange], fix_words: set[str], but: set[int]) -> bool:
    """Tell whether a comment speaks of the fix, of another change (`but` these), or of what the issue asks for."""
    speaks_of_fix = any(_tells(change, fix_words) for change in comment)
    speaks_of_change = any(_speaks_of_change(scene, change, but=but) for change in comment)
    return speaks_of_fix or speaks_of_change or _speaks_of_issue(scene, comment)


def _moved_ids(scene: Scene, comments: list[LineChange], staying: list[LineChange]) -> set[int]:
    """Ids of comments that came or went and stand, in other words, on the other side of a change that stays.

    To speak of one half only would lose the comment, or leave it twice.
    """
    one_sided = [comment for comment in comments if not all((comment.hunk.removed, comment.hunk.added))]
    is_worth_comparing = 0 < len(one_sided) <= MOST_MOVED
    if not is_worth_comparing:
        return set()
    gone = [_comment_words(scene, change.hunk.removed) for change in staying]
    come = [_comment_words(scene, change.hunk.added) for change in staying]

    def has_other_half(comment: LineChange) -> bool:
        other_sides = gone if comment.hunk.added else come
        return any(map(partial(is_reworded, all_words(comment.lines)), other_sides))

    return {comment.id for comment in one_sided if has_other_half(comment)}


def _comment_words(scene: Scene, lines: Iterable[str]) -> set[str]:
    return all_words(line for line in lines if is_comment(line, scene.language))


def _is_for_tools(scene: Scene, change: LineChange) -> bool:
    """Tell whether a change is about comments that tools obeyed before, or silences a finding that the issue names."""
    if silences_anew(change.hunk):
        return "lint" in scene.asked.title_topics or names_finding(scene, change.added)
    parts = [without_comment(line, scene.language)[1] for line in change.hunk.removed]
    comments_before = list(filter(None, parts))
    return bool(comments_before) and all(map(_READ_BY_TOOLS.match, comments_before))


def _by_comment(scene: Scene, changes: list[LineChange]) -> list[list[LineChange]]:
    """Put the changes of one comment together, those with nothing but comments between them: they have one verdict."""

    def joins(one: LineChange, other: LineChange) -> bool:
        between = scene.before[one.hunk.end : other.hunk.start]
        lines = (*one.lines, *between, *other.lines)
        return all(is_comment(line, scene.language) for line in lines)

    return grouped(changes, joins)


def _speaks_of_issue(scene: Scene, comment: list[LineChange]) -> bool:
    """Tell whether most words that are written anew in a comment, and two at least, are the issue's."""
    removed, added = sides_of(comment)
    written = long_words(added) - long_words(removed)
    shared = written & long_words(scene.issue.text)
    return len(shared) >= FEWEST_SHARED and 2 * len(shared) > len(written)


def _is_reworded_comment(change: LineChange, language: str) -> bool:
    """Tell whether the sides differ in comments only, and not only in how far these are to the right."""
    if not _is_comment_change(change.hunk, language):
        return False
    return not is_shifted(change.change) or _bare(change.removed) != _bare(change.added)


def _is_comment_change(hunk: Hunk, language: str) -> bool:
    """Return True if the two sides differ in comments only."""
    if are_comments(hunk.removed + hunk.added, language):
        return True
    code_before, comments_before = _code_and_comments(hunk.removed, language)
    code_after, comments_after = _code_and_comments(hunk.added, language)
    return code_before == code_after and comments_before != comments_after


def _code_and_comments(lines: tuple[str, ...], language: str) -> tuple[list[str], list[str]]:
    """Part each line into code and comment: `x = 1  # one` gives `x = 1` and `# one`; empty parts are left out."""
    parts = [without_comment(line, language) for line in without_blanks(lines)]
    code, comments = [*zip(*parts, strict=True)] or [(), ()]
    return list(filter(None, code)), list(filter(None, comments))


def _bare(prose: str) -> str:
    """The text without blanks."""
    return "".join(prose.split())


def _tells(change: LineChange, fix_words: set[str]) -> bool:
    """Tell whether what is written anew in a comment are words that the fix changes.

    In one that documents any of them, in others a number or the name of something: `strictObject`, `line_end`.
    """
    shared = fix_words & changed_words(change)
    if not shared.isdisjoint(NUMBER.findall(change.removed + change.added)):
        return True
    if _DOCUMENTS.match(change.added):
        return bool(shared)
    names = {name.lower() for name in _NAME.findall(change.added)}
    return not names.isdisjoint(shared)


def _speaks_of_change(scene: Scene, change: LineChange, but: set[int]) -> bool:
    """Return True if the comment stands beside a line of code that changes and stays, or right above one."""
    if not are_comments(change.lines, scene.language):
        return False
    return has_fix_beside(scene, change, but=but) or _is_above_change(scene, change, comments=but)


def _is_above_change(scene: Scene, change: LineChange, comments: set[int]) -> bool:
    """Return True if only comments and at most one more comment change lie between it and a line that changes below.

    `# Sum them.`, `for x in row:`, `    total += x`: where the `for` stays, the comment speaks of the line below it.
    """
    rows = range(change.hunk.end, len(scene.before))
    below = next((row for row in rows if not is_comment(scene.before[row], scene.language)), len(scene.before))
    stays = below not in _changed_rows(scene, but=comments)
    if stays and opens_block(scene.before, below):
        below += 1
    return below in _changed_rows(scene, but={change.id, *comments, *scene.judged})


def _changed_rows(scene: Scene, but: set[int]) -> set[int]:
    """The first rows, in the text before, of the changes other than these."""
    return {change.hunk.start for change in line_changes(without(scene.changes, but))}


def _done(hunk: Hunk) -> str:
    """The verb for what becomes of a text."""
    if not hunk.added:
        return "removes"
    return "rewords" if hunk.removed else "adds"


@only_in({"python"})
@unless_title_mentions("docs")
@unless_title_mentions("prose")
def docstrings(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Python: documentation of code reworded without telling anything of what changes."""
    prose_or_code = filterfalse(LineChange.is_blank, edits(changes))
    candidates = [change for change in prose_or_code if not _is_code_in_docstring(scene, change)]
    if not candidates:
        return {}
    # Both texts are read for it, so only where there are candidates.
    documentation = _Docstrings(
        before=prose_spans(scene.before), after=prose_spans(scene.after), starts=scene.after_starts
    )
    inside = [change for change in candidates if documentation.holds(change)]
    prose = ids_of(inside)
    fix_words = words_of_fix(changes, prose)
    reasons: dict[int, str] = {}
    for group in documentation.grouped(inside):
        tells = any(_tells_of_fix(scene, change, prose=prose, fix_words=fix_words) for change in group)
        if documentation.is_rewording(group) and not tells:
            reasons |= {
                change.id: f"{_done(change.hunk)} documentation that says nothing about the fix" for change in group
            }
    return reasons


def _is_code_in_docstring(scene: Scene, change: LineChange) -> bool:
    """Tell whether a change is about a docstring's prefix (`r`), or stands in an example that doctest runs."""
    removed, added = list(change.hunk.removed), list(change.hunk.added)
    changes_prefix = _without_prefix(removed) == added or _without_prefix(added) == removed
    if changes_prefix:
        return True
    lines_upwards = map(scene.before.__getitem__, range(change.hunk.start - 1, -1, -1))
    paragraph_above = takewhile(str.strip, lines_upwards)
    return any(map(_PROMPT.match, chain(paragraph_above, change.lines)))


def _without_prefix(lines: Iterable[str]) -> list[str]:
    """The lines of a docstring without the prefix that a first one may have."""
    return [_PREFIX.sub("", line, count=1) for line in lines]


Span: TypeAlias = tuple[int, int]
"""Lines [first, end)."""


@dataclass(frozen=True, slots=True)
class _Docstrings:
    """The docstrings of a file, before and after, and where its changes stand in the text after."""

    before: list[Span]
    after: list[Span]
    starts: Mapping[int, int]

    def holds(self, change: LineChange) -> bool:
        """Tell whether the lines of both sides stand in docstrings."""
        was_inside = not change.hunk.removed or bool(_around(_rows_before(change), self.before))
        return was_inside and (not change.hunk.added or bool(_around(self._rows_after(change), self.after)))

    def grouped(self, changes: Iterable[LineChange]) -> Iterable[list[LineChange]]:
        """Put the changes of one docstring together."""
        groups: dict[Span, list[LineChange]] = defaultdict(list)
        for change in changes:
            rows = self._rows_after(change)
            # Lines that stand in none of them after are of a docstring that is gone: each change is by itself.
            docstring = (_around(rows, self.after) or [(-1, rows[0])])[0]
            groups[docstring].append(change)
        return groups.values()

    def is_rewording(self, group: list[LineChange]) -> bool:
        """Tell whether a docstring is reworded here and there, laid out anew, or comes or goes as a whole.

        New paragraphs tell something.
        """
        if _changes_few_lines(group) or _says_the_same(group):
            return True
        is_in_one_piece = len(group) == 1
        return is_in_one_piece and self._comes_or_goes(group[0])

    def _comes_or_goes(self, change: LineChange) -> bool:
        """Tell whether a change is one whole docstring put in or taken out."""
        is_gone = not change.hunk.added and _rows_before(change) in self.before
        is_new = not change.hunk.removed and self._rows_after(change) in self.after
        return is_gone or is_new

    def _rows_after(self, change: LineChange) -> Span:
        """The rows of its added lines in the text after."""
        start = self.starts[change.id]
        return start, start + len(change.hunk.added)


def _rows_before(change: LineChange) -> Span:
    """The rows of its removed lines in the text before."""
    return change.hunk.start, change.hunk.end


def _around(rows: Span, spans: list[Span]) -> list[Span]:
    """The spans that hold all of the rows: (4, 5) is in (3, 6), not in (5, 9)."""
    return [span for span in spans if span[0] <= rows[0] <= rows[1] <= span[1]]


def _changes_few_lines(group: list[LineChange]) -> bool:
    """Tell whether each change has as many lines as before, and all of them few."""
    sizes = [len(change.hunk.removed) for change in group]
    return sizes == [len(change.hunk.added) for change in group] and sum(sizes) <= MOST_REWORDED


def _says_the_same(group: list[LineChange]) -> bool:
    """Tell whether the words are the same, laid out or quoted otherwise."""
    old, new = sides_of(group)
    return _bare(old).strip("\"'") == _bare(new).strip("\"'")


def _tells_of_fix(scene: Scene, change: LineChange, prose: set[int], fix_words: set[str]) -> bool:
    """Return True if documentation tells of the fix: stands beside it, names what changes, or documents a parameter."""
    beside = scene.beside(change.change)
    _, code_beside = sides_of(unjudged(scene, beside, but=prose))
    _, prose_beside = sides_of(line_changes(among([change.change, *beside], prose)))
    if code_beside.strip() or _DIRECTIVE.search(prose_beside):
        return True
    return not fix_words.isdisjoint(changed_words(change))
