"""Rules on what people read in code: comments, docstrings, licence and version lines. None of them is provable."""

from __future__ import annotations

import re
from typing import TypeAlias

from fretsaw.core.patch.patch_set import Change, Hunk
from fretsaw.core.prune.followers import is_shifted
from fretsaw.core.prune.lexer import is_comment, prose_spans, without_comment
from fretsaw.core.prune.scene import Scene, hunks_of, is_blank, text

_LEGAL = re.compile(
    r"copyright|©|\(c\)\s*\d{4}|SPDX-|licen[cs]ed?\b|all rights reserved|permission is hereby", re.IGNORECASE
)
_VERSION = re.compile(
    r"""^\s*["']?(?:__)?(?:\w+[_-])?version(?:_info)?(?:__)?["']?\s*[:=]\s*[\[("'v]*\d""", re.IGNORECASE
)
_DIRECTIVE = re.compile(
    r"\.\. (?:version\w+|deprecated|note|warning)|:param|:return|@param|@return|Args:|Parameters", re.I
)
_WORD = re.compile(r"[^\W\d_]\w+")
_DOCUMENTS = re.compile(r"\s*(?:/\*\*|\*(?!/)|///|//!)")
"""The beginning of a line of a comment that documents, where not every comment may."""
MOST_REWORDED = 3
"""Lines of one docstring up to which a change of it counts as a rewording."""
_COMMON = frozenset(
    [
        "self",
        "cls",
        "def",
        "class",
        "return",
        "if",
        "else",
        "elif",
        "for",
        "in",
        "not",
        "and",
        "or",
        "is",
        "none",
        "true",
        "false",
        "the",
        "this",
        "that",
        "with",
        "from",
        "import",
        "as",
        "try",
        "except",
        "raise",
        "pass",
        "while",
        "lambda",
        "yield",
        "are",
        "was",
        "be",
        "been",
        "has",
        "have",
        "can",
        "may",
        "must",
        "will",
        "would",
        "should",
        "its",
        "it",
        "to",
        "of",
        "on",
        "at",
        "by",
        "an",
        "all",
        "any",
        "when",
        "then",
        "use",
        "used",
        "set",
        "get",
        "value",
        "name",
        "list",
        "dict",
        "str",
        "int",
        "type",
        "object",
        "data",
        "result",
    ]
)


