"""Rules on code that does the same in other words: renamed locals, hints added, newer idioms. Not provable."""

from __future__ import annotations

import ast
import re
import textwrap
from collections import defaultdict
from collections.abc import Callable

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.canonical_python import canonical, without_hints
from fretsaw.core.prune.lexer import words
from fretsaw.core.prune.python_meaning import parse, same_meaning
from fretsaw.core.prune.scene import Scene, text

MOST_LINES = 60
"""Lines of a change up to which its two sides are compared as statements."""
_NAME = re.compile(r"[^\W\d]\w*")


def renamed_local(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """A variable with another name and nothing else changed on its lines."""

    def is_bound(old: str, _new: str, group: list[Change]) -> bool:
        return any(_binds(text(change.hunk.removed), old) for change in group if change.hunk)

    return find_renames(scene, changes, is_bound)


def find_renames(
    scene: Scene, changes: tuple[Change, ...], is_local: Callable[[str, str, list[Change]], bool]
) -> dict[int, str]:
    """Changes that only give another name, where the name is new to the file and `is_local(old, new, changes)`."""
    if "rename" in scene.asked.topics:
        return {}
    groups: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in changes:
        pair = renaming(change, scene.language)
        if pair:
            groups[pair].append(change)
    known = set(_NAME.findall(scene.file.before or "")) if groups else set()
    out: dict[int, str] = {}
    for (old, new), group in groups.items():
        if new not in known and not scene.asked.names(new) and is_local(old, new, group):
            out |= {change.id: f"renames {old} to {new}" for change in group}
    return out


def hints_added(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Type annotations added to code that is otherwise the same."""
    if "types" in scene.asked.topics:
        return {}
    return {
        change.id: "adds type annotations"
        for change in changes
        if (sides := _sides(change)) and without_hints(sides[0], sides[1])
    }


def rephrased(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The same written in a newer idiom: an f-string for %, a literal for dict(), super() for super(A, self)."""
    if scene.language != "python" or "fstring" in scene.asked.topics:
        return {}
    return {
        change.id: "writes the same in another idiom"
        for change in changes
        if (sides := _sides(change))
        and not same_meaning(sides[0], sides[1])
        and same_meaning(canonical(sides[0]), canonical(sides[1]))
    }


def renaming(change: Change, language: str) -> tuple[str, str] | None:
    """(old, new) where the change's two sides differ in that one name only."""
    hunk = change.hunk
    if hunk is None or not hunk.removed or not hunk.added:
        return None
    old, new = words(text(hunk.removed), language), words(text(hunk.added), language)
    if len(old) != len(new):
        return None
    pairs = {(a, b) for a, b in zip(old, new, strict=True) if a != b}
    if len(pairs) != 1:
        return None
    pair = pairs.pop()
    if not all(_NAME.fullmatch(name) for name in pair):
        return None
    # An attribute is no local variable.
    return (
        None
        if any(a == pair[0] != b and old[i - 1] == "." for i, (a, b) in enumerate(zip(old, new, strict=True)))
        else pair
    )


def _binds(said: str, name: str) -> bool:
    word = re.escape(name)
    return (
        re.search(
            rf"(?<![\w.]){word}(?:\s*,[\w\s,()*]+)?\s*(?::[^=\n]+)?(?:[-+*/|&]?=(?!=)|:=)|,\s*{word}\s*(?:,[\w\s,]+)?=(?!=)",
            said,
        )
        is not None
        or re.search(rf"\bfor\b[^:\n]*?(?<![\w.]){word}(?!\w)[^:\n]*?\bin\b|\bas\s+\(?{word}(?!\w)", said) is not None
    )


def _sides(change: Change) -> tuple[ast.Module, ast.Module] | None:
    """Both sides as trees of their own, where each is whole statements, a header, or part of an argument list."""
    hunk = change.hunk
    if hunk is None or not hunk.removed or not hunk.added or change.kind != "lines":
        return None
    if len(hunk.removed) + len(hunk.added) > MOST_LINES:
        return None
    for frame in ("{}", "{} pass", "if 1: pass\n{} pass", "try: pass\n{} pass", "f({})", "[{}]", "def f({}): pass"):
        one = _framed(frame, text(hunk.removed))
        other = _framed(frame, text(hunk.added)) if one is not None else None
        if one is not None and other is not None:
            return one, other
    return None


def _framed(frame: str, said: str) -> ast.Module | None:
    body = textwrap.dedent(said).strip("\n")
    if frame in ("f({})", "[{}]", "def f({}): pass"):
        body = "\n" + body + "\n"
    return parse(frame.format(body) if frame == "{}" else frame.replace("{}", body))
