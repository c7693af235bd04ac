"""Describe an endpoint: where it is, which key it gets, what it is sent and what it refused. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from fretsaw import config
from fretsaw.endpoint_presets import PRESETS
from fretsaw.model.capabilities import SENT_COLUMNS
from fretsaw.model.endpoint import base_url_of, host_of
from fretsaw.model.row import Row
from fretsaw.session.model_connection import refused_fields
from fretsaw.session.models import choose_model
from fretsaw.settings import Settings


def describe_endpoint(flags: Mapping[str, Any]) -> dict[str, str]:
    """List what is assumed of the endpoint that the settings name, as labels and texts. Raises ConfigError."""
    resolved = config.resolve(flags, None)
    settings = resolved.settings
    if settings.base_url:
        host_of(settings.base_url)  # raises, so that no password in it is printed
    preset = PRESETS[settings.endpoint or "openai"]
    takes = SENT_COLUMNS if preset.takes is None else preset.takes & SENT_COLUMNS
    facts = {
        "endpoint": f"{settings.endpoint}: {preset.title}",
        "base URL": settings.base_url or ("set it with --base-url" if preset.is_azure else base_url_of(settings)),
        "key": _key(settings, preset.key_variables),
        "APIs": "Chat Completions, Responses" if preset.has_responses else "Chat Completions",
        "models": "those of the roles, or --model" if preset.has_roles else "named with --model",
        "may be sent": ", ".join(sorted(takes)) or "nothing but what every compatible server understands",
        "is not sent": ", ".join(sorted(SENT_COLUMNS - takes)) or "-",
    }
    if settings.model is not None or preset.has_roles:
        row = choose_model(resolved.places, settings).row
        facts |= _about(row, settings)
        refused = refused_fields(resolved.places.state, settings, row)
        facts["refused"] = ", ".join(f"{name} on {day}" for name, day in sorted(refused.items())) or "nothing so far"
    return facts


def _key(settings: Settings, variables: tuple[str, ...]) -> str:
    if settings.key_command:
        return f"what {settings.key_command[0]!r} prints (--key-command)"
    names = " or ".join(("FRETSAW_API_KEY", *variables))
    return f"{names}, {'set' if settings.api_key else 'not set'}"


def _about(row: Row, settings: Settings) -> dict[str, str]:
    """Fields that a model is sent there: the columns whose value differs from that of a plain row."""
    plain = type(row.can)()
    sent = [
        f"{item.name.replace('_', '-')} = {_shown(getattr(row.can, item.name))}"
        for item in fields(row.can)
        if getattr(row.can, item.name) != getattr(plain, item.name)
    ]
    price = f"${row.prices.input:g} in, ${row.prices.output:g} out per million tokens" if row.is_priced else "not known"
    return {
        "model": f"{row.id}, on {row.api_for(settings)}, edits as {row.form_for(settings)}",
        "price": price,
        "window": f"{row.context:,} tokens, at most {row.output:,} of them output",
        "it is sent": ", ".join(sent) or "nothing but what every compatible server understands",
    }


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
