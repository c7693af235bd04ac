"""What is sent is what the model's row says it can, and to a plain endpoint nothing but the common base."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.model.contract import validate_body
from tests.model.support import READ, bench, question

from fretsaw.core import tools
from fretsaw.core.chat import ToolCall
from fretsaw.core.snapshot import Snapshot
from fretsaw.errors import ConfigError
from fretsaw.model import chat, responses
from fretsaw.model.capabilities import Capabilities, strict_schema
from fretsaw.model.registry import load_registry
from fretsaw.model.row import Row
from fretsaw.model.scripted import error

LUNA = "gpt-6-luna"
ASKED = question(tools=(READ,), cache_key="k", schema={"type": "object"})
SHIPPED = Path(chat.__file__).with_name("models.toml")
BASE = {"chat": {"model", "messages", "stream", "stream_options", "max_tokens", "temperature", "tools"}}
BASE["responses"] = {"model", "input", "stream", "store", "max_output_tokens", "temperature", "tools"}
APIS = {"chat": chat, "responses": responses}


def sent(api: str, row: Row) -> dict[str, Any]:
    body: dict[str, Any] = APIS[api].body(ASKED, row, 100)
    validate_body(APIS[api].PATH, body)
    return body


def plain_luna(folder: Path) -> Row:
    """The shipped row of the model with one column more."""
    text = SHIPPED.read_text("utf-8").replace('id = "gpt-6-luna"', 'id = "gpt-6-luna"\nplain = true')
    own = folder / "models.toml"
    own.write_text(text, "utf-8")
    return load_registry(own).row(LUNA)


def test_a_reasoning_model_is_sent_what_its_row_says() -> None:
    row = load_registry().row(LUNA)
    body = sent("responses", row)
    assert body["include"] == ["reasoning.encrypted_content"]
    assert body["text"]["verbosity"] == "low"
    assert body["tools"][0]["strict"] is True
    assert "temperature" not in body
    assert sent("chat", row)["reasoning_effort"] == "none"
    assert sent("chat", row)["tools"][0]["function"]["strict"] is True


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_the_same_row_at_a_plain_endpoint_sends_none_of_it(api: str, tmp_path: Path) -> None:
    body = sent(api, plain_luna(tmp_path))
    assert body.keys() - {"response_format", "text"} == BASE[api]
    assert "verbosity" not in body.get("text", {})
    assert "additionalProperties" not in str(body["tools"])
    assert body["temperature"] == 0.0


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_model_of_which_nothing_is_known_is_sent_the_common_base(api: str) -> None:
    assert sent(api, load_registry().generic("local")).keys() - {"response_format", "text"} == BASE[api]


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_one_tool_at_a_time_is_asked_for_by_a_column(api: str) -> None:
    row = load_registry().row("gpt-4.1")
    assert "parallel_tool_calls" not in sent(api, row)
    assert sent(api, replace(row, can=Capabilities(parallel_tools=False)))["parallel_tool_calls"] is False


@pytest.mark.parametrize(
    ("api", "param", "field"),
    [
        ("responses", "text.verbosity", "text"),
        ("responses", "include", "include"),
        ("responses", "reasoning.effort", "reasoning"),
        ("chat", "verbosity", "verbosity"),
        ("chat", "reasoning_effort", "reasoning_effort"),
    ],
)
def test_a_field_that_is_refused_is_left_out_from_then_on(api: str, param: str, field: str) -> None:
    refusal = error(400, "unsupported_parameter", f"Unsupported parameter: '{param}' is not supported.")
    with bench(["one", "two"], refusal, api=api, model=LUNA, order="server") as live:
        live()
        live(question("again"))
        bodies = [seen.body for seen in live.server.requests]
    assert [field in body for body in bodies] == [True, False, False]


def test_strict_schemas_require_all_and_allow_null_for_what_was_optional() -> None:
    for tool in tools.TOOLS:
        strict = strict_schema(tool.parameters)
        Draft202012Validator.check_schema(strict)
        assert strict["required"] == list(strict["properties"])
        every = dict.fromkeys(strict["properties"])
        required = dict.fromkeys(tool.parameters["required"], "x")
        Draft202012Validator(strict).validate({**every, **required})


def test_tools_take_null_for_what_was_optional() -> None:
    call = ToolCall("c", "read_file", '{"path": "a", "first": null, "last": null}')
    snapshot = Snapshot(base=None, paths=("a",), reader=lambda path: "one\ntwo\n")
    assert "two" in tools.run_tool(call, snapshot)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ('effort = "extreme"', "effort: 'extreme' is not one of none"),
        ('verbosity = "terse"', "verbosity: 'terse' is not one of low"),
        ('temperature = "yes"', "temperature: 'yes' is not true or false"),
        ('cache = "always"', "cache: 'always' is not one of none, key, breakpoints"),
        ('cache-ttl = "1h"', "cache-ttl: '1h' is not one of 30m, 12h"),
        ('mode = "fast"', "mode: 'fast' is not one of standard, pro"),
        ('tier = "cheap"', "tier: 'cheap' is not one of auto"),
        ("strict_tools = true", "no column 'strict_tools'"),
    ],
)
def test_a_wrong_column_is_named(tmp_path: Path, line: str, word: str) -> None:
    own = tmp_path / "models.toml"
    own.write_text(f'[[model]]\nid = "mine"\ncontext = 9\noutput = 9\n{line}\n')
    with pytest.raises(ConfigError, match=r"models\.toml") as caught:
        load_registry(own)
    assert word in str(caught.value)


MARKED = question(cache_key="k")
MARKED = replace(MARKED, messages=tuple(replace(item, cache_ends=(6, len(item.text))) for item in MARKED.messages))


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_a_prefix_is_marked_where_the_row_has_breakpoints(api: str) -> None:
    row = load_registry().row(LUNA)
    body = APIS[api].body(MARKED, replace(row, can=replace(row.can, cache_ttl="12h")), 100)
    validate_body(APIS[api].PATH, body)
    parts = [item["content"] for item in body["messages" if api == "chat" else "input"]]
    assert ["".join(part["text"] for part in message) for message in parts] == ["Be brief.", "Please fix it."]
    assert [[part["prompt_cache_breakpoint"]["mode"] for part in message] for message in parts] == [
        ["explicit"] * 2
    ] * 2
    assert body["prompt_cache_key"] == "k"
    assert body.get("prompt_cache_options") == ({"ttl": "12h"} if api == "responses" else None), "Chat has 30m alone"
    plain = APIS[api].body(MARKED, load_registry().row("gpt-4.1"), 100)
    assert "breakpoint" not in str(plain)
    assert plain["prompt_cache_key"] == "k"


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_marks_that_are_refused_are_left_out(api: str) -> None:
    refusal = error(400, "unknown_parameter", "Unknown parameter: 'input[0].content[0].prompt_cache_breakpoint'.")
    with bench(["one", "two"], refusal, api=api, model=LUNA, order="server") as live:
        live(MARKED)
        bodies = [seen.body for seen in live.server.requests]
    assert ["breakpoint" in str(body) for body in bodies] == [True, False]


def test_a_tier_and_a_mode_are_asked_for_by_columns() -> None:
    row = load_registry().row("gpt-4.1")
    asked = replace(row, can=replace(row.can, tier="priority", mode="pro", effort="high"))
    body = sent("responses", asked)
    assert (body["service_tier"], body["reasoning"]) == ("priority", {"effort": "high", "mode": "pro"})
    assert sent("chat", asked)["service_tier"] == "priority"
