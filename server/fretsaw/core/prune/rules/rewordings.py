"""Rules on code that does the same in other words: renamed locals, hints added, newer idioms. Not provable."""

from __future__ import annotations

import ast
import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.canonical_python import canonical, without_hints
from fretsaw.core.prune.lexer import prose_spans, without_comment, words
from fretsaw.core.prune.python_meaning import parse, same_meaning
from fretsaw.core.prune.rules.conditions import only_in, unless_issue_mentions
from fretsaw.core.prune.rules.line_change import LineChange, indent, replacements, with_reason
from fretsaw.core.prune.scene import Scene

MOST_LINES = 60
"""Lines of a change up to which its two sides are compared as statements."""
_NAME = re.compile(r"[^\W\d]\w*")


_STRING = re.compile(r"\"[^\"\\\n]*\"|'[^'\\\n]*'")
_FRAMES = (
    "{}",
    "{} pass",
    "if 1: pass\n{} pass",
    "try: pass\n{} pass",
    "f(\n{}\n)",
    "[\n{}\n]",
    "def f(\n{}\n): pass",
)
"""Python around lines that may be whole statements, a header, or part of an argument list."""


@unless_issue_mentions("rename")
def renamed_local(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A variable with another name and nothing else changed on its lines."""

    def is_bound(old: str, new: str, group: list[LineChange]) -> bool:
        binding = [change for change in group if _binds(change.removed, old) and _binds(change.added, new)]
        return any(not _binds(change.added, old) and not _stays(scene, old, change) for change in binding)

    return find_renames(scene, changes, is_local=is_bound)


def _stays(scene: Scene, name: str, change: LineChange) -> bool:
    """Tell whether the function around a change has the name afterwards, too: then something else was meant."""
    lines, start = scene.after, scene.after_starts[change.id]
    depth = indent(lines[start])
    first = next((row for row in range(start, -1, -1) if _is_header(lines[row], depth)), None)
    if first is None:
        return False
    outer = indent(lines[first])
    rows = range(start + 1, len(lines))
    end = next((row for row in rows if lines[row].strip() and indent(lines[row]) <= outer), len(lines))
    word = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)(?!\s*=(?!=)\S)")
    function = lines[first:end]
    prose = {row for span in prose_spans(function) for row in range(*span)}
    written = (line for row, line in enumerate(function) if row not in prose)
    code = (without_comment(line, scene.language)[0] for line in written)
    return any(word.search(_STRING.sub("''", line)) for line in code)


def _is_header(line: str, depth: int) -> bool:
    """Tell whether a line opens a function around lines of this depth."""
    opens = re.match(r"\s*(?:async\s+)?def\s", line) is not None
    return opens and (indent(line) < depth or depth == 0)


def find_renames(
    scene: Scene, changes: tuple[Change, ...], is_local: Callable[[str, str, list[LineChange]], bool]
) -> dict[int, str]:
    """Changes that only give another name, where the name is new to the file and `is_local(old, new, changes)`."""
    groups = _grouped_renames(changes, scene.language)
    known = set(_NAME.findall(scene.file.before or "")) if groups else set()
    reasons: dict[int, str] = {}
    for (old, new), group in groups.items():
        is_expected = new in known or scene.asked.names(new)
        if not is_expected and is_local(old, new, group):
            reasons |= with_reason(group, f"renames {old} to {new}")
    return reasons


def _grouped_renames(changes: tuple[Change, ...], language: str) -> dict[tuple[str, str], list[LineChange]]:
    """(old, new) → the changes that give this one name instead of that one."""
    groups: dict[tuple[str, str], list[LineChange]] = defaultdict(list)
    for change in replacements(changes):
        pair = _renaming(change, language)
        if pair:
            groups[pair].append(change)
    return groups


@unless_issue_mentions("types")
def hints_added(_scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Type annotations added to code that is otherwise the same."""
    hinted_changes = (change for change, before, after in _parsed(changes) if without_hints(before, after))
    return with_reason(hinted_changes, "adds type annotations")


@only_in({"python"})
@unless_issue_mentions("fstring")
def rephrased(_scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The same written in a newer idiom: an f-string for %, a literal for dict(), super() for super(A, self)."""
    rephrased_changes = (change for change, before, after in _parsed(changes) if _is_other_idiom(before, after))
    return with_reason(rephrased_changes, "writes the same in another idiom")


def _is_other_idiom(before: ast.Module, after: ast.Module) -> bool:
    """Tell whether two trees are the same only when each idiom has one form for all its spellings."""
    return not same_meaning(before, after) and same_meaning(canonical(before), canonical(after))


def _renaming(change: LineChange, language: str) -> tuple[str, str] | None:
    """(old, new) where the change's two sides differ in that one name only.

    `-x = f(x)`, `+y = f(y)` gives (x, y); `-a.x = 1`, `+a.y = 1` gives None: an attribute is no local variable.
    """
    old_words, new_words = words(change.removed, language), words(change.added, language)
    if len(old_words) != len(new_words):
        return None
    pairs = list(zip(old_words, new_words, strict=True))
    differing = [index for index, (old, new) in enumerate(pairs) if old != new]
    is_attribute = any(old_words[index - 1] == "." for index in differing)
    names = {pairs[index] for index in differing}
    if len(names) != 1 or is_attribute:
        return None
    pair = names.pop()
    return pair if all(map(_NAME.fullmatch, pair)) else None


def _binds(source: str, name: str) -> bool:
    """Tell whether a text assigns the name, loops over it or takes it with `as`."""
    word = re.escape(name)
    # Of `a, b = f()` both; of `f(a, b=1)` not a: names in a row count where a statement or a bracket of no call begins.
    assigns = re.search(
        rf"(?<![\w.]){word}\s*(?::[^=\n]+)?(?:[-+*/|&]?=(?!=)|:=)"
        rf"|(?:^|(?<![\w)\]])[(\[]|\bdef\s+\w+\()[ \t]*(?:\*?\w+\s*,\s*)*\*?{word}\s*,[\w\s,()*]*=(?!=)"
        rf"|^[ \t]*(?:\*?\w+\s*,\s*)+\*?{word}\s*=(?!=)",
        source,
        re.MULTILINE,
    )
    takes = rf"\bfor\b[^:\n]*?(?<![\w.]){word}(?!\w)[^:\n]*?\bin\b|\bas\s+\(?{word}(?!\w)"
    return assigns is not None or re.search(takes, source) is not None


def _parsed(changes: tuple[Change, ...]) -> Iterator[tuple[LineChange, ast.Module, ast.Module]]:
    """Yield the changes whose two sides are trees of their own, with these, in the first frame that fits both."""
    for change in replacements(changes):
        if len(change.lines) <= MOST_LINES:
            trees = map(partial(_in_frame, change), _FRAMES)
            fitting = next(filter(None, trees), None)
            if fitting:
                yield change, *fitting


def _in_frame(change: LineChange, frame: str) -> tuple[ast.Module, ast.Module] | None:
    """Both sides as trees within a frame; None where one of them does not parse."""
    before = _framed(frame, change.removed)
    after = _framed(frame, change.added) if before else None
    return (before, after) if before and after else None


def _framed(frame: str, source: str) -> ast.Module | None:
    """The tree of a text within a frame; None where it does not parse."""
    return parse(frame.replace("{}", textwrap.dedent(source).strip("\n")))
