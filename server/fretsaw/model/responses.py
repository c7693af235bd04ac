"""The Responses API: a request as its body, its events as an answer. Knows no socket and no library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fretsaw.core.chat import Message, Request, ToolCall
from fretsaw.core.text.safe_text import sendable
from fretsaw.model.parse import Collected, StreamError, as_list, as_map, as_text, count, shape_error
from fretsaw.model.registry import Row

PATH = "/responses"


def body(request: Request, row: Row, max_output: int) -> dict[str, Any]:
    """The JSON body of a streaming call. Nothing is kept at the endpoint: each call carries the whole conversation."""
    data: dict[str, Any] = {
        "model": row.id,
        "input": [item for message in request.messages for item in _items(message)],
        "stream": True,
        "store": False,
        "max_output_tokens": max_output,
    }
    if request.temperature is not None:
        data["temperature"] = request.temperature
    if request.tools:
        data["tools"] = [
            {
                "type": "function",
                "name": tool.name,
                "description": tool.description,
                "parameters": dict(tool.parameters),
                "strict": False,
            }
            for tool in request.tools
        ]
    if request.schema is not None:
        form = {"type": "json_schema", "name": "answer", "strict": True, "schema": dict(request.schema)}
        data["text"] = {"format": form}
    if row.effort is not None:
        data["reasoning"] = {"effort": row.effort}
    if request.cache_key and not row.plain:
        data["prompt_cache_key"] = request.cache_key
    return data


def _items(message: Message) -> Iterator[dict[str, Any]]:
    if message.role == "tool":
        yield {"type": "function_call_output", "call_id": message.tool_call_id or "", "output": sendable(message.text)}
        return
    kind = "output_text" if message.role == "assistant" else "input_text"
    content: list[dict[str, Any]] = [{"type": kind, "text": sendable(message.text)}] if message.text else []
    content += [{"type": "input_image", "image_url": image.data_uri, "detail": "auto"} for image in message.images]
    if content:
        yield {"role": message.role, "content": content}
    for call in message.tool_calls:
        yield {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": sendable(call.arguments)}


def take(event: object, so_far: Collected) -> str:
    """Add one event of a stream to what was collected; the piece of text in it. ModelError on a wrong shape."""
    data = as_map(event)
    kind = as_text(data.get("type"))
    if kind == "response.output_text.delta":
        piece = as_text(data.get("delta"))
        so_far.text.append(piece)
        return piece
    if kind in {"response.completed", "response.incomplete"}:
        # The last event holds everything; what was streamed is replaced by it.
        streamed, so_far.text = so_far.text, []
        take_whole(as_map(data.get("response")), so_far)
        so_far.text = so_far.text if any(so_far.text) else streamed
    elif kind in {"response.failed", "error"}:
        inner = data.get("response")
        cause = inner.get("error") if isinstance(inner, Mapping) else data.get("error") or data
        raise StreamError(cause if isinstance(cause, Mapping) else {})
    return ""


def take_whole(event: object, so_far: Collected) -> str:
    """The same for a whole `response`."""
    data = as_map(event)
    if data.get("status") == "failed":
        raise StreamError(as_map(data.get("error") or {}))
    if "output" not in data:
        raise shape_error("it has no output")
    so_far.model = as_text(data.get("model")) or so_far.model
    metadata = data.get("metadata")
    if isinstance(metadata, Mapping) and metadata.get("system_fingerprint") == "scripted":
        so_far.scripted = True
    for item in as_list(data.get("output")):
        _take_item(as_map(item), so_far)
    _take_usage(data.get("usage"), so_far)
    so_far.finish = _finish(data, so_far)
    return "".join(so_far.text)


def _take_item(item: Mapping[str, Any], so_far: Collected) -> None:
    if item.get("type") == "function_call":
        call = ToolCall(as_text(item.get("call_id")), as_text(item.get("name")), as_text(item.get("arguments")))
        so_far.calls[len(so_far.calls)] = call
    for part in as_list(item.get("content")) if item.get("type") == "message" else ():
        piece = as_map(part)
        so_far.text.append(as_text(piece.get("text")))
        so_far.refusal.append(as_text(piece.get("refusal")))


def _take_usage(usage: object, so_far: Collected) -> None:
    if isinstance(usage, Mapping):
        details = usage.get("input_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, Mapping) else 0
        so_far.usage = (count(usage.get("input_tokens")), count(cached), count(usage.get("output_tokens")))


def _finish(data: Mapping[str, Any], so_far: Collected) -> str:
    details = data.get("incomplete_details")
    if data.get("status") == "incomplete" or details:
        reason = details.get("reason") if isinstance(details, Mapping) else None
        return "content_filter" if reason == "content_filter" else "length"
    if data.get("status") not in ("completed", None):
        return "truncated"
    return "tool_calls" if so_far.calls else "stop"
