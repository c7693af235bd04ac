"""Judge layout where nobody said what was wanted: what has no effect may still be what its author meant to change.

Noise is then only what departs from the file's own way: `f( x )` in a file that writes `f(x)`. What the file has
elsewhere already may be its author's tidying, and is flagged.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise, starmap, takewhile
from typing import TypeAlias

from fretsaw.core.patch.patch_set import Change
from fretsaw.core.prune.scene import added_lines, removed_lines
from fretsaw.core.prune.verdict import Verdict
from fretsaw.core.text.lines import split_lines

LAYOUT = frozenset({"whitespace", "formatting", "blank-lines", "import-order", "line-endings"})
"""Rules of which only the request can say whether what they find is noise."""
_FORMATTER = re.compile(
    r"(?:.*/)?(?:\.pre-commit-config\.yaml|\.editorconfig|\.prettierrc.*|prettier\.config\.\w+|\.clang-format"
    r"|\.?rustfmt\.toml|\.rubocop.*\.yml|\.?ruff\.toml|\.flake8|\.?eslint.*|biome\.jsonc?|\.golangci\.ya?ml|\.isort\.cfg"
    r"|\.style\.yapf|\.php-cs-fixer.*)"
)
_MODULE = re.compile(r"\s*(?:from|import)\s+([\w.]+)")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_WORD = re.compile(r"\w+")
_STEPS = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
"""Sign → what it adds to the number of brackets that are open."""
_QUOTES = "'\"`"
Token: TypeAlias = tuple[str, str]
"""A kind of token, and the blanks before it."""
Habit: TypeAlias = tuple[str, str, str]
"""Two kinds of tokens and the blanks between; of quotes only the sign."""
IsRarer: TypeAlias = Callable[[Habit, Habit], bool]
"""Tells whether the second habit is rarer in the file than the first."""


def flag_authors_layout(
    verdicts: Sequence[Verdict], paths: Collection[str], read: Callable[[str], str | None]
) -> tuple[Verdict, ...]:
    """The verdicts without drops of layout that its author may have wanted.

    `paths`: all that changed; `read`: the text of a file before.
    """
    if any(map(_FORMATTER.fullmatch, paths)):
        return tuple(_flagged(verdict, "the formatter's configuration changes too") for verdict in verdicts)
    own_lines = _lines_with_effect(verdicts)

    def judged(verdict: Verdict) -> Verdict:
        path = verdict.change.path
        departs = _departs(verdict, read(path) or "", own="".join(own_lines[path]))
        return verdict if departs else _flagged(verdict, "no request says otherwise")

    return tuple(map(judged, verdicts))


def _lines_with_effect(verdicts: Iterable[Verdict]) -> Mapping[str, list[str]]:
    """Path → the lines that its author adds and that are no noise; empty for a path without any."""
    own_lines: dict[str, list[str]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.decision != "drop":
            own_lines[verdict.change.path] += added_lines(verdict.change)
    return own_lines


def _flagged(item: Verdict, why: str) -> Verdict:
    if item.decision != "drop" or item.rule not in LAYOUT:
        return item
    return replace(item, decision="flag", reason=f"{item.reason}; kept, since {why}")


def _departs(verdict: Verdict, before: str, own: str) -> bool:
    """Return True if a change of layout makes a file less like itself; `own`: lines of its author that have an effect.

    What he writes in the same way elsewhere is his style, not a slip.
    """
    change = verdict.change
    if change.hunk is None:
        return "\r\n" not in before  # to git's own line ends many normalize
    if verdict.rule == "import-order":
        return _loads_nothing(change) and _is_sorted_at(before, change.hunk.start)
    removed, added = change.hunk.removed, change.hunk.added
    is_line_for_line = bool(removed) and len(removed) == len(added)
    if not is_line_for_line:
        return False
    is_rarer = partial(_is_rarer, _habits(before), _habits(own))
    differing_lines = [pair for pair in zip(removed, added, strict=True) if pair[0] != pair[1]]
    if all(_line_departs(old_line, new_line, is_rarer) for old_line, new_line in differing_lines):
        return True
    lines = split_lines(before)
    at, end = change.hunk.start, change.hunk.start + len(removed)
    around = [*lines[max(at - 1, 0) : at], *lines[end : end + 1]]
    return all(_aligns_nothing(old_line, new_line, around) for old_line, new_line in differing_lines)


def _is_rarer(before: Counter[Habit], own: Counter[Habit], was: Habit, now: Habit) -> bool:
    """Return True if a habit is rarer in the file than another, and is not its author's own."""
    return before[was] > before[now] + 1 and own[now] <= own[was]


def _loads_nothing(change: Change) -> bool:
    """Return True if no module of these imports can do something when it is loaded: of Python its own ones."""
    if not change.path.endswith((".py", ".pyi")):
        return True
    written_lines = filter(str.strip, removed_lines(change) + added_lines(change))
    return all(map(_is_of_standard_library, written_lines))


