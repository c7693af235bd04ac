"""Tools that answer what a model would have to join from many files: definitions, callers, outlines, history."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fretsaw.core.chat import Tool
from fretsaw.core.context.outline import Definition, outline
from fretsaw.core.context.parts import Part
from fretsaw.core.context.render import documents
from fretsaw.core.graph.usages import Place, Usages, usages_of
from fretsaw.core.languages import is_test
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.lines import is_binary, split_lines
from fretsaw.core.text.safe_text import safe_text

_ROWS = 40
"""Rows of a page."""
_LONGEST_ROW = 160
_SHOWN, _LINES_SHOWN, _MOST_TEXT = 3, 120, 12_000
"""Definitions that are shown with their text, lines of one, and characters of all."""
_MOST_OUTLINE = 200


def _tool(name: str, description: str, required: str, /, **properties: str) -> Tool:
    schema = {key: {"type": kind} for key, kind in properties.items()}
    return Tool(name, description, {"type": "object", "properties": schema, "required": required.split()})


CODE_TOOLS: tuple[Tool, ...] = (
    _tool("definition", "Where a name (or Class.name) is defined, with its text.", "name", name="string"),
    _tool("references", "All uses of a name.", "name", name="string", page="integer"),
    _tool("callers", "Who calls, inherits or tests a name.", "name", name="string", page="integer"),
    _tool("outline", "A file's definitions with their lines.", "path", path="string"),
    _tool("history", "Last commits that changed these lines.", "path", path="string", first="integer", last="integer"),
)
"""Offered where the context leaves something out; terse, since their schemas are part of each such prompt."""


def run_code_tool(name: str, arguments: Mapping[str, Any], snapshot: Snapshot) -> str | None:
    """Run a tool of `CODE_TOOLS`; None for any other. Never fails, and answers from the snapshot alone."""
    run = _RUN.get(name)
    return run(arguments, snapshot) if run is not None else None


def _name(arguments: Mapping[str, Any]) -> str:
    """The name that is asked for, `a.b` at most, in whatever way it is written: `Cart::total()`, `cart.Cart.total`."""
    text = str(arguments.get("name") or "")[:400]
    parts = re.findall(r"[\w$]+", text.partition("(")[0])
    return ".".join(parts[-2:])


def _definition(arguments: Mapping[str, Any], snapshot: Snapshot) -> str:
    name = _name(arguments)
    if not name:
        return _NO_NAME
    usages = usages_of(snapshot, name)
    found = usages.of("definition")
    if not found and "." in name:
        name = name.rpartition(".")[2]
        usages = usages_of(snapshot, name)
        found = usages.of("definition")
    if not found:
        uses = f" It stands in {len(usages.places)} places; ask for its references." if usages.places else ""
        return f"No tracked file defines {name}.{uses}"
    rows = [] if len(found) <= _SHOWN else _page(snapshot, found, usages, 1)
    return "\n".join(rows) + _texts(found[:_SHOWN], snapshot)


def _texts(places: Sequence[Place], snapshot: Snapshot) -> str:
    parts = []
    left = _MOST_TEXT
    for place in places:
        text = snapshot.read(place.path) or ""
        lines = split_lines(text)
        around = _around(place, text)
        first = around.first if around is not None else place.occurrence.line
        last = min(around.last if around is not None else first, first + _LINES_SHOWN - 1)
        shown = "".join(lines[first - 1 : last])
        if len(shown) <= left:
            left -= len(shown)
            parts.append(Part(place.path, first, last, shown, "", whole=False))
    more = "".join(
        f"It goes on: read {safe_text(part.path)} from {part.last + 1}.\n"
        for part in parts
        if part.last - part.first + 1 == _LINES_SHOWN
    )
    return documents(parts) + more


def _around(place: Place, text: str) -> Definition | None:
    definitions = outline(place.path, text.replace("\r\n", "\n").split("\n"))
    return next((each for each in definitions if each.header == place.occurrence.line), None)


def _references(arguments: Mapping[str, Any], snapshot: Snapshot) -> str:
    name = _name(arguments)
    if not name:
        return _NO_NAME
    usages = usages_of(snapshot, name)
    return _listed(snapshot, usages.places, usages, arguments, f"No code of a tracked file holds {name}.")


def _callers(arguments: Mapping[str, Any], snapshot: Snapshot) -> str:
    name = _name(arguments)
    if not name:
        return _NO_NAME
    usages = usages_of(snapshot, name)
    found = usages.of("call", "base")
    overriding = usages.of("definition") if len(usages.of("definition")) > 1 else ()
    nobody = f"Nothing calls {name} by its name; it may be handed on: ask for its references."
    return _listed(snapshot, (*found, *overriding), usages, arguments, nobody)


def _listed(
    snapshot: Snapshot, places: Sequence[Place], usages: Usages, arguments: Mapping[str, Any], nothing: str
) -> str:
    if not places:
        return nothing
    page = arguments.get("page")
    number = max(1, page) if isinstance(page, int) and not isinstance(page, bool) else 1
    rows = _page(snapshot, places, usages, number)
    return "\n".join(rows) if rows else f"There are {-(-len(places) // _ROWS)} pages.\n"


def _page(snapshot: Snapshot, places: Sequence[Place], usages: Usages, number: int) -> list[str]:
    """Rows of places, those of sources before those of tests, by path and line; below them what is not shown."""
    order = sorted(places, key=lambda each: (is_test(each.path), each.path, each.occurrence.line))
    some = order[(number - 1) * _ROWS : number * _ROWS]
    rows = list(dict.fromkeys(_row(snapshot, each) for each in some))
    left = len(order) - number * _ROWS
    if rows and left > 0:
        rows.append(f"… and {left} more: page {number + 1}")
    if rows and usages.unread:
        rows.append(f"… and {usages.unread} more files hold the name and were not looked at")
    return [*rows, ""] if rows else []


def _row(snapshot: Snapshot, place: Place) -> str:
    path, (_, line, kind, scope) = place.path, place.occurrence
    lines = split_lines(snapshot.read(path) or "")
    text = lines[line - 1].strip()[:_LONGEST_ROW] if line <= len(lines) else ""
    inside = f" in {scope}" if scope else ""
    word = "test" if is_test(path) and kind != "definition" else kind
    return safe_text(f"{path}:{line}{inside} ({word}): {text}")


def _outline(arguments: Mapping[str, Any], snapshot: Snapshot) -> str:
    path = _path(arguments)
    text = snapshot.read(path) if path in snapshot.paths else None
    if text is None or is_binary(text):
        return f"There is no tracked text {safe_text(path)[:200]!r}; list_files finds it."
    lines = text.replace("\r\n", "\n").split("\n")
    definitions = outline(path, lines)
    rows = [f"{path} has {len(split_lines(text))} lines."]
    rows += [f"{each.first}-{each.last}: {lines[each.header - 1].rstrip()[:_LONGEST_ROW]}" for each in definitions]
    more = len(rows) - 1 - _MOST_OUTLINE
    rows = rows[: _MOST_OUTLINE + 1] + ([f"… and {more} more"] if more > 0 else [])
    return "\n".join(map(safe_text, rows)) + "\n"


def _history(arguments: Mapping[str, Any], snapshot: Snapshot) -> str:
    path = _path(arguments)
    if path not in snapshot.paths:
        return f"There is no tracked text {safe_text(path)[:200]!r}; list_files finds it."
    numbers = [arguments.get(key) for key in ("first", "last")]
    first, last = (int(each) if isinstance(each, int | float) and 0 < each < 10**7 else 0 for each in numbers)
    commits = snapshot.history(path, first, max(first, last) if first else 0)
    return safe_text("\n".join(commits)) + "\n" if commits else f"No commit is known for {safe_text(path)}.\n"


def _path(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("path") or "")[:4096].strip().replace("\\", "/").removeprefix("./").removeprefix("/")


_NO_NAME = "Give a name, such as that of a function or a class."
_RUN: Mapping[str, Callable[[Mapping[str, Any], Snapshot], str]] = {
    "definition": _definition,
    "references": _references,
    "callers": _callers,
    "outline": _outline,
    "history": _history,
}


def names_of(tools: Iterable[Tool]) -> str:
    """The names of tools, for a sentence."""
    return ", ".join(tool.name for tool in tools)
