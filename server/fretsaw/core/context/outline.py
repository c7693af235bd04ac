"""The definitions of a text and the lines they cover, for any language, without a parser.

A definition starts at a line with a defining word and ends where the indentation says so: this is right for code
that is laid out as usual, and harmless elsewhere, since it only decides which lines are shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MOST_LINES = 60_000
_BLANK = 1_000_000
_BY_INDENT = (".py", ".pyi", ".pyx", ".nim", ".coffee")
_PYTHON = re.compile(r"^([ \t]*)(?:async[ \t]+)?(def|class)[ \t]+(\w+)")
_MODIFIERS = (
    r"(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|unsafe|pub(?:\([\w ]+\))?|"
    r"override|virtual|inline|const|extern|open|sealed|data|declare|suspend|partial|synchronized|readonly)[ \t]+)*"
)
_BRACED = re.compile(
    rf"^([ \t]*){_MODIFIERS}"
    r"(function\*?|func|fn|class|interface|struct|enum|trait|impl|type|module|mod|namespace|def|fun|object|protocol|"
    r"extension|record|macro_rules!)"
    r"[ \t]+(?:\([^)]{0,80}\)[ \t]*)?(?:<[^>]{0,80}>[ \t]*)?([\w$]+)"
)
_ASSIGNED = re.compile(
    r"^([ \t]*)(?:export[ \t]+)?(?:default[ \t]+)?(const|let|var)[ \t]+([\w$]+)[^=\n]{0,120}=[ \t]*(?:async[ \t]*)?"
    r"(?:function|\(|[\w$]+[ \t]*=>|class|\{)"
)
# A method or function without a defining word: `name(args) {` or `Type name(args) {`.
_CALLABLE = re.compile(r"^([ \t]*)((?:[\w<>\[\],.?&*:~]+[ \t]+){0,6})[*#&]*([\w$~]+(?:::[\w~]+)*)[ \t]*\(")
_NOT_NAMES = frozenset(
    str.split("if for while switch catch return else do try with new throw await super assert match elif print yield")
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A class, a function or alike."""

    name: str
    first: int
    """First line from 1, decorators and comments right above included."""
    header: int
    """The line with the name."""
    last: int
    indent: int
    """Columns that the header is indented by."""
    holds: bool = False
    """True if other definitions stand inside (a class, a module)."""


def outline(path: str, lines: list[str]) -> tuple[Definition, ...]:
    """All definitions in order of their headers; `lines` without endings."""
    by_indent = path.endswith(_BY_INDENT)
    lines = lines[:_MOST_LINES]
    headers: list[tuple[int, int, str, bool]] = []
    for index, line in enumerate(lines):
        if len(line) > 400 or (by_indent and "def " not in line and "class " not in line):
            continue
        found = _header(line, by_indent=by_indent)
        if found:
            headers.append((index, *found))
    widths = _widths(lines)
    out = []
    for at, (index, indent, name, holder) in enumerate(headers):
        end = _end(lines, widths, index, by_indent=by_indent)
        inside = at + 1 < len(headers) and headers[at + 1][0] <= end and headers[at + 1][1] > indent
        out.append(Definition(name, _first(lines, index, indent) + 1, index + 1, end + 1, indent, holder and inside))
    return tuple(out)


def _header(line: str, *, by_indent: bool) -> tuple[int, str, bool] | None:
    """The indent, the name, and whether it may hold others, of a line that starts a definition."""
    if by_indent:
        found = _PYTHON.match(line)
        return (_width(found[1]), found[3], found[2] == "class") if found else None
    found = _BRACED.match(line) or _ASSIGNED.match(line)
    if found:
        return _width(found[1]), found[3], found[2] not in _HOLDS_NOTHING
    return _callable_header(line)


_HOLDS_NOTHING = ("function", "func", "fn", "def", "fun", "const", "let", "var")


def _callable_header(line: str) -> tuple[int, str, bool] | None:
    """The header of a function without a defining word, as in C and Java.

    `static int main(` and `  render() {` are headers; `main(argc,` at the margin and `  check(x)` are calls.
    """
    if "(" not in line or ";" in line or not line.rstrip().endswith(("{", "(", ",", ")")):
        return None
    found = _CALLABLE.match(line)
    if not found:
        return None
    indent, types, name = found[1], found[2], found[3]
    if name in _NOT_NAMES or (types or name).split()[0] in _NOT_NAMES:
        return None
    is_call = not types and (not indent or not line.rstrip().endswith("{"))
    return None if is_call else (_width(indent), name.rsplit("::", 1)[-1], False)


def _end(lines: list[str], widths: list[int], index: int, *, by_indent: bool) -> int:
    """Index of the last line of the definition that starts at `index`."""
    last, indent = index, widths[index]
    awaits_brace = not by_indent and "{" not in lines[index]
    for at in range(index + 1, len(lines)):
        width = widths[at]
        if width == _BLANK:
            continue
        if width > indent:
            last = at
            continue
        line = lines[at].strip()
        # The line that closes a signature, a bracket or the body stands at the header's own indentation.
        closes = line[0] in ")]}" or (not by_indent and (line[0] == "{" or line.startswith(("end", "where"))))
        if width < indent or not closes:
            return last
        last = at
        if by_indent:
            continue
        if awaits_brace and "{" in line:
            awaits_brace = False
        elif not line.endswith(("{", "(")):
            return last
    return last


def _first(lines: list[str], index: int, indent: int) -> int:
    """Index of the first line that belongs to a header: its decorators, attributes and comments."""
    at = index
    while at > 0 and index - at < 30:
        above = lines[at - 1].strip()
        if not above.startswith(("@", "#", "//", "/*", "*")) or _width(lines[at - 1]) < indent:
            break
        at -= 1
    return at


def _widths(lines: list[str]) -> list[int]:
    """Columns of white space that each line starts with, `_BLANK` for one that has nothing else."""
    if any("\t" in line for line in lines):
        return [_width(line) if line and not line.isspace() else _BLANK for line in lines]
    return [len(line) - len(line.lstrip(" ")) if line and not line.isspace() else _BLANK for line in lines]


def _width(line: str) -> int:
    """Columns of white space that a line starts with; a tab goes to the next multiple of 8."""
    count = len(line) - len(line.lstrip(" \t"))
    return count if "\t" not in line[:count] else len(line[:count].expandtabs(8))
