"""Rules on what goes, or is silenced, though no word of the issue reaches it. Asked only where there is an issue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from fretsaw.core.languages import is_test
from fretsaw.core.patch.defined_names import defined_name
from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.lexer import is_comment
from fretsaw.core.prune.rules.conditions import (
    only_with_issue,
    unless_issue_matches,
    unless_issue_mentions,
    unless_title_matches,
    unless_title_mentions,
)
from fretsaw.core.prune.rules.line_change import (
    LineChange,
    ids_of,
    indent,
    line_changes,
    line_runs_of,
    sides_of,
    with_reason,
    without,
    without_blanks,
)
from fretsaw.core.prune.rules.questions import are_comments, count, edits_other_code, hunks_elsewhere, is_alone
from fretsaw.core.prune.scene import Scene, hunks_of, text
from fretsaw.core.prune.used_names import used
from fretsaw.core.text.lines import split_lines

_DEFINES = re.compile(
    r"^\s*(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|pub(?:\([^)]*\))?|unsafe"
    r"|inline|override|virtual|extern|suspend)\s+)*"
    r"(?:def|class|function|func|fn|sub|interface|trait|struct|enum|module|proc|fun)\s+(?:self\.)?(?:\([^)]*\)\s*)?"
    r"(?P<name>[\w$]+)"
)
_DECORATION = re.compile(r"^\s*(?:@\w|#\[|\[\w)")
_IMPORTS = re.compile(r"^\s*(?:from\s+\S+\s+import\b|import\b|use\s|using\s|#\s*include\b|require\b)")
_REMOVAL = re.compile(r"\b(?:remov|delet|drop|dead code|unused|obsolete|deprecat|get rid|no longer|revert)\w*", re.I)
"""In an issue that speaks of something that should go."""
_ON_IMPORTS = re.compile(
    r"\b(?:fix\w*|circular|clean\w*|wrong|broken|update\w*)\b[^.\n]{0,30}\bimports?\b|^polish\b", re.I
)
_SWALLOWS = re.compile(
    r"^[ \t]*except\b[^\n:]*:[ \t]*(?:#[^\n]*)?(?:\n[ \t]*(?:#[^\n]*)?)*[ \t]*(?:pass|\.\.\.|continue)\b"
    r"|\bcatch\s*(?:\([^)]*\))?\s*\{\s*(?://[^\n]*\s*)?\}"
    r"|^[ \t]*rescue\b[^\n]*\n[ \t]*(?:nil|#[^\n]*)?[ \t]*\n?[ \t]*end\b"
    r"|\bcontextlib\.suppress\(|\bsuppress\((?:Base)?Exception\)|\|\|\s*true\b",
    re.M,
)
_TRIES = re.compile(r"^[ \t]*(?:try|begin)\b", re.M)
_SETTLED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|\beslint-|\bnoqa\b|@ts-|\bnolint\b|\bpylint:")
"""Comments that go when what they ask for is done, or with the line that a checker complained of."""
_EXPECTED = re.compile(r"\bfail\s*\([^\n]*\)\s*;?\s*\}?\s*catch\b|\bcatch\s*\([^)]*\b(?:expected|ignored|ok)\s*\)")
"""A test that fails unless an error is thrown."""
_SAYS_MORE = re.compile(r"[^ \t\n});\]]")
"""Not in a line that only closes brackets."""
_NO_NAMES = frozenset(["import", "as", "from", "static"])
_MOST_WRAPPED = 12
"""Lines of a change up to which an error that is thrown away is what it is about."""
_COMMON = frozenset(["that", "this", "with", "from", "have", "here", "then", "when", "todo", "note", "should", "will"])


@only_with_issue
@unless_issue_matches(_REMOVAL)
def removed_definition(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A function or class that goes as a whole, whose name neither the issue nor anything that changes holds."""
    reasons: dict[int, str] = {}
    for removal in _removals(scene, changes):
        names = [definition["name"] for definition in map(_DEFINES.match, removal.heads) if definition]
        if names and not removal.concerns(scene, names):
            reasons |= with_reason(removal.run, f"removes {', '.join(names)}, of which the issue does not speak")
    return reasons


