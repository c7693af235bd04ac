"""The words of an issue that are worth looking for, with weights. Knows no repository."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from keyword import iskeyword

from fretsaw.core.issue.blocks import lines_of
from fretsaw.core.issue.values import Issue

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,60}")
_PLAIN = re.compile(r"[A-Za-z]{4,30}")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
MOST_NAMES = 40

STOP_WORDS = frozenset(
    """about above after again also although always another anything around because been before being below between both
    but called cannot case cases change changed changes code could currently default description does doing done down during each
    either else error errors even every example examples expected expects explicitly fails failed failing file files first
    fix fixed following from function functions gets getting give gives given going have having here high however
    import imported instead into issue issues itself just last like line lines make makes making many maybe method methods
    might more most much must need needed needs never note nothing only option options other otherwise output over please
    problem raise raised raises reason reproduce result results return returned returns right running same seems should show
    shows similar since some something still such sure take than that their them then there these they thing things this
    those three through time trying under until used uses using value values version versions very want wants what when
    where whether which while will with within without work works working would wrong your actual behavior behaviour
    object objects class classes type types name names string strings list none null true false self print module modules
    test tests python java javascript args kwargs len str int float dict tuple set bool range isinstance
    """.split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for."""

    names: Mapping[str, float]
    """Identifiers as they stand in code → weight; looked for as whole words, case as written."""
    plain: Mapping[str, float]
    """Words of prose in lower case, without usual endings → weight; compared with words of paths and of definitions."""


def query_of(issue: Issue) -> Query:
    """Names that the issue mentions weigh most, then identifiers of its code, then words of its title, then the rest."""
    names: dict[str, float] = {}
    prose = set(_IDENTIFIER.findall(issue.title))
    for block, line in lines_of(issue.body):
        if block != "code":
            prose.update(_IDENTIFIER.findall(line))
    title_names = set(_IDENTIFIER.findall(issue.title))
    for mention in issue.mentions:
        if mention.kind == "path":
            continue
        text = mention.text if mention.kind == "symbol" else mention.symbol or ""
        parts = [part for part in re.split(r"\W+", text) if len(part) > 2]
        for index, part in enumerate(parts):
            weight = 3.0 if index == len(parts) - 1 else 2.0
            if mention.kind == "frame" or part not in prose:
                weight *= 0.5
            _raise(names, part, weight)
    plain: dict[str, float] = {}
    kinds: list[tuple[str, str]] = [("title", issue.title), *lines_of(issue.body)]
    for kind, line in kinds:
        weight = {"title": 2.0, "prose": 1.0, "code": 0.7}.get(kind, 0.5)
        for word in _PLAIN.findall(line):
            _add_plain(plain, word, weight)
        for word in _IDENTIFIER.findall(line):
            if (
                word.lower() not in STOP_WORDS
                and not iskeyword(word)
                and (kind == "code" or word[:1].isupper() or word in title_names)
            ):
                _raise(names, word, 0.8 if kind == "code" else 1.2)
                if word.endswith("s") and word[:1].isupper():
                    _raise(names, word[:-1], 1.0)
    for name, weight in names.items():
        humps = _HUMPS.findall(name)
        for hump in humps:
            _add_plain(plain, hump, 0.7)
        if len(humps) == 1 and weight >= 3.0 and len(name) == 3:
            _raise(plain, stem(name.lower()), 1.0)
    for name in [name for name in names if name.lower() in STOP_WORDS or name.startswith("__")]:
        names[name] = min(names[name], 0.3)
    best = sorted(names, key=lambda name: (-names[name], list(names).index(name)))[:MOST_NAMES]
    return Query({name: names[name] for name in best if names[name] > 0.3}, plain)


def split_name(name: str) -> list[str]:
    """The words of an identifier or of a file's name, lower case, without usual endings."""
    return [stem(hump.lower()) for hump in _HUMPS.findall(name)]


def stem(word: str) -> str:
    """A lower-case word without a usual ending: `lambdifying` and `lambdified` are not one, `paths` and `path` are."""
    if len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    for end in ("ing", "ed", "ly"):
        if word.endswith(end) and len(word) - len(end) >= 4:
            return word[: -len(end)]
    return word


def _raise(names: dict[str, float], name: str, weight: float) -> None:
    names[name] = max(names.get(name, 0.0), weight)


def _add_plain(plain: dict[str, float], word: str, weight: float) -> None:
    lowered = word.lower()
    if len(lowered) > 3 and lowered not in STOP_WORDS:
        _raise(plain, stem(lowered), weight)
