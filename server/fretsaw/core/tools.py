"""The read-only tools that a model may call, answered from a snapshot. They run nothing and change nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from fretsaw.core.chat import Tool, ToolCall
from fretsaw.core.code_tools import CODE_TOOLS, names_of, run_code_tool
from fretsaw.core.context.parts import Part
from fretsaw.core.context.render import documents
from fretsaw.core.context.search import find
from fretsaw.core.prompt.edit_forms import TOOL_FORMS, EditForm
from fretsaw.core.snapshot import Snapshot
from fretsaw.core.text.lines import is_binary, split_lines
from fretsaw.core.text.safe_text import safe_text

_MOST_LINES = 400
_MOST_TEXT = 16_000
_MOST_ROWS = 60
_MOST_FILES = 150
_LONGEST_ROW = 180
_MOST_WORDS = 12
_LONGEST_ARGUMENTS = 200_000


def _tool(name: str, description: str, required: str, **properties: str) -> Tool:
    schema = {key: {"type": kind} for key, kind in properties.items()}
    return Tool(name, description, {"type": "object", "properties": schema, "required": required.split()})


TOOLS: tuple[Tool, ...] = (
    _tool("read_file", "Lines of a file.", "path", path="string", first="integer", last="integer"),
    _tool("search", "Lines that hold any of these whole words, case as written.", "words", words="string"),
    _tool("list_files", "Paths below a folder or matching a glob.", "folder", folder="string"),
    _tool("submit_edit", "Your answer, if not in the text: all edits in the form asked for.", "edits", edits="string"),
)
"""Terse on purpose: their schemas are part of every prompt."""

SUBMIT = "submit_edit"


def tools_for(form: EditForm, *, partial: bool) -> tuple[Tool, ...]:
    """The tools to offer beside a form of edit: where edits come by a tool of their own, none that takes edits.

    `partial`: the prompt leaves something of the repository out, of which more can be asked.
    """
    tools = tuple(tool for tool in TOOLS if tool.name != SUBMIT) if form in TOOL_FORMS else TOOLS
    return (*tools, *CODE_TOOLS) if partial else tools


def edits_of(call: ToolCall) -> str | None:
    """The edits that a call of `submit_edit` holds, read leniently; None for any other tool."""
    if call.name != SUBMIT:
        return None
    arguments = _arguments(call)
    if isinstance(arguments, str):
        return call.arguments
    texts = [value for value in arguments.values() if isinstance(value, str)]
    return "\n".join(texts) if texts else call.arguments


def run_tool(call: ToolCall, snapshot: Snapshot) -> str:
    """Run a tool: never fails, answers with about 16,000 characters at most, and only from the snapshot."""
    arguments = _arguments(call)
    if isinstance(arguments, str):
        return arguments
    run = _RUN.get(call.name)
    if run is not None:
        return run(arguments, snapshot)
    answer = run_code_tool(call.name, arguments, snapshot)
    if answer is None:
        return f"There is no tool {safe_text(call.name)[:60]!r}; there are {names_of((*TOOLS, *CODE_TOOLS))}."
    return answer


def _arguments(call: ToolCall) -> Mapping[str, Any] | str:
    """The arguments, or a sentence for the model on what is wrong with them."""
    if len(call.arguments) > _LONGEST_ARGUMENTS:
        return "The arguments are too long."
    try:
        read = json.loads(call.arguments or "{}", strict=False)
    except (ValueError, RecursionError) as error:
        return f"The arguments are not a JSON object ({str(error)[:120]}). Call the tool again."
    return read if isinstance(read, dict) else "The arguments have to be a JSON object. Call the tool again."


def _read_file(arguments: Mapping[str, Any], snapshot: Snapshot) -> str:
    path = _path(arguments.get("path"))
    if path not in snapshot.paths:
        return _no_file(path, snapshot)
    text = snapshot.read(path)
    if text is None or is_binary(text):
        return f"{path} is binary, too large or gone: it cannot be shown."
    lines = split_lines(text)
    first = max(1, _integer(arguments.get("first"), 1))
    last = min(len(lines), _integer(arguments.get("last"), first + _MOST_LINES - 1), first + _MOST_LINES - 1)
    if first > max(1, len(lines)) or last < first - 1:
        return f"{path} has {len(lines)} lines."
    shown: list[str] = []
    size = 0
    for line in lines[first - 1 : last]:
        size += len(line)
        if size > _MOST_TEXT and shown:
            break
        shown.append(line[:_MOST_TEXT])
    end = first + len(shown) - 1
    part = Part(path, first, end, "".join(shown), "", whole=first == 1 and end >= len(lines))
    more = "" if end >= len(lines) else f"It has {len(lines)} lines; read on from {end + 1}.\n"
    return documents((part,)) + more


def _search(arguments: Mapping[str, Any], snapshot: Snapshot) -> str:
    asked = arguments.get("words")
    text = " ".join(map(str, asked)) if isinstance(asked, list) else str(asked or "")
    words = list(dict.fromkeys(re.findall(r"\w{2,80}", text[:2000])))[:_MOST_WORDS]
    if not words:
        return "Give one or more words to look for, such as names of functions or classes."
    rows: dict[tuple[str, int], tuple[set[str], str]] = {}
    for hit in find(snapshot, words):
        rows.setdefault((hit.path, hit.line), (set(), hit.text))[0].add(hit.word)
    if not rows:
        return f"No line of a tracked file holds {' or '.join(words)}."
    by_file: dict[str, set[str]] = {}
    for (path, _), (held, _text) in rows.items():
        by_file.setdefault(path, set()).update(held)
    order = sorted(rows, key=lambda key: (-len(by_file[key[0]]), key[0], -len(rows[key][0]), key[1]))
    shown, size = [], 0
    for path, line in order[:_MOST_ROWS]:
        row = f"{path}:{line}: {_line_of(snapshot, path, line).strip()[:_LONGEST_ROW]}"
        size += len(row)
        if size > _MOST_TEXT // 2:
            break
        shown.append(safe_text(row))
    more = len(rows) - len(shown)
    return "\n".join(shown) + (f"\n… and {more} more lines; look for rarer words.\n" if more else "\n")


def _line_of(snapshot: Snapshot, path: str, line: int) -> str:
    """A line as the snapshot shows it: what a search found on disk may hold what is kept back here."""
    lines = split_lines(snapshot.read(path) or "")
    return lines[line - 1] if line <= len(lines) else ""


def _list_files(arguments: Mapping[str, Any], snapshot: Snapshot) -> str:
    folder = _path(arguments.get("folder")).strip("/")
    is_glob = any(mark in folder for mark in "*?[")
    if folder in ("", "."):
        paths = list(snapshot.paths)
    elif is_glob:
        paths = [path for path in snapshot.paths if fnmatchcase(path, folder) or fnmatchcase(_last(path), folder)]
    else:
        paths = [path for path in snapshot.paths if path.startswith(folder + "/") or path == folder]
    if not paths:
        return _no_file(folder, snapshot)
    if len(paths) <= _MOST_FILES:
        return safe_text("\n".join(sorted(paths))) + "\n"
    rows = _counted_entries(paths, folder.count("/") + 1 if folder and not is_glob else 0)
    return safe_text("\n".join(rows[:_MOST_ROWS])) + f"\n({len(paths)} files; ask for a folder below)\n"


def _last(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _counted_entries(paths: list[str], depth: int) -> list[str]:
    """The entries of a folder `depth` levels down: files by name, folders with how many files are below.

    `a/b/x`, `a/b/y`, `a/z` at depth 1: `a/b/ (2 files)`, `a/z`.
    """
    counts: dict[str, int] = {}
    for path in paths:
        parts = path.split("/")
        name = "/".join(parts[: depth + 1]) + ("/" if len(parts) > depth + 1 else "")
        counts[name] = counts.get(name, 0) + 1
    return [f"{name} ({count} files)" if name.endswith("/") else name for name, count in sorted(counts.items())]


def _submit_edit(_arguments: Mapping[str, Any], _snapshot: Snapshot) -> str:
    return "Received."


_RUN: Mapping[str, Callable[[Mapping[str, Any], Snapshot], str]] = {
    "read_file": _read_file,
    "search": _search,
    "list_files": _list_files,
    SUBMIT: _submit_edit,
}


def _no_file(path: str, snapshot: Snapshot) -> str:
    """Say why there is nothing to show, with the nearest names of what may be shown."""
    if path in snapshot.secrets:
        return f"{safe_text(path)} may hold secrets: it is not shown. Do without it."
    if path in snapshot.left_out:
        return f"{safe_text(path)} cannot be shown: {safe_text(snapshot.left_out[path])}."
    near = _nearest(path, snapshot.paths)
    hint = f" Did you mean {', '.join(near)}?" if near else " Use list_files or search to find it."
    return f"There is no tracked file or folder {safe_text(path)[:200] or 'without a name'}.{safe_text(hint)}"


def _nearest(path: str, paths: tuple[str, ...]) -> list[str]:
    """At most three tracked paths like a wrong one: the same name elsewhere, else a name that looks alike."""
    name = path.rsplit("/", 1)[-1][:100]
    same = [each for each in paths if each.rsplit("/", 1)[-1] == name]
    if same:
        return same[:3]
    names: dict[str, str] = {}
    for each in paths:
        names.setdefault(each.rsplit("/", 1)[-1], each)
    alike = [each for each in names if each[:1].lower() == name[:1].lower()][:2000]
    return [names[each] for each in get_close_matches(name, alike, n=3, cutoff=0.7)]


def _path(value: object) -> str:
    """A path as the model wrote it, in the repository's spelling."""
    text = value if isinstance(value, str) else ""
    return text[:4096].strip().replace("\\", "/").removeprefix("./").removeprefix("/")


def _integer(value: object, default: int) -> int:
    """A line number, also from `"12"` or `12.0`."""
    try:
        return int(float(value)) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else default
    except (ValueError, OverflowError):
        return default
