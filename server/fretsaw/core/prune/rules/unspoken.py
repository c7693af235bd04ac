"""Rules on what goes, or is silenced, though no word of the issue reaches it. Asked only where there is an issue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.lexer import is_comment
from fretsaw.core.prune.rules.questions import count, edits_other_code, is_alone
from fretsaw.core.prune.scene import Scene, hunks_of, is_code, line_runs, text
from fretsaw.core.prune.used_names import used

_DEFINES = re.compile(
    r"^\s*(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|pub(?:\([^)]*\))?|unsafe"
    r"|inline|override|virtual|extern|suspend)\s+)*"
    r"(?:def|class|function|func|fn|sub|interface|trait|struct|enum|module|proc|fun)\s+(?:self\.)?(?:\([^)]*\)\s*)?"
    r"(?P<name>[\w$]+)"
)
_DECORATION = re.compile(r"^\s*(?:@\w|#\[|\[\w)")
_IMPORTS = re.compile(r"^\s*(?:from\s+\S+\s+import\b|import\b|use\s|using\s|#\s*include\b|require\b)")
_REMOVAL = re.compile(r"\b(?:remov|delet|drop|dead code|unused|obsolete|deprecat|get rid|no longer)\w*", re.I)
_SWALLOWS = re.compile(
    r"^[ \t]*except\b[^\n:]*:[ \t]*(?:#[^\n]*)?(?:\n[ \t]*(?:#[^\n]*)?)*[ \t]*(?:pass|\.\.\.|continue)\b"
    r"|\bcatch\s*(?:\([^)]*\))?\s*\{\s*(?://[^\n]*\s*)?\}"
    r"|^[ \t]*rescue\b[^\n]*\n[ \t]*(?:nil|#[^\n]*)?[ \t]*\n?[ \t]*end\b"
    r"|\bcontextlib\.suppress\(|\bsuppress\((?:Base)?Exception\)|\|\|\s*true\b",
    re.M,
)
_NO_NAMES = frozenset(["import", "as", "from", "static"])
_MOST_WRAPPED = 12
"""Lines of a change up to which an error that is thrown away is what it is about."""
_COMMON = frozenset(["that", "this", "with", "from", "have", "here", "then", "when", "todo", "note", "should", "will"])


def removed_definition(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A function or class that goes as a whole, whose name neither the issue nor anything that changes holds."""
    out: dict[int, str] = {}
    for run, lines in _removals(scene, changes):
        names = [found["name"] for line in lines if (found := _DEFINES.match(line))]
        if names and not any(_is_concerned(scene, run, name) for name in names):
            out |= dict.fromkeys((c.id for c in run), f"removes {', '.join(names)}, of which the issue does not speak")
    return out


