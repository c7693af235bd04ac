"""Find the files that an issue points to: by what it names, by their own names, and by the words that they hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fretsaw.core.context.imported_files import imported
from fretsaw.core.context.paths import Paths, prior
from fretsaw.core.context.query import STOP_WORDS, Query, query_of, split_name
from fretsaw.core.context.query import stem as stem_word
from fretsaw.core.context.search import count_parts
from fretsaw.core.issue.issue import Issue
from fretsaw.core.languages import is_test
from fretsaw.core.snapshot import Counted, Snapshot
from fretsaw.core.text.lines import is_binary

_NAMED, _FRAME, _FOCUS, _STEM = 40.0, 16.0, 60.0, 6.0
_MOST_TEXT = 6_000_000
"""Characters of the files that are looked at closely."""
_LONGEST_FILE = 1_000_000
_IMPORTERS = 8
"""Best files whose imports are looked at."""
_SIBLINGS = 12
_IMPORTED, _BESIDE = 0.12, 0.05


@dataclass(slots=True)
class Evidence:
    """The evidence that points to one file."""

    score: float = 0.0
    why: str = ""
    named: float = 0.0
    """1 for a file that the issue names, less where several may be meant."""
    traced: float = 0.0
    """The same for a file of a stack trace."""
    imported: float = 0.0
    """Share of the best score that the best file has which imports it."""
    points: dict[int, float] = field(default_factory=dict)
    """Line number → weight, for lines that a trace or a path of the issue gives."""
    symbols: dict[str, float] = field(default_factory=dict)
    """Functions of frames → weight."""
    focus: list[tuple[int, int]] = field(default_factory=list)
    """Ranges of lines that a person pointed to."""
    best: float = 0.0
    """The weight of the reason that `why` names."""

    def add(self, score: float, why: str) -> None:
        """One more reason to show the file."""
        self.score += score
        if score > self.best:
            self.best, self.why = score, why


@dataclass(frozen=True, slots=True)
class Candidates:
    """The files that something points to, and the texts of the best."""

    query: Query
    evidence: Mapping[str, Evidence]
    order: tuple[str, ...]
    """Best first, ties by path."""
    texts: Mapping[str, str]
    """Of the best files, best first."""
    rarity: Mapping[str, float]
    """Word of the query, a name as `=name` → how rare it is among files."""
    unread: Mapping[str, str]
    """Path of a file among the best that is not shown → the reason."""
    cut: bool
    """True if there were more words than could be counted."""


def candidates(
    issue: Issue, snapshot: Snapshot, focus: tuple[tuple[str, int, int], ...], most: int, unfit: Callable[[str], str]
) -> Candidates:
    """Find the files that an issue points to and read the best of them, at most `most`.

    `unfit`: says why a text may not be shown.
    """
    paths, query = Paths(snapshot.paths), query_of(issue)
    evidence: dict[str, Evidence] = {}

    def at(path: str) -> Evidence:
        return evidence.setdefault(path, Evidence())

    _mentioned(issue, paths, at)
    for path, first, last in focus:
        if path in paths.all:
            at(path).add(_FOCUS, "the selected lines")
            at(path).focus.append((first, last))
    _by_words_of_paths(query, snapshot.paths, at)
    counted = count_parts(snapshot, query.parts)
    rarity = _by_counts(counted, query, len(snapshot.paths), at)
    _weigh(evidence)
    texts: dict[str, str] = {}
    unread: dict[str, str] = {}
    _read(_best(evidence)[: _IMPORTERS + 2], snapshot, texts, unread, unfit)
    _by_neighbours(evidence, texts, paths, at)
    order = _best(evidence)
    _read(order[:most], snapshot, texts, unread, unfit)
    kept = {path: texts[path] for path in order if path in texts}
    return Candidates(query, evidence, tuple(order), kept, rarity, unread, counted.cut)


def _mentioned(issue: Issue, paths: Paths, at: Callable[[str], Evidence]) -> None:
    """Scores for the paths and frames that an issue names."""
    frames = [mention for mention in issue.mentions if mention.kind == "frame"]
    # The frames nearest the failure: last in Python, first elsewhere; both ends get a little more.
    edges = frames[:1] + frames[-1:]
    for mention in issue.mentions:
        if mention.kind == "symbol":
            continue
        meant = paths.meant(mention.text)
        for path in meant:
            each, share = at(path), 1 / len(meant)
            if mention.kind == "path":
                each.add(_NAMED * max(0.0, share - each.named), "named in the issue")
                each.named = max(each.named, share)
            else:
                each.add(_FRAME * max(0.0, share - each.traced), "in the stack trace")
                each.traced = max(each.traced, share)
            weight = 1.0 if mention in edges else 0.6
            if mention.line:
                each.points[mention.line] = max(each.points.get(mention.line, 0.0), weight)
            if mention.symbol:
                each.symbols[mention.symbol] = max(each.symbols.get(mention.symbol, 0.0), weight)


def _by_words_of_paths(query: Query, paths: tuple[str, ...], at: Callable[[str], Evidence]) -> None:
    """Scores for files whose own name or folder holds words of the issue, by how rare the word is among names."""
    wanted = set(query.plain)
    lowered = {name.lower() for name in query.names}
    holders: dict[str, list[tuple[str, float]]] = {}
    in_folder: dict[str, set[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder not in in_folder:
            in_folder[folder] = set(split_name(folder)) & wanted
        bare = name.split(".", 1)[0]
        size = max(1, len(bare.replace("_", "")))
        for word in set(split_name(bare)) & wanted:
            holders.setdefault(word, []).append((path, min(1.0, len(word) / size)))
        for word in in_folder[folder]:
            holders.setdefault(word, []).append((path, 0.25))
        if bare.lower() in lowered and bare.lower() not in STOP_WORDS:
            at(path).add(_STEM, f"is named like `{bare}`")
    for word, having in holders.items():
        weight = query.plain[word] * _rarity(len(paths), len(having))
        for path, share in having:
            at(path).add(weight * 0.6 * share, f"its path has “{word}”")


def _by_counts(counted: Counted, query: Query, count: int, at: Callable[[str], Evidence]) -> dict[str, float]:
    """Scores for files that hold words of the issue, rare words weigh more; returns how rare each is."""
    credit = Credit(query)
    held: dict[str, dict[str, int]] = {}
    having: dict[str, int] = {}
    for path, rests in counted.by_path.items():
        words: dict[str, int] = {}
        for rest, times in rests.items():
            for word in credit.of(rest):
                words[word] = words.get(word, 0) + times
        for word in words:
            having[word] = having.get(word, 0) + 1
        held[path] = words
    rarity = {word: _rarity(count, number) for word, number in having.items()}
    weights = {word: credit.weights[word] * rarity[word] for word in having}
    for path, words in sorted(held.items()):
        total, telling, best = 0.0, "", 0.0
        for word, times in words.items():
            gain = weights[word] * times / (times + 2.0)
            total += gain
            if gain * (3 if word[0] == "=" else 1) > best:
                best, telling = gain * (3 if word[0] == "=" else 1), word
        if total:
            # A name says more to a person than a word does; what the words give is added to its reason.
            at(path).add(total, f"holds `{telling[1:]}`" if telling[0] == "=" else f"its words fit: “{telling}”")
    return rarity


class Credit:
    """Tells which words of a query a name holds; remembers what it has told."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self._held: dict[str, tuple[str, ...]] = {}
        # A quarter of the time that it takes to split a name, and most hold nothing.
        self._likely = re.compile("(?i:" + "|".join(map(re.escape, query.parts)) + ")")
        self.weights = {**query.plain, **{f"={name}": weight for name, weight in query.names.items()}}
        self.weights.update({f"={name}": 1.0 for name in query.dunders if name not in query.names})

    def of(self, name: str) -> tuple[str, ...]:
        """The words of the query in a name; a name of the query itself as `=name`."""
        found = self._held.get(name)
        if found is None and not self._likely.search(name):
            found = self._held[name] = ()
        if found is None:
            plain = self._query.plain
            found = tuple(sorted({word for word in split_name(name) if word in plain}))
            if f"={name}" in self.weights:
                found = (f"={name}", *found)
            elif name.lower() != name and stem_word(name.lower()) in plain and stem_word(name.lower()) not in found:
                found = (*found, stem_word(name.lower()))
            self._held[name] = found
        return found


