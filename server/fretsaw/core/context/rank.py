"""Rank the files, and the lines of them, that an issue points to."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fretsaw.core.context.definition_fit import DefinitionFit, Reader, score_definitions
from fretsaw.core.context.imported_files import imported
from fretsaw.core.context.outline import Definition
from fretsaw.core.context.paths import Paths, prior, stem
from fretsaw.core.context.query import STOP_WORDS, Query, query_of, split_name
from fretsaw.core.context.search import Hit, find
from fretsaw.core.issue.issue import Issue
from fretsaw.core.languages import is_test
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.lines import is_binary

_DEFINES = re.compile(
    r"^\s*(?:[\w@(),]+\s+){0,4}?(?:def|class|function\*?|func|fn|interface|struct|enum|trait|impl|type|const|let|var|module|object|record|fun)"
    r"\s+(?:\([^)]{0,80}\)\s*)?([\w$]+)"
)
_NAMED, _FRAME, _FOCUS, _DEFINED, _STEM = 40.0, 16.0, 60.0, 2.5, 6.0
_READ_AT_MOST = 24
_BY_WORDS = "its words fit the issue"
_NEIGHBOURS_OF = 6
_LONGEST_READ = 1_000_000
_FIT, _FIT_POINT = 1.6, 0.6
_USED, _IMPORTED = 0.3, 0.08


@dataclass(slots=True)
class Found:
    """The evidence that points to one file."""

    score: float = 0.0
    why: str = ""
    points: dict[int, dict[str, float]] = field(default_factory=dict)
    """Line number → what points there → weight."""
    best: float = 0.0
    """The weight of the reason that `why` names."""

    def add(self, score: float, why: str) -> None:
        """One more reason to show the file."""
        self.score += score
        telling = 0.05 * score if why == _BY_WORDS else score  # the least telling of all reasons
        if telling > self.best:
            self.best, self.why = telling, why

    def point(self, line: int, what: str, weight: float) -> None:
        """One more reason to show a line; of the same kind only the heaviest counts."""
        at = self.points.setdefault(line, {})
        at[what] = max(at.get(what, 0.0), weight)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Files by how much points to them."""

    order: tuple[str, ...]
    found: Mapping[str, Found]
    query: Query
    paths: Paths
    uses: tuple[tuple[str, str, str], ...]
    """(path, name, user): definitions elsewhere that the best definitions of the best files use, nearest first."""
    definitions: Mapping[str, tuple[Definition, ...]]
    """Of the files that were read."""
    sure: bool
    """True if the issue names a file or a frame of the repository, so that little else is needed."""


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
    uses, read = _by_reading(found, snapshot, paths, query, at)
    order = sorted((path for path in found if found[path].score > 0), key=lambda path: (-found[path].score, path))
    return Ranking(tuple(order), found, query, paths, uses, read, sure)


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
        weight = query.names[word] * _idf(count, len(by_path))
        defining: dict[str, list[int]] = {}
        for path, lines in by_path.items():
            at(path).add(weight * len(lines) / (len(lines) + 1.5), f"holds `{word}`")
            for hit in lines[:200]:
                defined = _DEFINES.match(hit.text)
                if defined and defined[1] == word:
                    defining.setdefault(path, []).append(hit.line)
                else:
                    at(path).point(hit.line, word, weight * 0.4)
        for path, numbers in defining.items():
            alone = 1 / math.sqrt(len(defining))
            at(path).add(weight * _DEFINED * alone, f"defines `{word}`")
            for number in numbers[:20]:
                at(path).point(number, word, weight * 3 * alone / math.sqrt(len(numbers)))


def _weigh(found: Mapping[str, Found]) -> None:
    """Sources before tests, documents and data, unless the issue itself names the file."""
    for path, each in found.items():
        if not each.why.startswith(("named", "in the stack", "the selected")):
            each.score *= prior(path)


def _by_reading(
    found: dict[str, Found], snapshot: Snapshot, paths: Paths, query: Query, at: Callable[[str], Found]
) -> tuple[tuple[tuple[str, str, str], ...], dict[str, tuple[Definition, ...]]]:
    """Reads the best files: how well their definitions fit the words, what those use, what a test tests."""
    reader = Reader(query)
    read: dict[str, DefinitionFit] = {}
    for path in _best(found):
        for source in paths.tested_by(path):
            at(source).add(min(0.4 * found[path].score / max(prior(path), 0.1), 20.0), f"{path} tests it")
    _read_more(read, _best(found)[:_READ_AT_MOST], snapshot, reader)
    scored = score_definitions(list(read.values()), reader)
    _by_fit(scored, read, at)
    used = _used(read, scored, paths, found)
    for target, (share, user) in sorted(used.items()):
        at(target).add(share * prior(target), f"{user} uses it")
    fresh = [path for path in _best(found)[:_READ_AT_MOST] if path not in read]
    _read_more(read, fresh, snapshot, reader)
    again = score_definitions(list(read.values()), reader)
    _by_fit({path: again[path] for path in fresh if path in again}, read, at)
    return _uses(read, again, paths, found), {path: each.definitions for path, each in read.items()}


