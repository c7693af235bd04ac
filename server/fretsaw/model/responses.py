"""The Responses API: a request as its body, its events as an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fretsaw.core.chat import Message, OutputItem, Request, ToolCall
from fretsaw.core.patch_call import PATCH_TOOL
from fretsaw.core.prompt.patch_grammar import PATCH_TOOL_DESCRIPTION
from fretsaw.core.text.safe_text import sendable
from fretsaw.model.cache_breakpoints import BREAKPOINT, common_options, drop_breakpoints, drop_from_tools, text_parts
from fretsaw.model.parse import (
    Collected,
    StreamError,
    as_arguments,
    as_list,
    as_map,
    as_text,
    count,
    service_tier,
    shape_error,
    token_counts,
)
from fretsaw.model.row import Row

PATH = "/responses"

_ENCRYPTED = "reasoning.encrypted_content"
_LIMIT = "max_output_tokens"
COUNT_PATH = "/responses/input_tokens"
_COUNTED = frozenset({"model", "input", "tools", "text", "reasoning", "parallel_tool_calls"})


def body(request: Request, row: Row, max_output: int) -> dict[str, Any]:
    """The JSON body of a streaming call. Nothing is kept at the endpoint: each call carries the whole conversation."""
    data: dict[str, Any] = {
        "model": row.id,
        "input": [item for message in request.messages for item in _items(message, _kinds(request), row)],
        "stream": True,
        "store": False,
        "max_output_tokens": max_output,
    }
    if request.temperature is not None and row.can.temperature:
        data["temperature"] = request.temperature
    tools = _tools(request, row)
    if tools:
        data["tools"] = tools
    if request.tools and row.can.parallel_tools is not None:
        data["parallel_tool_calls"] = row.can.parallel_tools
    text = _text_options(request, row)
    if text:
        data["text"] = text
    reasoning = {"effort": row.can.effort, "mode": row.can.mode}
    if any(reasoning.values()):
        data["reasoning"] = {name: value for name, value in reasoning.items() if value is not None}
    if row.can.keep_reasoning:
        # Nothing is stored at the endpoint, so reasoning comes here, encrypted, and goes back with the next turn.
        data["include"] = [_ENCRYPTED]
    return data | common_options(request, row, ("30m", "12h"))


def count_body(data: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a call that only counts the input of this one."""
    return {name: value for name, value in data.items() if name in _COUNTED}


def _tools(request: Request, row: Row) -> list[dict[str, Any]]:
    tools: list[dict[str, Any]] = [
        {
            "type": "function",
            "name": tool.name,
            "description": tool.description,
            "parameters": row.parameters_of(tool),
            "strict": row.can.strict_tools,
        }
        for tool in request.tools
    ]
    if request.offers_patch_tool:
        tools.append({"type": "apply_patch"})
    if request.patch_grammar:
        form = {"type": "grammar", "syntax": "lark", "definition": request.patch_grammar}
        tools.append({"type": "custom", "name": PATCH_TOOL, "description": PATCH_TOOL_DESCRIPTION, "format": form})
    return tools


def _text_options(request: Request, row: Row) -> dict[str, Any]:
    text: dict[str, Any] = {}
    if request.schema is not None:
        text["format"] = {"type": "json_schema", "name": "answer", "strict": True, "schema": dict(request.schema)}
    if row.can.verbosity is not None:
        text["verbosity"] = row.can.verbosity
    return text


def leave_out(body: dict[str, Any], name: str) -> None:
    """Take a field out of a body, since the endpoint refused it; some call it by its name in the other API."""
    name = {"reasoning_effort": "reasoning"}.get(name, name)
    drop_from_tools(body, name)
    if name == BREAKPOINT:
        drop_breakpoints(body["input"])
    if name == "verbosity":
        text = body.get("text", {})
        text.pop(name, None)
        if not text:
            body.pop("text", None)
    body.pop(name, None)


def _kinds(request: Request) -> Mapping[str, str]:
    """The kind of each tool call, by its id."""
    return {call.id: call.kind for message in request.messages for call in message.tool_calls}


_OUTPUTS = {
    "function": "function_call_output",
    "apply_patch": "apply_patch_call_output",
    "custom": "custom_tool_call_output",
}


