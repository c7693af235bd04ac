"""The words of an issue that are worth looking for, with weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from keyword import iskeyword

from fretsaw.core.issue.blocks import lines_of
from fretsaw.core.issue.issue import Issue

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,60}")
_PLAIN = re.compile(r"[A-Za-z]{4,30}")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_DEFINED_HERE = re.compile(
    r"^[ \t>.]*(?:async[ \t]+)?"
    r"(?:(?:class|def|function|func|fn|interface|struct|const|let|var)[ \t]+(\w+)|(\w+)[ \t]*=[^=])"
)
_DUNDER = re.compile(r"__[a-z]\w*__")
_CALLED = re.compile(r"\b([a-z]{2,10})\(")
_MOST_NAMES = 40
_MOST_WORDS = 60
_MOST_TEXT = 100_000
_ENDINGS = ("ation", "ing", "ion", "ed", "er", "ly", "e")
_EXAMPLE = 0.35
"""The share of its weight that a name keeps which the issue's own code defines and its prose does not speak of."""

_DUNDERS_OF_CALLS = frozenset(
    str.split(
        "str repr len iter next bool hash int float complex abs round format bytes reversed getattr setattr delattr "
        "contains dir copy deepcopy sizeof"
    )
)
"""Functions that call the method of the same name between underscores."""
_DUNDERS_OF_SIGNS = (
    (re.compile(r"`==`|\bequality\b|\bequals?\b"), "__eq__"),
    (re.compile(r"`!=`"), "__ne__"),
    (re.compile(r"`[<>]=?`|\bsort(?:ed|ing)\b"), "__lt__"),
    (re.compile(r"`\+`"), "__add__"),
    (re.compile(r"`-`"), "__sub__"),
    (re.compile(r"`\*`|\bmultiplication\b"), "__mul__"),
    (re.compile(r"`\*\*`|\bexponentiation\b"), "__pow__"),
    (re.compile(r"`/`|\bdivision\b"), "__truediv__"),
    (re.compile(r"`@`|\bmatmul\b"), "__matmul__"),
    (re.compile(r"`%`|\bmodulo\b"), "__mod__"),
    (re.compile(r"`\|`"), "__or__"),
    (re.compile(r"`&`"), "__and__"),
    (re.compile(r"`\[\]`|\bindexing\b|\bsubscript"), "__getitem__"),
    (re.compile(r"`in`|\bmembership\b"), "__contains__"),
    (re.compile(r"`with`|\bcontext manager\b"), "__enter__"),
    (re.compile(r"\bpickl(?:e|ed|ing|able)\b|\bunpickl"), "__reduce__"),
    (re.compile(r"\bhash(?:able|es|ing)?\b"), "__hash__"),
    (re.compile(r"\biterat(?:e|ing|ion|or)\b"), "__iter__"),
)

STOP_WORDS = frozenset(
    str.split("""
    about above after again also although always another anything around because been before being below
    between both but called cannot case cases change changed changes code could currently default description
    does doing done down during each either else error errors even every example examples expected expects
    explicitly fails failed failing file files first fix fixed following from function functions gets getting
    give gives given going have having here high however import imported instead into issue issues itself just
    last like line lines make makes making many maybe method methods might more most much must need needed
    needs never note nothing only option options other otherwise output over please problem raise raised
    raises reason reproduce result results return returned returns right running same seems should show shows
    similar since some something still such sure take than that their them then there these they thing things
    this those three through time trying under until used uses using value values version versions very want
    wants what when where whether which while will with within without work works working would wrong your
    actual behavior behaviour object objects class classes type types name names string strings list none null
    true false self print module modules test tests python java javascript args kwargs len str int float dict
    tuple set bool range isinstance the and for not you are can was has its but all any how why who our out now yes
    getattr setattr hasattr print super lambda foo bar baz qux quux spam eggs foobar myclass mymodel example
    """)
)


@dataclass(frozen=True, slots=True)
class Query:
    """The words and paths to look for."""

    names: Mapping[str, float]
    """Identifiers as they stand in code → weight; looked for as whole words, case as written."""
    plain: Mapping[str, float]
    """Words of prose in lower case, without usual endings → weight; compared with words of paths and of definitions."""
    title: frozenset[str] = frozenset()
    """Those of `plain` that stand in the title."""
    dunders: frozenset[str] = frozenset()
    """Special methods that the issue names, or that a call or an operator of it runs: `str(x)` runs `__str__`."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Beginnings of what is looked for in files, lower case, the longest first."""
        found = {*self.plain, *(name.lower() for name in self.names), *self.dunders}
        return tuple(sorted(found, key=lambda part: (-len(part), part)))


