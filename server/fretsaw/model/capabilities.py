"""The abilities of a model beside messages and tools, by the columns of its row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias, cast

from fretsaw.model.column_values import read_choice, read_flag

Cache: TypeAlias = Literal["none", "key", "breakpoints"]
"""The way to cache a prompt's prefix. "none": nothing is sent; "key": `prompt_cache_key` keeps a run on one machine;
"breakpoints": also marks where a prefix ends that later requests share."""

_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_VERBOSITIES = ("low", "medium", "high")
_CACHES = ("none", "key", "breakpoints")
_TTLS = ("30m", "12h")
_MODES = ("standard", "pro")
_TIERS = ("auto", "default", "flex", "scale", "priority", "fast", "ultrafast")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """One field a column. The defaults are what every compatible server understands."""

    effort: str | None = None
    """Reasoning effort to send; None: the field is not sent."""
    verbosity: str | None = None
    """The amount of prose to ask for; None: the field is not sent."""
    keep_reasoning: bool = False
    """Ask for reasoning in encrypted form, and send it back with the next turn (Responses)."""
    temperature: bool = True
    """True if it takes a temperature; most models that reason refuse it."""
    strict_tools: bool = False
    """True if the arguments of tool calls are held to their schema."""
    parallel_tools: bool | None = None
    """True if it may call several tools in one answer; None: the field is not sent."""
    apply_patch_tool: bool = False
    """True if the endpoint has an `apply_patch` tool of its own for it (Responses)."""
    grammar_tool: bool = False
    """True if a tool's argument may be a text in a grammar."""
    mode: str | None = None
    """Reasoning mode to send (Responses); None: the field is not sent."""
    tier: str | None = None
    """Service tier to ask for; None: the field is not sent."""
    cache: Cache = "none"
    cache_ttl: str | None = None
    """Lifetime of what was written to the cache; None: the field is not sent."""
    files: bool = False
    """True if it reads a PDF as it is."""
    input_count: bool = False
    """True if the endpoint counts the tokens of a request that it is not asked to answer (Responses)."""
    prewarm: bool = False
    """True if the endpoint fills its cache with a prompt without answering it (Responses)."""
    predictions: bool = False
    """True if it takes a predicted output (Chat, without tools)."""
    decisions: bool = False
    """True if the endpoint has a Decisions API for it: questions in, probabilities out."""
    completion_limit: bool = False
    """Chat: the limit on output is `max_completion_tokens`, not `max_tokens`."""


CAPABILITY_COLUMNS = frozenset(
    {
        "effort",
        "verbosity",
        "keep-reasoning",
        "temperature",
        "strict-tools",
        "parallel-tools",
        "apply-patch-tool",
        "grammar-tool",
        "mode",
        "tier",
        "cache",
        "cache-ttl",
        "files",
        "input-count",
        "decisions",
        "prewarm",
        "predictions",
        "completion-limit",
        "plain",
    }
)
"""The columns of a row that are read here."""
SENT_COLUMNS = CAPABILITY_COLUMNS - {"plain", "temperature"}
"""Those of them that an endpoint may not know."""


def restrict(can: Capabilities, takes: Collection[str]) -> Capabilities:
    """Keep only these columns. That a model refuses a temperature holds there too."""
    base = Capabilities(temperature=can.temperature)
    allowed = {name.replace("-", "_") for name in takes}
    return replace(base, **{item.name: getattr(can, item.name) for item in fields(can) if item.name in allowed})


def read_capabilities(item: Mapping[str, Any]) -> Capabilities:
    """The columns of a row; ColumnError where a value is none that there is. A plain row has the defaults alone."""
    parallel = item.get("parallel-tools")
    read = Capabilities(
        effort=read_choice(item, "effort", _EFFORTS),
        verbosity=read_choice(item, "verbosity", _VERBOSITIES),
        keep_reasoning=read_flag(item, "keep-reasoning", default=False),
        temperature=read_flag(item, "temperature", default=True),
        strict_tools=read_flag(item, "strict-tools", default=False),
        parallel_tools=None if parallel is None else read_flag(item, "parallel-tools", default=True),
        apply_patch_tool=read_flag(item, "apply-patch-tool", default=False),
        grammar_tool=read_flag(item, "grammar-tool", default=False),
        files=read_flag(item, "files", default=False),
        input_count=read_flag(item, "input-count", default=False),
        prewarm=read_flag(item, "prewarm", default=False),
        predictions=read_flag(item, "predictions", default=False),
        decisions=read_flag(item, "decisions", default=False),
        mode=read_choice(item, "mode", _MODES),
        tier=read_choice(item, "tier", _TIERS),
        cache_ttl=read_choice(item, "cache-ttl", _TTLS),
        cache=cast("Cache", read_choice(item, "cache", _CACHES) or "key"),
        completion_limit=read_flag(item, "completion-limit", default=True),
    )
    return Capabilities() if read_flag(item, "plain", default=False) else read


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema as strict tools want it: every property required, what was optional may be null, nothing else.

    {"properties": {"path": {"type": "string"}, "first": {"type": "integer"}}, "required": ["path"]} becomes
    {"properties": {"path": {"type": "string"}, "first": {"type": ["integer", "null"]}}, "required": ["path", "first"]}.
    """
    strict = dict(schema)
    if "items" in strict:
        strict["items"] = strict_schema(strict["items"])
    if strict.get("type") != "object":
        return strict
    properties, required = strict.get("properties", {}), strict.get("required", ())
    strict["properties"] = {
        name: strict_schema(item) if name in required else _nullable(strict_schema(item))
        for name, item in properties.items()
    }
    return {**strict, "required": list(properties), "additionalProperties": False}


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]} if isinstance(schema.get("type"), str) else schema