def removed_import(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An import that goes though nothing that used it does."""
    out: dict[int, str] = {}
    if "imports" in scene.asked.topics:
        return out
    for run, lines in _removals(scene, changes):
        if not all(_IMPORTS.match(line) for line in lines):
            continue
        names = used("\n".join(line.partition("import")[2] or line for line in lines)) - {
            "import",
            "as",
            "from",
            "static",
        }
        if not any(_is_concerned(scene, run, name) for name in names):
            out |= dict.fromkeys((c.id for c in run), "removes an import of which the issue does not speak")
    return out


def _removals(scene: Scene, changes: tuple[Change, ...]) -> Iterator[tuple[list[Change], list[str]]]:
    """Runs of changes that only remove, with the lines that begin what goes: the least indented ones."""
    if not scene.issue.text.strip() or _REMOVAL.search(scene.issue.text):
        return
    for run in line_runs(changes):
        hunks = hunks_of(run)
        adds_code = any(is_code(hunk.added) for hunk in hunks)
        if adds_code or not _is_apart(scene, run):
            continue
        heads = _heads(scene, [line for hunk in hunks for line in hunk.removed])
        if heads:
            yield run, heads


def _is_apart(scene: Scene, run: list[Change]) -> bool:
    """Return True if there are changes besides the run, none of them right beside it."""
    ids = {change.id for change in run}
    if len(run) == len(scene.changes) and len(scene.patch.files) < 2:
        return False
    ends = (run[-1],) if _could_begin_lower(scene, run) else (run[0], run[-1])
    return all(other.id in ids for change in ends for other in scene.beside(change))


def _could_begin_lower(scene: Scene, run: list[Change]) -> bool:
    """Return True if the same text would go were the run a line lower: `-}`, `-def g` before a `}` that stays."""
    first, last = run[0].hunk, run[-1].hunk
    if first is None or last is None or not first.removed or last.end >= len(scene.before):
        return False
    return first.removed[0] == scene.before[last.end]


def _heads(scene: Scene, removed: list[str]) -> list[str]:
    """The least indented lines of code, where the first one is such a line; none where a statement is cut off.

    `@cache`, `def f():`, `    return 1`, `def g():`, `    pass` → `def f():` and `def g():`.
    """
    code = [line for line in removed if _is_head(scene, line)]
    if not code:
        return []
    least = min(map(_depth, code))
    if _depth(code[0]) != least:
        return []
    return [line for line in code if _depth(line) == least and line.strip(" \t\n});]")]


def _is_head(scene: Scene, line: str) -> bool:
    """Return True if a line is code other than a decoration."""
    if not line.strip() or is_comment(line, scene.language):
        return False
    return _DECORATION.match(line) is None


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_concerned(scene: Scene, run: Iterable[Change], name: str) -> bool:
    """Return True if the issue names it, or another change of the patch takes away or brings a use of it."""
    if scene.asked.names(name):
        return True
    own = {change.id for change in run}
    others = hunks_of(change for change in scene.changes if change.id not in own)
    for file in scene.patch.files:
        if file.path != scene.path:
            others.extend(file.hunks)
    return any(count(text(hunk.removed + hunk.added), name) for hunk in others)


def silenced_error(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """An error that is caught and thrown away, where the issue does not speak of errors that are."""
    if not scene.issue.text.strip() or "except" in scene.asked.topics:
        return {}
    out: dict[int, str] = {}
    for run in line_runs(changes):
        added = "".join(text(hunk.added) for hunk in hunks_of(run))
        removed = "".join(text(hunk.removed) for hunk in hunks_of(run))
        is_small = added.count("\n") <= _MOST_WRAPPED
        silences_more = len(_SWALLOWS.findall(added)) > len(_SWALLOWS.findall(removed))
        if is_small and silences_more and (is_alone(scene, run, changes) or edits_other_code(scene)):
            out |= dict.fromkeys((change.id for change in run), "silences errors, which the issue does not ask for")
    return out


def removed_comment(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A comment that goes beside the fix though it speaks neither of what changes nor of what the issue names."""
    if not scene.issue.text.strip() or "comments" in scene.asked.topics or _REMOVAL.search(scene.issue.text):
        return {}
    gone = [change for change in changes if _is_comment_removal(scene, change) and scene.beside(change)]
    if not gone:
        return {}
    ids = {change.id for change in gone}
    others = [text(c.hunk.removed + c.hunk.added) for c in scene.changes if c.hunk and c.id not in ids]
    around = used("\n".join([scene.issue.text, *others]).lower())
    return {
        change.id: "removes a comment that speaks of nothing that changes"
        for change in gone
        if change.hunk and _is_silent(text(change.hunk.removed), around)
    }


def _is_silent(comment: str, around: frozenset[str]) -> bool:
    """Return True if less than half of what a comment says is said of the change or by the issue, too."""
    telling = _telling(comment)
    return bool(telling) and len(telling & around) * 2 < len(telling)


def _is_comment_removal(scene: Scene, change: Change) -> bool:
    hunk = change.hunk
    if hunk is None or text(hunk.added).strip():
        return False
    lines = [line for line in hunk.removed if line.strip()]
    return bool(lines) and all(is_comment(line, scene.language) for line in lines)


def _telling(said: str) -> set[str]:
    return {word for word in (word.lower() for word in used(said)) if len(word) > 3 and word not in _COMMON}