def _items(message: Message, kinds: Mapping[str, str], row: Row) -> Iterator[dict[str, Any]]:
    if message.role == "tool":
        kind = kinds.get(message.tool_call_id or "", "function")
        status = {"status": "failed" if message.is_failed else "completed"} if kind == "apply_patch" else {}
        head = {"type": _OUTPUTS[kind], "call_id": message.tool_call_id or "", **status}
        yield {**head, "output": sendable(message.text)}
        return
    if message.role == "assistant":
        yield from _assistant_items(message)
        return
    content = text_parts(message, "input_text", row) if message.text else []
    content += [{"type": "input_image", "image_url": image.data_uri, "detail": "auto"} for image in message.images]
    content += [{"type": "input_file", "filename": file.name, "file_data": file.data_uri} for file in message.files]
    if content:
        yield {"type": "message", "role": message.role, "content": content}


def _assistant_items(message: Message) -> Iterator[dict[str, Any]]:
    """The items of an answer in the order in which they came; text, then calls, where none was kept."""
    calls = {call.id: call for call in message.tool_calls}
    text = (OutputItem("text", text=message.text),) if message.text else ()
    items = message.items or (*text, *(OutputItem("call", call.id) for call in message.tool_calls))
    last = max((at for at, item in enumerate(items) if item.kind != "reasoning"), default=-1)
    # Reasoning with nothing behind it is refused: the answer was cut off there.
    for at, item in enumerate(items[: last + 1]):
        if item.kind == "reasoning":
            summary = [{"type": "summary_text", "text": sendable(piece)} for piece in item.summary]
            yield {"type": "reasoning", "id": item.id, "summary": summary, "encrypted_content": item.text}
        elif item.kind == "text":
            yield _text_item(item, at)
        elif item.id in calls:
            yield _call_item(calls[item.id])


def _call_item(call: ToolCall) -> dict[str, Any]:
    if call.kind == "apply_patch":
        operation = json.loads(call.arguments)
        return {"type": "apply_patch_call", "call_id": call.id, "status": "completed", "operation": operation}
    arguments = sendable(call.arguments)
    if call.kind == "custom":
        return {"type": "custom_tool_call", "call_id": call.id, "name": call.name, "input": arguments}
    return {"type": "function_call", "call_id": call.id, "name": call.name, "arguments": arguments}


def _text_item(item: OutputItem, at: int) -> dict[str, Any]:
    # llama.cpp takes an assistant's item only with its type and with its content as a list.
    content = [{"type": "output_text", "text": sendable(item.text), "annotations": []}]
    head = {"type": "message", "id": item.id or f"msg_{at}", "role": "assistant", "status": "completed"}
    return {**head, "content": content, **({"phase": item.phase} if item.phase else {})}


def take(event: object, so_far: Collected) -> str:
    """Add one event of a stream to what was collected; the piece of text in it. ModelError on a wrong shape."""
    data = as_map(event)
    kind = as_text(data.get("type")) or _kind_of_untyped(data)
    if kind == "response.output_text.delta":
        piece = as_text(data.get("delta"))
        so_far.text.append(piece)
        return piece
    if kind == "response.output_item.done":
        so_far.streamed.append(as_map(data.get("item")))
    elif kind in {"response.completed", "response.incomplete"}:
        # The last event holds everything; what was streamed is replaced by it. Some servers leave its output empty.
        streamed, so_far.text = so_far.text, []
        response = as_map(data.get("response"))
        as_streamed = so_far.streamed and not response.get("output")
        take_whole({**response, "output": so_far.streamed} if as_streamed else response, so_far)
        if not any(so_far.text) and any(streamed):
            # Where the text belongs among the items is not known.
            so_far.text, so_far.items = streamed, []
    elif kind in {"response.failed", "error"}:
        inner = data.get("response")
        _take_usage(inner if isinstance(inner, Mapping) else {}, so_far)
        cause = inner.get("error") if isinstance(inner, Mapping) else data.get("error") or data
        raise StreamError(cause if isinstance(cause, Mapping) else {})
    return ""


