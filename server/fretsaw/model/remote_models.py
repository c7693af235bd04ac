"""List the models that an endpoint serves, and see if it is there at all. Costs nothing: no model is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fretsaw.cancel import Cancel
from fretsaw.errors import FretsawError, ModelError
from fretsaw.model.client import ApiClient
from fretsaw.model.endpoint import endpoint, key_hint, preset_of
from fretsaw.model.exchange import Exchange, OutOfTime
from fretsaw.model.failures import FailedRequest, failure
from fretsaw.model.parse import NOT_THE_API, NotTheApiError, as_list, as_map, as_text, shape_error
from fretsaw.settings import Settings

SECONDS = 20.0
"""The longest wait for a list of models."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A model as an endpoint lists it."""

    id: str
    owner: str = ""
    shutdown: date | None = None
    """The day of its end, where the endpoint tells it."""


@dataclass(frozen=True, slots=True)
class Probe:
    """The result of asking an endpoint for its models with the key that is set."""

    host: str
    ok: bool
    message: str
    hint: str = ""
    seconds: float = 0.0
    models: tuple[Remote, ...] = ()
    scripted: bool = False


def list_models(settings: Settings, cancel: Cancel | None = None) -> tuple[Remote, ...]:
    """List the models of `GET /models` at the settings' endpoint, by id. Raises ModelError, ConfigError, Cancelled."""
    where = endpoint(settings)
    seconds = min(settings.timeout, SECONDS)
    line = Exchange(lambda: ApiClient(where, timeout=seconds))
    try:
        items = list(line.exchange(_get_models, seconds, cancel or Cancel()))
        return tuple(sorted(_models(items[0]), key=lambda remote: remote.id))
    except OutOfTime:
        raise ModelError(f"{where.host} took more than {seconds:g} s to answer", hint="check --base-url") from None
    except FretsawError:
        raise
    except Exception as error:
        raise failure(error, FailedRequest(where, settings.model or "", key_hint=key_hint(settings))).error from error
    finally:
        line.close()


def probe_endpoint(settings: Settings, cancel: Cancel | None = None) -> Probe:
    """The same as a finding for `agent doctor`; only `Cancelled` is raised."""
    began = time.monotonic()
    host = settings.base_url or "OpenAI"
    try:
        host = endpoint(settings).host
        preset = preset_of(settings)
        if preset is not None and not preset.has_list:
            return Probe(host, ok=True, message=f"{preset.title} lists no models, so it was not asked")
        models = list_models(settings, cancel)
    except FretsawError as error:
        if isinstance(error, KeyboardInterrupt) or (cancel is not None and cancel.is_set()):
            raise
        return Probe(host, ok=False, message=error.message, hint=error.hint, seconds=time.monotonic() - began)
    seconds = time.monotonic() - began
    served = f"{len(models)} models" if len(models) != 1 else "1 model"
    scripted = any(remote.owner == "scripted" for remote in models)
    missing = settings.model is not None and models and settings.model not in {remote.id for remote in models}
    if missing:
        hint = "check --model; `agent models --remote` lists what is served"
        return Probe(host, False, f"{host} does not list model {settings.model}", hint, seconds, models, scripted)
    return Probe(host, True, f"{host} answers and serves {served}", "", seconds, models, scripted)


def _get_models(client: ApiClient) -> Iterator[Any]:
    yield client.get("/models")


def _models(body: object) -> Iterator[Remote]:
    if isinstance(body, str):
        raise NotTheApiError("the endpoint answered with plain text: this is not the API", hint=NOT_THE_API)
    data = as_map(body)
    if "data" not in data:
        raise shape_error("it has no data")
    for item in map(as_map, as_list(data.get("data"))):
        yield Remote(as_text(item.get("id")), as_text(item.get("owned_by")), _shutdown(item))


def _shutdown(item: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(item.get("shutdown_date"))[:10])
    except ValueError:
        return None
