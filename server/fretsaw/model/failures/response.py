"""Classify an endpoint's error, by status or inside a stream: `CAUSES`, a table of causes, first match wins."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, TypeAlias, cast

from fretsaw.core.patch_call import PATCH_TOOL
from fretsaw.errors import ConfigError, ModelError
from fretsaw.model.failures.connection import proxy_refusal
from fretsaw.model.failures.failed_exchange import DECISIONS, RESPONSES, ContextTooLongError, FailedRequest, Failure
from fretsaw.model.network import find_proxy
from fretsaw.model.parse import NOT_THE_API
from fretsaw.model.unread_parts import IMAGES, refused_kind

LONGEST_WAIT = 60.0
"""Seconds that are waited because an endpoint asks for it; more is told instead."""

_RETRIED = {408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529}
_QUOTA = {"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"}
_FILTERED = {"content_filter", "content_policy_violation"}
_TOO_LONG = {"context_length_exceeded", "exceed_context_size_error", "string_above_max_length"}
_TOO_LONG_WORDS = re.compile(
    r"context (?:length|window|size|limit)|maximum (?:number of tokens|model length|input (?:length|tokens)|prompt)"
    r"|(?:prompt|input|request|message|conversation)s? (?:is|are|was|were) too (?:long|large|big)"
    r"|(?:prompt|input|request)[\w ]{0,20} too long|too many (?:input )?tokens|input token count|token limit"
    r"|tokens? to keep from the initial prompt|reduce (?:the|your) (?:length|prompt|input)|max_model_len|num_ctx|n_ctx"
    r"|exceeds? the (?:model|limit of)|tokens? (?:exceeds?|exceeded|is (?:larger|greater|longer|more) than)"
    r"|longer than the (?:maximum|model)",
    re.I,
)
"""Words of vLLM, Ollama, llama.cpp, LM Studio, OpenRouter, Gemini and Anthropic for a prompt that does not fit."""
_LACKS = r"not support|unsupported|requires?|not (?:available|enabled)"
_NO_TOOLS = re.compile(
    rf"\b(?:tools?|functions?)(?: (?:use|call\w*|choice))?\b[^.]{{0,60}}\b(?:{_LACKS})"
    r"|\b(?:not support|unsupported|no endpoints found that support)\w*[^.]{0,40}\b(?:tools?|functions?)\b",
    re.I,
)
_NO_TOOLS_STATUS = frozenset({400, 404, 405, 422, 500, 501})
_NO_RESPONSES = re.compile(
    r"(?:\bresponses api\b|/responses\b|\bresponses (?:endpoint|route|path))[^.]{0,80}"
    r"\b(?:not (?:support|available|enabled|implemented|found|exist)|unsupported|disabled|enabled only|only)"
    r"|(?:not support\w*|unsupported|not (?:available|enabled|implemented)|no|unknown|invalid)\b[^.]{0,80}"
    r"(?:\bresponses api\b|/responses\b)"
    r"|\bonly (?:support\w*|available|served)\b[^.]{0,60}\bchat[ /]completions|\bunexpected endpoint or method",
    re.I,
)
"""Words of LM Studio, LiteLLM, Azure, OpenAI and OpenRouter for an API that they, or a model there, do not have."""
_NO_SUCH_PATH = frozenset({404, 405, 410, 501})
_NO_DECISIONS_STATUS = frozenset({400, 403, 404, 405, 410, 422, 501})

_OPTIONAL = (
    "max_completion_tokens",
    "parallel_tool_calls",
    "prompt_cache_breakpoint",
    "prompt_cache_options",
    "prompt_cache_key",
    "reasoning_effort",
    "stream_options",
    "prediction",
    "service_tier",
    "temperature",
    "verbosity",
    "include",
    "max_tokens",
    "reasoning",
    "strict",
    "store",
    "text",
)
_UNKNOWN_WORDS = ("unsupported", "not support", "unrecognized", "unknown", "not permitted", "unexpected", "extra ")
# A name stands alone: `max_tokens` is not what `max_completion_tokens` complains about, nor `store` what `stored` does.
_NAMED = {name: re.compile(rf"(?<!\w){name}(?!\w)") for name in _OPTIONAL}
_MARK = r"[\"'`.\[\]:=]"
_NAMED |= {
    # Words of every sentence too: only where they are written as a name.
    name: re.compile(
        rf"{_MARK}{name}(?!\w)|(?<!\w){name}{_MARK}|\b(?:parameter|argument|field|propert\w+|name|key)s? {name}\b"
    )
    for name in ("include", "strict", "store")
}
_NAMED["text"] = re.compile(r"[\"'`]text[\"'`]|(?:\bbody\.|\b(?:parameter|argument|field) )text(?![\w.\[])")
_TOOLS_FIELD = re.compile(r"(?<!\w)tools(?![\w\[]|\.\w)")
_PATCH_TOOL = re.compile(
    r"\bapply_patch\b|[\"'`](?:custom|grammar)[\"'`]|\btools[\[.]\d+\]?\.(?:\w+\.)*(?:type|format|custom|function)(?![\w.])"
)
"""Words about a tool of another kind than a function: one of the endpoint's own, or one with a grammar."""
_WRONG_KIND_WORDS = (*_UNKNOWN_WORDS, "invalid value", "input should be", "missing required", "field required")


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """An endpoint's error: `status` is None inside a stream or a body of status 200."""

    status: int | None
    body: Mapping[str, Any]
    said: str
    """Its own words, safe to show."""
    headers: Mapping[str, str]

    @property
    def code(self) -> str:
        """The error's code, or its type where there is none."""
        for name in ("code", "type"):
            value = self.body.get(name)
            if isinstance(value, str) and value and value != "invalid_request_error":
                return value
        return ""

    @property
    def param(self) -> str:
        """The field that it is about, where it tells."""
        value = self.body.get("param")
        return value if isinstance(value, str) else ""

    @property
    def is_unknown_field(self) -> bool:
        """Return True if it may complain of a field that it does not know."""
        return self.status in {400, 422} and any(word in self.said.lower() for word in _UNKNOWN_WORDS)