def _kind_of_untyped(data: Mapping[str, Any]) -> str:
    """The kind of an event that does not name it, where it holds the whole response."""
    inner = data.get("response")
    return f"response.{inner.get('status')}" if isinstance(inner, Mapping) else ""


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
    if not so_far.items and not so_far.calls and not any(so_far.text):
        # A shorthand of the library's own that some servers send in place of items.
        so_far.text.append(as_text(data.get("output_text")))
    _take_usage(data, so_far)
    so_far.finish, so_far.reason = _finish(data, so_far)
    return "".join(so_far.text)


def _take_item(item: Mapping[str, Any], so_far: Collected) -> None:
    kind = item.get("type")
    if kind == "function_call":
        call_id = _call_id(item, so_far)
        call = ToolCall(call_id, as_text(item.get("name")), as_arguments(item.get("arguments")))
        so_far.calls[len(so_far.calls)] = call
        so_far.items.append(OutputItem("call", call.id))
    elif kind == "apply_patch_call":
        call_id, operation = _call_id(item, so_far), json.dumps(as_map(item.get("operation") or {}))
        so_far.calls[len(so_far.calls)] = ToolCall(call_id, PATCH_TOOL, operation, kind="apply_patch")
        so_far.items.append(OutputItem("call", call_id))
    elif kind == "custom_tool_call":
        call_id, name = _call_id(item, so_far), as_text(item.get("name"))
        so_far.calls[len(so_far.calls)] = ToolCall(call_id, name, as_arguments(item.get("input")), kind="custom")
        so_far.items.append(OutputItem("call", call_id))
    elif kind == "message":
        content = item.get("content")
        pieces = [{"text": content}] if isinstance(content, str) else [as_map(part) for part in as_list(content)]
        text = "".join(as_text(piece.get("text")) for piece in pieces)
        so_far.text.append(text)
        so_far.refusal += [as_text(piece.get("refusal")) for piece in pieces]
        if text:
            so_far.items.append(OutputItem("text", as_text(item.get("id")), text, as_text(item.get("phase"))))
    elif kind == "reasoning" and item.get("encrypted_content"):
        # Without its content the endpoint would look for the item in its store, where it is not.
        summary = tuple(as_text(as_map(part).get("text")) for part in as_list(item.get("summary")))
        content = as_text(item.get("encrypted_content"))
        so_far.items.append(OutputItem("reasoning", as_text(item.get("id")), content, summary=summary))


def _call_id(item: Mapping[str, Any], so_far: Collected) -> str:
    """The id by which a call is answered, as `Collected.answer` makes one up where there is none."""
    return as_text(item.get("call_id")) or f"call_{len(so_far.calls)}"


def _take_usage(data: Mapping[str, Any], so_far: Collected) -> None:
    so_far.tier = _background_tier(data) or service_tier(data) or so_far.tier
    so_far.usage = token_counts(data.get("usage"), "input", "output") or so_far.usage


def _background_tier(data: Mapping[str, Any]) -> str:
    """The name of the discount on an answer that was made in background within some hours; empty where there is none.

    >>> _background_tier({"background": True, "background_options": {"completion_window": "8h"}})
    'background-8h'
    """
    options = data.get("background_options")
    window = options.get("completion_window") if data.get("background") and isinstance(options, Mapping) else None
    return f"background-{window}" if window in {"2h", "8h"} else ""


def _finish(data: Mapping[str, Any], so_far: Collected) -> tuple[str, str]:
    """Return (end, reason): the kind of end, and the reason where it ended early."""
    details = data.get("incomplete_details")
    if data.get("status") == "incomplete" or details:
        reason = as_text(details.get("reason")) if isinstance(details, Mapping) else ""
        if reason == "content_filter":
            return "content_filter", ""
        return ("length", _thinking(data)) if reason in {_LIMIT, ""} else ("truncated", reason)
    if data.get("status") not in ("completed", None):
        return "truncated", str(data.get("status"))
    return "tool_calls" if so_far.calls else "stop", ""


def _thinking(data: Mapping[str, Any]) -> str:
    """Say how much of an answer that reached its limit was reasoning, which nobody sees."""
    usage = data.get("usage")
    details = usage.get("output_tokens_details") if isinstance(usage, Mapping) else None
    tokens = count(details.get("reasoning_tokens")) if isinstance(details, Mapping) else 0
    return f"{tokens:,} tokens of it were reasoning" if tokens else ""
