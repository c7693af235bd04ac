"""A reply in the form of the API that was asked: Chat Completions or Responses, whole or as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fretsaw.model.scripted.script import Call, Reply

FINGERPRINT = "scripted"
"""`system_fingerprint` of every answer: the way to know that no model was asked."""


def model_name(asked: Any) -> str:
    """The name under which the scripted model answers."""
    return f"scripted/{asked}"


def arguments(call: Any) -> str:
    """The arguments of a call as text."""
    return call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments)


def usage(reply: Reply, counted: tuple[int, int, int]) -> tuple[int, int, int]:
    """Input, cached and output tokens that are reported."""
    return reply.usage or counted


def as_items(asked: Any) -> list[dict[str, Any]]:
    """The items of a Responses request's input; a text alone is none."""
    return [item for item in asked if isinstance(item, dict)] if isinstance(asked, list) else []


_CALLS = frozenset({"function_call", "apply_patch_call", "custom_tool_call"})


def objection(body: dict[str, Any]) -> str:
    """Say why the Responses API (or llama.cpp's) refuses the input of a request that stores nothing; empty: it does
    not."""
    items = as_items(body.get("input"))
    answered = {item.get("call_id") for item in items if str(item.get("type")).endswith("_call_output")}
    for item in items:
        if item.get("type") in _CALLS and item.get("call_id") not in answered:
            return f"No tool output found for call {item.get('call_id')}."
    return _objection_to_order(items)


def _objection_to_order(items: list[dict[str, Any]]) -> str:
    for item, behind in zip(items, [*items[1:], {}], strict=True):
        if item.get("role") == "assistant" and (item.get("type") != "message" or isinstance(item.get("content"), str)):
            return "Cannot determine type of 'item'"
        if item.get("type") != "reasoning":
            continue
        if not item.get("encrypted_content"):
            return f"Item with id '{item.get('id')}' not found. Items are not persisted when `store` is set to false."
        if behind.get("type") not in {"reasoning", *_CALLS} and not _by_assistant(behind):
            return f"Item '{item.get('id')}' of type 'reasoning' was provided without its required following item."
    return ""


def _by_assistant(item: dict[str, Any]) -> bool:
    return item.get("role") == "assistant"


def chat(reply: Reply, body: dict[str, Any], counted: tuple[int, int, int]) -> dict[str, Any]:
    """A whole `chat.completion` to a request."""
    model = model_name(body.get("model"))
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None, "refusal": reply.refusal}
    if reply.calls:
        custom = _custom_tools(body)
        message["tool_calls"] = [_chat_call(call, f"call_{n}", custom) for n, call in enumerate(reply.calls)]
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply), "logprobs": None}
    return {**_chat_head("chat.completion", model, reply), "choices": [choice], "usage": _chat_usage(reply, counted)}


def _custom_tools(body: dict[str, Any]) -> set[Any]:
    """Names of the tools that take a text, in either API's form."""
    tools = [tool for tool in body.get("tools") or () if isinstance(tool, dict) and tool.get("type") == "custom"]
    return {tool.get("name") or (tool.get("custom") or {}).get("name") for tool in tools}


def _chat_call(call: Call, name: str, custom: set[Any]) -> dict[str, Any]:
    if call.name in custom:
        return {"id": name, "type": "custom", "custom": {"name": call.name, "input": arguments(call)}}
    return {"id": name, "type": "function", "function": {"name": call.name, "arguments": arguments(call)}}


def chat_events(reply: Reply, body: dict[str, Any], counted: tuple[int, int, int]) -> Iterator[bytes]:
    """The same as server-sent events, the text in a few pieces."""
    head = _chat_head("chat.completion.chunk", model_name(body.get("model")), reply)

    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        return _sse({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}]})

    yield event({"role": "assistant", "content": ""})
    for piece in _pieces(reply.text):
        yield event({"content": piece})
    if reply.refusal:
        yield event({"refusal": reply.refusal})
    for n, call in enumerate(reply.calls):
        whole = _chat_call(call, f"call_{n}", _custom_tools(body))
        kind, name = whole["type"], "input" if whole["type"] == "custom" else "arguments"
        yield event({"tool_calls": [{**whole, "index": n, kind: {**whole[kind], name: ""}}]})
        for piece in _pieces(arguments(call)):
            yield event({"tool_calls": [{"index": n, kind: {name: piece}}]})
    yield event({}, _finish(reply))
    options = body.get("stream_options")
    if isinstance(options, dict) and options.get("include_usage"):
        yield _sse({**head, "choices": [], "usage": _chat_usage(reply, counted)})
    yield b"data: [DONE]\n\n"


