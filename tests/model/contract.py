"""The `openai` package's own types as a contract: a body with a field or a value that they do not have fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter

COUNT = "/responses/input_tokens"
DECISIONS = "/decisions"


@lru_cache(maxsize=4)
def _type_of_body(path: str) -> TypeAdapter[Any]:
    """The type of a streaming call's body. Imported and built when first used: it takes a second."""
    if path == COUNT:
        from openai.types.responses import input_token_count_params

        return TypeAdapter(input_token_count_params.InputTokenCountParams)
    if path == DECISIONS:
        from openai.types import decision_create_params

        return TypeAdapter(decision_create_params.DecisionCreateParams)
    if path.endswith("/chat/completions"):
        from openai.types.chat import completion_create_params as params

        return TypeAdapter(params.CompletionCreateParamsStreaming)
    from openai.types.responses import response_create_params

    return TypeAdapter(response_create_params.ResponseCreateParamsStreaming)


def validate_body(path: str, body: Any) -> None:
    """Fail where a body that we sent is not what the package's types allow."""
    if not isinstance(body, dict) or not (body.get("stream") or COUNT in path or DECISIONS in path):
        return
    path = next(known for known in ("/chat/completions", COUNT, DECISIONS, "/responses") if known in path)
    read = _plain(_type_of_body(path).validate_python(body))
    # A TypedDict drops what it does not know: what is missing afterwards is not in the specification.
    assert read == body, f"the types of {path} do not have all of {body}"


def _plain(value: Any) -> Any:
    """The value with the lazy iterators of `Iterable[...]` fields as lists."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_plain(item) for item in value]
    return value
