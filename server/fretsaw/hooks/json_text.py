"""Put entries into a JSON file's text and take them out again, byte for byte; comments and trailing commas are read.

Every insertion is one piece of text, so that taking the piece out leaves what was there, whatever else was edited.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

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
    if at < len(text) and _skip(text, _end(text, at)) != len(text):
        raise JsonTextError("it has text after its JSON")
