"""Put entries into a JSON file's text and take them out again, byte for byte; comments and trailing commas are read.

Every insertion is one piece of text, so that taking the piece out leaves what was there, whatever else was edited.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

_BLANK = re.compile(r"(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SCALAR = re.compile(r"[^\s,\]}/]+")


class JsonTextError(ValueError):
    """The text is no JSON; the message says where."""


def find_insertion(text: str, path: Sequence[str], value: Any) -> tuple[int, str]:
    """Find where to insert, and the text that puts `value` at the front of the list at `path`, with missing keys.

    JsonTextError; ValueError where something else than an object or a list stands on the way.
    """
    at = _skip(text, 0)
    if at == len(text):
        whole: Any = [value]
        for key in reversed(path):
            whole = {key: whole}
        return len(text), json.dumps(whole, indent=2) + "\n"
    depth = 0
    for key in path:
        if text[at : at + 1] != "{":
            raise ValueError(f"{'.'.join(path[:depth]) or 'the file'} is not an object")
        found = _members(text, at).get(key)
        if found is None:
            wanted: Any = [value]
            for name in reversed(path[depth + 1 :]):
                wanted = {name: wanted}
            return at + 1, _piece(text, at, depth, f"{json.dumps(key)}: ", wanted)
        at, depth = found, depth + 1
    if text[at : at + 1] != "[":
        raise ValueError(f"{'.'.join(path)} is not a list")
    return at + 1, _piece(text, at, depth, "", value)


def _piece(text: str, at: int, depth: int, head: str, value: Any) -> str:
    """A member or an element for the front of the container at `at`, laid out as the file is."""
    inner = _skip(text, at + 1)
    is_empty = text[inner] in "]}"
    comma = "" if is_empty else ","
    if "\n" not in text[at:] and "\n" not in text.strip():
        return head + json.dumps(value) + comma + ("" if is_empty else " ")
    newline = "\r\n" if "\r\n" in text else "\n"
    unit = _indent_unit(text)
    dumped = json.dumps(value, indent=unit).replace("\n", newline + unit * (depth + 1))
    piece = newline + unit * (depth + 1) + head + dumped + comma
    return piece + (newline + unit * depth if is_empty and "\n" not in text[at:inner] else "")


def _indent_unit(text: str) -> str:
    found = re.search(r"\n([ \t]+)[\"/]", text)
    return found.group(1) if found else "  "


def _members(text: str, at: int) -> dict[str, int]:
    """Key -> index of its value, of the object that begins at `at`."""
    found = {}
    at = _skip(text, at + 1)
    while text[at : at + 1] != "}":
        key = _STRING.match(text, at)
        if key is None:
            raise JsonTextError(f"a key is expected in line {text.count(chr(10), 0, at) + 1}")
        at = _skip(text, key.end())
        if text[at : at + 1] != ":":
            raise JsonTextError(f"a colon is expected in line {text.count(chr(10), 0, at) + 1}")
        at = _skip(text, at + 1)
        found[json.loads(key.group(), strict=False)] = at
        at = _after_comma(text, _end(text, at), "}")
    return found


def _after_comma(text: str, at: int, close: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] == ",":
        return _skip(text, at + 1)
    if text[at : at + 1] != close:
        raise JsonTextError(f"a comma or {close} is expected in line {text.count(chr(10), 0, at) + 1}")
    return at


def _end(text: str, at: int) -> int:
    """The index after the value that begins at `at`."""
    opening = text[at : at + 1]
    if opening == "{":
        at = _skip(text, at + 1)
        while text[at : at + 1] != "}":
            key = _STRING.match(text, at)
            if key is None:
                raise JsonTextError(f"a key is expected in line {text.count(chr(10), 0, at) + 1}")
            at = _skip(text, _skip(text, key.end()) + 1)
            at = _after_comma(text, _end(text, at), "}")
        return at + 1
    if opening == "[":
        at = _skip(text, at + 1)
        while text[at : at + 1] != "]":
            at = _after_comma(text, _end(text, at), "]")
        return at + 1
    scalar = _STRING.match(text, at) if opening == '"' else _SCALAR.match(text, at)
    if scalar is None:
        raise JsonTextError(f"a value is expected in line {text.count(chr(10), 0, at) + 1}")
    return scalar.end()


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def check(text: str) -> None:
    """JsonTextError where the text is no JSON value with blanks, comments and nothing else around it."""
    at = _skip(text, 0)
    try:
        if at < len(text) and _skip(text, _end(text, at)) != len(text):
            raise JsonTextError("it has text after its JSON")
    except RecursionError:
        raise JsonTextError("it is nested too deeply") from None


def find_element(text: str, path: Sequence[str], is_wanted: Callable[[Any], bool]) -> int | None:
    """The index of the first such element of the list at `path`; None where it has none."""
    containers = _containers(text, path)
    if len(containers) <= len(path):
        return None
    return next((item.start for item in _items(text, containers[-1]) if is_wanted(_value(text, item))), None)


def without_element(text: str, path: Sequence[str], is_wanted: Callable[[Any], bool], made: int) -> str | None:
    """The text without the first such element of the list at `path`, however it is laid out; None where it has none.

    `made`: how many keys of the path were there before the element; the others go where nothing is left in them.
    """
    start = find_element(text, path, is_wanted)
    if start is None:
        return None
    containers = _containers(text, path)
    found = next(item for item in _items(text, containers[-1]) if item.start == start)
    text = _without_item(text, containers[-1], found)
    for depth in range(len(path) - 1, made - 1, -1):
        if _items(text, containers[depth + 1]):
            break
        member = next(item for item in _items(text, containers[depth]) if item.value == containers[depth + 1])
        text = _without_item(text, containers[depth], member)
    return text


class _Item(NamedTuple):
    """An element of a list or a member of an object: indices of its start, its value and its end."""

    start: int
    value: int
    end: int


def _containers(text: str, path: Sequence[str]) -> list[int]:
    """The indices of the objects and, last, the list that a path leads through, as far as they are there."""
    found = [_skip(text, 0)]
    for depth, key in enumerate(path):
        at = _members(text, found[-1]).get(key) if text[found[-1] : found[-1] + 1] == "{" else None
        if at is None or text[at : at + 1] != ("[" if depth == len(path) - 1 else "{"):
            break
        found.append(at)
    return found


def _items(text: str, at: int) -> list[_Item]:
    """The elements or members of the container that begins at `at`."""
    close = "]" if text[at] == "[" else "}"
    found = []
    at = _skip(text, at + 1)
    while text[at : at + 1] != close:
        start = value = at
        if close == "}":
            key = _STRING.match(text, at)
            if key is None:
                raise JsonTextError(f"a key is expected in line {text.count(chr(10), 0, at) + 1}")
            value = _skip(text, _skip(text, key.end()) + 1)
        end = _end(text, value)
        found.append(_Item(start, value, end))
        at = _after_comma(text, end, close)
    return found


def _value(text: str, item: _Item) -> Any:
    try:
        return json.loads(text[item.value : item.end], strict=False)
    except ValueError:  # it has comments: it is not as we wrote it
        return None


def _without_item(text: str, container: int, item: _Item) -> str:
    """The text without an item, one of its commas and the blanks between."""
    items = _items(text, container)
    at = items.index(item)
    if at + 1 < len(items):
        gap = text[item.end : items[at + 1].start]
        end = items[at + 1].start if gap.strip() == "," else item.end
        return text[: item.start] + text[end:]
    start = items[at - 1].end if at else container + 1
    between = text[start : item.start].strip()
    start = start if between in ("", ",") else item.start
    end = item.end
    if not at:
        closing = re.compile(r"\s*").match(text, end)
        end = closing.end() if closing and text[closing.end()] in "]}" else end
    return text[:start] + text[end:]
