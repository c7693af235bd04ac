"""Score each definition of some files by the words of an issue."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from fretsaw.core.context.outline import Definition, outline
from fretsaw.core.context.query import Query, split_name, stem

_TOKENS = re.compile(r"[A-Za-z_]\w*|\n")
_MOST_TEXT = 400_000
_BLOCK = 30
_USUAL_LINES = 25


@dataclass(frozen=True, slots=True)
class DefinitionFit:
    """One file, looked at closely."""

    path: str
    text: str
    definitions: tuple[Definition, ...]
    words: Mapping[tuple[int, int], Counter[str]]
    """Range of lines (a definition without those inside it, or a block of lines outside of any) → its query words."""
    owners: Mapping[tuple[int, int], Definition]
    """The definition that a range stands for."""


class Reader:
    """Reads files for one query; remembers which words of the query a name holds."""

    def __init__(self, query: Query) -> None:
        self._names = query.names
        self._plain = query.plain
        self._held: dict[str, tuple[str, ...]] = {}
        self.weights = {**query.plain, **{f"={name}": weight for name, weight in query.names.items()}}

    def held(self, token: str) -> tuple[str, ...]:
        """The words of the query that a name holds; a name of the query itself as `=name`."""
        found = self._held.get(token)
        if found is None:
            words = {stem(word) for word in split_name(token)}
            found = tuple(sorted(word for word in words if word in self._plain))
            if token in self._names:
                found = (f"={token}", *found)
            self._held[token] = found
        return found

    def look(self, path: str, text: str) -> DefinitionFit:
        """The definitions of a file and the words of the query in each; linear in the text, of which 400 KB count."""
        text = text[:_MOST_TEXT]
        definitions = outline(path, text.replace("\r\n", "\n").split("\n"))
        owner = _owners(definitions)
        words: dict[tuple[int, int], Counter[str]] = {}
        owners: dict[tuple[int, int], Definition] = {}
        line = 1
        held = self._held
        for token in _TOKENS.findall(text):
            if token == "\n":  # noqa: S105 - a word of a text
                line += 1
                continue
            found = held.get(token)
            if found is None:
                found = self.held(token)
            if not found:
                continue
            definition = owner.get(line)
            if definition is None:
                block = (line - 1) // _BLOCK * _BLOCK
                span = (block + 1, block + _BLOCK)
            else:
                span = (definition.first, definition.last)
                owners[span] = definition
            words.setdefault(span, Counter()).update(found)
        return DefinitionFit(path, text, definitions, words, owners)


def _owners(definitions: tuple[Definition, ...]) -> dict[int, Definition]:
    """Line → innermost definition."""
    owner: dict[int, Definition] = {}
    for each in definitions:  # in the order of headers, so inner ones come later and win
        for line in range(each.first, each.last + 1):
            owner[line] = each
    return owner


def score_definitions(closeups: list[DefinitionFit], reader: Reader) -> dict[str, dict[tuple[int, int], float]]:
    """Path → range → how well it fits: rare words of the query, saturating, less in long ranges, more in names."""
    having: Counter[str] = Counter()
    count = 0
    for each in closeups:
        for words in each.words.values():
            having.update(words.keys())
            count += 1
    rarity = {word: math.log(1 + count / (1 + number)) for word, number in having.items()}
    out: dict[str, dict[tuple[int, int], float]] = {}
    for each in closeups:
        scored = out.setdefault(each.path, {})
        for span, words in each.words.items():
            norm = 1.2 * (0.4 + 0.6 * (span[1] - span[0] + 1) / _USUAL_LINES)
            score = sum(
                reader.weights.get(word, 0.0) * rarity[word] * times / (times + norm) for word, times in words.items()
            )
            owner = each.owners.get(span)
            if owner is not None:
                score += 0.8 * sum(
                    reader.weights.get(word, 0.0) * rarity[word] for word in reader.held(owner.name) if word in rarity
                )
            scored[span] = score
    return out
