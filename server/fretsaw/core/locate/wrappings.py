"""Take off what a model or a server wraps around the lines of an edit: line numbers, CDATA, HTML entities, marks.

The file decides: a wrapping is taken off only where the lines are not the file's as they stand and are without it.
What nothing explains is named, never written.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from fretsaw.core.locate.blank_lines import is_blank, solid_lines
from fretsaw.core.reply.edit_block import EditBlock
from fretsaw.core.reply.thoughts import CHAT_TOKEN

Lines: TypeAlias = tuple[str, ...]
Unwrap: TypeAlias = Callable[[Lines, Lines], "tuple[Lines, Lines] | None"]

_NUMBER = re.compile(r"^[ \t]*(\d{1,7}) ?(?:\||→|:|│|\t|⎯)( ?)")
_CDATA = re.compile(r"<!\[CDATA\[(.*)\]\]>", re.S)
_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{1,5}|#x[0-9a-fA-F]{1,4});")


def _without_numbers(old: Lines, new: Lines, *, kept: str) -> tuple[Lines, Lines] | None:
    """Both texts without the numbers in front of their lines, where all have one and the old ones count up.

    `kept`: the group of the blank behind a number, where it is the line's own.
    """
    are_numbered = _is_numbered(old) and _is_numbered(new)
    if not are_numbered or not _counts_up(old):
        return None
    cut = partial(_NUMBER.sub, kept)
    return tuple(map(cut, old)), tuple(map(cut, new))


def _is_numbered(lines: Lines) -> bool:
    """Return True if there is a number in front of each line that is not blank."""
    return all(map(_NUMBER.match, solid_lines(lines)))


def _counts_up(lines: Lines) -> bool:
    """Return True if the numbers of lines follow one another: less their positions, 12, 13, 14 are 12, 12, 12."""
    matches = filter(None, map(_NUMBER.match, lines))
    beginnings = {int(match[1]) - position for position, match in enumerate(matches)}
    return len(beginnings) == 1


def _without_cdata(old: Lines, new: Lines) -> tuple[Lines, Lines] | None:
    """Both texts without the CDATA section that holds them."""
    old_inside, new_inside = _cdata_inside(old), _cdata_inside(new)
    if old_inside is None or new_inside is None:
        return None
    return old_inside, new_inside


def _cdata_inside(lines: Lines) -> Lines | None:
    """The lines of a CDATA section; None where the text is none."""
    if not lines:
        return ()
    section = _CDATA.fullmatch("\n".join(lines).strip())
    if section is None:
        return None
    inside = section[1].removeprefix("\n").removesuffix("\n")
    return tuple(inside.split("\n"))


def _without_entities(old: Lines, new: Lines) -> tuple[Lines, Lines] | None:
    """Both texts with the entities of HTML as the signs that they stand for."""
    plain = tuple(map(_unescaped, old)), tuple(map(_unescaped, new))
    return None if plain == (old, new) else plain


def _without_both(old: Lines, new: Lines) -> tuple[Lines, Lines] | None:
    """Both texts without the CDATA section that holds them, and without entities in it."""
    inside = _without_cdata(old, new)
    return None if inside is None else _without_entities(*inside)


def _unescaped(line: str) -> str:
    return _ENTITY.sub(lambda match: html.unescape(match[0]), line)


WRAPPINGS: MappingProxyType[str, Unwrap] = MappingProxyType(
    {
        "line-numbers": partial(_without_numbers, kept=""),
        "line-numbers-wide": partial(_without_numbers, kept=r"\2"),
        "cdata": _without_cdata,
        "entities": _without_entities,
        "entities-in-cdata": _without_both,
    }
)
"""Ways to take off what is wrapped around (old lines, new lines); None where it is not there."""


def unwrapped(block: EditBlock) -> Iterator[EditBlock]:
    """The block without each wrapping that it may have, in order."""
    for unwrap in WRAPPINGS.values():
        found = unwrap(block.search, block.replace)
        if found is not None:
            yield replace(block, search=found[0], replace=found[1], others=())


_CHAT_TOKEN_AT_END = re.compile(rf"(?:{CHAT_TOKEN.pattern})\Z", CHAT_TOKEN.flags)
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
    """The lines without marks at their end; a line that held nothing else goes as well."""
    last = "".join(lines[-1:]).rstrip()
    if not last.endswith((">", "]")):
        return lines
    whole = "\n".join(lines).rstrip()
    head = whole
    while (start := _tail_start(head, text)) is not None:
        head = head[:start]
        if is_blank(head.rpartition("\n")[2]):
            head = head.rstrip()
    return lines if head == whole else tuple(head.split("\n"))


def _tail_start(head: str, text: str) -> int | None:
    """Find the beginning of the mark at the end of a text, if it stands nowhere in the file and has no other half; else
    None."""
    start = _closing_tag_start(head, text)
    return _chat_token_start(head, text) if start is None else start


def _closing_tag_start(head: str, text: str) -> int | None:
    """Find the beginning of a call's closing tag at the end of a text."""
    tags = _CALL_TAGS.search(head[-400:])
    if tags is None:
        return None
    last = re.findall(r"</?[\w:]+>", tags[0])[-1]
    start = len(head) - len(last)
    opening = last.replace("</", "<")
    is_in_file = last in text or opening in text
    is_closing = opening != last and opening not in head[:start]
    return start if is_closing and not is_in_file else None


def _chat_token_start(head: str, text: str) -> int | None:
    """Find the beginning of a chat's mark at the end of a text; `</s>` with its other half is HTML."""
    mark = _CHAT_TOKEN_AT_END.search(head[-80:])
    if mark is None or mark[0] in text:
        return None
    is_html = mark[0] == "</s>" and "<s>" in head
    return None if is_html else len(head) - len(mark[0])


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