def in_stream(body: Mapping[str, Any], asked: FailedRequest) -> Failure:
    """An error that came inside a stream or in a body with status 200."""
    said = asked.text(str(body.get("message") or body.get("code") or "an error without a text"))
    return _first(ErrorResponse(None, body, said, {}), asked)


def by_status(status: int, body: object, headers: Mapping[str, str], asked: FailedRequest) -> Failure:
    """An error that came as an HTTP status; `body` is decoded JSON, or text."""
    body = _decoded(body)
    data = _innermost(body)
    said = asked.text(_sentence(body)) or _plain(body, asked)
    return _first(ErrorResponse(status, data, said, headers), asked)


def _decoded(body: object) -> object:
    """A body as JSON where it is an event of a stream that was sent as an error; any other as it is."""
    if not isinstance(body, str) or not body.lstrip().startswith(("data:", "event:")):
        return body
    data = "".join(line[5:] for line in body.splitlines() if line.startswith("data:"))
    try:
        return cast("object", json.loads(data))
    except ValueError:
        return "an error within a stream"


def _innermost(body: object) -> Mapping[str, Any]:
    """The object that holds the error's code: the body, its first item, or what stands under `error`."""
    if isinstance(body, list):
        body = body[0] if body else None
    if isinstance(body, Mapping):
        inner = body.get("error")
        return inner if isinstance(inner, Mapping) else body
    return {}


def _sentence(body: object, depth: int = 0) -> str:
    """The words for a person in an error's body, in whatever shape: `message`, `detail`, `error`, lists of these."""
    if depth > 5 or body is None:
        return ""
    if isinstance(body, str):
        return body if depth else ""
    if isinstance(body, list):
        return "; ".join(filter(None, (_sentence(item, depth + 1) for item in body[:5])))
    if not isinstance(body, Mapping):
        return ""
    where = body.get("loc")
    if isinstance(where, list) and isinstance(body.get("msg"), str):
        return f"{'.'.join(map(str, where))}: {body['msg']}"
    found = (_sentence(body.get(name), depth + 1) for name in ("message", "error", "detail", "msg", "reason"))
    return next(filter(None, found), "")


def _first(told: ErrorResponse, asked: FailedRequest) -> Failure:
    for cause in CAUSES:
        found = cause(told, asked)
        if found is not None:
            return found
    return Failure(ModelError(f"the endpoint reported an error: {told.said}"), retry=True, billed=True)


def _quota(told: ErrorResponse, _asked: FailedRequest) -> Failure | None:
    if told.code not in _QUOTA and told.status != 402:
        return None
    hint = "see the plan and billing of the key's account"
    return Failure(ModelError(f"the account's quota is used up: {told.said}", hint=hint))


def _filtered(told: ErrorResponse, _asked: FailedRequest) -> Failure | None:
    if told.code not in _FILTERED:
        return None
    return Failure(ModelError(f"the endpoint's filter refused: {told.said}"), declined=True, reason=told.said)


