"""Find new lint findings: only the difference counts, never what was there already.

Read are JSON (ruff, eslint, shellcheck, mypy, clippy and what looks like them), lines `path:line[:column]: text`,
`path(line,column): text`, annotations of GitHub, a text with its place below (`--> path:line`, rustc and ruff), blocks
of shellcheck and eslint, and files that a formatter would change. Numbers move with every edit, so findings are
compared by path and text.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeAlias

Finding: TypeAlias = "tuple[str, int, str]"
"""(path, line number from 1 or 0 for the whole file, text)"""

_MOST_LINES = 20_000
_LONGEST = 1000
_LINE = re.compile(r"^\s*(?:\./)?(?P<path>[^\s:]+):(?P<line>\d+)(?::\d+)?(?:[:-]\d+)*:?\s+(?:- )?(?P<text>\S.*)$")
_PARENTHESES = re.compile(r"^(?P<path>[^\s(:][^(:]*)\((?P<line>\d+)(?:,\d+)?\):\s+(?P<text>\S.*)$")
_GITHUB = re.compile(r"^::(?:error|warning|notice) (?P<given>[^:]*(?::(?!:)[^:]*)*)::(?P<text>.*)$")
_PLACE_BELOW = re.compile(r"^\s*(?:-->|╭─\[|┌─)\s*(?P<path>[^\s:]+):(?P<line>\d+)(?::\d+)?")
_SHELLCHECK = re.compile(r"^In (?P<path>.+) line (?P<line>\d+):$")
_MARKED = re.compile(r"\^-+\^?\s*(?P<text>SC\d+\b.*)$|\^-*\^?\s+(?P<other>SC\d+\b.*)$")
_ROW = re.compile(r"^\s+(?P<line>\d+):\d+\s+(?P<text>(?:error|warning|info)\s+\S.*)$")
_FILE = re.compile(r"^(?:\./|/|[A-Za-z]:)?[\w.@+ -]+(?:/[\w.@+ -]+)*\.\w{1,8}$")
_UNFORMATTED = re.compile(
    r"^(?:would reformat:?|\[warn\]|\[error\]|unformatted:?|Diff in) (?P<path>[^\s:]+\.\w{1,8})(?::\d+)?:?$",
    re.IGNORECASE,
)


def lint_findings(output: str) -> tuple[Finding, ...]:
    """Every finding that can be read, in the order of the output."""
    return tuple(_of_json(output)) or tuple(_of_text(output))


def new_findings(before: str, after: str) -> tuple[str, ...]:
    """The findings of `after` that `before` has not, as `path:line: text`, in their order.

    >>> new_findings("a.py:3:1: unused x", "a.py:9:1: unused x\\na.py:9:1: unused y")
    ('a.py:9: unused y',)
    """
    old = Counter((path, text) for path, _, text in lint_findings(before))
    new = []
    for path, line, text in lint_findings(after):
        if old[path, text] > 0:
            old[path, text] -= 1
        else:
            new.append(f"{path}:{line}: {text}" if line else f"{path}: {text}")
    return tuple(new)


def _of_text(output: str) -> Iterator[Finding]:
    """Findings of lines; some have their place in a line above (a file's heading) or their text there."""
    heading, place, above = "", ("", 0), ""
    for raw in output.split("\n")[:_MOST_LINES]:
        line = raw[:_LONGEST].rstrip()
        found = _of_line(line) or _with_text_above(line, above)
        if found:
            yield found
        elif match := _SHELLCHECK.match(line):
            place = (match["path"], int(match["line"]))
        elif (match := _MARKED.search(line)) and place[0]:
            yield (*place, (match["text"] or match["other"]).strip())
        elif (match := _ROW.match(line)) and heading:
            yield heading, int(match["line"]), " ".join(match["text"].split())
        elif _FILE.match(line):
            heading = line.removeprefix("./")
        above = line if line.strip() and not _PLACE_BELOW.match(line) else above


def _of_line(line: str) -> Finding | None:
    """A line that is a finding by itself."""
    if match := _GITHUB.match(line):
        given = dict(part.partition("=")[::2] for part in match["given"].split(","))
        number = given.get("line", "0")
        return given.get("file", ""), int(number) if number.isdigit() else 0, _without_place(match["text"])
    if match := _UNFORMATTED.match(line):
        return match["path"], 0, "is not formatted"
    match = _PARENTHESES.match(line) or (None if _PLACE_BELOW.match(line) else _LINE.match(line))
    if match is None or _looks_like_time(match["path"]):
        return None
    return match["path"].removeprefix("./"), int(match["line"]), match["text"].strip()


def _looks_like_time(path: str) -> bool:
    return path.isdigit() or path.startswith(("http", "["))


def _without_place(text: str) -> str:
    match = _LINE.match(text)
    return match["text"].strip() if match else text.strip()


def _with_text_above(line: str, above: str) -> Finding | None:
    """`--> path:line:column` under what it is about, as rustc, clippy and ruff print it."""
    match = _PLACE_BELOW.match(line)
    return (match["path"].removeprefix("./"), int(match["line"]), above.strip()) if match and above.strip() else None


# -- JSON -----------------------------------------------------------------------------------------


def _of_json(output: str) -> Iterator[Finding]:
    """Findings of a JSON document, or of one a line; nothing where the output is neither."""
    text = output.strip()
    if not text.startswith(("[", "{")) and '\n{"' not in text:  # cargo writes of its progress between the objects
        return
    try:
        rows: list[Any] = [json.loads(text)]
    except (ValueError, RecursionError):
        rows = [row for row in map(_row, text.split("\n")[:_MOST_LINES]) if row is not None]
    for row in rows:
        yield from _of_value(row, "")


def _row(line: str) -> Any:
    try:
        return json.loads(line) if line.startswith(("{", "[")) else None
    except (ValueError, RecursionError):
        return None


def _of_value(value: Any, path: str) -> Iterator[Finding]:
    """Objects that have a message, with the place that they or what is around them name."""
    if isinstance(value, list):
        for one in value:
            yield from _of_value(one, path)
    if not isinstance(value, dict):
        return
    span = _span(value)
    path = str(span.get("file_name") or _first(value, _PATH_KEYS, str) or path)
    message = _first(value, ("message",), str)
    if message and path:
        code = value.get("code") or value.get("ruleId") or value.get("rule") or ""
        name = code.get("code", "") if isinstance(code, dict) else code
        yield path, _line_of(value, span), f"{name} {message}".strip()
        return
    for key in _LIST_KEYS:
        yield from _of_value(value.get(key), path)


_PATH_KEYS = ("filename", "filePath", "file", "path")
_LIST_KEYS = ("messages", "message", "comments", "results", "diagnostics", "Issues", "generalDiagnostics")


def _first(value: dict[str, Any], keys: tuple[str, ...], kind: type) -> Any:
    """The first value of these keys that is of this kind and not empty; None where there is none."""
    return next((value[key] for key in keys if isinstance(value.get(key), kind) and value[key]), None)


def _span(value: dict[str, Any]) -> dict[str, Any]:
    spans = value.get("spans")
    return spans[0] if isinstance(spans, list) and spans and isinstance(spans[0], dict) else {}


def _line_of(value: dict[str, Any], span: dict[str, Any]) -> int:
    location = value.get("location")
    places = [value, location if isinstance(location, dict) else {}, span]
    found = (_first(place, ("line", "row", "line_start"), int) for place in places)
    return next((int(line) for line in found if line is not None), 0)
