"""Fields that both APIs have alike (prompt cache, service tier), the places where a cached prefix ends, and tools that
are taken out again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fretsaw.core.chat import Message, Request
from fretsaw.core.patch_call import PATCH_TOOL
from fretsaw.core.text.safe_text import sendable
from fretsaw.model.row import Row

BREAKPOINT = "prompt_cache_breakpoint"


def common_options(request: Request, row: Row, ttls: tuple[str, ...]) -> dict[str, Any]:
    """The fields of a body that both APIs name alike; `ttls`: how long a cache may be kept by this one."""
    data: dict[str, Any] = {}
    if row.can.tier is not None:
        data["service_tier"] = row.can.tier
    if request.cache_key and row.can.cache != "none":
        data["prompt_cache_key"] = request.cache_key
    options: dict[str, Any] = {"ttl": row.can.cache_ttl} if row.can.cache_ttl in ttls else {}
    if request.prewarm:
        options["prewarm"] = True
    if options:
        data["prompt_cache_options"] = options
    return data


def text_parts(message: Message, kind: str, row: Row) -> list[dict[str, Any]]:
    """A message's text as parts, broken where a prefix ends that later requests share; one part without such."""
    ends = [end for end in message.cache_ends if 0 < end <= len(message.text)] if row.can.cache == "breakpoints" else []
    parts, start = [], 0
    for end in ends:
        text = sendable(message.text[start:end])
        parts.append({"type": kind, "text": text, BREAKPOINT: {"mode": "explicit"}})
        start = end
    if start < len(message.text) or not parts:
        parts.append({"type": kind, "text": sendable(message.text[start:])})
    return parts


def drop_from_tools(body: dict[str, Any], name: str) -> None:
    """Take out of a body's tools what the endpoint refused: all, those that are no functions, or `strict` of each."""
    if name == "strict":
        for tool in body.get("tools", ()):
            tool.pop(name, None)
            if isinstance(tool.get("function"), dict):
                tool["function"].pop(name, None)
    if name == PATCH_TOOL:
        body["tools"] = [tool for tool in body.get("tools", ()) if tool["type"] == "function"]
    if name == "tools" or not body.get("tools"):
        for field in ("tools", "parallel_tool_calls", "tool_choice"):
            body.pop(field, None)


def drop_breakpoints(messages: Iterable[dict[str, Any]]) -> None:
    """Take the marks out of messages or items, since the endpoint refused them."""
    for message in messages:
        content = message.get("content")
        for part in content if isinstance(content, list) else ():
            part.pop(BREAKPOINT, None)