def _is_of_standard_library(line: str) -> bool:
    """Tell whether a line imports a module of Python's standard library."""
    imported = _MODULE.match(line)
    return imported is not None and imported[1].split(".")[0] in sys.stdlib_module_names


def _is_sorted_at(text: str, at: int) -> bool:
    """Return True if the imports around a line stand in order, so that another order is none."""
    lines = split_lines(text)
    row = min(at, len(lines) - 1)
    above = list(takewhile(str.strip, reversed(lines[:row])))
    below = list(takewhile(str.strip, lines[row:]))
    imports = filter(None, map(_MODULE.match, [*reversed(above), *below]))
    names = [imported[1].lower() for imported in imports]
    return names == sorted(names)


def _line_departs(old_line: str, new_line: str, is_rarer: IsRarer) -> bool:
    """Return True if a line has blanks at its end, blanks inside or quotes that are rarer in the file than before."""
    old_tokens, new_tokens = _tokens(old_line), _tokens(new_line)
    if old_tokens == new_tokens and old_line.rstrip() == new_line.rstrip():
        return len(new_line.rstrip("\r\n")) > len(old_line.rstrip("\r\n"))
    if _signs(old_tokens) == _signs(new_tokens):
        return _blanks_depart(old_tokens, new_tokens, is_rarer)
    return _quotes_depart(old_line, new_line, is_rarer)


def _aligns_nothing(old_line: str, new_line: str, around: Sequence[str]) -> bool:
    """Return True if a line only gets wider gaps, behind which nothing stands in the column of a neighbour's sign.

    `x  =  1` between `name = 2` and `other = 3` is no table, however rarely the file assigns.
    """
    old_tokens, new_tokens = _tokens(old_line), _tokens(new_line)
    if _signs(old_tokens) != _signs(new_tokens) or old_tokens[:1] != new_tokens[:1]:
        return False
    if old_line.rstrip()[-1:] == "\\" or "#" in _signs(new_tokens):
        return False  # both have a column of their own, before the sign and behind it
    columns = {found.start() for line in around for found in _TOKEN.finditer(line)}
    starts = [found.start() for found in _TOKEN.finditer(new_line)]
    gaps = zip(old_tokens, new_tokens, starts, strict=True)
    wider = [(was[1], now[1], start) for was, now, start in gaps if was[1] != now[1]]
    return bool(wider) and all(
        was == " " and len(now) > 1 and now.isspace() and start not in columns for was, now, start in wider
    )


def _signs(tokens: Iterable[Token]) -> list[str]:
    """The tokens without their blanks."""
    return [sign for sign, _ in tokens]


def _blanks_depart(old_tokens: Sequence[Token], new_tokens: Sequence[Token], is_rarer: IsRarer) -> bool:
    """Return True if the same tokens stand with other blanks between them, each kind rarer in the file than before."""
    is_indented_alike = old_tokens[:1] == new_tokens[:1]
    is_directive = _signs(old_tokens[:1]) == ["#"]  # of C: it is indented behind the sign
    if is_directive or not is_indented_alike:
        return False
    old_habits, new_habits = map(_habits_between, (old_tokens, new_tokens))
    differing = [(was, now) for was, now in zip(old_habits, new_habits, strict=True) if was != now]
    return bool(differing) and all(starmap(is_rarer, differing))


def _habits_between(tokens: Sequence[Token]) -> list[Habit]:
    """The kinds of neighbouring tokens with the blanks between them, in order."""
    return [(before, sign, blanks) for (before, _), (sign, blanks) in pairwise(tokens)]


def _quotes_depart(old: str, new: str, is_rarer: IsRarer) -> bool:
    """Return True if a line has other quotes than before, and rarer ones."""
    table = str.maketrans(_QUOTES, _QUOTES[0] * len(_QUOTES))
    if old.translate(table) != new.translate(table):
        return False
    pairs = {(was, now) for was, now in zip(old, new, strict=True) if was != now}
    return all(is_rarer((was, "", ""), (now, "", "")) for was, now in pairs)


@lru_cache(maxsize=64)
def _habits(text: str) -> Counter[Habit]:
    """Count the blanks between two kinds of tokens, and the quotes, in a file."""
    found = Counter[Habit]()
    for line in split_lines(text):
        found.update(_habits_between(_tokens(line)))
    for sign in _QUOTES:
        found[sign, "", ""] = text.count(sign)
    return found


def _tokens(line: str) -> list[Token]:
    """The tokens of a line with the blanks before each.

    `w` stands for any word, `=,` for the sign of a named argument, which has blanks of its own in many styles.
    """
    tokens: list[Token] = []
    end = depth = 0
    is_argument = line.rstrip().endswith(",")
    for found in _TOKEN.finditer(line):
        sign = found[0]
        depth += _STEPS.get(sign, 0)
        names_argument = sign == "=" and (depth > 0 or is_argument)
        kind = "=," if names_argument else _WORD.sub("w", sign)
        tokens.append((kind, line[end : found.start()]))
        end = found.end()
    return tokens