def responses(reply: Reply, body: dict[str, Any], counted: tuple[int, int, int]) -> dict[str, Any]:
    """A whole `response` to a request."""
    reason = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(_finish(reply))
    reason = reply.incomplete or reason
    tokens_in, cached, tokens_out = usage(reply, counted)
    if (body.get("prompt_cache_options") or {}).get("prewarm"):
        # The prompt is written to the cache and nothing is answered.
        reply, reason, tokens_out = Reply(cache_write=tokens_in - cached), None, 0
    return {
        "id": "resp_scripted",
        "object": "response",
        "created_at": 0,
        "model": model_name(body.get("model")),
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "error": None,
        "service_tier": reply.tier or "default",
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "output": _output(reply, body),
        "metadata": {"system_fingerprint": FINGERPRINT},
        "usage": {
            "input_tokens": tokens_in,
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": reply.cache_write},
            "output_tokens": tokens_out,
            "output_tokens_details": {"reasoning_tokens": tokens_out // 2 if reply.reasoning else 0},
            "total_tokens": tokens_in + tokens_out,
        },
    }


def decision(reply: Reply, body: dict[str, Any], counted: tuple[int, int, int]) -> dict[str, Any]:
    """A `decision` to a request: `reply.text` is JSON, the probability of each question by its name, null where it
    declines; a question that it does not name has 0.5, as have all where it is another text."""
    told = json.loads(reply.text) if reply.text.startswith("{") else {}
    answers: list[dict[str, Any]] = []
    for question in body.get("questions") or ():
        name = question.get("name")
        probability = told.get(name, 0.5)
        kind = {"type": "refusal"} if probability is None else {"type": "predicate", "probability": probability}
        answers.append({"name": name, **kind})
    tokens_in, cached, tokens_out = usage(reply, counted)
    return {
        "model": model_name(body.get("model")),
        "answers": answers,
        "usage": {
            "input_tokens": tokens_in,
            "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": reply.cache_write},
            "output_tokens": tokens_out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": tokens_in + tokens_out,
        },
    }


