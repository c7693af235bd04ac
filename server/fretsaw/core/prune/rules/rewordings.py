"""Rules on code that does the same in other words: renamed locals, hints added, newer idioms. Not provable."""

from __future__ import annotations

import ast
import re
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import chain, starmap, takewhile

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


_IDIOM = re.compile(r"%|\.format\b|[fF][rR]?['\"]|\b(?:dict|list|tuple|super|object)\b")
"""In a line of each idiom that is written otherwise."""
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
        return any(map(partial(_rebinds, scene, old, new), group))

    return find_renames(scene, changes, is_local=is_bound)


def _rebinds(scene: Scene, old: str, new: str, change: LineChange) -> bool:
    """Tell whether a change binds the new name in place of the old one, which is gone from the function."""
    binds_new_name = _binds(change.removed, old) and _binds(change.added, new)
    still_binds_old_name = _binds(change.added, old)
    return binds_new_name and not still_binds_old_name and not _stays(scene, old, change)


def _stays(scene: Scene, name: str, change: LineChange) -> bool:
    """Tell whether the function around a change has the name afterwards, too: then something else was meant."""
    word = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)(?!\s*=(?!=)\S)")
    function = _function_around(scene.after, scene.after_starts[change.id])
    for line in _without_prose(function):
        code, _ = without_comment(line, scene.language)
        if word.search(_STRING.sub("''", code)):
            return True
    return False


def _function_around(lines: Sequence[str], row: int) -> list[str]:
    """The lines of the function that a row stands in; none where it stands in no function."""
    depth = indent(lines[row])
    header = next((above for above in range(row, -1, -1) if _is_header(lines[above], depth)), None)
    if header is None:
        return []
    is_inside = partial(_is_deeper_or_blank, depth=indent(lines[header]))
    rest_of_function = takewhile(is_inside, lines[row + 1 :])
    return [*lines[header : row + 1], *rest_of_function]


def _is_deeper_or_blank(line: str, depth: int) -> bool:
    """Tell whether a line does not end a block of this depth."""
    return not line.strip() or indent(line) > depth


def _without_prose(lines: list[str]) -> list[str]:
    """The lines of a function without those of its docstring."""
    prose_rows = set(chain.from_iterable(starmap(range, prose_spans(lines))))
    return [line for row, line in enumerate(lines) if row not in prose_rows]


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
    hinted_changes = (
        change for change, before, after in _parsed(replacements(changes)) if without_hints(before, after)
    )
    return with_reason(hinted_changes, "adds type annotations")


@only_in({"python"})
@unless_issue_mentions("fstring")
def rephrased(_scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The same written in a newer idiom: an f-string for %, a literal for dict(), super() for super(A, self)."""
    likely = [change for change in replacements(changes) if any(map(_IDIOM.search, change.lines))]
    rephrased_changes = (change for change, before, after in _parsed(likely) if _is_other_idiom(before, after))
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


def _parsed(changes: Iterable[LineChange]) -> Iterator[tuple[LineChange, ast.Module, ast.Module]]:
    """Yield the changes whose two sides are trees of their own, with these, in the first frame that fits both."""
    for change in changes:
        if len(change.lines) <= MOST_LINES:
            fitting = _in_frame(change.removed, change.added)
            if fitting:
                yield change, *fitting


@lru_cache(maxsize=200)
def _in_frame(removed: str, added: str) -> tuple[ast.Module, ast.Module] | None:
    """Both sides as trees within the first frame that fits; None without. Kept for the next rule, which asks for the
    same."""
    for frame in _FRAMES:
        before = _framed(frame, removed)
        after = _framed(frame, added) if before else None
        if before and after:
            return before, after
    return None


def _framed(frame: str, source: str) -> ast.Module | None:
    """The tree of a text within a frame; None where it does not parse."""
    return parse(frame.replace("{}", textwrap.dedent(source).strip("\n")))