@only_with_issue
@unless_issue_matches(_REMOVAL)
@unless_issue_mentions("imports")
@unless_title_mentions("tidy")
@unless_title_matches(_ON_IMPORTS)
def removed_import(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An import that goes though nothing that used it does."""
    reasons: dict[int, str] = {}
    for removal in _removals(scene, changes):
        is_import = all(map(_IMPORTS.match, removal.heads))
        if is_import and not removal.concerns(scene, _imported_names(removal.heads)):
            reasons |= with_reason(removal.run, "removes an import of which the issue does not speak")
    return reasons


def _imported_names(statements: Iterable[str]) -> frozenset[str]:
    """The names that some imports bring: of `from a import b as c` b and c; the path of `#include <a.h>`."""
    listed = (line.partition("import")[2] or line for line in statements)
    return used("\n".join(listed)) - _NO_NAMES


@dataclass(frozen=True, slots=True)
class _Removal:
    """Changes beside each other that only remove, and no other change is beside them."""

    run: Sequence[LineChange]
    heads: Sequence[str]
    """The lines that begin what goes: the least indented ones."""

    def concerns(self, scene: Scene, names: Iterable[str]) -> bool:
        """Return True if the issue has one of the names, or another change of the patch removes or adds a use of it."""
        own = ids_of(self.run)
        others = chain(hunks_of(without(scene.changes, own)), hunks_elsewhere(scene))
        changed = "\n".join(text(hunk.removed + hunk.added) for hunk in others)
        return any(scene.asked.names(name) or count(changed, name) for name in names)


def _removals(scene: Scene, changes: tuple[Change, ...]) -> Iterator[_Removal]:
    """Yield the removals of whole statements, away from every other change."""
    for run in line_runs_of(changes):
        removed, added = sides_of(run)
        adds_code = bool(added.strip())
        if adds_code or not _is_apart(scene, run):
            continue
        heads = _heads(split_lines(removed), scene.language)
        if heads:
            yield _Removal(run, heads)


def _is_apart(scene: Scene, run: Sequence[LineChange]) -> bool:
    """Return True if there are changes besides the run, none of them right beside it."""
    is_whole_file = len(run) == len(scene.changes)
    if is_whole_file and len(scene.patch.files) < 2:
        return False
    ends = run[-1:] if _could_begin_lower(scene, run) else (run[0], run[-1])
    beside = chain.from_iterable(scene.beside(end.change) for end in ends)
    return ids_of(beside) <= ids_of(run)


def _could_begin_lower(scene: Scene, run: Sequence[LineChange]) -> bool:
    """Return True if the same text would go were the run a line lower: `-}`, `-def g` before a `}` that stays."""
    first, end = run[0].hunk.removed[:1], run[-1].hunk.end
    return bool(first) and list(first) == scene.before[end : end + 1]


def _heads(removed: Iterable[str], language: str) -> list[str]:
    """The least indented lines of code, where the first one is such a line; none where a statement is cut off.

    `@cache`, `def f():`, `    return 1`, `def g():`, `    pass` → `def f():` and `def g():`.
    """
    code = [line for line in without_blanks(removed) if not _is_aside(line, language)]
    least = min(map(indent, code), default=0)
    heads = [line for line in code if indent(line) == least]
    if heads[:1] != code[:1]:
        return []
    return list(filter(_SAYS_MORE.search, heads))


def _is_aside(line: str, language: str) -> bool:
    """Return True if a line is a comment or a decoration."""
    return is_comment(line, language) or _DECORATION.match(line) is not None


@only_with_issue
@unless_issue_mentions("except")
def silenced_error(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An error that is caught and thrown away, where the issue does not speak of errors that are."""
    reasons: dict[int, str] = {}
    for run in line_runs_of(changes):
        catches = _catches(run) if _silences_more(scene, run) else []
        if catches and (is_alone(scene, run, changes=changes) or edits_other_code(scene)):
            reasons |= with_reason(catches, "silences errors, which the issue does not ask for")
    return reasons


def _catches(run: Sequence[LineChange]) -> list[LineChange]:
    """The changes of a run that have lines of a `try` which throws an error away; what is around it is not silenced."""
    _, added = sides_of(run)
    caught = [(_start_of_try(added, found.start()), found.end()) for found in _SWALLOWS.finditer(added)]
    ends = list(accumulate(len(change.added) for change in run))
    starts = [0, *ends]
    return [
        change
        for change, start, end in zip(run, starts, ends, strict=False)
        if any(start < last and first < end for first, last in caught)
    ]


def _start_of_try(text: str, catch: int) -> int:
    """The place of the last `try` before a catch; that of the catch where there is none."""
    tries = [found.start() for found in _TRIES.finditer(text, 0, catch)]
    return tries[-1] if tries else catch


def _silences_more(scene: Scene, run: Sequence[LineChange]) -> bool:
    """Tell whether a run of few lines throws away more errors than the lines in its place did.

    A new function may catch what it calls, and a test expects an error.
    """
    removed, added = sides_of(run)
    is_small = added.count("\n") <= _MOST_WRAPPED
    caught = _SWALLOWS.search(added)
    if caught and any(map(defined_name, split_lines(added[: caught.start()]))):
        return False
    if is_test(scene.path) and _EXPECTED.search(added):
        return False
    return is_small and len(_SWALLOWS.findall(added)) > len(_SWALLOWS.findall(removed))


@only_with_issue
@unless_issue_matches(_REMOVAL)
@unless_issue_mentions("comments")
def removed_comment(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A comment that goes beside the fix though it speaks neither of what changes nor of what the issue names."""
    beside_fix = [change for change in line_changes(changes) if _is_comment_beside_change(scene, change)]
    if not beside_fix:
        return {}
    ids = ids_of(beside_fix)
    others = [text(change.lines) for change in line_changes(without(scene.changes, ids))]
    around = used("\n".join([scene.issue.text, *others]).lower())
    telling = [change for change in beside_fix if not _SETTLED.search(change.removed)]
    silent = [change for change in telling if _is_silent(change.removed, around)]
    return with_reason(silent, "removes a comment that speaks of nothing that changes")


def _is_silent(comment: str, around: frozenset[str]) -> bool:
    """Return True if less than half of what a comment says is said of the change or by the issue, too."""
    telling = {word for word in used(comment.lower()) if len(word) > 3} - _COMMON
    return len(telling & around) * 2 < len(telling)


def _is_comment_beside_change(scene: Scene, change: LineChange) -> bool:
    """Tell whether a change takes comments away and nothing else, right beside another change."""
    if change.added.strip() or not are_comments(change.hunk.removed, scene.language):
        return False
    return bool(scene.beside(change.change))