def _output(reply: Reply, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The items of an answer: reasoning, message, calls."""
    # Ids differ from turn to turn, as the real ones do.
    turn = sum(1 for item in as_items(body.get("input")) if str(item.get("type")).endswith("_call_output"))
    output: list[dict[str, Any]] = []
    if reply.reasoning:
        thought: dict[str, Any] = {"type": "reasoning", "id": f"rs_{turn}", "summary": []}
        encrypted = "reasoning.encrypted_content" in (body.get("include") or ())
        output.append({**thought, "encrypted_content": reply.reasoning} if encrypted else thought)
    content: list[dict[str, Any]] = []
    if reply.text:
        content.append({"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []})
    if reply.refusal:
        content.append({"type": "refusal", "refusal": reply.refusal})
    if content:
        head = {"type": "message", "id": "msg_0", "role": "assistant", "status": "completed"}
        output.append({**head, "content": content})
    return [*output, *(_call_item(call, f"{turn}_{n}", body) for n, call in enumerate(reply.calls))]


def _call_item(call: Call, name: str, body: dict[str, Any]) -> dict[str, Any]:
    head = {"call_id": f"call_{name}", "status": "completed"}
    if call.name == "apply_patch" and {"type": "apply_patch"} in (body.get("tools") or ()):
        return {**head, "type": "apply_patch_call", "id": f"apc_{name}", "operation": call.arguments}
    if call.name in _custom_tools(body):
        call_id = {"call_id": head["call_id"], "id": f"ctc_{name}"}
        return {**call_id, "type": "custom_tool_call", "name": call.name, "input": arguments(call)}
    return {**head, "type": "function_call", "id": f"fc_{name}", "name": call.name, "arguments": arguments(call)}


def response_events(reply: Reply, body: dict[str, Any], counted: tuple[int, int, int]) -> Iterator[bytes]:
    """The same as server-sent events."""
    for number, event in enumerate(_response_events(responses(reply, body, counted))):
        yield _sse({**event, "sequence_number": number})


def _response_events(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    started = {**whole, "status": "in_progress", "output": [], "usage": None, "incomplete_details": None}
    yield {"type": "response.created", "response": started}
    for n, item in enumerate(whole["output"]):
        head = {"output_index": n, "item_id": item["id"]}
        yield {"type": "response.output_item.added", "output_index": n, "item": _begun(item)}
        for at, part in enumerate(item.get("content") or ()):
            inner = {**head, "content_index": at}
            empty = {**part, "refusal" if part["type"] == "refusal" else "text": ""}
            yield {"type": "response.content_part.added", **inner, "part": empty}
            yield from _part_events(part, inner)
            yield {"type": "response.content_part.done", **inner, "part": part}
        for kind, text in _streamed_arguments(item):
            yield from ({"type": f"response.{kind}.delta", **head, "delta": piece} for piece in _pieces(text))
        yield {"type": "response.output_item.done", "output_index": n, "item": item}
    yield {"type": f"response.{whole['status']}", "response": whole}


def _begun(item: dict[str, Any]) -> dict[str, Any]:
    """An item before anything of it was streamed."""
    empty: dict[str, Any] = {name: "" for name in ("arguments", "input") if name in item}
    return {**item, **empty, **({"content": []} if "content" in item else {})}


def _part_events(part: dict[str, Any], head: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if part["type"] == "refusal":
        yield from ({"type": "response.refusal.delta", **head, "delta": piece} for piece in _pieces(part["refusal"]))
        yield {"type": "response.refusal.done", **head, "refusal": part["refusal"]}
        return
    for piece in _pieces(part["text"]):
        yield {"type": "response.output_text.delta", **head, "delta": piece, "logprobs": []}
    yield {"type": "response.output_text.done", **head, "text": part["text"], "logprobs": []}


def _streamed_arguments(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and text of what a call streams."""
    if item["type"] == "apply_patch_call" and item["operation"].get("diff"):
        yield "apply_patch_call_operation_diff", item["operation"]["diff"]
    elif item["type"] == "function_call":
        yield "function_call_arguments", item["arguments"]
    elif item["type"] == "custom_tool_call":
        yield "custom_tool_call_input", item["input"]


def _finish(reply: Reply) -> str:
    return reply.finish or ("tool_calls" if reply.calls else "stop")


def _chat_head(kind: str, model: str, reply: Reply) -> dict[str, Any]:
    head = {"id": "chatcmpl-scripted", "object": kind, "created": 0, "model": model}
    return {**head, "system_fingerprint": FINGERPRINT, "service_tier": reply.tier or "default"}


def _chat_usage(reply: Reply, counted: tuple[int, int, int]) -> dict[str, Any]:
    tokens_in, cached, tokens_out = usage(reply, counted)
    return {
        "prompt_tokens": tokens_in,
        "completion_tokens": tokens_out,
        "total_tokens": tokens_in + tokens_out,
        "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": reply.cache_write},
        "completion_tokens_details": {"reasoning_tokens": 0, "rejected_prediction_tokens": reply.rejected},
    }


def _pieces(text: str) -> Iterator[str]:
    """At most 16 pieces, so that streaming is streaming and a long reply is not a thousand events."""
    size = max(24, -(-len(text) // 16))
    for start in range(0, len(text), size):
        yield text[start : start + size]


def _sse(data: dict[str, Any]) -> bytes:
    name = f"event: {data['type']}\n" if "type" in data else ""
    return f"{name}data: {json.dumps(data)}\n\n".encode()