def _best(found: Mapping[str, Found]) -> list[str]:
    return sorted(found, key=lambda path: (-found[path].score, path))


def _read_more(read: dict[str, DefinitionFit], wanted: list[str], snapshot: Snapshot, reader: Reader) -> None:
    for path in wanted:
        text = snapshot.read(path)
        if text is not None and len(text) <= _LONGEST_READ and not is_binary(text):
            read[path] = reader.look(path, text)


def _by_fit(
    scored: Mapping[str, Mapping[tuple[int, int], float]], read: Mapping[str, DefinitionFit], at: Callable[[str], Found]
) -> None:
    """Adds the best definitions of each file to its score, and all of them to its points."""
    for path, spans in scored.items():
        best = sorted(spans.values(), reverse=True)[:3]
        weight = sum(score * factor for score, factor in zip(best, (1.0, 0.3, 0.15), strict=False))
        at(path).add(_FIT * weight * prior(path), _BY_WORDS)
        for span, score in spans.items():
            owner = read[path].owners.get(span)
            at(path).point(owner.header if owner else (span[0] + span[1]) // 2, "words", _FIT_POINT * score)


_Scores = Mapping[str, Mapping[tuple[int, int], float]]


def _used(
    read: Mapping[str, DefinitionFit], scored: _Scores, paths: Paths, found: Mapping[str, Found]
) -> dict[str, tuple[float, str]]:
    """Tracked path → (how much its use by the best definitions of better files counts, the user)."""
    out: dict[str, tuple[float, str]] = {}
    for path in [path for path in _best(found) if path in read][:_NEIGHBOURS_OF]:
        neighbours = imported(path, read[path].text, paths)
        shown = set().union(*_names_of_best(read[path], scored.get(path, {}), 4))
        for target, names in neighbours.items():
            if target.endswith("__init__.py") or is_test(target):
                continue
            uses = sum(name in shown for name in names) + (stem(target) in shown)
            share = found[path].score * (_USED if uses else _IMPORTED) / math.sqrt(1 + len(neighbours) / 4)
            if share > out.get(target, (0.0, ""))[0]:
                out[target] = (share, path)
    return out


def _uses(
    read: Mapping[str, DefinitionFit], scored: _Scores, paths: Paths, found: Mapping[str, Found]
) -> tuple[tuple[str, str, str], ...]:
    """(path, name, user) for the names that the best definitions take from other files, those of the best first."""
    out: dict[tuple[str, str], tuple[float, str]] = {}
    for path in [path for path in _best(found) if path in read][:_NEIGHBOURS_OF]:
        neighbours = imported(path, read[path].text, paths)
        for place, shown in enumerate(_names_of_best(read[path], scored.get(path, {}), 4)):
            used = [(target, name) for target, names in neighbours.items() for name in names if name in shown]
            for target, name in used:
                weight = found[path].score * prior(target) / math.sqrt((1 + place) * len(used))
                if not target.endswith("__init__.py") and weight > out.get((target, name), (0.0, ""))[0]:
                    out[target, name] = (weight, path)
    best = sorted(out, key=lambda key: (-out[key][0], key))
    # By turns, one of each user: the best file must not crowd out what the others use.
    turn: dict[str, int] = {}
    turns: list[tuple[int, int, tuple[str, str, str]]] = []
    for target, name in best:
        user = out[target, name][1]
        turns.append((turn.setdefault(user, 0), len(turns), (target, name, user)))
        turn[user] += 1
    return tuple(use for _, _, use in sorted(turns))


def _names_of_best(closeup: DefinitionFit, spans: Mapping[tuple[int, int], float], most: int) -> list[set[str]]:
    """The names in the best ranges of a file, and in the headers of the classes around each, best range first."""
    lines = closeup.text.split("\n")
    out = []
    for (first, last), _ in sorted(spans.items(), key=lambda item: (-item[1], item[0]))[:most]:
        around = [each.header for each in closeup.definitions if each.header < first and each.last >= last]
        text = "\n".join((*lines[first - 1 : last], *(lines[header - 1] for header in around)))
        out.append(set(re.findall(r"\w+", text)))
    return out


def _idf(count: int, having: int) -> float:
    return math.log(1 + count / (1 + having))
