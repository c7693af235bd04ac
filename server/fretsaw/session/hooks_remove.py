"""Find hooks that were installed and take them out, also where a formatter ran over the file since."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from fretsaw.errors import UsageError
from fretsaw.hooks import json_text
from fretsaw.session.settings_file import read_settings, write_settings


def is_installed(row: dict[str, Any]) -> bool:
    """Tell whether all that was written is still in its file, in whatever layout."""
    try:
        text = read_settings(Path(row["file"]))
    except UsageError:
        return False
    for at in reversed(range(len(row["pieces"]))):
        text = _without_piece(text, row, at) if text is not None else None
    return bool(row["pieces"]) and text is not None


def take_out(row: dict[str, Any]) -> None:
    """Take the pieces out of one file. UsageError, and the file unchanged, where one is not as it was written."""
    file = Path(row["file"])
    text = read_settings(file)
    if text is None:
        return
    for at in reversed(range(len(row["pieces"]))):
        rest = _without_piece(text, row, at)
        if rest is None:
            raise UsageError(
                f"the hooks in {file} were edited", hint="remove the entries that call `vet --hook` yourself"
            )
        text = rest
    if file.suffix == ".json" and text.strip():
        text = _without_lone_comma(text, file)
    if row["created"] and "".join(text.split()) in ("", "{}", '{"version":1}'):
        Path(os.path.realpath(file)).unlink()  # a link that led nowhere leads nowhere again
        for folder in reversed(row["folders"]):
            with suppress(OSError):
                Path(folder).rmdir()
        return
    write_settings(file, text)


def _without_piece(text: str, row: dict[str, Any], number: int) -> str | None:
    """The text without a piece of ours: as it was written, else by its meaning; None where it has none."""
    piece = row["pieces"][number]
    entries = row.get("entries") or []
    if number < len(entries):
        try:
            return _without_entry(text, piece, *entries[number])
        except (ValueError, RecursionError):
            return None
    at = text.find(piece)
    if at >= 0:
        return text[:at] + text[at + len(piece) :]
    if Path(row["file"]).suffix == ".json" and _same_json(text, piece):
        return ""
    return _without_words(text, piece)


def _without_entry(text: str, piece: str, path: list[str], value: Any) -> str | None:
    start = json_text.find_element(text, path, lambda found: _is_ours(found, value))
    if start is None:
        return None
    # The same text may stand elsewhere too, as the entry of another event.
    at = text.rfind(piece, 0, start + len(piece))
    if at >= 0 and at <= start < at + len(piece):
        return text[:at] + text[at + len(piece) :]
    head = piece.strip()
    made = next((depth for depth, key in enumerate(path) if head.startswith((json.dumps(key), "{\n"))), len(path))
    return json_text.without_element(text, path, lambda found: _is_ours(found, value), made)


def _is_ours(found: Any, value: Any) -> bool:
    """Tell whether an entry is the one that was written, or that one with another time or matcher."""
    commands = _commands(found)
    return found == value or (bool(commands) and commands == _commands(value))


def _commands(value: Any) -> list[Any]:
    if not isinstance(value, dict):
        return []
    if "command" in value:
        return [value["command"]]
    hooks = value.get("hooks")
    return [one for hook in hooks for one in _commands(hook)] if isinstance(hooks, list) else []


def _same_json(one: str, other: str) -> bool:
    try:
        return bool(json.loads(one) == json.loads(other))
    except (ValueError, RecursionError):
        return False


_PUNCTUATION = re.compile(r"[\s;,'\"()]+")
"""Signs that a formatter of scripts adds and takes away."""


def _without_words(text: str, piece: str) -> str | None:
    """The text without the piece's words, whatever the blanks and quotes between them."""
    words = _PUNCTUATION.split(piece)
    signs = _PUNCTUATION.pattern.replace("+", "*")
    found = re.search(r"(?m)^[ \t]*" + signs.join(map(re.escape, filter(None, words))) + r"[;'\"()]*[ \t]*\n?", text)
    return None if found is None else text[: found.start()] + text[found.end() :]


_LONE_COMMAS = (("([\\[{]\\s*),", r"\1"), (r",(\s*),", r",\1"), (r",(\s*[\]}])", r"\1"))
"""A comma after the start, a second one, one before the end: what is left where our entry was parted from another."""


def _without_lone_comma(text: str, file: Path) -> str:
    """The text without a comma that only parted our entry from one that was added later."""
    is_strict = is_json(read_settings(file) or "")
    for pattern, replacement in (("$^", ""), *_LONE_COMMAS):
        repaired = re.sub(pattern, replacement, text, count=1)
        if is_json(repaired) if is_strict else _is_lenient_json(repaired):
            return repaired
    raise UsageError(f"removing the hooks would break {file}", hint="remove them yourself")


def is_json(text: str) -> bool:
    """Tell whether a text is strict JSON, but for a byte order mark."""
    try:
        json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


def _is_lenient_json(text: str) -> bool:
    try:
        json_text.check(text)
    except (ValueError, RecursionError):
        return False
    return True
