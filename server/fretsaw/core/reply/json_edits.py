"""Tool-call arguments and other JSON that holds an edit in any form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator

from fretsaw.core.reply.edit_block import EditBlock, Reading

_PATHS = ("path", "file_path", "filePath", "file", "filename", "target_file", "relative_path", "absolute_path")
_OLDS = (
    "old_string",
    "old_str",
    "oldString",
    "old_text",
    "oldText",
    "old_code",
    "search",
    "original",
    "find",
    "SEARCH",
)
_NEWS = (
    "new_string",
    "new_str",
    "newString",
    "new_text",
    "newText",
    "new_code",
    "replace",
    "patched",
    "updated",
    "REPLACE",
)
_WHOLE = ("content", "contents", "file_text", "text", "code", "code_edit")
_EVERY = ("replace_all", "replaceAll", "allow_multiple", "allowMultiple", "global")
_COUNTS = ("expected_replacements", "expectedReplacements", "expected_count", "count")
_BELOW = ("insert_line", "insertLine", "after_line", "afterLine")
_INSERTED = ("insert_text", "insertText", "text", "content")
_NESTED = 6


def parsed(text: str) -> object | None:
    """The JSON value that a text is, where it is an object, a list or a string; None otherwise.

    A text that begins as one and ends early gives None too; `cut_off` tells.
    """
    bare = text.strip()
    if bare[:1] not in ("{", "[", '"') or bare[-1:] not in ("}", "]", '"') or len(bare) > 20_000_000:
        return None
    try:
        value: object = json.loads(bare, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list, str)) else None


def cut_off(text: str) -> bool:
    """Return True if a text begins as the arguments of an edit and ends before they do."""
    bare = text.strip()
    return re.match(r'^\{\s*"\w+"\s*:', bare) is not None and parsed(bare) is None and _opens(bare)


def _opens(bare: str) -> bool:
    return any(
        f'"{name}"' in bare[:4000] for name in (*_PATHS, "input", "patch", "diff", "edits", "arguments", "command")
    )


def calls(text: str) -> tuple[str, ...]:
    """The arguments inside `<tool_call>` tags."""
    found: list[str] = []
    for name in ("tool_call", "function_call"):
        at = text.find(f"<{name}>")
        while at >= 0:
            begin = at + len(name) + 2
            end = text.find(f"</{name}>", begin)
            if end < 0:
                break
            found.append(text[begin:end])
            at = text.find(f"<{name}>", end)
    return tuple(found)


def from_value(value: object, read: Callable[[str, str], Reading], path: str = "", depth: int = 0) -> Iterator[Reading]:
    """Read a JSON value: blocks from its own keys, else whatever its strings hold.

    `read(text, path)` reads a string in any grammar.
    """
    if depth > _NESTED:
        return
    if isinstance(value, str):
        inner = parsed(value) if value[:1] in ("{", "[") else None
        if inner is not None and not isinstance(inner, str):
            yield from from_value(inner, read, path, depth + 1)
        elif len(value) > 8:
            yield read(value, path)
    elif isinstance(value, list):
        for item in value:
            yield from from_value(item, read, path, depth + 1)
    elif isinstance(value, dict):
        yield from _from_object(value, read, path, depth)


def _from_object(
    value: dict[str, object], read: Callable[[str, str], Reading], path: str, depth: int
) -> Iterator[Reading]:
    path = _text(value, _PATHS) or path
    edit = _replacement(value, path) or _insertion(value, path) if path else None
    if edit is not None:
        yield _reading(edit)
        return
    whole = _text(value, _WHOLE)
    if path and whole is not None and not any(isinstance(item, (dict, list)) for item in value.values()):
        inside = read(whole, path)
        yield (
            inside if inside.blocks else _reading(EditBlock(path, "overwrite", (), _lines(whole), grammar="arguments"))
        )
        return
    for name, item in value.items():
        if name not in ("name", "id", "type", "role", "explanation", "thought", *_PATHS):
            yield from from_value(item, read, path, depth + 1)


def _replacement(value: dict[str, object], path: str) -> EditBlock | None:
    """Read a call that puts one text in place of another; None for any other."""
    old, new = _text(value, _OLDS), _text(value, _NEWS)
    if old is None or new is None:
        return None
    return EditBlock(path, "edit", _lines(old), _lines(new), grammar="arguments", every=_places(value))


def _insertion(value: dict[str, object], path: str) -> EditBlock | None:
    """Read a call that inserts a text below a line; None for any other."""
    below = _number(value, _BELOW)
    inserted = _text(value, (*_INSERTED, *_NEWS)) if below is not None else None
    if inserted is None:
        return None
    return EditBlock(path, "edit", (), _lines(inserted), grammar="arguments", after_line=below)


def _reading(block: EditBlock) -> Reading:
    return Reading((block,), (block.grammar,))


def _text(value: dict[str, object], names: tuple[str, ...]) -> str | None:
    return next((item for name in names if isinstance(item := value.get(name), str)), None)


def _places(value: dict[str, object]) -> int | None:
    """Count how many places a call asks for: 0 for every one, None for exactly one, as where nothing is said."""
    if any(value.get(name) in (True, "true", "True") for name in _EVERY):
        return 0
    count = _number(value, _COUNTS)
    return count if count is not None and count > 1 else None


def _number(value: dict[str, object], names: tuple[str, ...]) -> int | None:
    """The first of these keys that holds a whole number, also one that is written as a text."""
    for name in names:
        item = value.get(name)
        if isinstance(item, str) and re.fullmatch(r"\d{1,7}", item.strip()):
            return int(item)
        if isinstance(item, int) and not isinstance(item, bool) and 0 <= item < 10_000_000:
            return item
    return None


def _lines(text: str) -> tuple[str, ...]:
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return tuple(lines)
