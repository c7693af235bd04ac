"""Rules on imports: the same ones in another order."""

from __future__ import annotations

import re
from collections import Counter

from fretsaw.core.patch.values import Change, Hunk
from fretsaw.core.prune.lexing import words
from fretsaw.core.prune.scene import Scene, runs, text

_IMPORT = {
    "python": re.compile(r"\s*(?:from\s+[\w.]+\s+import|import)\b"),
    "javascript": re.compile(r"\s*(?:import\b|(?:const|let|var)\s+[^=]+=\s*require\()"),
    "go": re.compile(r"\s*(?:import\b|(?:[\w.]+\s+)?\"[\w./-]+\"\s*$)"),
    "rust": re.compile(r"\s*(?:pub\s+)?use\b"),
    "java": re.compile(r"\s*import\b"),
    "c": re.compile(r"\s*#\s*include\b"),
    "ruby": re.compile(r"\s*require(?:_relative)?\b"),
}
_LIKE = {"typescript": "javascript", "tsx": "javascript", "cpp": "c"}
_LOGICAL = re.compile(r"[^\n(\[{]*(?:[(\[{][^)\]}]*[)\]}])?[^\n]*\n?")


def import_order(scene: Scene, changes: tuple[Change, ...]) -> dict[int, str]:
    """The same imports at the same depth, the statements or the names in one of them in another order."""
    if "imports" in scene.asked.title_topics:
        return {}
    rows = [(change, found) for change in changes if change.hunk and (found := _bound(change.hunk, scene.language))]
    same = {change.id for change, (removed, added) in rows if removed == added}
    for run in runs([change for change, _ in rows]):
        counts = [found for change, found in rows if change in run]
        if _total(counts, 0) == _total(counts, 1):
            same |= {change.id for change in run}
    same |= _moved([row for row in rows if row[0].id not in same])
    return dict.fromkeys(same, "changes the order of imports only")


def _moved(rows: list[tuple[Change, tuple[Counter[str], Counter[str]]]]) -> set[int]:
    """Pairs of a removal and an insertion of the same statements elsewhere in the file."""
    out: set[int] = set()
    gone = {tuple(sorted(removed.elements())): change for change, (removed, added) in rows if not added}
    for change, (removed, added) in rows:
        other = gone.pop(tuple(sorted(added.elements())), None) if not removed else None
        if other is not None:
            out |= {change.id, other.id}
    return out


def _total(counts: list[tuple[Counter[str], Counter[str]]], side: int) -> Counter[str]:
    return sum((pair[side] for pair in counts), Counter[str]())


def _bound(hunk: Hunk, language: str) -> tuple[Counter[str], Counter[str]] | None:
    """What each side imports, statement by statement with its names sorted; None where anything else stands there."""
    pattern = _IMPORT.get(_LIKE.get(language, language))
    if pattern is None:
        return None
    sides = []
    for lines in (hunk.removed, hunk.added):
        found: Counter[str] = Counter()
        for statement in _LOGICAL.findall(text(lines)):
            if not statement.strip():
                continue
            if not pattern.match(statement):
                return None
            indent = len(statement) - len(statement.lstrip())
            found[f"{indent} {_sorted(statement, language)}"] += 1
        sides.append(found)
    return (sides[0], sides[1]) if sides[0] or sides[1] else None


def _sorted(statement: str, language: str) -> str:
    """The statement with its names in order. `a as b` stays together."""
    said = words(statement, language)
    at = said.index("import") + 1 if language == "python" and said[0] == "from" and "import" in said else 1
    head, names = said[:at], [word for word in said[at:] if word not in "(){}"]
    listed = " ".join(names).split(" , ")
    return " ".join([*head, *sorted(name.strip(" ,") for name in listed if name.strip(" ,"))])
