"""Chat Completions: a request as its body, its events as an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from fretsaw.core.chat import Message, Request, Tool, ToolCall
from fretsaw.core.patch_call import PATCH_FUNCTION, PATCH_TOOL
from fretsaw.core.prompt.patch_grammar import PATCH_TOOL_DESCRIPTION
from fretsaw.core.text.safe_text import sendable
from fretsaw.model.cache_breakpoints import BREAKPOINT, common_options, drop_breakpoints, drop_from_tools, text_parts
from fretsaw.model.parse import (
    Collected,
    as_arguments,
    as_content,
    as_list,
    as_map,
    as_text,
    service_tier,
    shape_error,
    token_counts,
)
from fretsaw.model.row import Row

PATH = "/chat/completions"

_FINISH = {
    "stop": "stop",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "length": "length",
    "content_filter": "content_filter",
    # What other servers say for the same.
    "eos": "stop",
    "eos_token": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "complete": "stop",
    "completed": "stop",
    "safety": "content_filter",
}


def body(request: Request, row: Row, max_output: int) -> dict[str, Any]:
    """The JSON body of a streaming call."""
    data: dict[str, Any] = {
        "model": row.id,
        "messages": [_message(message, row) for message in request.messages],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens" if row.can.completion_limit else "max_tokens": max_output,
    }
    if request.temperature is not None and row.can.temperature:
        data["temperature"] = request.temperature
    # It is the Responses API's own: here a function of the same name and arguments takes its place.
    patching = (PATCH_FUNCTION,) if request.offers_patch_tool else ()
    tools = [_tool(tool, row) for tool in (*request.tools, *patching)]
    if request.patch_grammar:
        tools.append(_grammar_tool(request.patch_grammar))
    if tools:
        data["tools"] = tools
        if row.can.parallel_tools is not None:
            data["parallel_tool_calls"] = row.can.parallel_tools
    if request.schema is not None:
        form = {"name": "answer", "strict": True, "schema": dict(request.schema)}
        data["response_format"] = {"type": "json_schema", "json_schema": form}
    if row.can.verbosity is not None:
        data["verbosity"] = row.can.verbosity
    if row.can.effort is not None:
        data["reasoning_effort"] = row.can.effort
    if predicts(request, row):
        data["prediction"] = {"type": "content", "content": sendable(request.prediction)}
        # It is not taken beside one; an answer that goes on is cut off here.
        data.pop("max_completion_tokens", None)
    return data | common_options(request, row, ("30m",))


def mark_patch_calls(so_far: Collected) -> None:
    """Let calls of the function that takes the place of the endpoint's own tool for patches count as calls of that."""
    for index, call in so_far.calls.items():
        if call.name == PATCH_TOOL and call.kind == "function":
            so_far.calls[index] = replace(call, kind="apply_patch")


def predicts(request: Request, row: Row) -> bool:
    """Return True if the request's prediction is sent: it is not taken beside tools."""
    return (
        bool(request.prediction)
        and row.can.predictions
        and not (request.tools or request.patch_grammar or request.offers_patch_tool)
    )


def leave_out(body: dict[str, Any], name: str) -> None:
    """Take a field out of a body, since the endpoint refused it; a limit goes under its other name."""
    other = {"max_completion_tokens": "max_tokens", "max_tokens": "max_completion_tokens"}
    value = body.pop(name, None)
    if name == BREAKPOINT:
        drop_breakpoints(body["messages"])
    drop_from_tools(body, name)
    if name in other and value is not None:
        body[other[name]] = value


def _tool(tool: Tool, row: Row) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": row.parameters_of(tool)}
    # The field is not sent where it says nothing new: the prompt of the older models stays what it was.
    return {"type": "function", "function": {**function, "strict": True} if row.can.strict_tools else function}


def _grammar_tool(grammar: str) -> dict[str, Any]:
    form = {"type": "grammar", "grammar": {"syntax": "lark", "definition": grammar}}
    custom = {"name": PATCH_TOOL, "description": PATCH_TOOL_DESCRIPTION, "format": form}
    return {"type": "custom", "custom": custom}


def _message(message: Message, row: Row) -> dict[str, Any]:
    content: Any = text_parts(message, "text", row)
    if not message.images and not message.files and len(content) == 1 and BREAKPOINT not in content[0]:
        # Every compatible server takes a text; some take no list.
        content = content[0]["text"]
    if message.images:
        content += [{"type": "image_url", "image_url": {"url": image.data_uri}} for image in message.images]
    if message.files:
        files = ({"filename": file.name, "file_data": file.data_uri} for file in message.files)
        content += [{"type": "file", "file": file} for file in files]
    data: dict[str, Any] = {"role": message.role, "content": content}
    if message.tool_calls:
        data["content"] = sendable(message.text) or None
        data["tool_calls"] = [_call(call) for call in message.tool_calls]
    if message.tool_call_id is not None:
        data["tool_call_id"] = message.tool_call_id
    return data


def _call(call: ToolCall) -> dict[str, Any]:
    said = sendable(call.arguments)
    if call.kind == "custom":
        return {"id": call.id, "type": "custom", "custom": {"name": call.name, "input": said}}
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": said}}


def take(event: object, so_far: Collected) -> str:
    """Add one event of a stream to what was collected; the piece of text in it. ModelError on a wrong shape."""
    data = as_map(event)
    _take_head(data, so_far)
    if "choices" not in data and "usage" not in data:
        # Keep-alives and notes of other servers; nothing of the answer.
        return ""
    for choice in as_list(data.get("choices")):
        return _take_choice(as_map(choice), so_far, key="delta")
    return ""


def take_whole(event: object, so_far: Collected) -> str:
    """The same for a whole `chat.completion`."""
    data = as_map(event)
    _take_head(data, so_far)
    choices = as_list(data.get("choices"))
    if not choices:
        raise shape_error("it has no choices")
    return _take_choice(as_map(choices[0]), so_far, key="message")


def _take_head(data: Mapping[str, Any], so_far: Collected) -> None:
    so_far.model = as_text(data.get("model")) or so_far.model
    so_far.scripted = so_far.scripted or data.get("system_fingerprint") == "scripted"
    so_far.tier = service_tier(data) or so_far.tier
    so_far.usage = token_counts(data.get("usage"), "prompt", "completion") or so_far.usage


def _take_choice(choice: Mapping[str, Any], so_far: Collected, *, key: str) -> str:
    # Some servers stream a whole `message` where a `delta` belongs.
    delta = as_map(choice.get(key) or choice.get("message") or {})
    piece = as_content(delta.get("content"))
    so_far.text.append(piece)
    so_far.refusal.append(as_text(delta.get("refusal")))
    for position, item in enumerate(as_list(delta.get("tool_calls"))):
        _take_call(as_map(item), position, so_far)
    finish = choice.get("finish_reason")
    if finish is not None:
        so_far.finish = _FINISH.get(as_text(finish).lower(), "truncated")
        so_far.reason = as_text(finish) if so_far.finish == "truncated" else ""
    return piece


def _take_call(item: Mapping[str, Any], position: int, so_far: Collected) -> None:
    index = item.get("index")
    index = index if isinstance(index, int) else position
    custom = as_map(item.get("custom") or {})
    function = as_map(item.get("function") or custom)
    old = so_far.calls.get(index, ToolCall("", "", ""))
    so_far.calls[index] = ToolCall(
        id=old.id or as_text(item.get("id")),
        name=old.name or as_text(function.get("name")),
        arguments=old.arguments + as_arguments(function.get("input" if custom else "arguments")),
        kind="custom" if custom else old.kind,
    )
