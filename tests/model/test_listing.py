"""What an endpoint serves, and whether it is there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fretsaw.errors import ModelError
from fretsaw.model.remote_models import list_models, probe_endpoint
from fretsaw.model.scripted import serve
from fretsaw.settings import Settings


def test_models_are_listed_by_name() -> None:
    with serve("x", models=["b", "a"]) as server:
        settings = Settings(base_url=server.base_url)
        assert [remote.id for remote in list_models(settings)] == ["a", "b"]
        found = probe_endpoint(settings)
        assert (found.ok, found.scripted) == (True, True)
        assert "2 models" in found.message
        assert server.requests[0].path == "/v1/models"


def test_a_model_that_is_not_listed_is_told() -> None:
    with serve("x", models=["b", "a"]) as server:
        found = probe_endpoint(Settings(base_url=server.base_url, model="c"))
        assert not found.ok
        assert "--model" in found.hint


def test_an_endpoint_that_is_not_there_is_a_finding_and_not_an_error() -> None:
    settings = Settings(base_url="http://127.0.0.1:9/v1")
    found = probe_endpoint(settings)
    assert not found.ok
    assert "nothing listens" in found.message
    with pytest.raises(ModelError):
        list_models(settings)


def test_no_key_is_a_finding() -> None:
    found = probe_endpoint(replace(Settings(), base_url="https://example.org/v1"))
    assert not found.ok
    assert "no key" in found.message


def test_a_path_that_is_not_there() -> None:
    with serve("x") as server:
        found = probe_endpoint(Settings(base_url=server.base_url + "/models/nope"))
        assert (found.ok, found.models) == (True, ())
        missing = probe_endpoint(Settings(base_url=server.base_url.replace("/v1", "/x?")))
        assert not missing.ok
