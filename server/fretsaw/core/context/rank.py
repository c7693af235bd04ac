"""Which files, and which lines of them, an issue points to. Knows nothing of budgets."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fretsaw.core.context.imports import imported
from fretsaw.core.context.paths import Paths, is_test, prior, stem
from fretsaw.core.context.search import Hit, find
from fretsaw.core.context.words import STOP_WORDS, Query, query_of, split_name
from fretsaw.core.issue.values import Issue
from fretsaw.core.snapshot import Snapshot

_DEFINES = re.compile(
    r"^\s*(?:[\w@(),]+\s+){0,4}?(?:def|class|function\*?|func|fn|interface|struct|enum|trait|impl|type|const|let|var|module|object|record|fun)"
    r"\s+(?:\([^)]{0,80}\)\s*)?([\w$]+)"
)
_NAMED, _FRAME, _FOCUS, _DEFINED, _STEM = 40.0, 16.0, 60.0, 2.5, 6.0
_READ_AT_MOST = 24
_NEIGHBOURS_OF = 6


@dataclass(slots=True)
class Found:
    """What points to one file."""

    score: float = 0.0
    why: str = ""
    points: dict[int, dict[str, float]] = field(default_factory=dict)
    """Line number → what points there → weight."""
    best: float = 0.0
    """The weight of the reason that `why` names."""

    def add(self, score: float, why: str) -> None:
        self.score += score
        if score > self.best:
            self.best, self.why = score, why

    def point(self, line: int, what: str, weight: float) -> None:
        at = self.points.setdefault(line, {})
        at[what] = max(at.get(what, 0.0), weight)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Files by how much points to them."""

    order: tuple[str, ...]
    found: Mapping[str, Found]
    query: Query
    paths: Paths
    sure: bool
    """Whether the issue names a file or a frame of the repository, so that little else is needed."""


def rank(issue: Issue, snapshot: Snapshot, focus: tuple[tuple[str, int, int], ...] = ()) -> Ranking:
    """All files that something points to, best first, ties by path."""
    paths, query = Paths(snapshot.paths), query_of(issue)
    found: dict[str, Found] = {}

    def at(path: str) -> Found:
        return found.setdefault(path, Found())

    sure = _mentioned(issue, paths, at)
    for path, first, last in focus:
        if path in paths.all:
            at(path).add(_FOCUS, "the selected lines")
            for line in range(first, min(last, first + 400) + 1):
                at(path).point(line, "focus", 20.0)
            sure = True
    _by_words_of_paths(query, snapshot.paths, at)
    _by_hits(find(snapshot, list(query.names)), query, len(snapshot.paths), at)
    _weigh(found)
    _by_relations(found, snapshot, paths, query, at)
    order = sorted((path for path in found if found[path].score > 0), key=lambda path: (-found[path].score, path))
    return Ranking(tuple(order), found, query, paths, sure)


def _mentioned(issue: Issue, paths: Paths, at: Callable[[str], Found]) -> bool:
    """Scores for the paths and frames that an issue names; True when one of them is a source of the repository."""
    sure = False
    frames = [mention for mention in issue.mentions if mention.kind == "frame"]
    seen: dict[str, float] = {}
    for mention in issue.mentions:
        if mention.kind == "symbol":
            continue
        meant = paths.meant(mention.text)
        for path in meant:
            weight = (_NAMED if mention.kind == "path" else _FRAME) / len(meant)
            why = "named in the issue" if mention.kind == "path" else "in the stack trace"
            gain = max(0.0, weight - seen.get(path, 0.0))
            seen[path] = seen.get(path, 0.0) + gain
            at(path).add(gain, why)
            sure = sure or (len(meant) == 1 and prior(path) == 1.0)
            if mention.line:
                # The frames nearest the failure: last in Python, first elsewhere; both ends get a little more.
                edge = mention in (frames[:1] + frames[-1:])
                at(path).point(mention.line, f"line {mention.line}", 8.0 if edge else 5.0)
    return sure


def _by_words_of_paths(query: Query, paths: tuple[str, ...], at: Callable[[str], Found]) -> None:
    """Scores for files whose own name holds words of the issue, by how rare the word is among names."""
    wanted = set(query.plain)
    lowered = {name.lower() for name in query.names}
    holders: dict[str, list[str]] = {}
    for path in paths:
        for word in set(split_name(stem(path))) & wanted:
            holders.setdefault(word, []).append(path)
    for word, having in holders.items():
        weight = query.plain[word] * _idf(len(paths), len(having))
        for path in having:
            share = len(word) / max(1, len(stem(path).replace("_", "").strip(".")))
            at(path).add(weight * 0.6 * min(1.0, share), f"its name has “{word}”")
    for path in paths:
        if stem(path).lower() in lowered and stem(path).lower() not in STOP_WORDS:
            at(path).add(_STEM, f"is named like `{stem(path)}`")


def _by_hits(hits: tuple[Hit, ...], query: Query, count: int, at: Callable[[str], Found]) -> None:
    """Scores for files that hold names of the issue: rare names and definitions weigh more."""
    holders: dict[str, dict[str, list[Hit]]] = {}
    for hit in hits:
        holders.setdefault(hit.word, {}).setdefault(hit.path, []).append(hit)
    for word, by_path in sorted(holders.items()):
        idf = _idf(count, len(by_path))
        weight = query.names[word] * idf
        for path, lines in by_path.items():
            at(path).add(weight * len(lines) / (len(lines) + 1.5), f"holds `{word}`")
            for hit in lines[:200]:
                defined = _DEFINES.match(hit.text)
                if defined and defined[1] == word:
                    at(path).add(weight * _DEFINED, f"defines `{word}`")
                    at(path).point(hit.line, word, weight * 3)
                else:
                    at(path).point(hit.line, word, weight * 0.6)


def _weigh(found: Mapping[str, Found]) -> None:
    """Sources before tests, documents and data, unless the issue itself names the file."""
    for path, each in found.items():
        if not each.why.startswith(("named", "in the stack", "the selected")):
            each.score *= prior(path)


def _by_relations(
    found: dict[str, Found], snapshot: Snapshot, paths: Paths, query: Query, at: Callable[[str], Found]
) -> None:
    """Reads the best files: how well their definitions fit the words, what they import, what a test tests."""
    best = sorted(found, key=lambda path: (-found[path].score, path))[:_READ_AT_MOST]
    top = found[best[0]].score if best else 0.0
    for place, path in enumerate(best):
        score = found[path].score
        for source in paths.tested_by(path):
            at(source).add(min(0.5 * score / max(prior(path), 0.1), 0.6 * top), f"{path} tests it")
        if place >= _NEIGHBOURS_OF or score < 0.2 * top:
            continue
        text = snapshot.read(path)
        if text is None or (is_test(path) and place > 1):
            continue
        neighbours = imported(path, text, paths)
        for target, names in neighbours.items():
            if target.endswith("__init__.py") or is_test(target):
                continue
            fits = sum(
                1 for word in {w for name in (*names, stem(target)) for w in split_name(name)} if word in query.plain
            )
            share = 0.25 / math.sqrt(1 + len(neighbours) / 4) * (1 + 0.7 * fits)
            at(target).add(min(0.7, share) * score * prior(target), f"{path} uses it")


def _idf(count: int, having: int) -> float:
    return math.log(1 + count / (1 + having))