def _weigh(evidence: Mapping[str, Evidence]) -> None:
    """Sources before tests, documents and data, unless the issue itself names the file."""
    for path, each in evidence.items():
        if not each.named and not each.traced and not each.focus:
            each.score *= prior(path)


def _by_neighbours(
    evidence: dict[str, Evidence], texts: Mapping[str, str], paths: Paths, at: Callable[[str], Evidence]
) -> None:
    """Scores for what the best files import, what the best tests test, and for what lies beside the best."""
    best = _best(evidence)
    top = evidence[best[0]].score if best else 0.0
    for path in best[:30]:
        for source in paths.tested_by(path):
            at(source).add(min(0.4 * evidence[path].score / max(prior(path), 0.1), 20.0), f"{path} tests it")
    for place, path in enumerate(best[:_IMPORTERS]):
        text = texts.get(path)
        if text is None:
            continue
        share = evidence[path].score / top if top else 0.0
        neighbours = [target for target in imported(path, text, paths) if not is_test(target)]
        for target in neighbours:
            each = at(target)
            each.imported = max(each.imported, share / math.sqrt(1 + len(neighbours) / 8))
            each.add(_IMPORTED * evidence[path].score * prior(target), f"{path} imports it")
        if place < 3 and prior(path) == 1.0:
            for target in paths.beside(path)[:_SIBLINGS]:
                at(target).add(_BESIDE * evidence[path].score * prior(target), f"is beside {path}")


def _best(evidence: Mapping[str, Evidence]) -> list[str]:
    return sorted(
        (path for path in evidence if evidence[path].score > 0), key=lambda path: (-evidence[path].score, path)
    )


def _read(
    wanted: list[str], snapshot: Snapshot, texts: dict[str, str], unread: dict[str, str], unfit: Callable[[str], str]
) -> None:
    size = sum(map(len, texts.values()))
    for path in wanted:
        if path in texts or path in unread:
            continue
        text = snapshot.read(path)
        if text is None:
            continue
        reason = unfit(text)
        if reason:
            unread[path] = reason
        elif size + len(text) <= _MOST_TEXT and len(text) <= _LONGEST_FILE and not is_binary(text):
            texts[path] = text
            size += len(text)


def _rarity(count: int, having: int) -> float:
    return math.log(1 + count / (1 + having))
