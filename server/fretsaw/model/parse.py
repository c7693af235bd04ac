"""Reading what an endpoint sent: every wrong shape becomes one ModelError. Knows neither API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from fretsaw.core.chat import Answer, OutputItem, ToolCall, Usage
from fretsaw.errors import ModelError
from fretsaw.model.prices import TokenCounts

NOT_THE_API = "a sign-in page, a proxy or another program answers there; check --base-url"


class ShapeError(ModelError):
    """The answer is JSON, but not as the API says."""


class NotTheApiError(ModelError):
    """The answer is not the API's at all."""


class StreamError(Exception):
    """The endpoint told of an error in the middle of a stream: `body` is what it said."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        super().__init__(str(body.get("message") or "an error in the stream"))
        self.body = body


@dataclass(slots=True)
class Collected:
    """The part of one answer that has arrived so far."""

    text: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    calls: dict[int, ToolCall] = field(default_factory=dict)
    items: list[OutputItem] = field(default_factory=list)
    """Text, calls and reasoning in their order, where the API has one."""
    streamed: list[Mapping[str, Any]] = field(default_factory=list)
    """Items as they came whole in a stream, for where its last event does not repeat them."""
    finish: str | None = None
    """None: it did not say that it is finished."""
    reason: str = ""
    """The reason why it ended early, where the endpoint tells."""
    usage: TokenCounts | None = None
    """None: the endpoint did not count, or not so that it can be true."""
    tier: str = ""
    """The service tier that served it, where the endpoint tells."""
    model: str = ""
    scripted: bool = False

    def end(self) -> None:
        """Take the end mark of a stream for its end, where no event said why it ended."""
        if self.finish is None and (self.calls or any(self.text)):
            self.finish = "stop"

    @property
    def said(self) -> str:
        """Everything it wrote, for counting."""
        return "".join(self.text) + "".join(self.refusal) + "".join(call.arguments for call in self.calls.values())

    def answer(self, usage: Usage) -> Answer:
        """The answer as it stands; `truncated` when the end did not arrive."""
        # Some servers give a call no id; its answer needs one.
        calls = tuple(
            replace(call, id=call.id or f"call_{at}") for at, (_, call) in enumerate(sorted(self.calls.items()))
        )
        finish = self.finish or "truncated"
        refusal = "".join(self.refusal)
        if refusal and finish in {"stop", "tool_calls"}:
            finish = "refusal"
        elif calls and finish == "stop":
            finish = "tool_calls"
        return Answer(
            text="".join(self.text) or refusal,
            tool_calls=calls,
            finish=cast("Literal['stop', 'tool_calls', 'length', 'content_filter', 'refusal', 'truncated']", finish),
            usage=usage,
            model=self.model,
            scripted=self.scripted,
            reason=refusal or self.reason,
            items=tuple(self.items),
        )


def as_map(item: object) -> Mapping[str, Any]:
    """The item, which has to be an object."""
    if not isinstance(item, Mapping):
        raise shape_error(f"an object was expected, not {_kind(item)}")
    return item


def as_list(item: object) -> Sequence[Any]:
    """The item, which has to be a list; null counts as an empty one."""
    if item is None:
        return ()
    if not isinstance(item, list):
        raise shape_error(f"a list was expected, not {_kind(item)}")
    return item


def as_text(item: object) -> str:
    """The item, which has to be a text; null counts as an empty one."""
    if item is None:
        return ""
    if not isinstance(item, str):
        raise shape_error(f"a text was expected, not {_kind(item)}")
    return item


def as_content(item: object) -> str:
    """The text of a message, also where it comes as a list of parts; parts of reasoning are none of it."""
    if not isinstance(item, list):
        return as_text(item)
    return "".join(part if isinstance(part, str) else _part_text(as_map(part)) for part in item)


def _part_text(part: Mapping[str, Any]) -> str:
    if part.get("type") in ("thinking", "reasoning", "thought", "redacted_thinking"):
        return ""
    text = part.get("text")
    return as_text(text.get("value") if isinstance(text, Mapping) else text)


def as_arguments(item: object) -> str:
    """The arguments of a tool call as the JSON text that they are, also where they come as an object."""
    return json.dumps(item, ensure_ascii=False) if isinstance(item, (dict, list)) else as_text(item)


def token_counts(usage: object, before: str, after: str) -> TokenCounts | None:
    """A `usage` object, whose counts are named `{before}_tokens` and `{after}_tokens`.

    None where it does not count both: a call that was not counted is not a call that was free.
    """
    if not isinstance(usage, Mapping):
        return None
    tokens_in, tokens_out = usage.get(f"{before}_tokens"), usage.get(f"{after}_tokens")
    if not count(tokens_in) or not isinstance(tokens_out, int):
        return None
    read, said = (_details(usage, name) for name in (before, after))
    cached, written = count(read.get("cached_tokens")), count(read.get("cache_write_tokens"))
    reasoning, rejected = count(said.get("reasoning_tokens")), count(said.get("rejected_prediction_tokens"))
    if reasoning + rejected > count(tokens_out):
        reasoning = rejected = 0
    return TokenCounts(count(tokens_in), cached, count(tokens_out), written, reasoning, rejected)


def _details(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = usage.get(f"{name}_tokens_details")
    return found if isinstance(found, Mapping) else {}


def service_tier(data: Mapping[str, Any]) -> str:
    """The tier that an answer says it was served at; what is not a name is none."""
    tier = data.get("service_tier")
    return tier if isinstance(tier, str) else ""


def count(item: object) -> int:
    """A number of tokens; anything else counts as none."""
    return item if isinstance(item, int) and not isinstance(item, bool) and item >= 0 else 0


def whole(text: str, kind: str) -> Mapping[str, Any]:
    """A body that came in one piece, decoded. Raises NotTheApiError, ShapeError or StreamError."""
    if "html" in kind or text.lstrip()[:1] == "<":
        raise NotTheApiError("the endpoint answered with a web page: this is not the API", hint=NOT_THE_API)
    try:
        data = json.loads(text)
    except ValueError as error:
        raise shape_error("it is not whole JSON") from error
    body = as_map(data)
    if body.get("error"):
        cause = body["error"]
        raise StreamError(cause if isinstance(cause, Mapping) else {"message": str(cause)})
    return body


def shape_error(why: str) -> ShapeError:
    """The one error for an answer that is not as the API says."""
    return ShapeError(f"the endpoint's answer does not follow the API: {why}", hint="check --base-url and --api")


def _kind(item: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", type(None): "null", bool: "true or false"}
    return names.get(type(item), "a number")
