"""An endpoint without a Responses API is asked by Chat Completions, unless the user chose the API; it is remembered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from tests.model.support import KEY, question

from fretsaw.cancel import Cancel
from fretsaw.errors import ConfigError, FretsawError
from fretsaw.model.budget import Budget
from fretsaw.model.live import Live, connect
from fretsaw.model.registry import load_registry
from fretsaw.model.scripted import Fault, ScriptedServer, serve
from fretsaw.session.model_connection import adapt_row, open_model
from fretsaw.settings import Settings

LUNA = load_registry().row("gpt-6-luna")
NO_RESPONSES: dict[str, tuple[int, Any]] = {
    "FastAPI, vLLM": (404, {"detail": "Not Found"}),
    "FastAPI, another method": (405, {"detail": "Method Not Allowed"}),
    "llama.cpp": (404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}}),
    "Ollama": (404, b"404 page not found"),
    "LM Studio": (200, {"error": "Unexpected endpoint or method. (POST /v1/responses)"}),
    "Mistral": (404, {"message": "no Route matched with those values"}),
    "Anthropic": (404, {"type": "error", "error": {"type": "not_found_error", "message": "Not found"}}),
    "OpenAI": (404, {"error": {"message": "Invalid URL (POST /v1/responses)", "type": "invalid_request_error"}}),
    "OpenAI, of a model": (
        400,
        {"error": {"message": "This model is only supported in v1/chat/completions and not in v1/responses."}},
    ),
    "OpenRouter": (400, {"error": {"message": "Model m does not support the Responses API", "code": 400}}),
    "LiteLLM": (400, {"error": {"message": "litellm.BadRequestError: Responses API is not supported for bedrock"}}),
    "Azure, an older version": (
        400,
        {"error": {"code": "BadRequest", "message": "Responses API is enabled only for api-version 2025-03-01 on."}},
    ),
    "a gateway": (501, {"message": "Not Implemented"}),
    "nginx": (404, b"<html><head><title>404 Not Found</title></head><body>nginx</body></html>"),
    "nothing": (404, b""),
    "not permitted": (403, {"error": {"message": "The Responses API is not enabled for your project"}}),
}
ANOTHER_REASON: dict[str, tuple[int, Any]] = {
    "no such model": (404, {"error": {"message": "The model `m` does not exist", "code": "model_not_found"}}),
    "no such model, vLLM": (404, {"message": "The model `m` does not exist.", "type": "NotFoundError", "code": 404}),
    "a wrong key": (401, {"error": {"message": "Incorrect API key provided", "code": "invalid_api_key"}}),
    "no leave": (403, {"error": {"message": "You may not use this"}}),
    "a wrong value": (400, {"error": {"message": "Invalid value for 'input': expected a text of responses"}}),
    "in trouble": (500, {"error": {"message": "Internal error"}}),
    "the filter": (400, {"error": {"message": "The response was filtered", "code": "content_filter_x"}}),
}


def lacking(status: int, body: Any) -> ScriptedServer:
    server = serve("Here.")
    server.hide("/responses", Fault("status", status, body=body))
    return server


def asking(server: ScriptedServer, api: Literal["auto", "responses"] = "auto") -> Live:
    settings = Settings(base_url=server.base_url, api_key=KEY, timeout=20.0, retries=0, api=api)
    return connect(settings, LUNA, Cancel(), budget=Budget(9.0))


def paths(server: ScriptedServer) -> list[str]:
    return [seen.path.removeprefix("/v1") for seen in server.requests]


@pytest.mark.parametrize("name", NO_RESPONSES)
def test_chat_is_asked_once_and_from_then_on(name: str) -> None:
    with lacking(*NO_RESPONSES[name]) as server:
        ask = asking(server)
        assert ask(question(), lambda piece: None).text == "Here."
        assert ask(question(), lambda piece: None).text == "Here."
        ask.close()
        assert paths(server) == ["/responses", "/chat/completions", "/chat/completions"]
        assert any("no Responses API" in notice for notice in ask.notices)


@pytest.mark.parametrize("name", ["FastAPI, vLLM", "LM Studio", "OpenRouter", "FastAPI, another method"])
def test_whoever_chose_the_api_is_told_of_the_other(name: str) -> None:
    with lacking(*NO_RESPONSES[name]) as server:
        ask = asking(server, "responses")
        with pytest.raises(ConfigError, match=r"has no Responses API.*--api chat"):
            ask(question(), lambda piece: None)
        ask.close()
        assert paths(server) == ["/responses"]


@pytest.mark.parametrize("name", ANOTHER_REASON)
def test_another_reason_is_no_lack_of_an_api(name: str) -> None:
    with lacking(*ANOTHER_REASON[name]) as server:
        ask = asking(server)
        with pytest.raises(FretsawError):
            ask(question(), lambda piece: None)
        ask.close()
        assert "/chat/completions" not in paths(server)


def test_a_cache_is_not_filled_by_chat() -> None:
    with lacking(404, {"detail": "Not Found"}) as server:
        ask = asking(server)
        with pytest.raises(ConfigError, match="no Responses API"):
            ask(replace(question(), prewarm=True), lambda piece: None)
        ask.close()
        assert paths(server) == ["/responses"]


def test_it_is_remembered_where_chat_answered_and_for_this_endpoint_alone(tmp_path: Path) -> None:
    with lacking(404, {"detail": "Not Found"}) as server:
        settings = Settings(base_url=server.base_url, api_key=KEY, timeout=20.0, retries=0)
        with open_model(tmp_path, settings, LUNA, Cancel(), Budget(9.0)) as ask:
            ask(question(), lambda piece: None)
        known = adapt_row(tmp_path, settings, LUNA)
        assert (known.api, known.form_for(settings)) == ("chat", "v4a")
        with open_model(tmp_path, settings, LUNA, Cancel(), Budget(9.0)) as ask:
            ask(question(), lambda piece: None)
            assert ask.notices == ()
        assert paths(server) == ["/responses", "/chat/completions", "/chat/completions"]
        other = replace(settings, base_url="http://localhost:9/v1")
        assert adapt_row(tmp_path, other, LUNA).api == "responses"
        assert adapt_row(tmp_path, replace(settings, api="responses"), LUNA).api == "responses"


def test_a_wrong_base_url_is_not_remembered_as_a_lack(tmp_path: Path) -> None:
    with lacking(404, {"detail": "Not Found"}) as server:
        server.hide("/chat/completions", Fault("status", 404, body={"detail": "Not Found"}))
        settings = Settings(base_url=server.base_url, api_key=KEY, timeout=20.0, retries=0)
        with (
            pytest.raises(ConfigError, match="check --base-url"),
            open_model(tmp_path, settings, LUNA, Cancel(), Budget(9.0)) as ask,
        ):
            ask(question(), lambda piece: None)
        assert adapt_row(tmp_path, settings, LUNA).api == "responses"
