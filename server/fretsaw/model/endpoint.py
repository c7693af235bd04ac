"""The host of a call and the key for it: checked before the first call."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fretsaw.endpoint_presets import PRESETS, Preset, is_openai, preset_at
from fretsaw.errors import ConfigError
from fretsaw.settings import Settings

OPENAI = "https://api.openai.com/v1"
KEY_HINT = "set OPENAI_API_KEY in the environment, or give your editor the key"
_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A checked base URL and key."""

    url: str
    key: str | None = field(repr=False)
    """None: no key is sent (only to a loopback address)."""
    loopback: bool
    own: bool
    """True if it is OpenAI's own."""
    azure: bool = False
    api_version: str | None = None

    @property
    def has_token(self) -> bool:
        """True if the key is a token of an authority (Entra), which Azure takes in another header than a key."""
        return self.key is not None and _JWT.fullmatch(self.key) is not None

    @property
    def host(self) -> str:
        """Host and port, as shown to a person."""
        return urlsplit(self.url).netloc


def endpoint(settings: Settings) -> Endpoint:
    """The endpoint that the settings name. ConfigError says which setting is missing or wrong."""
    url = base_url_of(settings)
    host = host_of(url)
    loopback = _is_loopback(host)
    if settings.azure and not settings.base_url:
        raise ConfigError(
            "Azure needs the URL of its resource", hint="set --base-url https://RESOURCE.openai.azure.com"
        )
    if settings.azure and not settings.api_version:
        raise ConfigError("Azure needs an API version", hint="set --api-version, for example 2024-10-21")
    key = _key(settings.api_key)
    if key is None and not loopback:
        raise ConfigError(f"there is no key for {host}", hint=key_hint(settings))
    if key is not None and url.startswith("http://") and is_openai(url):
        raise ConfigError("the key would be sent unencrypted", hint="write https:// in --base-url")
    return Endpoint(
        url=url,
        key=key,
        loopback=loopback,
        own=is_openai(settings.base_url) and not settings.azure,
        azure=settings.azure,
        api_version=settings.api_version,
    )


def preset_of(settings: Settings) -> Preset | None:
    """The preset that is named, else the one whose host the base URL has; None for an endpoint that is not known."""
    if settings.endpoint is not None:
        return PRESETS[settings.endpoint]
    if settings.azure:
        return PRESETS["azure"]
    return PRESETS["openai"] if settings.base_url is None else preset_at(settings.base_url)


def base_url_of(settings: Settings) -> str:
    """The base URL that is asked, without what does not matter at its end."""
    return (settings.base_url or OPENAI).strip().rstrip("/")


def key_hint(settings: Settings) -> str:
    """The remedy where a key is missing or wrong."""
    if settings.key_command:
        return "--key-command has to print the key"
    preset = preset_of(settings)
    names = preset.key_variables if preset and preset.key_variables else ("OPENAI_API_KEY",)
    return KEY_HINT.replace("OPENAI_API_KEY", names[0])


def host_of(url: str) -> str:
    """The host of a usable base URL."""
    hint = "a base URL looks like http://localhost:11434/v1"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"the base URL is not a URL: {error}", hint=hint) from error
    if parts.scheme not in {"http", "https"} or not host:
        raise ConfigError(f"the base URL {url!r} is not an http(s) URL", hint=hint)
    if parts.username or parts.password:
        raise ConfigError("the base URL contains a user name or a password", hint=f"leave it out; {KEY_HINT}")
    if any(ord(char) <= 32 or ord(char) == 127 for char in url):
        raise ConfigError("the base URL contains a space or a control character", hint=hint)
    for ending in ("/chat/completions", "/responses", "/models"):
        if parts.path.endswith(ending):
            raise ConfigError(f"the base URL ends in {ending}", hint=f"use {url[: -len(ending)]}")
    return host


def _key(key: str | None) -> str | None:
    """The key without blanks around it. ConfigError, without the key, when it cannot be one."""
    key = (key or "").strip()
    if not key:
        return None
    if not key.isascii():
        raise ConfigError("the key contains a character that is not ASCII", hint=f"copy it again; {KEY_HINT}")
    if any(char.isspace() or not char.isprintable() for char in key):
        raise ConfigError(
            "the key contains a line break, a space or a control character", hint=f"copy it again; {KEY_HINT}"
        )
    return key


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
