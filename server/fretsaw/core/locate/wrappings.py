"""Take off what a model or a server wraps around the lines of an edit: line numbers, CDATA, HTML entities, marks.

The file decides: a wrapping is taken off only where the lines are not the file's as they stand and are without it.
What nothing explains is named, never written.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import TypeAlias

from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.reply.thoughts import CHAT_TOKEN

Lines: TypeAlias = tuple[str, ...]
Unwrap: TypeAlias = Callable[[Lines, Lines], "tuple[Lines, Lines] | None"]

_NUMBER = re.compile(r"^[ \t]*(\d{1,7}) ?(?:\||→|:|│|\t|⎯)( ?)")
_CDATA = ("<![CDATA[", "]]>")
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{1,5}|#x[0-9a-fA-F]{1,4});")


def _without_numbers(old: Lines, new: Lines, *, wide: bool) -> tuple[Lines, Lines] | None:
    """Both texts without the numbers in front of their lines, where all have one and they count up."""
    stripped: list[Lines] = []
    for lines in (old, new):
        matches = [_NUMBER.match(line) for line in lines]
        numbers = [int(match[1]) for match in matches if match]
        solid = sum(bool(line.strip()) for line in lines)
        if len(numbers) < solid or (
            lines is old and (not numbers or numbers != list(range(numbers[0], numbers[0] + len(numbers))))
        ):
            return None
        cut = [match.end() - (len(match[2]) if wide else 0) if match else 0 for match in matches]
        stripped.append(tuple(line[at:] for line, at in zip(lines, cut, strict=True)))
    return stripped[0], stripped[1]


def _without_cdata(old: Lines, new: Lines) -> tuple[Lines, Lines] | None:
    """Both texts without the CDATA section that holds them."""
    inside = tuple(map(_cdata_inside, (old, new)))
    return None if inside[0] is None or inside[1] is None else (inside[0], inside[1])


def _cdata_inside(lines: Lines) -> Lines | None:
    text = "\n".join(lines).strip()
    if not lines:
        return ()
    if not text.startswith(_CDATA[0]) or not text.endswith(_CDATA[1]):
        return None
    return tuple(text[len(_CDATA[0]) : -len(_CDATA[1])].removeprefix("\n").removesuffix("\n").split("\n"))


def _without_entities(old: Lines, new: Lines) -> tuple[Lines, Lines] | None:
    """Both texts with the entities of HTML as the signs that they stand for."""
    if not any(_ENTITY.search(line) for line in (*old, *new)):
        return None
    return tuple(map(_unescaped, old)), tuple(map(_unescaped, new))


def _unescaped(line: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match[0]), line)


WRAPPINGS: MappingProxyType[str, Unwrap] = MappingProxyType(
    {
        "line-numbers": lambda old, new: _without_numbers(old, new, wide=False),
        "line-numbers-wide": lambda old, new: _without_numbers(old, new, wide=True),
        "cdata": _without_cdata,
        "entities": _without_entities,
        "entities-in-cdata": lambda old, new: (
            _without_entities(*inside) if (inside := _without_cdata(old, new)) is not None else None
        ),
    }
)
"""Ways to take off what is wrapped around (old lines, new lines); None where it is not there."""


def unwrapped(block: EditBlock) -> Iterator[EditBlock]:
    """The block without each wrapping that it may have, in order."""
    for unwrap in WRAPPINGS.values():
        found = unwrap(block.search, block.replace)
        if found is not None:
            yield replace(block, search=found[0], replace=found[1], others=())


_CALL_TAGS = re.compile(
    r"(?:\s*</?(?:parameter|invoke|function_calls|function|tool_call|tool|antml:\w+|(?:new|old)_(?:str|string|text|code)"
    r"|new_string|content|replace|text|edit|file|answer|output|response|str_replace|arguments|args)>\s*)+\Z"
)


def without_leftovers(block: EditBlock, text: str) -> EditBlock:
    """The block without marks of a chat or closing tags of a call at the end of its new lines and of its old ones.

    Only such that the file's text holds nowhere.
    """
    search = _without_tail(block.search, text)
    new = _without_tail(block.replace, text)
    return block if (search, new) == (block.search, block.replace) else replace(block, search=search, replace=new)


def _without_tail(lines: Lines, text: str) -> Lines:
    if not lines or not lines[-1].rstrip().endswith((">", "]")):
        return lines
    joined = "\n".join(lines)
    head = joined.rstrip()
    while True:
        cut = _tail_start(head, text)
        if cut is None:
            break
        head = head[:cut].rstrip() if not head[:cut].rpartition("\n")[2].strip() else head[:cut]
    if head == joined.rstrip():
        return lines
    return tuple(head.split("\n"))


def _tail_start(head: str, text: str) -> int | None:
    """Find the beginning of the mark at the end of a text, if it stands nowhere in the file and has no other half; else
    None."""
    tags = _CALL_TAGS.search(head[-400:])
    if tags is not None:
        last = re.findall(r"</?[\w:]+>", tags[0])[-1]
        opening = last.replace("</", "<")
        start = len(head) - len(last)
        if last.startswith("</") and last not in text and opening not in text and opening not in head[:start]:
            return start
    tokens = [match for match in CHAT_TOKEN.finditer(head[-80:]) if match.end() == len(head[-80:])]
    if tokens and tokens[-1][0] not in text and (tokens[-1][0] != "</s>" or "<s>" not in head):
        return len(head) - len(tokens[-1][0])
    return None


_STANDS_ALONE = re.compile(
    r"^\s*(?:</?(?:old|new)_(?:str|string|text|code)(?:\s[^<>]*)?>|</?(?:original|patched|old_code|new_code)>"
    r"|</(?:text|parameter|invoke|function_calls|tool_call)>|<(?:invoke|parameter|function_calls|tool_call)\b[^<>]*>"
    r"|<{7} (?:SEARCH|ORIGINAL)|>{7} (?:REPLACE|UPDATED))\s*$"
)


def foreign_mark(block: EditBlock, text: str) -> str:
    """A new line that is a mark of an edit's form or of a chat, and whose kind the file holds nowhere; empty: none."""
    if block.tags is not None:
        return ""
    for line in block.replace:
        if _is_lone_mark(line, block.replace, text) or _ends_in_chat_token(line, text):
            return line.strip()
    return ""


def _is_lone_mark(line: str, lines: Lines, text: str) -> bool:
    """Return True if a line is a mark of an edit's form alone, which neither the file nor the other new lines know."""
    if _STANDS_ALONE.match(line) is None:
        return False
    return line.strip() not in text and not _in_pair(line, lines)


def _ends_in_chat_token(line: str, text: str) -> bool:
    """Return True if a line ends in a mark such as `<|im_end|>` that the file has nowhere; `<s>` is HTML as well."""
    token = CHAT_TOKEN.search(line)
    if token is None or token[0] in ("<s>", "</s>"):
        return False
    return line.endswith(token[0]) and token[0] not in text


def _in_pair(line: str, lines: Lines) -> bool:
    """Return True if a tag that stands alone has its other half among the new lines, so that they speak of the form."""
    bare = line.strip()
    name = re.match(r"</?([\w:]+)", bare)
    if name is None:
        return False
    opens = sum(item.strip().startswith(f"<{name[1]}") for item in lines)
    return opens > 0 and opens == sum(f"</{name[1]}>" in item for item in lines)
