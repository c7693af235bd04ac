"""Rules on what has no effect: blanks, line endings, blank lines, formatting. Each finding is proved by a parser."""

from __future__ import annotations

from collections.abc import Iterable

from fretsaw.core.patch.values import Change
from fretsaw.core.prune.lexing import loose, words
from fretsaw.core.prune.scene import Scene, is_blank, runs, text, touches
from fretsaw.core.prune.witness import harmless
from fretsaw.core.text import body


def endings(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The whole file's line endings converted, or those of some lines; the final newline lost."""
    if "endings" in scene.asked.topics:
        return {}
    out = {}
    for change in changes:
        if change.kind == "endings":
            out[change.id] = "converts the file's line endings"
        elif change.kind == "eof":
            out[change.id] = "takes the file's final newline away"
        elif change.hunk and _bodies(change.hunk.removed) == _bodies(change.hunk.added):
            out[change.id] = "changes line endings only"
    return out


def blanks(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Lines that differ in blanks at their ends only."""
    found = [c for c in changes if c.hunk and not is_blank(c.hunk) and _same_but_ends(c.hunk.removed, c.hunk.added)]
    kept = harmless(scene, found)
    return {change.id: "changes blanks at line ends only" for change in found if change.id in kept}


def formatting(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Lines that say the same words: quotes, wrapping, trailing commas, redundant brackets, alignment."""
    if "format" in scene.asked.title_topics:
        return {}
    found = _reworded(scene, changes)
    kept = harmless(scene, found)
    return {change.id: _how(change, scene.language) for change in found if change.id in kept}


def blank_lines(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Blank lines added or removed away from every change that stays."""
    staying = [c for c in changes if c.hunk is None or not is_blank(c.hunk)]
    out = {}
    for change in changes:
        if change.hunk is None or not is_blank(change.hunk) or any(touches(change, c) for c in staying):
            continue
        beside = next((c for c in scene.changes if c.id in scene.judged and touches(change, c)), None)
        if beside is None and not tidy(scene, change):
            out[change.id] = "changes blank lines only"
    kept = harmless(scene, [change for change in changes if change.id in out])
    return {at: reason for at, reason in out.items() if at in kept}


def tidying(_scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """Blank lines beside a finding go with it; a superfluous one taken away is what an author may have meant."""
    staying = [c for c in changes if c.hunk is None or not is_blank(c.hunk)]
    return {
        change.id: "changes blank lines only"
        for change in changes
        if change.hunk and is_blank(change.hunk) and not any(touches(change, c) for c in staying)
    }


def tidy(scene: Scene, change: Change) -> bool:
    """Whether it takes away what no style wants: blanks on a blank line, a blank line too many. In a file that is
    reformatted all over it is part of that."""
    hunk = change.hunk
    if hunk is None or sum(rule == "formatting" for rule in scene.judged.values()) > 2:
        return False
    if hunk.added:
        return len(hunk.added) == len(hunk.removed) and any(body(line) for line in hunk.removed)
    around = scene.before[max(hunk.start - 1, 0) : hunk.start] + scene.before[hunk.end : hunk.end + 1]
    left = sum(not line.strip() for line in around)
    next_line = next((line for line in scene.before[hunk.end :] if line.strip()), "")
    return left > 0 and not next_line.startswith(("def ", "class ", "@", "async def "))


def _reworded(scene: Scene, changes: Iterable[Change]) -> list[Change]:
    """Changes (alone, or with those they touch) whose two sides say the same words."""
    out: list[Change] = []
    for run in runs([c for c in changes if c.hunk is not None and not is_blank(c.hunk)]):
        alone = [change for change in run if _says_same((change,), scene.language)]
        if len(alone) < len(run) and _says_same(run, scene.language):
            alone = run
        out += alone
    return out


def _says_same(run: Iterable[Change], language: str) -> bool:
    removed = "".join(text(change.hunk.removed) for change in run if change.hunk)
    added = "".join(text(change.hunk.added) for change in run if change.hunk)
    if not removed.strip() or not added.strip():
        return False
    return loose(removed, language) == loose(added, language)


def _how(change: Change, language: str) -> str:
    hunk = change.hunk
    if hunk is None or not hunk.removed or not hunk.added:
        return "rewraps lines only: the syntax tree is the same without it"
    old, new = text(hunk.removed), text(hunk.added)
    if "".join(old.split()) == "".join(new.split()):
        what = "alignment" if len(hunk.removed) == len(hunk.added) else "wrapping"
    elif words(old, "") != words(new, "") and words(old, language) == words(new, language):
        what = "quote style"
    else:
        what = "brackets, commas or wrapping"
    return f"changes {what} only: the syntax tree is the same without it"


def _bodies(lines: tuple[str, ...]) -> list[str]:
    return [body(line) for line in lines]


def _same_but_ends(removed: tuple[str, ...], added: tuple[str, ...]) -> bool:
    return [line.rstrip() for line in removed] == [line.rstrip() for line in added]
