"""Whatever JSON an endpoint sends, it is an answer, a told error or one ModelError: nothing else gets out."""

from __future__ import annotations

import contextlib
import json
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fretsaw.core.chat import Usage
from fretsaw.errors import ModelError
from fretsaw.model import chat, responses
from fretsaw.model.parse import Collected, StreamError, whole

_NAMES = """
choices delta message content refusal tool_calls index id function name arguments finish_reason usage model
prompt_tokens prompt_tokens_details cached_tokens completion_tokens type response output status error code
incomplete_details reason metadata text call_id input_tokens input_tokens_details output_tokens
"""
_WORDS = """
stop length tool_calls content_filter function_call message response.completed response.incomplete error
response.failed response.output_text.delta completed failed incomplete max_output_tokens
"""
NAMES, WORDS = _NAMES.split(), _WORDS.split()

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS) | st.text(max_size=5)
anything = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=12,
)


@pytest.mark.parametrize("api", [chat, responses])
@settings(max_examples=120)
@given(events=st.lists(anything, max_size=4))
def test_any_events(api: ModuleType, events: list[Any]) -> None:
    so_far = Collected()
    with contextlib.suppress(ModelError, StreamError):
        for event in events:
            api.take(event, so_far)
    answer = so_far.answer(Usage())
    assert isinstance(answer.text, str)
    assert so_far.finish is not None or answer.finish == "truncated"


@pytest.mark.parametrize("api", [chat, responses])
@settings(max_examples=80)
@given(body=anything)
@example(body={"status": [], "output": None})
def test_any_body(api: ModuleType, body: Any) -> None:
    with contextlib.suppress(ModelError, StreamError):
        api.take_whole(whole(json.dumps(body), "application/json"), Collected())


@given(st.text(), st.sampled_from(["text/html", "application/json", ""]))
def test_any_text(text: str, kind: str) -> None:
    with contextlib.suppress(ModelError, StreamError):
        whole(text, kind)
