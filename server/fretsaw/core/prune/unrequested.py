"""Judge layout where nobody said what was wanted: what has no effect may still be what its author meant to change.

Noise is then only what departs from the file's own way: `f( x )` in a file that writes `f(x)`. What the file has
elsewhere already may be its author's tidying, and is flagged.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise
from typing import TypeAlias

from fretsaw.core.patch.patch_set import Change
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
_QUOTES = "'\"`"
Habit: TypeAlias = tuple[str, str, str]
"""Two kinds of tokens and the blanks between; of quotes only the sign."""


def flag_authors_layout(
    verdicts: Sequence[Verdict], paths: Collection[str], read: Callable[[str], str | None]
) -> tuple[Verdict, ...]:
    """The verdicts without drops of layout that its author may have wanted.

    `paths`: all that changed; `read`: the text of a file before.
    """
    if any(_FORMATTER.fullmatch(path) for path in paths):
        return tuple(_flagged(item, "the formatter's configuration changes too") for item in verdicts)
    own: dict[str, list[str]] = {}
    for item in verdicts:
        if item.decision != "drop" and item.change.hunk is not None:
            own.setdefault(item.change.path, []).extend(item.change.hunk.added)
    return tuple(
        item
        if _departs(item, read(item.change.path) or "", "".join(own.get(item.change.path, [])))
        else _flagged(item, "no request says otherwise")
        for item in verdicts
    )


def _flagged(item: Verdict, why: str) -> Verdict:
    if item.decision != "drop" or item.rule not in LAYOUT:
        return item
    return replace(item, decision="flag", reason=f"{item.reason}; kept, since {why}")


def _departs(item: Verdict, before: str, own: str) -> bool:
    """Return True if a change of layout makes a file less like itself; `own`: lines of its author that have an effect.

    What he writes in the same way elsewhere is his style, not a slip.
    """
    if item.change.hunk is None:
        return "\r\n" not in before  # to git's own line ends many normalize
    removed, added = item.change.hunk.removed, item.change.hunk.added
    if item.rule == "import-order":
        return _loads_nothing(item.change) and _is_sorted_at(before, item.change.hunk.start)
    if not removed or len(removed) != len(added):
        return False
    pairs = [(old, new) for old, new in zip(removed, added, strict=True) if old != new]
    departs = partial(_is_rarer, _habits(before), _habits(own))
    return all(_line_departs(old, new, departs) for old, new in pairs)


def _is_rarer(before: Counter[Habit], own: Counter[Habit], was: Habit, now: Habit) -> bool:
    """Return True if a habit is rarer in the file than another, and is not its author's own."""
    return before[was] > before[now] + 1 and own[now] <= own[was]


def _loads_nothing(change: Change) -> bool:
    """Return True if no module of these imports can do something when it is loaded: of Python its own ones."""
    if not change.path.endswith((".py", ".pyi")) or change.hunk is None:
        return True
    lines = [line for line in (*change.hunk.removed, *change.hunk.added) if line.strip()]
    found = [_MODULE.match(line) for line in lines]
    return all(match is not None and match.group(1).split(".")[0] in sys.stdlib_module_names for match in found)


def _is_sorted_at(text: str, at: int) -> bool:
    """Return True if the imports around a line stand in order, so that another order is none."""
    lines = split_lines(text)
    start = end = min(at, len(lines) - 1)
    while start > 0 and lines[start - 1].strip():
        start -= 1
    while end < len(lines) and lines[end].strip():
        end += 1
    names = [found.group(1).lower() for line in lines[start:end] if (found := _MODULE.match(line))]
    return names == sorted(names)


def _line_departs(old: str, new: str, is_rarer: Callable[[Habit, Habit], bool]) -> bool:
    old_tokens, new_tokens = _tokens(old), _tokens(new)
    if old_tokens == new_tokens and old.rstrip() == new.rstrip():
        return len(new.rstrip("\r\n")) > len(old.rstrip("\r\n"))  # blanks at the end
    if [token for token, _ in old_tokens] == [token for token, _ in new_tokens]:
        differ = [
            ((before[0], token, gap), (before[0], token, new_gap))
            for before, (token, gap), (_, new_gap) in zip(old_tokens, old_tokens[1:], new_tokens[1:], strict=False)
            if gap != new_gap
        ]
        is_alike = old_tokens[:1] == new_tokens[:1] and old_tokens[0][0] != "#"  # directives are indented after it
        return is_alike and bool(differ) and all(is_rarer(was, now) for was, now in differ)
    return _quotes_depart(old, new, is_rarer)


def _quotes_depart(old: str, new: str, is_rarer: Callable[[Habit, Habit], bool]) -> bool:
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
        tokens = _tokens(line)
        found.update((before[0], token, gap) for before, (token, gap) in pairwise(tokens))
    for sign in _QUOTES:
        found[sign, "", ""] = text.count(sign)
    return found


def _tokens(line: str) -> list[tuple[str, str]]:
    """The tokens of a line with the blanks before each.

    `w` stands for any word, `=,` for the sign of a named argument, which has blanks of its own in many styles.
    """
    tokens = []
    at = depth = 0
    is_argument = line.rstrip().endswith(",")
    for match in _TOKEN.finditer(line):
        sign = match.group()
        depth += (sign in "([{") - (sign in ")]}")
        name = "w" if sign[0].isalnum() or sign[0] == "_" else sign
        tokens.append(("=," if name == "=" and (depth > 0 or is_argument) else name, line[at : match.start()]))
        at = match.end()
    return tokens