def _too_long(told: ErrorResponse, _asked: FailedRequest) -> Failure | None:
    said = told.said.lower()
    # A single request above the account's tokens a minute: waiting does not help.
    above_rate = told.status == 429 and "request too large" in said
    by_words = told.status in {400, 422} and _TOO_LONG_WORDS.search(said) is not None
    if told.code not in _TOO_LONG and told.status != 413 and not above_rate and not by_words:
        return None
    return Failure(ContextTooLongError(f"the request is too long: {told.said}", hint="lower --context-tokens"))


def _takes_no_patch_tool(told: ErrorResponse, _asked: FailedRequest) -> Failure | None:
    """Recognise an endpoint that knows functions alone; edits come as text there."""
    about = f"{told.param} {told.said}"
    if told.status not in _NO_TOOLS_STATUS or not _PATCH_TOOL.search(about):
        return None
    if not any(word in told.said.lower() for word in _WRONG_KIND_WORDS):
        return None
    refused = ModelError(f"the endpoint has no tool for patches ({told.status}): {told.said}", hint="--edit-form v4a")
    return Failure(refused, leave_out=PATCH_TOOL)


def _reads_text_alone(told: ErrorResponse, asked: FailedRequest) -> Failure | None:
    """Recognise a model or server that reads no pictures or no PDFs; both are looked for where it only takes texts."""
    if told.status not in _NO_TOOLS_STATUS | {415}:
        return None
    kind = refused_kind(f"{told.param} {told.said}")
    if kind not in asked.parts:
        return None
    what = "pictures" if kind == IMAGES else "PDFs"
    refused = ModelError(f"{asked.endpoint.host} takes no {what} ({told.status}): {told.said}", hint="leave them out")
    return Failure(refused, leave_out=kind)


def _takes_no_tools(told: ErrorResponse, _asked: FailedRequest) -> Failure | None:
    """Recognise a model or server without tools; the run can do without them."""
    is_named = told.is_unknown_field and _TOOLS_FIELD.search(told.said) is not None
    if told.status not in _NO_TOOLS_STATUS or not (is_named or _NO_TOOLS.search(told.said)):
        return None
    if _NAMED["parallel_tool_calls"].search(told.said) or _NAMED["strict"].search(f"{told.param} {told.said}"):
        return None
    refused = ModelError(f"the endpoint has no tools ({told.status}): {told.said}", hint="use --no-tools")
    return Failure(refused, leave_out="tools")


def _has_no_decisions(told: ErrorResponse, asked: FailedRequest) -> Failure | None:
    """Recognise an endpoint or an account without the Decisions API; the same is asked by structured output."""
    if asked.api != DECISIONS or told.status not in _NO_DECISIONS_STATUS:
        return None
    return Failure(ModelError(f"the endpoint has no Decisions API: {told.said}"), leave_out=DECISIONS)


def _has_no_responses(told: ErrorResponse, asked: FailedRequest) -> Failure | None:
    """Recognise an endpoint, or a model there, that is served on Chat Completions alone."""
    if asked.api != RESPONSES or told.status in {401, 429}:
        return None
    is_path = told.status in _NO_SUCH_PATH and not _is_about_model(told, asked)
    if not is_path and not _NO_RESPONSES.search(told.said):
        return None
    status = f" ({told.status})" if told.status else ""
    missing = ConfigError(
        f"{asked.endpoint.host} has no Responses API{status}: {told.said}",
        hint="--api chat, or check --base-url (it mostly ends in /v1)",
    )
    return Failure(missing, leave_out=RESPONSES)


def _proxy(told: ErrorResponse, asked: FailedRequest) -> Failure | None:
    """Recognise an answer of the proxy itself to a request without TLS."""
    proxy = find_proxy(asked.endpoint) if told.status == 407 else None
    return proxy_refusal(407, told.said, asked, proxy) if proxy else None


def _redirect(told: ErrorResponse, asked: FailedRequest) -> Failure | None:
    if told.status is None or not 300 <= told.status < 400:
        return None
    where = asked.text(told.headers.get("location", "another place"))
    message = f"{asked.endpoint.host} redirects to {where}; Fretsaw does not send the key there"
    return Failure(ModelError(message, hint="if you trust it, set it as --base-url"))