def licence_lines(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Licence and copyright lines."""
    if "licence" in scene.asked.topics:
        return {}
    return {
        change.id: "changes a licence or copyright line"
        for change in changes
        if change.hunk and change.kind == "lines" and _all(change.hunk, _is_legal)
    }


def version_lines(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The project's version number."""
    if "version" in scene.asked.topics:
        return {}
    return {
        change.id: "changes a version number"
        for change in changes
        if change.hunk and change.hunk.removed and change.hunk.added and _all(change.hunk, _VERSION.match)
    }


def comments(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Comments added, removed or reworded that speak of no line that changes."""
    if "comments" in scene.asked.title_topics:
        return {}
    found = _comment_changes(scene, changes)
    code_words = _changed_words(changes, found) if found and scene.language != "python" else set()
    out = {}
    for change in changes:
        if change.hunk is None or change.id not in found:
            continue
        names_changed = _DOCUMENTS.match(text(change.hunk.added)) and code_words & _words(change.hunk)
        if not names_changed and not _speaks_of_change(scene, change, found):
            out[change.id] = f"{_done(change.hunk)} a comment away from the fix"
    return out


def _comment_changes(scene: Scene, changes: tuple[Change, ...]) -> set[int]:
    """Ids of the changes whose sides differ in comments only, without comments that only moved right or left."""
    found: set[int] = set()
    for change in changes:
        hunk = change.hunk
        if hunk is None or change.kind != "lines" or not _is_comment_change(hunk, scene.language):
            continue
        only_moved = is_shifted(change) and _bare(hunk.removed) == _bare(hunk.added)
        if not only_moved:
            found.add(change.id)
    return found


def _bare(lines: tuple[str, ...]) -> str:
    """Join the lines without blanks."""
    return "".join(text(lines).split())


def _words(hunk: Hunk) -> set[str]:
    """Words that come or go with the change."""
    return {word.lower() for word in set(_WORD.findall(text(hunk.added))) ^ set(_WORD.findall(text(hunk.removed)))}


def docstrings(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Documentation of code reworded without telling anything of what changes."""
    if "docs" in scene.asked.title_topics or scene.language not in {"python"}:
        return {}
    candidates = [c for c in changes if c.hunk and c.kind == "lines" and text(c.hunk.removed + c.hunk.added).strip()]
    return _reworded_docs(scene, changes, candidates) if candidates else {}


def _reworded_docs(scene: Scene, changes: tuple[Change, ...], candidates: list[Change]) -> dict[int, str]:
    """`docstrings` of the candidates; the text is parsed for it, so only where there are any."""
    spans = prose_spans(scene.before), prose_spans(scene.after)
    inside = [c for c in candidates if _inside(c, scene, *spans)]
    found = {c.id for c in inside}
    code_words = _changed_words(changes, found)
    out: dict[int, str] = {}
    for group in _by_text(inside, scene, spans):
        if _is_rewording(group, scene, spans) and not any(_tells(scene, c, found, code_words) for c in group):
            out |= {c.id: f"{_done(c.hunk)} documentation that says nothing about the fix" for c in group if c.hunk}
    return out


Spans: TypeAlias = list[tuple[int, int]]


def _by_text(changes: list[Change], scene: Scene, spans: tuple[Spans, Spans]) -> list[list[Change]]:
    """The changes grouped by the docstring that they stand in."""
    groups: dict[tuple[int, ...], list[Change]] = {}
    for change in changes:
        groups.setdefault(_span(change, scene, spans), []).append(change)
    return list(groups.values())


def _span(change: Change, scene: Scene, spans: tuple[Spans, Spans]) -> tuple[int, ...]:
    start = scene.after_starts[change.id]
    size = len(change.hunk.added) if change.hunk else 0
    return next((span for span in spans[1] if span[0] <= start and start + size <= span[1]), (-1, start))


def _is_rewording(group: list[Change], scene: Scene, spans: tuple[Spans, Spans]) -> bool:
    """Tell whether a docstring is reworded here and there, laid out anew, or comes or goes as a whole.

    New paragraphs tell something.
    """
    hunks = [c.hunk for c in group if c.hunk]
    if _changes_few_lines(hunks) or _says_the_same(hunks):
        return True
    if len(group) != 1 or group[0].hunk is None:
        return False
    hunk, start = group[0].hunk, scene.after_starts[group[0].id]
    whole_gone = not hunk.added and (hunk.start, hunk.end) in spans[0]
    whole_new = not hunk.removed and (start, start + len(hunk.added)) in spans[1]
    return whole_gone or whole_new


def _changes_few_lines(hunks: list[Hunk]) -> bool:
    """Tell whether each hunk has as many lines as before, and all of them few."""
    lines = sum(len(hunk.removed) for hunk in hunks)
    return all(len(hunk.removed) == len(hunk.added) for hunk in hunks) and lines <= MOST_REWORDED


def _says_the_same(hunks: list[Hunk]) -> bool:
    """Tell whether the words are the same, laid out or quoted otherwise."""
    old = "".join(_bare(hunk.removed) for hunk in hunks)
    new = "".join(_bare(hunk.added) for hunk in hunks)
    return old.strip("\"'") == new.strip("\"'")


def _is_legal(line: str) -> bool:
    return _LEGAL.search(line) is not None


def _all(hunk: Hunk, matches: object) -> bool:
    lines = [line for line in (*hunk.removed, *hunk.added) if line.strip(" \t\r\n#/*")]
    return bool(lines) and callable(matches) and all(matches(line) for line in lines)


def _done(hunk: Hunk) -> str:
    if not hunk.added:
        return "removes"
    return "rewords" if hunk.removed else "adds"


def _is_comment_change(hunk: Hunk, language: str) -> bool:
    """Return True if the two sides differ in comments only."""
    lines = [line for line in (*hunk.removed, *hunk.added) if line.strip()]
    if all(is_comment(line, language) for line in lines):
        return bool(lines)
    code_before, comments_before = _code_and_comments(hunk.removed, language)
    code_after, comments_after = _code_and_comments(hunk.added, language)
    return code_before == code_after and comments_before != comments_after


def _code_and_comments(lines: tuple[str, ...], language: str) -> tuple[list[str], list[str]]:
    """Part each line into code and comment: `x = 1  # one` gives `x = 1` and `# one`; empty parts are left out."""
    parts = [without_comment(line, language) for line in lines if line.strip()]
    return [code for code, _ in parts if code], [comment for _, comment in parts if comment]


def _speaks_of_change(scene: Scene, change: Change, comments: set[int]) -> bool:
    """Return True if the comment stands beside a line of code that changes and stays, or right above one."""
    hunk = change.hunk
    if hunk is None:
        return False
    lines = [line for line in (*hunk.removed, *hunk.added) if line.strip()]
    if not all(is_comment(line, scene.language) for line in lines):
        return False
    near = [other for other in scene.beside(change) if other.id not in comments and other.id not in scene.judged]
    is_beside_code = not all(map(is_blank, hunks_of(near)))
    return is_beside_code or _above_change(scene, change, comments)


def _above_change(scene: Scene, change: Change, comments: set[int]) -> bool:
    """Return True if only comments and at most one more comment change lie between it and a line that changes below."""
    hunk = change.hunk
    at = hunk.end if hunk else 0
    while at < len(scene.before) and is_comment(scene.before[at], scene.language):
        at += 1
    if at < len(scene.before) and scene.before[at].rstrip().endswith((":", "{")):
        # A comment above a block speaks of its first line too.
        at += not any(other.hunk and other.hunk.start == at for other in scene.changes if other.id not in comments)
    passed_over = {change.id, *comments, *scene.judged}
    below = hunks_of(other for other in scene.changes if other.id not in passed_over)
    return any(other.start == at for other in below)


def _inside(change: Change, scene: Scene, before: list[tuple[int, int]], after: list[tuple[int, int]]) -> bool:
    hunk = change.hunk
    if hunk is None:
        return False
    start = scene.after_starts[change.id]
    return _within(hunk.start, hunk.removed, before) and _within(start, hunk.added, after)


def _within(start: int, lines: tuple[str, ...], spans: list[tuple[int, int]]) -> bool:
    return not lines or any(a <= start and start + len(lines) <= b for a, b in spans)


def _changed_words(changes: tuple[Change, ...], prose: set[int]) -> set[str]:
    """Words of code that come or go with the changes that are not prose."""
    out: set[str] = set()
    for change in changes:
        if change.hunk and change.id not in prose:
            out |= set(_WORD.findall(text(change.hunk.removed))) ^ set(_WORD.findall(text(change.hunk.added)))
    return {word.lower() for word in out} - _COMMON


def _tells(scene: Scene, change: Change, prose: set[int], told: set[str]) -> bool:
    """Return True if documentation tells of the fix: stands beside it, names what changes, or documents a parameter."""
    hunk = change.hunk
    if hunk is None:
        return False
    if any(
        other.id not in prose and other.id not in scene.judged and other.hunk and text(other.hunk.added).strip()
        for other in scene.beside(change)
    ):
        return True
    if any(
        other.id in prose and _DIRECTIVE.search(text(other.hunk.added))
        for other in [change, *scene.beside(change)]
        if other.hunk
    ):
        return True
    return bool(_words(hunk) & told)
