"""Chat request and response types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Image:
    """A picture to look at, ready to send."""

    data_uri: str
    width: int
    height: int
    tokens: int
    """By the model's own image rule."""


@dataclass(frozen=True, slots=True)
class File:
    """A PDF, sent as it is: the endpoint reads its text and its pages as pictures."""

    name: str
    data_uri: str
    pages: int
    """Counted here, at least 1."""
    text: str = ""
    """Its text (shortened), for an endpoint that turns out to read no PDFs; empty where it has none."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that the model asks to be run."""

    id: str
    name: str
    arguments: str
    """JSON text, as the model wrote it; may be malformed."""
    kind: Literal["function", "apply_patch", "custom"] = "function"
    """`apply_patch`: the endpoint's own tool, whose operation is in `arguments`; `custom`: a tool whose argument is a
    text, which is in `arguments` as it is."""


@dataclass(frozen=True, slots=True)
class OutputItem:
    """One item of an answer, where the API has an order of items that a later turn has to keep.

    Example: reasoning, text, reasoning, call, call. A reasoning item belongs to the item behind it.
    """

    kind: Literal["reasoning", "text", "call"]
    id: str = ""
    """By the endpoint; of a call, the id of the `ToolCall`, which holds the rest."""
    text: str = ""
    """The text of the part; of reasoning, the content that only the endpoint can decrypt."""
    phase: str = ""
    """Of a text: `commentary` or `final_answer`, where the endpoint tells."""
    summary: tuple[str, ...] = ()
    """Of reasoning: what the endpoint tells of it in clear."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    images: tuple[Image, ...] = ()
    files: tuple[File, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    """Of an assistant's message."""
    tool_call_id: str | None = None
    """Of a tool's answer."""
    items: tuple[OutputItem, ...] = ()
    """Of an assistant's message: text, calls and reasoning in their order; empty where the API has none."""
    cache_ends: tuple[int, ...] = ()
    """Offsets in the text at which a prefix ends that later requests share: where a cache may break it."""
    is_failed: bool = False
    """Of a tool's answer: the call was not carried out (`apply_patch` alone tells that apart)."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that the model may call."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    """JSON schema of the arguments object."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more calls and what they cost."""

    calls: int = 0
    input_tokens: int = 0
    """All of them, cached ones included."""
    cached_tokens: int = 0
    output_tokens: int = 0
    dollars: float = 0.0
    estimated: bool = False
    """True when a part was counted or priced here because the endpoint or the model's row does not say."""
    cache_write_tokens: int = 0
    """Of the input: what was written to the cache."""
    tiers: tuple[str, ...] = ()
    """Service tiers other than the standard one that served a part."""
    is_bound: bool = False
    """True when the dollars are an upper bound: calls that were lost count with all that was reserved for them."""
    reasoning_tokens: int = 0
    """Of the output: what the model thought, where the endpoint tells."""
    rejected_tokens: int = 0
    """Of the output: what of a prediction was not used."""

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            self.dollars + other.dollars,
            self.estimated or other.estimated,
            self.cache_write_tokens + other.cache_write_tokens,
            tuple(dict.fromkeys((*self.tiers, *other.tiers))),
            self.is_bound or other.is_bound,
            self.reasoning_tokens + other.reasoning_tokens,
            self.rejected_tokens + other.rejected_tokens,
        )

    @property
    def cost(self) -> str:
        """The dollars in words: `$0.0120`, `about $0.0120`, `at most $0.3500`."""
        about = "at most " if self.is_bound else "about " if self.estimated and self.dollars else ""
        return f"{about}${self.dollars:.4f}"


@dataclass(frozen=True, slots=True)
class Question:
    """A statement about the messages of a request, whose probability is wanted."""

    name: str
    """The name under which its answer comes."""
    statement: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call of a model."""

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    max_output_tokens: int | None = None
    """None: what the model's row says."""
    prewarm: bool = False
    """Only let the endpoint cache the messages: nothing is answered (Responses)."""
    cache_key: str | None = None
    """Requests with the same key share a prefix."""
    schema: Mapping[str, Any] | None = None
    """JSON schema that the answer has to follow (structured output), where one is wanted."""
    prediction: str = ""
    """A text that the answer likely repeats: it then comes faster, and what of it is not used is billed as output."""
    questions: tuple[Question, ...] = ()
    """Questions that the endpoint may answer by themselves (Decisions), in place of an answer by `schema`: the
    answer's text is then `{"answers": [{"name": …, "probability": …}]}`."""
    temperature: float | None = 0.0
    offers_patch_tool: bool = False
    """Offer the endpoint's own `apply_patch` tool (Responses)."""
    patch_grammar: str = ""
    """Offer a tool whose argument is a patch in this lark grammar; empty: none is offered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The model's whole answer: a truncated one is never used (`finish` tells)."""

    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    finish: Literal["stop", "tool_calls", "length", "content_filter", "refusal", "truncated"] = "stop"
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    """The model that answered, as the endpoint names it."""
    scripted: bool = False
    """True when the endpoint says that it is the shipped scripted model."""
    reason: str = ""
    """The reason why it ended before its end or declined, in the endpoint's words."""
    items: tuple[OutputItem, ...] = ()
    """Text, calls and reasoning in their order, for `Message.items`."""


OnText: TypeAlias = Callable[["str | None"], None]
"""Is handed each piece of text as it streams in; None: the call is tried again, what came so far is void."""

Ask: TypeAlias = Callable[[Request, OnText], Answer]
"""Calls a model once, with its own retries. Raises ModelError, ConfigError, BudgetError, Cancelled."""