def _denied(told: ErrorResponse, asked: FailedRequest) -> Failure | None:
    host = asked.endpoint.host
    if told.status == 401:
        what = "wants a key" if asked.endpoint.key is None else "does not accept the key"
        return Failure(ConfigError(f"{host} {what}: {told.said}", hint=asked.key_hint))
    if told.status == 403:
        hint = "the key's project or organization may not use it; see --model and --base-url"
        return Failure(ConfigError(f"{host} refused this request to model {asked.model}: {told.said}", hint=hint))
    return None


_UNKNOWN_MODEL = re.compile(
    r"invalid model\b|unknown model\b|no such model|model\b[^.]{0,80}\b(?:not found|does not exist|is not served)", re.I
)
"""Words of LiteLLM, vLLM, Mistral and OpenRouter with a status of 400."""


def _is_unknown_model(told: ErrorResponse) -> bool:
    return told.status in {400, 422} and _UNKNOWN_MODEL.search(told.said) is not None


def _is_about_model(told: ErrorResponse, asked: FailedRequest) -> bool:
    """Return True if what is missing is the model, not the path."""
    is_deployment = asked.endpoint.azure and told.code == "DeploymentNotFound"
    named = told.code == "model_not_found" or "model" in told.said.lower() or is_deployment
    return bool(told.body) and (named or (asked.endpoint.azure and asked.api != RESPONSES))


def _missing(told: ErrorResponse, asked: FailedRequest) -> Failure | None:
    if told.status != 404 and told.code != "model_not_found" and not _is_unknown_model(told):
        return None
    host = asked.endpoint.host
    if _is_about_model(told, asked):
        hint = "check --model; `agent models --remote` lists what is served"
        return Failure(ConfigError(f"{host} does not serve model {asked.model}: {told.said}", hint=hint))
    hint = "check --base-url (it mostly ends in /v1) and --model"
    return Failure(ConfigError(f"{host} has no such path (404): {told.said}", hint=hint))


def _busy(told: ErrorResponse, _asked: FailedRequest) -> Failure | None:
    """A rate limit or trouble at their side: wait, as long as they say."""
    if told.status not in _RETRIED and told.code != "rate_limit_exceeded":
        return None
    after = retry_after(told.headers)
    limited = told.status == 429 or told.code == "rate_limit_exceeded"
    what = "the rate limit is reached" if limited else f"the endpoint is in trouble ({told.status})"
    if after is not None and after > LONGEST_WAIT:
        return Failure(ModelError(f"{what}: {told.said}", hint=f"try again in {_span(after)}"))
    return Failure(ModelError(f"{what}: {told.said}", hint="try again later"), retry=True, after=after)


def _refused(told: ErrorResponse, _asked: FailedRequest) -> Failure | None:
    if told.status is None:
        return None
    hint = "the endpoint may not know one of the fields; see --api and --tools" if told.status in {400, 422} else ""
    refused = ModelError(f"the endpoint refused the request ({told.status}): {told.said}", hint=hint)
    return Failure(refused, leave_out=_unknown_field(told))


Cause: TypeAlias = Callable[[ErrorResponse, FailedRequest], "Failure | None"]

CAUSES: tuple[Cause, ...] = (
    _proxy,
    _quota,
    _filtered,
    _has_no_decisions,
    _too_long,
    _reads_text_alone,
    _takes_no_patch_tool,
    _takes_no_tools,
    _has_no_responses,
    _redirect,
    _denied,
    _missing,
    _busy,
    _refused,
)
"""Possible causes, the more telling first."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the headers ask to wait: `retry-after-ms`, or `retry-after` in seconds or as a date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    import email.utils  # only for the rare date: it brings in a quarter of this package's import time

    try:
        then = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
        # Their clock against their clock, where they tell it.
        now = email.utils.parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(timezone.utc)
        return max(0.0, (then - now).total_seconds())
    except (TypeError, ValueError):
        return None


def _unknown_field(told: ErrorResponse) -> str | None:
    """The optional field that an endpoint says it does not know."""
    if not told.is_unknown_field:
        return None
    for about in (f"'{told.param}'", told.said):
        found = next((name for name, pattern in _NAMED.items() if pattern.search(about)), None)
        if found is not None:
            return found
    return None


def _plain(body: object, asked: FailedRequest) -> str:
    if isinstance(body, str) and body.lstrip()[:1] == "<":
        return f"a web page, not the API ({NOT_THE_API})"
    return asked.text(body) if isinstance(body, str) and body.strip() else "no reason is given"


def _span(seconds: float) -> str:
    """`70 s` or `60 min`, rounded up."""
    return f"{math.ceil(seconds)} s" if seconds < 120 else f"{math.ceil(seconds / 60)} min"
