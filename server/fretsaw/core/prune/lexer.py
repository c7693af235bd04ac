"""Words of program text in many languages, loosely: enough to see that two lines say the same. Proves nothing alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate

from fretsaw.core.languages import BY_SYNTAX

HASH_COMMENTS = frozenset({"", *(name for name, language in BY_SYNTAX.items() if language.comment == "#")})
"""Languages with comments as configuration files have; also any language that is not known."""
OPTIONAL_SEMICOLON = frozenset(name for name, language in BY_SYNTAX.items() if language.optional_semicolon)
_FREE = {name: language.free_signs for name, language in BY_SYNTAX.items()}
FREE_QUOTES = frozenset(name for name, language in BY_SYNTAX.items() if language.free_quotes)

_STRING = (
    r"(?P<string>[rRbBuUfFtT]{0,2}(?:\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''"
    r"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`))"
)
_REST = r"(?P<number>0[xXbBoO]\w+|(?:\d\w*\.?|(?<!\w)\.\d)\w*)|(?P<word>\w+)|(?P<blank>\s+|\\\n)|(?P<sign>[^\w\s])"
# No comment begins in `$#` and `${#list[@]}` of a shell, and in `[^?#]` of a pattern.
_HASH = re.compile(rf"{_STRING}|(?P<comment>(?<![$?^|\\])(?<!\$\{{)#[^\n]*)|{_REST}", re.DOTALL)
_SLASH = re.compile(rf"{_STRING}|(?P<comment>//[^\n]*|/\*.*?\*/)|{_REST}", re.DOTALL)
_COMMENT_HASH = re.compile(r"(?!#!)\s*#")
_COMMENT_SLASH = re.compile(r"\s*(//|/\*|\*(?![\w(*]))")
_MARKED = re.compile(r"^(#+|//+|/\*+)[ \t]+(?=[-\w(\[{\"'`.$])")
_COMMENT_SIGNS = ("#", "//", "/*")
CLOSING = frozenset({")", "]", "}"})
_PREFIXES = "rRbBuUfFtT"
_THREE_QUOTES = ("'''", '"""')
_ESCAPE = re.compile(r"\\(?:x\w\w|u\w{4}|U\w{8})")


def words(text: str, language: str) -> list[str]:
    """The text's words without blanks; a string that may change its quotes has one form for both."""
    return [word for _, _, word in spans(text, language)]


