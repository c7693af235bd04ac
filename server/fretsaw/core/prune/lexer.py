"""Words of program text in many languages, loosely: enough to see that two lines say the same. Proves nothing alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator

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
_HASH = re.compile(rf"{_STRING}|(?P<comment>#[^\n]*)|{_REST}", re.DOTALL)
_SLASH = re.compile(rf"{_STRING}|(?P<comment>//[^\n]*|/\*.*?\*/)|{_REST}", re.DOTALL)
_COMMENT_HASH = re.compile(r"\s*#")
_COMMENT_SLASH = re.compile(r"\s*(//|/\*|\*(?![\w(*]))")
_MARKED = re.compile(r"^(#+|//+|/\*+)[ \t]+(?=[-\w(\[{\"'`.$])")
_ESCAPE = re.compile(r"\\(?:x\w\w|u\w{4}|U\w{8})")


def words(text: str, language: str) -> list[str]:
    """The text's words without blanks; a string that may change its quotes has one form for both."""
    return [word for _, _, word in spans(text, language)]


def spans(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Yield the place of each word, [start, end), and the word as `words` gives it."""
    pattern = _HASH if language in HASH_COMMENTS else _SLASH
    for found in pattern.finditer(text):
        kind = found.lastgroup
        if kind == "blank":
            continue
        word = found[0]
        if kind == "comment":
            word = word.rstrip()
        elif kind == "number":
            word = _one_number(word)
        elif kind == "string" and language in FREE_QUOTES:
            word = _one_quote(word)
        yield found.start(), found.end(), word


def loose(text: str, language: str) -> list[str]:
    """Words without what formatters add and take away: round brackets and commas before a closing one."""
    if language == "python":
        # The ends of a long string may stand in different pieces of a patch.
        text = text.replace("'''", '"""')
    out = extended([], words(text, language), language)
    return out[:-1] if out and out[-1] == "," else out


def extended(row: list[str], more: Iterable[str], language: str) -> list[str]:
    """Words as `loose` gives them with more words after them, in place; a last comma may stand there still."""
    for word in more:
        if word.startswith(("#", "//", "/*")):
            # Black writes `type: ignore`, which `type:ignore` is as well.
            word = " ".join(unspaced(word).split()).replace(": ", ":")  # noqa: PLW2901
        elif "\\" in word or word[-1] == "`":
            word = _ESCAPE.sub(lambda escape: escape[0].lower(), word).replace("'", '"')  # noqa: PLW2901
        if word in (")", "]", "}") and row and row[-1] == ",":
            row.pop()
        if word == ":" and row and language in OPTIONAL_SEMICOLON and row[-1][1:-1].isidentifier():
            row[-1] = row[-1].strip("\"'")
        if word not in _FREE.get(language, "()"):
            row.append(word)
    return row


def unspaced(comment: str) -> str:
    """The comment without blanks after its marker. Before some signs they mean something: `# !` is no `#!`, `// !` and
    `// /` document nothing, `// #` names no source map."""
    return _MARKED.sub(r"\1", comment, count=1)


def is_comment(line: str, language: str) -> bool:
    """Return True if the line holds a comment and nothing else."""
    pattern = _COMMENT_HASH if language in HASH_COMMENTS else _COMMENT_SLASH
    return pattern.match(line) is not None and not line.startswith("#!")


def without_comment(line: str, language: str) -> tuple[str, str]:
    """The line's code (blanks at its end removed) and the comment at its end, "" where there is none."""
    pattern = _HASH if language in HASH_COMMENTS else _SLASH
    for found in pattern.finditer(line):
        if found.lastgroup == "comment":
            return line[: found.start()].rstrip(), found[0].rstrip()
    return line.rstrip(), ""


def _one_number(word: str) -> str:
    """The number in lower case, with digits on both sides of its point."""
    low = word.lower()
    return "0" + low if low[0] == "." else low.removesuffix(".") + (".0" if low[-1] == "." else "")


def _one_quote(word: str) -> str:
    """The string with double quotes where its content allows it."""
    at = next(i for i, char in enumerate(word) if char in "\"'`")
    prefix, rest = word[:at].lower().replace("u", ""), word[at:]
    if rest.startswith(("'''", '"""')) and len(rest) >= 6:
        return f'{prefix}"""{rest[3:-3]}"""'
    if rest[0] == "`":
        return prefix + rest
    body = rest[1:-1]
    if "r" not in prefix:
        body = body.replace("\\'", "'").replace('\\"', '"')
    return f'{prefix}"{body}"'


_TRIPLE = re.compile(r"#[^\n]*|\"\"\"|'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'")


def prose_spans(lines: list[str]) -> list[tuple[int, int]]:
    """Python: line ranges [a, b) of long strings that begin a line of their own: docstrings, for the most part."""
    source = "".join(lines)
    starts = _offsets(lines)
    spans = []
    at = 0
    while found := _TRIPLE.search(source, at):
        at = found.end()
        if found[0] not in ('"""', "'''"):
            continue
        end = source.find(found[0], at)
        at = len(source) if end < 0 else end + 3
        first = bisect_right(starts, found.start()) - 1
        if not source[starts[first] : found.start()].strip(" \trRuUbB"):
            spans.append((first, bisect_right(starts, at - 1)))
    return spans


def _offsets(lines: list[str]) -> list[int]:
    out = []
    total = 0
    for line in lines:
        out.append(total)
        total += len(line)
    return out