def query_of(issue: Issue) -> Query:
    """The names that an issue mentions weigh most, then names in its code, then words of its title, then the rest."""
    kinds: list[tuple[str, str]] = [("title", issue.title), *lines_of(issue.body)]
    names: dict[str, float] = {}
    plain: dict[str, float] = {}
    prose = {word for kind, line in kinds if kind != "code" for word in _IDENTIFIER.findall(line)}
    _add_mentions(names, issue, prose)
    for kind, line in kinds:
        _add_line(names, plain, kind, line)
    for name in _defined_here(kinds) - prose:
        if name in names:
            names[name] *= _EXAMPLE
    for name, weight in names.items():
        _add_parts(plain, name, weight)
    kept = {name: weight for name, weight in names.items() if name.lower() not in STOP_WORDS and name[:2] != "__"}
    best = sorted(kept, key=lambda name: -kept[name])[:_MOST_NAMES]
    words = sorted(plain, key=lambda word: -plain[word])[:_MOST_WORDS]
    title: dict[str, float] = {}
    for word in _PLAIN.findall(issue.title):
        _add_plain(title, word, 1.0)
    return Query(
        {name: kept[name] for name in best}, {word: plain[word] for word in words}, frozenset(title), _dunders(issue)
    )


def _defined_here(kinds: list[tuple[str, str]]) -> set[str]:
    """The names that the code of an issue defines itself."""
    found = [match for kind, line in kinds if kind == "code" and (match := _DEFINED_HERE.match(line))]
    return {match[1] or match[2] for match in found}


def _dunders(issue: Issue) -> frozenset[str]:
    text = issue.text[:_MOST_TEXT]
    called = {f"__{name}__" for name in _CALLED.findall(text) if name in _DUNDERS_OF_CALLS}
    signs = {name for pattern, name in _DUNDERS_OF_SIGNS if pattern.search(text)}
    return frozenset({*_DUNDER.findall(text), *called, *signs} - {"__init__", "__main__", "__version__", "__file__"})


def _add_line(names: dict[str, float], plain: dict[str, float], kind: str, line: str) -> None:
    """Weigh the words of a line: all of them as prose, and as names those of a title, of code and with a capital."""
    for word in _PLAIN.findall(line):
        _add_plain(plain, word, _WEIGHT_BY_KIND.get(kind, 0.5))
    for word in _IDENTIFIER.findall(line):
        if kind in ("title", "code") or word[:1].isupper():
            _add_name(names, word, 0.8 if kind == "code" else 1.2)


_WEIGHT_BY_KIND = {"title": 2.0, "prose": 1.0, "code": 0.7}


def _add_parts(plain: dict[str, float], name: str, weight: float) -> None:
    """Weigh the words within a name: `readConfig` adds `read` and `config`."""
    for hump in _HUMPS.findall(name):
        _add_plain(plain, hump, 0.7)
    if len(name) == 3 and weight >= 3.0:  # too short for prose, but the issue names it
        _raise(plain, stem(name.lower()), 1.0)


def _add_mentions(names: dict[str, float], issue: Issue, prose: set[str]) -> None:
    """The parts of mentioned symbols and frames; half as much where the prose does not say them."""
    for mention in issue.mentions:
        text = {"path": "", "symbol": mention.text}.get(mention.kind, mention.symbol or "")
        parts = [part for part in re.split(r"\W+", text) if len(part) > 2]
        for part in parts:
            weight = 3.0 if part is parts[-1] else 2.0
            _raise(names, part, weight if mention.kind == "symbol" and part in prose else weight / 2)


def _add_name(names: dict[str, float], word: str, weight: float) -> None:
    if word.lower() in STOP_WORDS or iskeyword(word):
        return
    _raise(names, word, weight)
    if word.endswith("s") and word[:1].isupper():  # `Blueprints` speaks of `Blueprint`
        _raise(names, word[:-1], 1.0)


def split_name(name: str) -> list[str]:
    """The words of an identifier or of a file's name, lower case, without usual endings."""
    return [_stem_of(hump) for hump in _HUMPS.findall(name)]


@lru_cache(1 << 15)
def _stem_of(hump: str) -> str:
    """Names of one repository are made of few words."""
    return stem(hump.lower())


def stem(word: str) -> str:
    """A lower-case word without a usual ending: `paths` → `path`, `parsing` and `parse` → `pars`."""
    if len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if not word.endswith(_ENDINGS):
        return word
    for end in _ENDINGS:
        if word.endswith(end) and len(word) - len(end) >= 4:
            return word[: -len(end)]
    return word


def _raise(names: dict[str, float], name: str, weight: float) -> None:
    names[name] = max(names.get(name, 0.0), weight)


def _add_plain(plain: dict[str, float], word: str, weight: float) -> None:
    lowered = word.lower()
    if len(lowered) > 3 and lowered not in STOP_WORDS:
        _raise(plain, stem(lowered), weight)
