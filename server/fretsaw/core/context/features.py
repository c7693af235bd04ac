"""Describe each chunk of the candidate files by numbers that tell how likely a fix changes it."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from fretsaw.core.context.candidates import Candidates, Credit, Evidence
from fretsaw.core.context.chunks import Chunk, chunks_of
from fretsaw.core.context.file_record import NAME, FileRecord
from fretsaw.core.context.outline import Definition
from fretsaw.core.context.paths import prior
from fretsaw.core.context.terms import TermIds
from fretsaw.core.context.texts import Texts
from fretsaw.core.languages import is_test
from fretsaw.core.text.tokens import estimate

_SOURCES = 60
"""Best chunks whose names lead to others."""
_COMMON_NAME = 6
"""Definitions of one name from which on its use says nothing."""
_USUAL_LINES = 25


@dataclass(slots=True)
class Described:
    """A chunk with what is known of it."""

    chunk: Chunk
    tokens: int
    words: Mapping[str, int] = field(default_factory=dict)
    """Term of the query → times, in the order of terms."""
    values: dict[str, float] = field(default_factory=dict)
    """Feature, a key of `WEIGHTS`, → value; missing: 0."""
    why: str = ""
    """The most telling word or relation, for a person."""
    text_score: float = 0.0
    uses: frozenset[str] = frozenset()
    """Names that are defined in one of the files."""


def describe(found: Candidates) -> list[Described]:
    """All chunks of the files that were read, with their features; in the order of files and lines."""
    credit, query, texts = found.credit, found.credit.query, found.texts
    out: list[Described] = []
    place = {path: rank for rank, path in enumerate(found.order)}
    top = max((found.evidence[path].score for path in texts), default=0.0) or 1.0
    weights = {word: weight * found.rarity.get(word, 0.0) for word, weight in credit.weights.items()}
    cut = {path: _cut(path, texts) for path in texts}
    known = {name for _, definitions in cut.values() for name in {each.name for each in definitions} if len(name) > 2}
    words = _Words(credit, known)
    for path, (chunks, definitions) in cut.items():
        record = texts.records.get(path)
        own = _of_record(record, words) if record is not None else _of_text(texts[path], chunks, words)
        _by_file(own, found.evidence[path], place[path], top, texts.sizes[path])
        _by_words(own, weights, query.title)
        _by_definition(own, definitions, credit, weights, query.dunders)
        _by_places(own, found.evidence[path])
        out += own
    _scale(out)
    good = _good(out)
    _rank(good)
    _by_use(out, good[:_SOURCES])
    _beside(out)
    return out


def _cut(path: str, texts: Texts) -> tuple[tuple[Chunk, ...], tuple[Definition, ...]]:
    record = texts.records.get(path)
    return (record.chunks, record.definitions) if record is not None else chunks_of(path, texts[path])


class _Words:
    """The terms of the query and the names that are defined in one of the files, to be found in texts and records."""

    def __init__(self, credit: Credit, defined: set[str]) -> None:
        self.credit = credit
        self.defined = defined
        self.strange: set[str] = set()
        """Names without any term of the query."""
        self._ids: dict[int, tuple[dict[int, str], dict[int, str]]] = {}

    def by_id(self, ids: TermIds) -> tuple[dict[int, str], dict[int, str]]:
        """Number → term of the query, and number → defined name."""
        known = self._ids.get(id(ids))
        if known is None:
            terms = {ids.of(term): term for term in sorted(self.credit.weights)}
            known = self._ids[id(ids)] = terms, {ids.of(f"={name}"): name for name in self.defined}
        return known


def _of_text(text: str, chunks: tuple[Chunk, ...], words: _Words) -> list[Described]:
    """The chunks of a text with the terms of the query in each, and what they use of the defined names."""
    lines = text.split("\n")
    tokens, size = estimate(text), max(1, len(text))
    out = []
    for chunk in chunks:
        shown = "\n".join(lines[chunk.first - 1 : chunk.last]) + "\n"
        counts = Counter(NAME.findall(shown))
        held: dict[str, int] = {}
        for name in counts.keys() - words.strange:
            terms = words.credit.of(name)
            if not terms:
                words.strange.add(name)
            for term in terms:
                held[term] = held.get(term, 0) + counts[name]
        uses = frozenset(counts.keys() & words.defined)
        out.append(Described(chunk, 1 + len(shown) * tokens // size, dict(sorted(held.items())), uses=uses))
    return out


def _of_record(record: FileRecord, words: _Words) -> list[Described]:
    """The same of a record."""
    by_term, by_name = words.by_id(record.ids)
    terms = {place: by_term[number] for place, number in enumerate(record.terms) if number in by_term}
    names = {place: by_name[number] for place, number in enumerate(record.terms) if number in by_name}
    out = []
    for at, chunk in enumerate(record.chunks):
        start, end = record.starts[at], record.starts[at + 1]
        counts = dict(zip(record.places[start:end], record.counts[start:end], strict=True))
        held = words.credit.held({terms[place]: counts[place] for place in terms.keys() & counts.keys()})
        uses = frozenset(names[place] for place in names.keys() & counts.keys())
        out.append(Described(chunk, record.tokens[at], held, uses=uses))
    return out


def _by_file(own: list[Described], evidence: Evidence, rank: int, top: float, size: int) -> None:
    path = own[0].chunk.path if own else ""
    shared = {
        "file score": evidence.score / top,
        "file rank": math.log2(1 + rank),
        "first file": float(rank == 0),
        "file is named": evidence.named,
        "file is traced": evidence.traced,
        "file is imported": evidence.imported,
        "test": float(is_test(path)),
        "minor file": -math.log(prior(path)) if path else 0.0,
        "file is small": float(size < 2_000),
    }
    shared = {name: value for name, value in shared.items() if value}
    for each in own:
        each.values.update(shared)
        each.values["size"] = math.log2(1 + each.tokens)
        kind = {"module": "module level", "class": "class header", "window": "window", "imports": "imports"}
        if each.chunk.kind in kind:
            each.values[kind[each.chunk.kind]] = 1.0


def _by_words(own: list[Described], weights: Mapping[str, float], title: frozenset[str]) -> None:
    """The words of each chunk, saturating, less in long ones."""
    whole: dict[Definition, Counter[str]] = {}
    for each in own:
        definition = each.chunk.definition
        if each.chunk.kind == "window" and definition is not None:
            whole.setdefault(definition, Counter()).update(each.words)
    for each in own:
        lines = each.chunk.last - each.chunk.first + 1
        names, words, titled, best, telling = _sums(each.words, weights, title, lines)
        each.values.update({"names": names, "words": words, "title words": titled})
        each.text_score = names + words
        if best:
            each.why = f"holds `{telling[1:]}`" if telling[0] == "=" else f"its words fit: “{telling}”"
        definition = each.chunk.definition
        total = sum(_sums(whole[definition], weights, title, 3 * _USUAL_LINES)[:2]) if definition in whole else 0.0
        each.values["words of the whole definition"] = max(total, each.text_score)


def _sums(
    words: Mapping[str, int], weights: Mapping[str, float], title: frozenset[str], lines: int
) -> tuple[float, float, float, float, str]:
    """Sums for names, for words and for those of the title; the largest share, and whose it is."""
    norm = 1.2 * (0.4 + 0.6 * lines / _USUAL_LINES)
    names = plain = titled = best = 0.0
    telling = ""
    for word, times in words.items():
        gain = weights.get(word, 0.0) * times / (times + norm)
        if word[0] == "=":
            names += gain
            shown = 3 * gain
        else:
            plain += gain
            titled += gain if word in title else 0.0
            shown = gain
        if shown > best:
            best, telling = shown, word
    return names, plain, titled, best, telling


def _by_definition(
    own: list[Described],
    definitions: tuple[Definition, ...],
    credit: Credit,
    weights: Mapping[str, float],
    dunders: frozenset[str],
) -> None:
    """The names of the definition, of those inside it and of the class around it."""
    headers = [each.header for each in definitions]  # in order
    for each in own:
        chunk = each.chunk
        inside = list(definitions[bisect_left(headers, chunk.first) : bisect_right(headers, chunk.last)])
        if chunk.definition is not None and chunk.definition not in inside:
            inside.append(chunk.definition)
        named, words = 0.0, 0.0
        for definition in inside:
            exact, plain = _weigh_name(definition.name, credit, weights)
            if exact > named:
                named = exact
                each.why = f"defines `{definition.name}`"
            words = max(words, plain)
            if definition.name in dunders:
                each.values["special method"] = 1.0
        each.values["definition is named"] = named
        each.values["definition has words"] = words
        if chunk.holder is not None:
            exact, plain = _weigh_name(chunk.holder.name, credit, weights)
            each.values["class is named"] = exact
            each.values["class has words"] = plain


def _weigh_name(name: str, credit: Credit, weights: Mapping[str, float]) -> tuple[float, float]:
    """The weight of a name as a whole, where the issue has it, and of the words in it."""
    held = credit.of(name)
    exact = max((weights.get(word, 0.0) for word in held if word[0] == "="), default=0.0)
    return exact, sum(weights.get(word, 0.0) for word in held if word[0] != "=")


def _by_places(own: list[Described], evidence: Evidence) -> None:
    """Lines and functions that a trace or the issue gives."""
    for each in own if evidence.points or evidence.symbols else ():
        chunk = each.chunk
        given = max(
            (weight for line, weight in evidence.points.items() if chunk.first <= line <= chunk.last), default=0
        )
        each.values["line is given"] = given
        name = chunk.definition.name if chunk.definition is not None else ""
        each.values["frame of a trace"] = evidence.symbols.get(name, 0.0)
        if given or name in evidence.symbols:
            each.why = "in the stack trace" if name in evidence.symbols or evidence.traced else "its line is given"


_SCALED = (
    "names",
    "words",
    "title words",
    "definition is named",
    "definition has words",
    "class is named",
    "class has words",
    "words of the whole definition",
)


def _scale(every: list[Described]) -> None:
    """Make the largest value of each sum 1, so that issues of few and of many words compare."""
    values = [each.values for each in every]
    for name in _SCALED:
        top = max((own[name] for own in values if name in own), default=0.0)
        for own in values if top > 0 else ():
            if name in own:
                own[name] /= top
    for own in values:
        own["best of names"] = float(own["names"] >= 0.6)
        own["best of words"] = float(own["words"] >= 0.6)


def _good(every: Sequence[Described]) -> list[Described]:
    """The chunks that text and names speak for most, best first."""
    return sorted(every, key=lambda each: (-_text_score(each), each.chunk.path, each.chunk.first))


def _text_score(each: Described) -> float:
    values = each.values
    own = values["names"] + values["words"] + values["definition is named"] + 0.5 * values["definition has words"]
    given = 2 * values.get("line is given", 0.0) + values.get("frame of a trace", 0.0)
    return (own + given) * (0.3 + values["file score"]) * (0.3 if values.get("test") else 1.0)


def _rank(good: Sequence[Described]) -> None:
    """Ranks among all chunks and within the file."""
    seen: Counter[str] = Counter()
    for rank, each in enumerate(good):
        each.values["rank"] = math.log2(1 + rank)
        each.values["first"] = 1 / (1 + rank)
        inner = seen[each.chunk.path]
        each.values["rank in file"] = math.log2(1 + inner)
        each.values["first in file"] = float(inner == 0)
        seen[each.chunk.path] += 1


def _by_use(every: list[Described], good: Sequence[Described]) -> None:
    """Definitions that good chunks use, and chunks that use what good ones define: one step along the calls."""
    defining: dict[str, list[Described]] = {}
    for each in every:
        definition = each.chunk.definition
        if definition is not None and each.chunk.first <= definition.header <= each.chunk.last:
            defining.setdefault(definition.name, []).append(each)
    known = {name: targets for name, targets in defining.items() if len(targets) <= _COMMON_NAME}
    total = sum(_text_score(each) ** 2 for each in good) or 1.0
    mass = {id(each): _text_score(each) ** 2 / total for each in good}
    for place, each in enumerate(good):
        own = each.chunk.definition.name if each.chunk.definition is not None else ""
        names = sorted(name for name in each.uses if name in known and name != own)
        for name in names:
            _lead(each, name, 1 / math.sqrt(1 + place), mass[id(each)] / math.sqrt(len(names)), known[name])
    _to_users(every, good, mass, known)
    _by_mass(every, mass)


def _lead(source: Described, name: str, share: float, mass: float, targets: Sequence[Described]) -> None:
    """Credit the definitions of a name that a good chunk uses: those of its own file most."""
    near = [each for each in targets if each.chunk.path == source.chunk.path]
    reached = near or targets
    for each in reached:
        if each is source:
            continue
        _add(each, "mass of users", mass / len(reached))
        gain = share / math.sqrt(len(reached))
        if gain > each.values.get("used by a good one", 0.0):
            each.values["used by a good one"] = gain
            if each.values["names"] + each.values["definition is named"] < 0.2:
                user = source.chunk.definition.name if source.chunk.definition is not None else source.chunk.path
                each.why = f"{user} uses {name}"


def _to_users(
    every: Sequence[Described],
    good: Sequence[Described],
    mass: Mapping[int, float],
    known: Mapping[str, Sequence[Described]],
) -> None:
    """Credit the chunks that use what good ones define."""
    wanted: dict[str, tuple[float, float]] = {}
    for place, each in enumerate(good):
        own = each.chunk.definition.name if each.chunk.definition is not None else ""
        if own in known:
            share, held = wanted.get(own, (0.0, 0.0))
            wanted[own] = max(share, 1 / math.sqrt(1 + place)), held + mass[id(each)]
    users: Counter[str] = Counter()
    for each in every:
        users.update(each.uses & wanted.keys())
    for each in every:
        own = each.chunk.definition.name if each.chunk.definition is not None else ""
        for name in sorted(each.uses & wanted.keys()):
            if name == own:
                continue
            share, held = wanted[name]
            _add(each, "mass of what it uses", held / math.sqrt(users[name]))
            if share > each.values.get("uses a good one", 0.0):
                each.values["uses a good one"] = share
                if each.values["names"] + each.values["definition is named"] < 0.1:
                    each.why = f"uses {name}"


def _by_mass(every: Sequence[Described], mass: Mapping[int, float]) -> None:
    """The share of all good text that a file and a class hold; small shares count by their order of magnitude."""
    files: dict[str, float] = {}
    classes: dict[tuple[str, int], float] = {}
    for each in every:
        held = mass.get(id(each), 0.0)
        files[each.chunk.path] = files.get(each.chunk.path, 0.0) + held
        if (around := _class_of(each)) is not None:
            classes[around] = classes.get(around, 0.0) + held
    for each in every:
        each.values["mass of file"] = files[each.chunk.path]
        if (around := _class_of(each)) is not None:
            each.values["mass of class"] = classes[around]
        for name in ("mass of users", "mass of what it uses", "mass of file", "mass of class"):
            if each.values.get(name, 0.0) > 0:
                each.values[name] = math.log10(1 + 1_000 * each.values[name])


def _class_of(each: Described) -> tuple[str, int] | None:
    chunk = each.chunk
    around = chunk.definition if chunk.kind == "class" else chunk.holder
    return (chunk.path, around.header) if around is not None else None


def _add(each: Described, name: str, value: float) -> None:
    each.values[name] = each.values.get(name, 0.0) + value


def _beside(every: list[Described]) -> None:
    """Chunks right above and below the best of each file."""
    for before, after in pairwise(every):
        if before.chunk.path == after.chunk.path:
            for one, other in ((before, after), (after, before)):
                one.values["beside a good one"] = max(
                    one.values.get("beside a good one", 0.0), 1 / (1 + 2 ** other.values["rank"] / 4)
                )
