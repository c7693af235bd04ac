"""Find the files that an issue points to: by what it names, by their own names, and by the words that they hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from heapq import nsmallest

from fretsaw.core.context.imported_files import imported
from fretsaw.core.context.paths import Paths, prior
from fretsaw.core.context.query import STOP_WORDS, Query, query_of, split_name
from fretsaw.core.context.search import count_parts
from fretsaw.core.context.terms import terms_of, whole_word
from fretsaw.core.context.texts import Texts
from fretsaw.core.issue.issue import Issue
from fretsaw.core.languages import is_test
from fretsaw.core.snapshot import Snapshot

_NAMED, _FRAME, _FOCUS, _STEM = 40.0, 16.0, 60.0, 6.0
_MOST_FOUND = 1_500
"""Files that are found by the words that they hold, and by those of their paths."""
_MOST_SEARCHED = 300
"""Files that an index does not know up to which it is used, and only these are searched."""
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

    credit: Credit
    evidence: Mapping[str, Evidence]
    order: tuple[str, ...]
    """Best first, ties by path."""
    texts: Texts
    """Of the best files, best first."""
    rarity: Mapping[str, float]
    """Word of the query, a name as `=name` → how rare it is among files."""
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
    credit = Credit(query)
    times, cut = _count(snapshot, credit)
    rarity = _by_counts(times, credit, len(snapshot.paths), at)
    _weigh(evidence)
    texts = Texts(snapshot, unfit)
    texts.add(_best(evidence)[: _IMPORTERS + 2])
    _by_neighbours(evidence, texts, paths, at)
    order = _best(evidence)
    texts.add(order[:most])
    return Candidates(credit, evidence, tuple(order), texts.among(order), rarity, cut)


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
    totals: dict[str, float] = {}
    telling: dict[str, tuple[float, str]] = {}
    for word in sorted(holders):
        weight = query.plain[word] * _rarity(len(paths), len(holders[word]))
        for path, share in holders[word]:
            gain = weight * 0.6 * share
            totals[path] = totals.get(path, 0.0) + gain
            if path not in telling or gain > telling[path][0]:
                telling[path] = gain, word
    for path in _largest(totals):
        at(path).add(totals[path], f"its path has “{telling[path][1]}”")


def _largest(totals: Mapping[str, float]) -> list[str]:
    return nsmallest(_MOST_FOUND, totals, key=lambda path: (-totals[path], path))


def _count(snapshot: Snapshot, credit: Credit) -> tuple[dict[str, dict[str, int]], bool]:
    """Term of the query → path → times, and True if that is not all: from the index, and of other files by search."""
    times: dict[str, dict[str, int]] = {}
    among = None
    if snapshot.index is not None and len(_unknown(snapshot)) <= _MOST_SEARCHED:
        times = credit.without_doubles(snapshot.index.counts(credit.weights.keys()))
        among = _unknown(snapshot)  # all, if the index has failed meanwhile
    counted = count_parts(snapshot, credit.query.parts, among)
    for path, rests in counted.by_path.items():
        for rest_of_name, number in rests.items():
            for term in credit.of(rest_of_name):
                held = times.setdefault(term, {})
                held[path] = held.get(path, 0) + number
    return times, counted.cut


def _unknown(snapshot: Snapshot) -> frozenset[str]:
    known = snapshot.index.paths if snapshot.index is not None else ()
    return frozenset(snapshot.paths).difference(known)


def _by_counts(
    times: Mapping[str, Mapping[str, int]], credit: Credit, count: int, at: Callable[[str], Evidence]
) -> dict[str, float]:
    """Scores for files that hold words of the issue, rare words weigh more; returns how rare each is."""
    rarity = {term: _rarity(count, len(held)) for term, held in times.items()}
    totals: dict[str, float] = {}
    telling: dict[str, tuple[float, str]] = {}
    for term in sorted(times):  # in one order, so that the sums are the same to the last bit
        weight = credit.weights[term] * rarity[term]
        # A name says more to a person than a word does; what the words give is added to its reason.
        says = 3.0 if term[0] == "=" else 1.0
        for path, number in times[term].items():
            gain = weight * number / (number + 2.0)
            totals[path] = totals.get(path, 0.0) + gain
            if path not in telling or gain * says > telling[path][0]:
                telling[path] = gain * says, term
    for path in _largest(totals):
        term = telling[path][1]
        at(path).add(totals[path], f"holds `{term[1:]}`" if term[0] == "=" else f"its words fit: “{term}”")
    return rarity


class Credit:
    """Tells which terms of a query a name holds; remembers what it has told."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self._held: dict[str, tuple[str, ...]] = {}
        # A quarter of the time that it takes to split a name, and most hold nothing.
        self._likely = re.compile("(?i:" + "|".join(map(re.escape, query.parts)) + ")")
        self.weights = {**query.plain, **{f"={name}": weight for name, weight in query.names.items()}}
        self.weights.update({f"={name}": 1.0 for name in query.dunders if name not in query.names})
        self._whole = {term: word for term in self.weights if (word := whole_word(term)) in query.plain}
        """Name of the query → itself as one word, under which it does not count as well."""

    def of(self, name: str) -> tuple[str, ...]:
        """The terms of the query in a name."""
        found = self._held.get(name)
        if found is None:
            likely = self._likely.search(name)
            whole = self._whole.get(f"={name}")
            found = tuple(term for term in terms_of(name) if term in self.weights and term != whole) if likely else ()
            self._held[name] = found
        return found

    def held(self, times: dict[str, int]) -> dict[str, int]:
        """The same of one chunk, in the order of terms."""
        for name, word in self._whole.items():
            if name in times:
                times[word] -= times[name]
        return {term: times[term] for term in sorted(times) if times[term] > 0}

    def without_doubles(self, times: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
        """Term → path → times, of which those are taken that an index has for a name both as it is and as one word."""
        out = {term: dict(held) for term, held in times.items()}
        for name, word in self._whole.items():
            for path, number in times.get(name, {}).items():
                left = out[word].pop(path, 0) - number
                if left > 0:
                    out[word][path] = left
        return {term: held for term, held in out.items() if held}


def _weigh(evidence: Mapping[str, Evidence]) -> None:
    """Sources before tests, documents and data, unless the issue itself names the file."""
    for path, each in evidence.items():
        if not each.named and not each.traced and not each.focus:
            each.score *= prior(path)


def _by_neighbours(evidence: dict[str, Evidence], texts: Texts, paths: Paths, at: Callable[[str], Evidence]) -> None:
    """Scores for what the best files import, what the best tests test, and for what lies beside the best."""
    best = _best(evidence)
    top = evidence[best[0]].score if best else 0.0
    for path in best[:30]:
        for source in paths.tested_by(path):
            at(source).add(min(0.4 * evidence[path].score / max(prior(path), 0.1), 20.0), f"{path} tests it")
    for place, path in enumerate(best[:_IMPORTERS]):
        if path not in texts:
            continue
        share = evidence[path].score / top if top else 0.0
        neighbours = [target for target in imported(path, texts[path], paths) if not is_test(target)]
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


def _rarity(count: int, having: int) -> float:
    return math.log(1 + count / (1 + having))