def spans(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Yield the place of each word, [start, end), and the word as `words` gives it."""
    spellings = _SPELLINGS_FREE_QUOTES if language in FREE_QUOTES else _SPELLINGS
    for found in _pattern(language).finditer(text):
        kind = found.lastgroup
        if kind == "blank":
            continue
        word = found[0]
        if kind in spellings:
            word = spellings[kind](word)
        yield found.start(), found.end(), word


def _pattern(language: str) -> re.Pattern[str]:
    return _HASH if language in HASH_COMMENTS else _SLASH


def loose(text: str, language: str) -> list[str]:
    """Words without what formatters add and take away: round brackets and commas before a closing one."""
    if language == "python":
        # The ends of a long string may stand in different pieces of a patch.
        text = text.replace("'''", '"""')
    row = extended([], words(text, language), language)
    _drop_last_comma(row)
    return row


def extended(row: list[str], more: Iterable[str], language: str) -> list[str]:
    """Words as `loose` gives them with more words after them, in place; a last comma may stand there still."""
    free_signs = _FREE.get(language, "()")
    free_keys = language in OPTIONAL_SEMICOLON
    for written in more:
        word = _loosely(written)
        if word in CLOSING:
            _drop_last_comma(row)
        if word == ":" and free_keys:
            _unquote_key(row)
        if word not in free_signs:
            row.append(word)
    return row


def _drop_last_comma(row: list[str]) -> None:
    if row[-1:] == [","]:
        row.pop()


def _loosely(word: str) -> str:
    """The word as formatters may write it: blanks in a comment, letters of an escape, quotes beside escapes."""
    if word.startswith(_COMMENT_SIGNS):
        # Black writes `type: ignore`, which `type:ignore` is as well.
        return " ".join(unspaced(word).split()).replace(": ", ":")
    if "\\" in word or word[-1] == "`":
        return _ESCAPE.sub(lambda escape: escape[0].lower(), word).replace("'", '"')
    return word


def _unquote_key(row: list[str]) -> None:
    """Take the quotes off a last word that is a name in quotes: `{"a": 1}` is `{a: 1}`."""
    if row and row[-1][1:-1].isidentifier():
        row[-1] = row[-1].strip("\"'")


def unspaced(comment: str) -> str:
    """The comment without blanks after its marker. Before some signs they mean something: `# !` is no `#!`, `// !` and
    `// /` document nothing, `// #` names no source map."""
    return _MARKED.sub(r"\1", comment, count=1)


def is_comment(line: str, language: str) -> bool:
    """Return True if the line holds a comment and nothing else."""
    pattern = _COMMENT_HASH if language in HASH_COMMENTS else _COMMENT_SLASH
    return pattern.match(line) is not None


def without_comment(line: str, language: str) -> tuple[str, str]:
    """The line's code (blanks at its end removed) and the comment at its end, "" where there is none."""
    for found in _pattern(language).finditer(line):
        if found.lastgroup == "comment":
            return line[: found.start()].rstrip(), found[0].rstrip()
    return line.rstrip(), ""


def _one_number(word: str) -> str:
    """The number in lower case, with digits on both sides of its point: `.5` is `0.5`, `1.` is `1.0`."""
    number = word.lower()
    if number.startswith("."):
        return "0" + number
    return number + "0" if number.endswith(".") else number


def _one_quote(word: str) -> str:
    """The string with double quotes where its content allows it, and its prefix in lower case without `u`."""
    quoted = word.lstrip(_PREFIXES)
    prefix = word[: len(word) - len(quoted)].lower().replace("u", "")
    if len(quoted) >= 6 and quoted.startswith(_THREE_QUOTES):
        return f'{prefix}"""{quoted[3:-3]}"""'
    if quoted.startswith("`"):
        return prefix + quoted
    body = quoted[1:-1]
    if "r" not in prefix:
        body = body.replace("\\'", "'").replace('\\"', '"')
    return f'{prefix}"{body}"'


_SPELLINGS: Mapping[str | None, Callable[[str], str]] = {"comment": str.rstrip, "number": _one_number}
"""Kind of a word → its one form of several; any other kind stays as it is written."""
_SPELLINGS_FREE_QUOTES = {**_SPELLINGS, "string": _one_quote}
_AT_THREE_QUOTES = re.compile(r"\"{3}|'{3}")
_TRIPLE = re.compile(r"#[^\n]*|\"\"\"|'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")


def prose_spans(lines: list[str]) -> list[tuple[int, int]]:
    """Python: line ranges [a, b) of long strings that begin a line of their own: docstrings, for the most part."""
    source = "".join(lines)
    line_starts = list(accumulate(map(len, lines), initial=0))
    line_ranges = []
    for start, end in _long_strings(source):
        first = bisect_right(line_starts, start) - 1
        before_string = source[line_starts[first] : start]
        if not before_string.strip(" \trRuUbB"):
            line_ranges.append((first, bisect_right(line_starts, end - 1)))
    return line_ranges


def _long_strings(source: str) -> Iterator[tuple[int, int]]:
    """The places [start, end) of strings in three quotes; one that nothing ends goes on to the end of the text.

    Only lines with three quotes are read word by word: no other string, and no comment, goes on in the next line.
    """
    at = 0
    while three_quotes := _AT_THREE_QUOTES.search(source, at):
        at = max(at, source.rfind("\n", 0, three_quotes.start()) + 1)
        while (found := _TRIPLE.search(source, at)) and at <= three_quotes.start():
            at = found.end()
            quotes = found[0]
            if quotes in _THREE_QUOTES:
                closing = source.find(quotes, at)
                at = closing + len(quotes) if closing >= 0 else len(source)
                yield found.start(), at
                break
